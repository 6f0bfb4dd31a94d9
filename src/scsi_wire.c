// SPDX-License-Identifier: GPL-2.0-only
/*
 * What goes over the wire for SCSI EXTENDED COPY.
 */
#include <linux/build_bug.h>
#include <linux/string.h>
#include <linux/types.h>
#include <asm/byteorder.h>

#include "scsi_bytes.h"
#include "scsi_wire.h"

static_assert(sizeof(struct copyoff_xcopy_header) == 16);
static_assert(sizeof(struct copyoff_xcopy_cscd) == 32);
static_assert(sizeof(struct copyoff_xcopy_segment) == 28);

#define OP_INQUIRY		0x12
#define OP_THIRD_PARTY_OUT	0x83
#define OP_THIRD_PARTY_IN	0x84
#define OP_READ_16		0x88
#define OP_WRITE_16		0x8a
/* Service actions, out and in. */
#define SA_EXTENDED_COPY	0x00
#define SA_ABORT		0x1c
#define SA_STATUS		0x00
#define SA_OPERATING_PARAMETERS	0x03

#define CSCD_IDENTIFICATION	0xe4
#define SEGMENT_BLOCK_BLOCK	0x02
#define SEGMENT_LENGTH		0x18

/* LIST ID USAGE. Hold no data after a successful end; no list identifier. */
#define USAGE_DISCARD		(2 << 3)
#define USAGE_NONE		(3 << 3)

#define CODE_SET_BINARY		1
#define TYPE_NAA		3

/* ---- EXTENDED COPY ---- */

static bool is_name(const struct copyoff_designator *d)
{
	return d->len && d->len <= sizeof(d->bytes);
}

/* Can it be said in blocks, and in the granularity? */
static bool fits(const struct copyoff_xcopy *x, const struct copyoff_extent *e)
{
	u32 lbas = e->sectors >> (x->lba_shift - 9);
	u32 part = (1U << (x->lba_shift - 9)) - 1;

	return lbas && lbas <= COPYOFF_SCSI_SEGMENT_LBAS &&
	       !((e->src | e->sectors) & part) &&
	       !(x->granularity_lbas && lbas % x->granularity_lbas);
}

static bool is_sound(const struct copyoff_xcopy *x)
{
	u32 part = (1U << (x->lba_shift - 9)) - 1, i;

	if (!is_name(x->src) || !is_name(x->dst) || !x->nr ||
	    (x->dst_sector & part))
		return false;
	for (i = 0; i < x->nr; i++)
		if (!fits(x, x->ext + i))
			return false;
	return true;
}

static void build_cscd(struct copyoff_xcopy_cscd *c,
		       const struct copyoff_designator *d, u32 lba_shift)
{
	u32 bytes = 1U << lba_shift;

	memset(c, 0, sizeof(*c));
	c->type = CSCD_IDENTIFICATION;
	c->code_set = CODE_SET_BINARY;
	c->designator_type = TYPE_NAA;
	c->designator_bytes = d->len;
	memcpy(c->designator, d->bytes, d->len);
	c->block_bytes[0] = bytes >> 16;
	copyoff_put_be16(c->block_bytes + 1, bytes);
}

static void build_segment(struct copyoff_xcopy_segment *s,
			  const struct copyoff_extent *e, u64 dst, u32 shift)
{
	memset(s, 0, sizeof(*s));
	s->type = SEGMENT_BLOCK_BLOCK;
	s->length = cpu_to_be16(SEGMENT_LENGTH);
	s->src = cpu_to_be16(0);
	s->dst = cpu_to_be16(1);
	s->blocks = cpu_to_be16(e->sectors >> shift);
	s->src_lba = cpu_to_be64(e->src >> shift);
	s->dst_lba = cpu_to_be64(dst >> shift);
}

u32 copyoff_scsi_list_bytes(u32 nr)
{
	return sizeof(struct copyoff_xcopy_header) +
	       2 * sizeof(struct copyoff_xcopy_cscd) +
	       nr * sizeof(struct copyoff_xcopy_segment);
}

static void build_list(const struct copyoff_xcopy *x, u8 *list)
{
	struct copyoff_xcopy_header *h = (void *)list;
	struct copyoff_xcopy_cscd *c = (void *)(h + 1);
	struct copyoff_xcopy_segment *s = (void *)(c + 2);
	u64 dst = x->dst_sector;
	u32 i;

	memset(h, 0, sizeof(*h));
	h->list_id = x->use_list_id ? x->list_id : 0;
	h->flags = x->use_list_id ? USAGE_DISCARD : USAGE_NONE;
	h->cscd_bytes = cpu_to_be16(2 * sizeof(*c));
	h->segment_bytes = cpu_to_be32(x->nr * sizeof(*s));
	build_cscd(c, x->src, x->lba_shift);
	build_cscd(c + 1, x->dst, x->lba_shift);
	for (i = 0; i < x->nr; i++) {
		build_segment(s + i, x->ext + i, dst, x->lba_shift - 9);
		dst += x->ext[i].sectors;
	}
}

/* ---- commands ---- */

/* Third-party copies have their length where most have it that are as long. */
static void cdb_16(u8 op, u8 sa, u32 len, u8 *cdb)
{
	memset(cdb, 0, COPYOFF_SCSI_CDB_BYTES);
	cdb[0] = op;
	cdb[1] = sa;
	copyoff_put_be32(cdb + 10, len);
}

u32 copyoff_scsi_build(const struct copyoff_xcopy *x, u8 *list, u8 *cdb)
{
	u32 len = copyoff_scsi_list_bytes(x->nr);

	if (!is_sound(x))
		return 0;
	build_list(x, list);
	cdb_16(OP_THIRD_PARTY_OUT, SA_EXTENDED_COPY, len, cdb);
	return len;
}

void copyoff_scsi_cdb_parameters(u32 len, u8 *cdb)
{
	cdb_16(OP_THIRD_PARTY_IN, SA_OPERATING_PARAMETERS, len, cdb);
}

void copyoff_scsi_cdb_status(u8 list_id, u32 len, u8 *cdb)
{
	cdb_16(OP_THIRD_PARTY_IN, SA_STATUS, len, cdb);
	cdb[2] = list_id;
}

/* It has room for the identifiers of LID4, in bytes 2 to 5. */
void copyoff_scsi_cdb_abort(u8 list_id, u8 *cdb)
{
	cdb_16(OP_THIRD_PARTY_OUT, SA_ABORT, 0, cdb);
	cdb[5] = list_id;
}

void copyoff_scsi_cdb_transfer(bool write, u64 lba, u32 blocks, u8 *cdb)
{
	cdb_16(write ? OP_WRITE_16 : OP_READ_16, 0, blocks, cdb);
	copyoff_put_be64(cdb + 2, lba);
}

void copyoff_scsi_cdb_inquiry(u16 len, u8 *cdb)
{
	memset(cdb, 0, COPYOFF_SCSI_CDB_BYTES);
	cdb[0] = OP_INQUIRY;
	copyoff_put_be16(cdb + 3, len);
}

void copyoff_scsi_cdb_vpd(u8 page, u16 len, u8 *cdb)
{
	copyoff_scsi_cdb_inquiry(len, cdb);
	cdb[1] = 1;		/* EVPD */
	cdb[2] = page;
}
