// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a list has to do to the disks, and what the module has to say of it.
 */
#include <errno.h>
#include <string.h>

#include "randcopy.h"

/* ---- pieces ---- */

static uint64_t on_disk(const struct line *l, uint64_t sector)
{
	return l->lower->start + l->start + (sector - l->begin);
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* What a table says against a side. It comes before what its disk says. */
static enum copyoff_reason side_reason(const struct line *l)
{
	if (!l->copyoff)
		return COPYOFF_REASON_NOT_COPYOFF;
	if (l->offload == OFFLOAD_OFF)
		return COPYOFF_REASON_TARGET_OFF;
	return COPYOFF_REASON_NONE;
}

static bool is_plain(const struct disk *d)
{
	return d->kind == DISK_PLAIN || d->kind == DISK_SCSI_PLAIN;
}

/* What keeps two disks from copying to each other. */
static enum copyoff_reason two_disks(const struct disk *src,
				     const struct disk *dst)
{
	if ((src->kind == DISK_SCSI) != (dst->kind == DISK_SCSI))
		return COPYOFF_REASON_DIFFERENT_TRANSPORT;
	if (src->kind != DISK_SCSI)
		return COPYOFF_REASON_DIFFERENT_UNIT;
	return src->block == dst->block ? COPYOFF_REASON_NONE :
					  COPYOFF_REASON_BLOCK_SIZE;
}

static enum copyoff_reason reason_of(uint32_t flags, const struct line *src,
				     const struct line *dst)
{
	enum copyoff_reason reason;

	if (flags & COPYOFF_COPY_NO_OFFLOAD)
		return COPYOFF_REASON_FLAG;
	reason = side_reason(src);
	if (!reason)
		reason = side_reason(dst);
	if (reason)
		return reason;
	if (is_plain(src->lower->disk) || is_plain(dst->lower->disk))
		return COPYOFF_REASON_NO_COPY_COMMAND;
	if (src->lower->disk != dst->lower->disk)
		return two_disks(src->lower->disk, dst->lower->disk);
	if (src->lower->disk->kind == DISK_NO_LIMITS)
		return COPYOFF_REASON_NO_LIMITS;
	return COPYOFF_REASON_NONE;
}

void piece_at(const struct list *l, unsigned int index, uint64_t offset,
	      struct piece *p)
{
	const struct copyoff_range *r = &l->range[index];
	uint64_t src = (r->src_offset + offset) / SECTOR;
	uint64_t dst = (r->dst_offset + offset) / SECTOR;

	p->src = table_line(l->src, src);
	p->dst = table_line(l->dst, dst);
	p->src_at = on_disk(p->src, src);
	p->dst_at = on_disk(p->dst, dst);
	p->sectors = least((r->length - offset) / SECTOR,
			   least(p->src->begin + p->src->sectors - src,
				 p->dst->begin + p->dst->sectors - dst));
	p->reason = reason_of(l->flags, p->src, p->dst);
}

/* ---- what the module should say ---- */

static bool any_copyoff(const struct table *t)
{
	unsigned int i;

	for (i = 0; i < t->nr; i++)
		if (t->line[i].copyoff)
			return true;
	return false;
}

static void stop(struct expect *e, unsigned int range, int error)
{
	e->error = error;
	e->failed_range = range;
}

static void note_reason(struct expect *e, enum copyoff_reason reason,
			unsigned int range)
{
	if (!e->reasons) {
		e->reason = reason;
		e->reason_range = range;
	}
	e->reasons |= 1ULL << reason;
}

static void predict_piece(const struct list *l, unsigned int range,
			  const struct piece *p, struct expect *e)
{
	if (p->reason)
		note_reason(e, p->reason, range);
	if (p->reason && (l->flags & COPYOFF_COPY_NO_FALLBACK)) {
		stop(e, range, EOPNOTSUPP);
		return;
	}
	e->bytes_done += p->sectors * SECTOR;
	if (p->reason)
		return;
	if (p->dst->lower->disk->kind == DISK_SCSI)
		e->bytes_scsi += p->sectors * SECTOR;
	else
		e->bytes_nvme += p->sectors * SECTOR;
	e->vague |= p->src->min_offload_kib || p->dst->min_offload_kib;
}

/*
 * Whole blocks are moved, of the larger size of both devices: one with a border
 * inside goes through the dm devices, by the host.
 */
static void whole_blocks(const struct list *l, struct piece *p)
{
	p->sectors -= p->sectors % l->block;
	if (p->sectors)
		return;
	p->sectors = l->block;
	if (!p->reason)
		p->reason = COPYOFF_REASON_MISALIGNED;
}

static void predict_range(const struct list *l, unsigned int range,
			  struct expect *e)
{
	const struct copyoff_range *r = &l->range[range];
	int err = range_error(l, r);
	struct piece p;
	uint64_t at;

	if (err) {
		stop(e, range, err);
		return;
	}
	for (at = 0; at < r->length && !e->error; at += p.sectors * SECTOR) {
		piece_at(l, range, at, &p);
		whole_blocks(l, &p);
		predict_piece(l, range, &p, e);
	}
}

void predict(const struct list *l, struct expect *e)
{
	unsigned int i;

	memset(e, 0, sizeof(*e));
	e->failed_range = l->nr;
	if (!any_copyoff(l->src) && !any_copyoff(l->dst)) {
		stop(e, l->nr, EXDEV);
		return;
	}
	for (i = 0; i < l->nr && !e->error; i++)
		predict_range(l, i, e);
}

/* ---- the images ---- */

void model_copy(const struct list *l, uint64_t bytes)
{
	unsigned int i = 0;
	uint64_t at = 0;

	while (bytes) {
		struct piece p;
		uint64_t n;

		piece_at(l, i, at, &p);
		n = least(p.sectors * SECTOR, bytes);
		memcpy(p.dst->lower->disk->image + p.dst_at * SECTOR,
		       p.src->lower->disk->image + p.src_at * SECTOR, n);
		bytes -= n;
		at += n;
		if (at == l->range[i].length) {
			i++;
			at = 0;
		}
	}
}
