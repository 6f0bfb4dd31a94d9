/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What goes over the wire for SCSI EXTENDED COPY, by SPC-4 (INCITS 513-2015):
 * clause 6.4.3 (parameter list), 6.4.5 (CSCD descriptors), 6.4.6 (segment
 * descriptors), 6.5 (EXTENDED COPY(LID1)). Pure: any context.
 */
#ifndef COPYOFF_SCSI_WIRE_H
#define COPYOFF_SCSI_WIRE_H

#include <linux/types.h>

#include "range.h"
#include "scsi_params.h"
#include "scsi_sense.h"
#include "scsi_vpd.h"

#define COPYOFF_SCSI_CDB_BYTES		16
#define COPYOFF_SCSI_INQUIRY_BYTES	0x2000

/* Parameter list of EXTENDED COPY (LID1): its header. */
struct copyoff_xcopy_header {
	u8 list_id;
	u8 flags;		/* LIST ID USAGE in bits 4:3 */
	__be16 cscd_bytes;
	u8 rsvd4[4];
	__be32 segment_bytes;
	__be32 inline_bytes;
} __packed;

/* Identification descriptor CSCD descriptor, E4h: 6.4.5. */
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
} __packed;

/* Block device to block device segment descriptor, 02h: 6.4.6. */
struct copyoff_xcopy_segment {
	u8 type;
	u8 flags;
	__be16 length;		/* of what follows */
	__be16 src;		/* index of the CSCD descriptor */
	__be16 dst;
	u8 rsvd8[2];
	__be16 blocks;		/* 0: none at all, and no error */
	__be64 src_lba;
	__be64 dst_lba;
} __packed;

/* Everything that one EXTENDED COPY is about. */
struct copyoff_xcopy {
	const struct copyoff_designator *src;
	const struct copyoff_designator *dst;
	const struct copyoff_extent *ext;	/* at most 65535 blocks each */
	u32 nr;
	u64 dst_sector;
	u32 lba_shift;		/* the same on both sides */
	u32 granularity_lbas;	/* 0: as 1 */
	u8 list_id;		/* ignored if not @use_list_id */
	bool use_list_id;
};

/* Bytes of a parameter list with @nr segments. */
u32 copyoff_scsi_list_bytes(u32 nr);

/*
 * copyoff_scsi_build() - EXTENDED COPY (LID1)
 * @list: room for copyoff_scsi_list_bytes(), at any address
 * @cdb: COPYOFF_SCSI_CDB_BYTES, as all the others below
 *
 * Returns the length of the list. 0, and nothing is set, for what would not say
 * what is meant: an empty name, or an extent without or with too many blocks, or
 * with a part of one, or not of the granularity. Of 65536 blocks none would be
 * copied, and all reported as done.
 */
u32 copyoff_scsi_build(const struct copyoff_xcopy *x, u8 *list, u8 *cdb);

/* RECEIVE COPY OPERATING PARAMETERS; INQUIRY, and that of a VPD page. */
void copyoff_scsi_cdb_parameters(u32 len, u8 *cdb);
void copyoff_scsi_cdb_inquiry(u16 len, u8 *cdb);
void copyoff_scsi_cdb_vpd(u8 page, u16 len, u8 *cdb);
/*
 * RECEIVE COPY STATUS (LID1) and COPY OPERATION ABORT. List identifiers are
 * those of one I_T nexus: ask by the path that the copy was sent on, before
 * another one has got the same identifier. For the abort see
 * copyoff_scsi_3pc_has_abort().
 */
void copyoff_scsi_cdb_status(u8 list_id, u32 len, u8 *cdb);
void copyoff_scsi_cdb_abort(u8 list_id, u8 *cdb);
/* READ (16) or WRITE (16) of @blocks. */
void copyoff_scsi_cdb_transfer(bool write, u64 lba, u32 blocks, u8 *cdb);

#endif /* COPYOFF_SCSI_WIRE_H */
