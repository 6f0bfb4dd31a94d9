/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What goes over the wire for SCSI EXTENDED COPY, by SPC-4 (INCITS 513-2015):
 * clauses 6.4 (EXTENDED COPY, LID1), 6.16 and 6.17 (RECEIVE COPY ...), 7.8.6
 * (VPD 83h). Pure: any context.
 */
#ifndef COPYOFF_SCSI_WIRE_H
#define COPYOFF_SCSI_WIRE_H

#include <linux/types.h>

#include "limits.h"
#include "range.h"
#include "scsi_sense.h"
#include "scsi_vpd.h"

#define COPYOFF_SCSI_CDB_BYTES		16
#define COPYOFF_SCSI_INQUIRY_BYTES	0x2000
#define COPYOFF_SCSI_PARAMETERS_BYTES	256

/* Most blocks in one segment: a 16-bit field. */
#define COPYOFF_SCSI_SEGMENT_LBAS	65535U
/* What a segment may have if the device states no limit, in bytes. */
#define COPYOFF_SCSI_SEGMENT_DEFAULT	(4U << 20)

/* Parameter list of EXTENDED COPY: its header, 6.4.3.1. */
struct copyoff_xcopy_header {
	u8 list_id;
	u8 flags;		/* LIST ID USAGE in bits 4:3 */
	__be16 cscd_bytes;
	u8 rsvd4[4];
	__be32 segment_bytes;
	__be32 inline_bytes;
};

/* Identification descriptor CSCD descriptor, E4h: 6.4.4.2. */
struct copyoff_xcopy_cscd {
	u8 type;
	u8 peripheral_type;
	__be16 initiator_port;
	u8 code_set;
	u8 designator_type;	/* ASSOCIATION in bits 5:4 */
	u8 rsvd6;
	u8 designator_bytes;
	u8 designator[20];
	u8 pad;
	u8 block_bytes[3];
};

/* Block device to block device segment descriptor, 02h: 6.4.5.4. */
struct copyoff_xcopy_segment {
	u8 type;
	u8 flags;
	__be16 length;		/* of what follows */
	__be16 src;		/* index of the CSCD descriptor */
	__be16 dst;
	u8 rsvd8[2];
	__be16 blocks;
	__be64 src_lba;
	__be64 dst_lba;
} __packed;

/* Does INQUIRY data say that third-party copies are there? 3PC, byte 5. */
bool copyoff_scsi_has_3pc(const u8 *inquiry, u32 len);

/*
 * copyoff_scsi_3pc_page() - what a Third-party Copy page says, VPD 8Fh: 7.8.17
 *
 * False if it lists commands, and EXTENDED COPY (LID1) is not among them. A
 * page without such a list, or a damaged one, says nothing: true.
 */
bool copyoff_scsi_3pc_page(const u8 *page, u32 len);

/* What RECEIVE COPY OPERATING PARAMETERS says: 6.17. */
struct copyoff_scsi_parameters {
	struct copyoff_limits limits;
	u32 concurrent;		/* copies at a time, 0: not stated */
	bool no_list_id;	/* SNLID: takes LIST ID USAGE 11b */
	bool types_known;	/* the list of descriptor types is there... */
	bool types_wanted;	/* ...and has those that we send */
};

/* Take its answer apart; false if it is damaged. */
bool copyoff_scsi_parse_parameters(const u8 *data, u32 len, u32 lba_shift,
				   struct copyoff_scsi_parameters *p);

/* Limits of a device that does not say, or not all. */
void copyoff_scsi_default_limits(u32 lba_shift, struct copyoff_limits *l);

/* Everything that one EXTENDED COPY is about. */
struct copyoff_xcopy {
	const struct copyoff_designator *src;
	const struct copyoff_designator *dst;
	const struct copyoff_extent *ext;	/* at most 65535 blocks each */
	u32 nr;
	u64 dst_sector;
	u32 lba_shift;		/* the same on both sides */
	u8 list_id;		/* ignored if not @use_list_id */
	bool use_list_id;
};

/* Bytes of a parameter list with @nr segments. */
u32 copyoff_scsi_list_bytes(u32 nr);

/*
 * copyoff_scsi_build() - EXTENDED COPY (LID1)
 * @list: room for copyoff_scsi_list_bytes()
 *
 * Returns the length of the list.
 */
u32 copyoff_scsi_build(const struct copyoff_xcopy *x, u8 *list, u8 *cdb);

/* RECEIVE COPY OPERATING PARAMETERS; INQUIRY of a VPD page. */
void copyoff_scsi_cdb_parameters(u32 len, u8 *cdb);
void copyoff_scsi_cdb_vpd(u8 page, u16 len, u8 *cdb);
/* RECEIVE COPY STATUS (LID1); READ (16) or WRITE (16) of @blocks. */
void copyoff_scsi_cdb_status(u8 list_id, u32 len, u8 *cdb);
void copyoff_scsi_cdb_transfer(bool write, u64 lba, u32 blocks, u8 *cdb);

/* What a copy manager says about a copy of before, RECEIVE COPY STATUS. */
enum copyoff_scsi_progress {
	COPYOFF_SCSI_UNKNOWN,	/* it has no memory of it, or gives no answer */
	COPYOFF_SCSI_RUNNING,
	COPYOFF_SCSI_OVER,
};

enum copyoff_scsi_progress copyoff_scsi_parse_status(const u8 *data, u32 len);

#endif /* COPYOFF_SCSI_WIRE_H */
