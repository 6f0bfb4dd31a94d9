/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a copy manager says: of what it can do, in the Third-party Copy page of
 * SPC-4 (INCITS 513-2015) clause 7.8 and by RECEIVE COPY OPERATING PARAMETERS; and
 * of a copy that it was given, by RECEIVE COPY STATUS(LID1). Both commands are
 * what they were in SPC-3, 6.17. Pure: any context.
 *
 * A length is always that of what was sent: no byte behind it is looked at.
 */
#ifndef COPYOFF_SCSI_PARAMS_H
#define COPYOFF_SCSI_PARAMS_H

#include <linux/types.h>

#include "limits.h"

/* Does INQUIRY data say that they are there? 3PC, byte 5. */
bool copyoff_scsi_has_3pc(const u8 *inquiry, u32 len);

enum copyoff_scsi_listed {
	COPYOFF_SCSI_UNSTATED,	/* no such list, or a damaged one */
	COPYOFF_SCSI_LISTED,
	COPYOFF_SCSI_NOT_LISTED,
};

/*
 * copyoff_scsi_3pc_lists() - is a command in a Third-party Copy page, VPD 8Fh?
 * @op, @sa: its operation code and service action
 */
enum copyoff_scsi_listed copyoff_scsi_3pc_lists(const u8 *page, u32 len, u8 op,
						u8 sa);

/* False if the page lists commands without EXTENDED COPY (LID1). */
bool copyoff_scsi_3pc_page(const u8 *page, u32 len);

/*
 * copyoff_scsi_3pc_has_abort() - may COPY OPERATION ABORT be sent?
 *
 * Only where the page lists it. By SPC-3 there are no service actions of that
 * operation code: such a unit takes the command for an EXTENDED COPY without
 * parameters, which is no error, and what it says is GOOD aborts nothing.
 */
bool copyoff_scsi_3pc_has_abort(const u8 *page, u32 len);

#define COPYOFF_SCSI_PARAMETERS_BYTES	256

/* Most blocks in one segment: a 16-bit field. */
#define COPYOFF_SCSI_SEGMENT_LBAS	65535U
/*
 * log2 of the most bytes that each segment may have to be a multiple of: a trial is
 * that long, too. Of a device that wants more the granule is 0, and it is of no use,
 * whatever limits a table has for it.
 */
#define COPYOFF_SCSI_GRANULE_SHIFT	16
/* What a segment may have if the device states no limit, in bytes. */
#define COPYOFF_SCSI_SEGMENT_DEFAULT	(4U << 20)

/* What RECEIVE COPY OPERATING PARAMETERS says: SPC-3 6.17.4. */
struct copyoff_scsi_parameters {
	struct copyoff_limits limits;
	u32 concurrent;		/* copies at a time, 0: not stated */
	bool no_list_id;	/* SNLID: takes LIST ID USAGE 11b */
	bool types_known;	/* the list of descriptor types is there... */
	bool types_wanted;	/* ...and has those that we send */
};

/*
 * copyoff_scsi_parse_parameters() - take its answer apart
 *
 * False if it is damaged. Limits that cannot be met are zero, as if there were
 * none: no offload.
 */
bool copyoff_scsi_parse_parameters(const u8 *data, u32 len, u32 lba_shift,
				   struct copyoff_scsi_parameters *p);

/* Limits of a device that does not say, or not all. */
void copyoff_scsi_default_limits(u32 lba_shift, struct copyoff_limits *l);

/* What a copy manager says about a copy of before, RECEIVE COPY STATUS. */
enum copyoff_scsi_progress {
	COPYOFF_SCSI_UNKNOWN,	/* it has no memory of it, or gives no answer */
	COPYOFF_SCSI_RUNNING,
	COPYOFF_SCSI_OVER,
};

enum copyoff_scsi_progress copyoff_scsi_parse_status(const u8 *data, u32 len);

#endif /* COPYOFF_SCSI_PARAMS_H */
