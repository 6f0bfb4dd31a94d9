// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a copy manager says of itself, and of its copies.
 */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/types.h>

#include "scsi_bytes.h"
#include "scsi_params.h"

/* What we send, by type code, and how long each is: SPC-4 6.4.5, 6.4.6. */
#define CSCD_IDENTIFICATION	0xe4
#define CSCD_BYTES		32
#define SEGMENT_BLOCK_BLOCK	0x02
#define SEGMENT_BYTES		28

/* Standard INQUIRY data. */
#define INQUIRY_3PC		5

#define PAGE_3PC		0x8f
#define PAGE_HEADER		COPYOFF_VPD_HEADER

/* Supported Commands descriptor of page 8Fh. */
#define COMMANDS_TYPE		0x0001
#define COMMANDS_HEADER		5U

#define OP_THIRD_PARTY_OUT	0x83
#define SA_EXTENDED_COPY	0x00
#define SA_ABORT		0x1c

/* RECEIVE COPY OPERATING PARAMETERS: byte offsets in its answer. */
#define RCOP_SNLID		4
#define RCOP_MAX_CSCDS		8
#define RCOP_MAX_SEGMENTS	10
#define RCOP_MAX_LIST		12
#define RCOP_MAX_SEGMENT_BYTES	16
#define RCOP_TOTAL_CONCURRENT	34
#define RCOP_MAX_CONCURRENT	36
#define RCOP_GRANULARITY	37
#define RCOP_NR_TYPES		43
#define RCOP_TYPES		44

/* RECEIVE COPY STATUS (LID1). */
#define RCS_STATUS		4
#define RCS_BYTES		12

/* ---- which commands ---- */

bool copyoff_scsi_has_3pc(const u8 *inquiry, u32 len)
{
	return len > INQUIRY_3PC && (inquiry[INQUIRY_3PC] & BIT(3));
}

/* Operation code, number of service actions, service actions; and so on. */
static enum copyoff_scsi_listed search(const u8 *list, u32 len, u8 op, u8 sa)
{
	u32 at = 0;

	while (at + 2 <= len) {
		u32 nr = list[at + 1], next = at + 2 + nr;

		if (next > len)
			return COPYOFF_SCSI_UNSTATED;
		if (list[at] == op && memchr(list + at + 2, sa, nr))
			return COPYOFF_SCSI_LISTED;
		at = next;
	}
	return at == len ? COPYOFF_SCSI_NOT_LISTED : COPYOFF_SCSI_UNSTATED;
}

static enum copyoff_scsi_listed commands_list(const u8 *desc, u32 len, u8 op,
					      u8 sa)
{
	if (len < COMMANDS_HEADER || COMMANDS_HEADER + desc[4] > len)
		return COPYOFF_SCSI_UNSTATED;
	return search(desc + COMMANDS_HEADER, desc[4], op, sa);
}

enum copyoff_scsi_listed copyoff_scsi_3pc_lists(const u8 *page, u32 len, u8 op,
						u8 sa)
{
	u32 at = PAGE_HEADER, end = copyoff_vpd_end(page, len, PAGE_3PC);

	/* Each descriptor has a type and a length first. */
	while (at + 4 <= end) {
		u32 bytes = 4 + copyoff_get_be16(page + at + 2);

		if (at + bytes > end)
			break;
		if (copyoff_get_be16(page + at) == COMMANDS_TYPE)
			return commands_list(page + at, bytes, op, sa);
		at += bytes;
	}
	return COPYOFF_SCSI_UNSTATED;
}

bool copyoff_scsi_3pc_page(const u8 *page, u32 len)
{
	return copyoff_scsi_3pc_lists(page, len, OP_THIRD_PARTY_OUT,
				      SA_EXTENDED_COPY) !=
	       COPYOFF_SCSI_NOT_LISTED;
}

bool copyoff_scsi_3pc_has_abort(const u8 *page, u32 len)
{
	return copyoff_scsi_3pc_lists(page, len, OP_THIRD_PARTY_OUT,
				      SA_ABORT) == COPYOFF_SCSI_LISTED;
}

/* ---- how much ---- */

void copyoff_scsi_default_limits(u32 lba_shift, struct copyoff_limits *l)
{
	l->lba_shift = lba_shift;
	l->extent_lbas = min(COPYOFF_SCSI_SEGMENT_DEFAULT >> lba_shift,
			     COPYOFF_SCSI_SEGMENT_LBAS);
	l->extents = 1;
	l->command_lbas = l->extent_lbas;
	l->granule_lbas = 1;
}

