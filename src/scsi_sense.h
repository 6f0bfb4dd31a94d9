/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What to do with what came back for a SCSI command, by SPC-4 (INCITS 513-2015)
 * clause 4.5, sense data, and SAM-5 clause 5.3, status. Pure: any context.
 */
#ifndef COPYOFF_SCSI_SENSE_H
#define COPYOFF_SCSI_SENSE_H

#include <linux/types.h>

#include "verdict.h"

/* What came back for a command. */
struct copyoff_scsi_result {
	int error;		/* negative errno: it was never sent; or 0 */
	u8 host;		/* host byte, DID_* */
	u8 status;		/* SAM status */
	bool sense_valid;
	bool deferred;		/* and is about an earlier command */
	u8 key;
	u8 asc;
	u8 ascq;
	u32 resid;		/* bytes of a parameter list that nobody took */
	bool lost;		/* sent before by another path: no answer there */
};

/* Shall it be sent again just so? And has the unit perhaps become another? */
bool copyoff_scsi_is_attention(const struct copyoff_scsi_result *r);
bool copyoff_scsi_is_changed(const struct copyoff_scsi_result *r);

/* Does the unit not know what it was asked for? */
bool copyoff_scsi_is_refusal(const struct copyoff_scsi_result *r);

/*
 * copyoff_scsi_verdict() - what to do after an EXTENDED COPY
 *
 * Unit attentions are the caller's: what is left of them when it has enough is
 * redone. Detail: sense key, ASC and ASCQ, a byte each; or else the status; or
 * the host byte, in bits 31:24.
 */
void copyoff_scsi_verdict(const struct copyoff_scsi_result *r,
			  struct copyoff_verdict *v);

#endif /* COPYOFF_SCSI_SENSE_H */
