/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The paths that a table line names: with a dm-multipath device below, copy
 * commands go by them, and ordinary I/O goes by the device.
 */
#ifndef COPYOFF_VIA_H
#define COPYOFF_VIA_H

#include "registry.h"

/*
 * copyoff_via_open() - for the constructor; the unit is set, and asked after that
 *
 * Returns 0, or an errno with ti->error set, and nothing is open. Sleeps.
 */
int copyoff_via_open(struct copyoff_target *t, const struct copyoff_via *via);
void copyoff_via_close(struct copyoff_target *t);

/*
 * Messages. Returns 0, or an errno with a sentence in @error. Wait for no gate,
 * and ask no device.
 */
int copyoff_via_add(struct copyoff_target *t, const char *name,
		    const char **error);
int copyoff_via_del(struct copyoff_target *t, const char *name,
		    const char **error);

/* The options of the line with the paths, as the constructor takes them. */
int copyoff_via_emit(struct copyoff_target *t, char *buf, size_t size);

#endif /* COPYOFF_VIA_H */
