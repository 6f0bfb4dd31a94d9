/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether a copy goes where it should. Names lie: arrays give one to two units, and
 * LUNs are mapped anew below an open disk. So bytes are compared: all of a pair's
 * first command, and a block of its second one and of later ones now and then.
 */
#ifndef COPYOFF_SCSI_TRIAL_H
#define COPYOFF_SCSI_TRIAL_H

#include <linux/types.h>

struct copyoff_cmd;

/*
 * Both run the command and set its verdict; COPYOFF_ASTRAY if what was compared is
 * wrong. In process context, with the gates entered; sleep for the units of the
 * command only. Without memory for what is to be compared a trial says REDO.
 */

/* A pair's first command: the names are asked for afresh, and all of it is compared. */
void copyoff_scsi_run_trial(struct copyoff_cmd *cmd, u32 lba_shift);

/* Any later one: if it is a sample one block is. */
void copyoff_scsi_run_trusted(struct copyoff_cmd *cmd, u32 lba_shift);

#endif /* COPYOFF_SCSI_TRIAL_H */
