/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One EXTENDED COPY, and what it calls its units by. All of it in process context,
 * with the gates entered; sleeps for the units of the command only.
 */
#ifndef COPYOFF_SCSI_COPY_H
#define COPYOFF_SCSI_COPY_H

#include "backend.h"
#include "scsi_unit.h"

/* Set the verdict to what a device has answered. */
void copyoff_scsi_take_verdict(struct copyoff_cmd *cmd,
			       const struct copyoff_scsi_result *r);

/*
 * copyoff_scsi_ask_names() - ask both units what they are
 *
 * With what the command will be made in. False: one is not what it was, or gave no
 * answer; with the verdict set.
 */
bool copyoff_scsi_ask_names(struct copyoff_cmd *cmd);

/*
 * copyoff_scsi_names_last() - the same, of those that did not say so but a moment ago
 *
 * That a LUN leads to another unit is told once: maybe to whoever else used the
 * disk just then, and the command would be for the one of before. So a name does
 * not last.
 */
bool copyoff_scsi_names_last(struct copyoff_cmd *cmd);

/*
 * copyoff_scsi_copy() - make the command, send it, and set its verdict by the answer
 * @lba_shift: of the blocks of both units
 *
 * Not sent, as CHANGED, if a unit is another than it was when the command was claimed;
 * nor, as LIMIT or REDO, if there is no parameter list that says it.
 */
void copyoff_scsi_copy(struct copyoff_cmd *cmd, u32 lba_shift);

#endif /* COPYOFF_SCSI_COPY_H */
