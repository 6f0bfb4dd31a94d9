// SPDX-License-Identifier: GPL-2.0-only
/*
 * What goes over the wire for SCSI EXTENDED COPY.
 */
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/types.h>
#include <asm/byteorder.h>

#include "scsi_wire.h"

static_assert(sizeof(struct copyoff_xcopy_header) == 16);
static_assert(sizeof(struct copyoff_xcopy_cscd) == 32);
static_assert(sizeof(struct copyoff_xcopy_segment) == 28);

#define OP_INQUIRY		0x12
#define OP_EXTENDED_COPY	0x83
#define OP_RECEIVE_COPY		0x84
#define OP_READ_16		0x88
#define OP_WRITE_16		0x8a
/* Service actions: 6.4 is 00h; 6.16 and 6.17. */
#define SA_STATUS		0x00
#define SA_OPERATING_PARAMETERS	0x03

#define CSCD_IDENTIFICATION	0xe4
#define SEGMENT_BLOCK_BLOCK	0x02
#define SEGMENT_LENGTH		0x18

/* LIST ID USAGE: 6.4.3.2. Hold no data after a successful end; no list id. */
#define USAGE_DISCARD		(2 << 3)
#define USAGE_NONE		(3 << 3)

/* Designators: 7.8.6. */
#define PAGE_HEADER		4
#define CODE_SET_BINARY		1
#define TYPE_NAA		3

static u32 get16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static u32 get32(const u8 *p)
{
	return get16(p) << 16 | get16(p + 2);
}

