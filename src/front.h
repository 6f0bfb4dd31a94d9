/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Beginning and end of the two fronts, for main.c: the dm target (target.c)
 * and the control device (ctl.c), which know nothing of each other.
 */
#ifndef COPYOFF_FRONT_H
#define COPYOFF_FRONT_H

/* Sleep; return 0 or a negative errno. */
int copyoff_target_init(void);
int copyoff_ctl_init(void);

/* Sleep; nobody uses the front any more. */
void copyoff_target_exit(void);
void copyoff_ctl_exit(void);

#endif /* COPYOFF_FRONT_H */