/* How many bytes are there, by the transport's count and by the device's own? */
static u32 sent(const u8 *data, u32 len)
{
	if (len < 4)
		return 0;
	return min_t(u64, len, 4ULL + copyoff_get_be32(data));
}

/* How many segments fit into the longest list that the device takes? */
static u32 segments_in(u32 list_bytes)
{
	if (!list_bytes)
		return COPYOFF_MAX_EXTENTS;
	if (list_bytes < 2 * CSCD_BYTES)
		return 0;
	return (list_bytes - 2 * CSCD_BYTES) / SEGMENT_BYTES;
}

/* Both names have to fit in, or it is of no use. */
static u32 most_segments(const u8 *data)
{
	if (copyoff_get_be16(data + RCOP_MAX_CSCDS) < 2)
		return 0;
	return min3(copyoff_get_be16(data + RCOP_MAX_SEGMENTS),
		    segments_in(copyoff_get_be32(data + RCOP_MAX_LIST)),
		    (u32)COPYOFF_MAX_EXTENTS);
}

/* It is stated as a power of two of bytes; 0 if that is too much. */
static u32 granule(u8 shift, u32 lba_shift)
{
	if (shift <= lba_shift)
		return 1;
	return shift <= COPYOFF_SCSI_GRANULE_SHIFT ? 1U << (shift - lba_shift) : 0;
}

static u32 most_lbas(const u8 *data, const struct copyoff_scsi_parameters *p)
{
	u32 bytes = copyoff_get_be32(data + RCOP_MAX_SEGMENT_BYTES);
	u32 lbas = p->limits.extent_lbas;

	if (!p->limits.granule_lbas)
		return 0;
	if (bytes)
		lbas = min(bytes >> p->limits.lba_shift,
			   COPYOFF_SCSI_SEGMENT_LBAS);
	return round_down(lbas, p->limits.granule_lbas);
}

/* The smaller of two, of which each may be unstated. */
static u32 concurrent(const u8 *data)
{
	u32 total = copyoff_get_be16(data + RCOP_TOTAL_CONCURRENT);
	u32 most = data[RCOP_MAX_CONCURRENT];

	return total && most ? min(total, most) : max(total, most);
}

/* A list that is cut short says what there is, but not what there is not. */
static void parse_types(const u8 *data, u32 len,
			struct copyoff_scsi_parameters *p)
{
	u32 nr = data[RCOP_NR_TYPES], here = min(nr, len - RCOP_TYPES);
	const u8 *types = data + RCOP_TYPES;

	p->types_wanted = memchr(types, CSCD_IDENTIFICATION, here) &&
			  memchr(types, SEGMENT_BLOCK_BLOCK, here);
	p->types_known = nr && (p->types_wanted || here == nr);
}

bool copyoff_scsi_parse_parameters(const u8 *data, u32 len, u32 lba_shift,
				   struct copyoff_scsi_parameters *p)
{
	struct copyoff_limits *l = &p->limits;

	memset(p, 0, sizeof(*p));
	copyoff_scsi_default_limits(lba_shift, l);
	len = sent(data, len);
	if (len < RCOP_TYPES)
		return false;
	p->no_list_id = data[RCOP_SNLID] & 1;
	p->concurrent = concurrent(data);
	l->granule_lbas = granule(data[RCOP_GRANULARITY], lba_shift);
	l->extents = most_segments(data);
	l->extent_lbas = most_lbas(data, p);
	l->command_lbas = l->extent_lbas * l->extents;
	parse_types(data, len, p);
	return true;
}

/* ---- how a copy goes ---- */

enum copyoff_scsi_progress copyoff_scsi_parse_status(const u8 *data, u32 len)
{
	if (sent(data, len) < RCS_BYTES)
		return COPYOFF_SCSI_UNKNOWN;
	/* In progress; done, without errors and with; SPC-3 6.17.2. */
	switch (data[RCS_STATUS] & 0x7f) {
	case 0:
		return COPYOFF_SCSI_RUNNING;
	case 1:
	case 2:
		return COPYOFF_SCSI_OVER;
	default:
		return COPYOFF_SCSI_UNKNOWN;
	}
}