static void put16(u8 *p, u32 v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static void put32(u8 *p, u32 v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

/* ---- what a device says of itself ---- */

bool copyoff_scsi_has_3pc(const u8 *inquiry, u32 len)
{
	return len > 5 && (inquiry[5] & BIT(3));
}

/* Is EXTENDED COPY (LID1) in a Supported Commands descriptor? 7.8.17.4 */
static bool lists_copy(const u8 *desc, u32 bytes)
{
	u32 end = min(bytes, 5U + desc[4]), at = 5;

	/* Operation code, number of service actions, service actions. */
	while (at + 2 <= end) {
		u32 i, nr = desc[at + 1];

		for (i = 0; i < nr && at + 2 + i < end; i++)
			if (desc[at] == OP_EXTENDED_COPY && !desc[at + 2 + i])
				return true;
		at += 2 + nr;
	}
	return false;
}

bool copyoff_scsi_3pc_page(const u8 *page, u32 len)
{
	u32 at, end;

	if (len < PAGE_HEADER || page[1] != 0x8f)
		return true;
	end = min(len, PAGE_HEADER + get16(page + 2));
	for (at = PAGE_HEADER; at + 5 <= end;) {
		u32 bytes = 4 + get16(page + at + 2);

		if (at + bytes > end)
			break;
		if (get16(page + at) == 1 && bytes >= 5)
			return lists_copy(page + at, bytes);
		at += bytes;
	}
	return true;
}

void copyoff_scsi_default_limits(u32 lba_shift, struct copyoff_limits *l)
{
	l->lba_shift = lba_shift;
	l->extent_lbas = min(COPYOFF_SCSI_SEGMENT_DEFAULT >> lba_shift,
			     COPYOFF_SCSI_SEGMENT_LBAS);
	l->extents = 1;
	l->command_lbas = l->extent_lbas;
}

/* How many segments fit into the longest list that the device takes. */
static u32 segments_in(u32 list_bytes)
{
	u32 cscd = 2 * sizeof(struct copyoff_xcopy_cscd);

	if (!list_bytes)
		return COPYOFF_MAX_EXTENTS;
	if (list_bytes < cscd)
		return 0;
	return (list_bytes - cscd) / sizeof(struct copyoff_xcopy_segment);
}

static void parse_types(const u8 *data, u32 len,
			struct copyoff_scsi_parameters *p)
{
	u32 i, nr = len > 44 ? min_t(u32, data[43], len - 44) : 0;
	bool cscd = false, segment = false;

	for (i = 0; i < nr; i++) {
		cscd |= data[44 + i] == CSCD_IDENTIFICATION;
		segment |= data[44 + i] == SEGMENT_BLOCK_BLOCK;
	}
	p->types_known = nr;
	p->types_wanted = cscd && segment;
}

bool copyoff_scsi_parse_parameters(const u8 *data, u32 len, u32 lba_shift,
				   struct copyoff_scsi_parameters *p)
{
	struct copyoff_limits *l = &p->limits;
	u32 bytes;

	memset(p, 0, sizeof(*p));
	copyoff_scsi_default_limits(lba_shift, l);
	if (len < 44 || get32(data) < 40)
		return false;
	p->no_list_id = data[4] & 1;
	p->concurrent = data[36];
	l->extents = min3(get16(data + 10), segments_in(get32(data + 12)),
			  (u32)COPYOFF_MAX_EXTENTS);
	bytes = get32(data + 16);
	if (bytes)
		l->extent_lbas = min(bytes >> lba_shift,
				     COPYOFF_SCSI_SEGMENT_LBAS);
	l->command_lbas = min_t(u64, (u64)l->extent_lbas * l->extents, U32_MAX);
	parse_types(data, len, p);
	/* Two names have to fit in. */
	if (get16(data + 8) < 2)
		l->extents = 0;
	return true;
}

enum copyoff_scsi_progress copyoff_scsi_parse_status(const u8 *data, u32 len)
{
	if (len < 5 || get32(data) < 1)
		return COPYOFF_SCSI_UNKNOWN;
	/* COPY MANAGER STATUS: in progress, done, done with errors; 6.16.2. */
	switch (data[4] & 0x7f) {
	case 0:
		return COPYOFF_SCSI_RUNNING;
	case 1:
	case 2:
		return COPYOFF_SCSI_OVER;
	default:
		return COPYOFF_SCSI_UNKNOWN;
	}
}

/* ---- commands ---- */

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
	put16(c->block_bytes + 1, bytes);
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

u32 copyoff_scsi_build(const struct copyoff_xcopy *x, u8 *list, u8 *cdb)
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
	memset(cdb, 0, COPYOFF_SCSI_CDB_BYTES);
	cdb[0] = OP_EXTENDED_COPY;
	put32(cdb + 10, copyoff_scsi_list_bytes(x->nr));
	return copyoff_scsi_list_bytes(x->nr);
}

void copyoff_scsi_cdb_parameters(u32 len, u8 *cdb)
{
	memset(cdb, 0, COPYOFF_SCSI_CDB_BYTES);
	cdb[0] = OP_RECEIVE_COPY;
	cdb[1] = SA_OPERATING_PARAMETERS;
	put32(cdb + 10, len);
}

void copyoff_scsi_cdb_status(u8 list_id, u32 len, u8 *cdb)
{
	memset(cdb, 0, COPYOFF_SCSI_CDB_BYTES);
	cdb[0] = OP_RECEIVE_COPY;
	cdb[1] = SA_STATUS;
	cdb[2] = list_id;
	put32(cdb + 10, len);
}

void copyoff_scsi_cdb_vpd(u8 page, u16 len, u8 *cdb)
{
	memset(cdb, 0, COPYOFF_SCSI_CDB_BYTES);
	cdb[0] = OP_INQUIRY;
	cdb[1] = 1;		/* EVPD */
	cdb[2] = page;
	put16(cdb + 3, len);
}

void copyoff_scsi_cdb_transfer(bool write, u64 lba, u32 blocks, u8 *cdb)
{
	memset(cdb, 0, COPYOFF_SCSI_CDB_BYTES);
	cdb[0] = write ? OP_WRITE_16 : OP_READ_16;
	put32(cdb + 2, lba >> 32);
	put32(cdb + 6, lba);
	put32(cdb + 10, blocks);
}
