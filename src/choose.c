// SPDX-License-Identifier: GPL-2.0-only
/*
 * The making of a command: cut pieces at the borders of both tables, gather
 * them, and choose who copies. In gates throughout.
 */
#include <linux/blkdev.h>

#include "attempt.h"

/* ---- cutting and gathering ---- */

static bool range_aligned(const struct copyoff_attempt *a,
			  const struct copyoff_range *r)
{
	u64 bits = r->src_offset | r->dst_offset | r->length;

	return !((bits >> SECTOR_SHIFT) & (a->align - 1));
}

/* Does the whole range lie in the two targets whose gates we are in? */
static bool range_inside(const struct copyoff_attempt *a, const struct copyoff_range *r)
{
	u64 src = r->src_offset >> SECTOR_SHIFT;
	u64 dst = r->dst_offset >> SECTOR_SHIFT;
	u64 len = r->length >> SECTOR_SHIFT;

	return src >= a->src.map.begin && src + len <= a->src.map.end &&
	       dst >= a->dst.map.begin && dst + len <= a->dst.map.end;
}

/*
 * May the range be taken along? It must be known not to overlap itself, which
 * is simple only if it does not cross a border.
 */
static bool may_gather(const struct copyoff_attempt *a, const struct copyoff_range *r)
{
	u64 len = r->length >> SECTOR_SHIFT;
	u64 src, dst;

	if (!range_aligned(a, r) || !range_inside(a, r))
		return false;
	src = copyoff_place_sector(&a->src, r->src_offset >> SECTOR_SHIFT);
	dst = copyoff_place_sector(&a->dst, r->dst_offset >> SECTOR_SHIFT);
	return copyoff_place_unit(&a->src) != copyoff_place_unit(&a->dst) ||
	       !copyoff_overlap(src, len, dst, len);
}

/* Add from @at what fits; true if all of the piece did. */
static bool gather_piece(struct copyoff_attempt *a, struct copyoff_cursor *at)
{
	const struct copyoff_range *r = copyoff_job_range(a->job, at->range);
	u64 src = (r->src_offset + at->offset) >> SECTOR_SHIFT;
	u64 dst = (r->dst_offset + at->offset) >> SECTOR_SHIFT;
	u64 len = (r->length - at->offset) >> SECTOR_SHIFT;
	u32 taken;

	len = min3(len, a->src.map.end - src, a->dst.map.end - dst);
	len = min_t(u64, len, a->most - a->plan.sectors);
	/* A border within a block of the other side: see plan_through(). */
	len -= len % a->align;
	if (!len)
		return false;
	src = copyoff_place_sector(&a->src, src);
	dst = copyoff_place_sector(&a->dst, dst);
	len = copyoff_caps_cut(&a->caps, src, dst, len);
	if (!len)
		return false;
	taken = copyoff_plan_add(&a->plan, src, dst, len);
	copyoff_cursor_add(a->job, at, (u64)taken << SECTOR_SHIFT);
	return taken == len;
}

static void gather(struct copyoff_attempt *a)
{
	struct copyoff_cursor at = a->at;

	copyoff_plan_begin(&a->plan, a->slot->ext, &a->caps,
			   copyoff_place_unit(&a->src) == copyoff_place_unit(&a->dst));
	while (a->plan.sectors < a->most && gather_piece(a, &at)) {
		if (at.offset || at.range == a->job->fetched)
			break;	/* a border, or nothing there yet */
		if (!may_gather(a, copyoff_job_range(a->job, at.range)))
			break;
	}
	copyoff_plan_trim(&a->plan, a->align);
}

/* ---- who copies ---- */

/* May the host hold both gates while it copies? */
static bool paired(const struct copyoff_attempt *a)
{
	const struct copyoff_target *s = a->src.map.target;
	const struct copyoff_target *d = a->dst.map.target;

	return s && d && !s->stacked && !d->stacked;
}

/* What a command cannot have, by its limits, is not asked of it. */
static u32 min_offload_sectors(const struct copyoff_attempt *a)
{
	u32 kib = max(a->src.map.target->opts.min_offload_kib,
		      a->dst.map.target->opts.min_offload_kib);

	return min(kib * 2, a->caps.command_sectors);
}

static u32 trial_sectors(const struct copyoff_attempt *a)
{
	return max3(COPYOFF_TRIAL_SECTORS, a->align, a->caps.granule_sectors);
}

/* Little goes astray if it does; never more than was gathered before. */
static void gather_trial(struct copyoff_attempt *a)
{
	u32 most = trial_sectors(a);

	a->caps.command_sectors = min(a->caps.command_sectors, most);
	a->caps.extent_sectors = min(a->caps.extent_sectors, most);
	gather(a);
}

static enum copyoff_reason try_native(struct copyoff_attempt *a)
{
	struct copyoff_end src, dst;
	enum copyoff_reason reason;
	bool trial;

	if (a->job->p.flags & COPYOFF_COPY_NO_OFFLOAD)
		return COPYOFF_REASON_FLAG;
	if (a->again && !a->slot->smaller)
		return COPYOFF_REASON_DEVICE_ERROR;
	copyoff_place_end(&a->src, &src);
	copyoff_place_end(&a->dst, &dst);
	reason = copyoff_route(&src, &dst, &a->caps, &trial, &a->detail);
	if (reason)
		return reason;
	gather(a);
	if (!a->plan.sectors)
		return COPYOFF_REASON_MISALIGNED;
	if (!a->again && a->plan.sectors < min_offload_sectors(a))
		return COPYOFF_REASON_TOO_SMALL;
	if (trial)
		gather_trial(a);
	return COPYOFF_REASON_NONE;
}

static void plan_native(struct copyoff_attempt *a)
{
	struct copyoff_slot *slot = a->slot;

	slot->state = COPYOFF_SLOT_NATIVE;
	slot->through = false;
	slot->method = a->dst.map.target->unit->backend->method;
	slot->cmd.op = COPYOFF_OP_COPY;
	slot->cmd.src_unit = a->src.map.target->unit;
	slot->cmd.dst_unit = a->dst.map.target->unit;
	slot->cmd.block_sectors = a->caps.align_sectors;
	slot->cmd.granule_sectors = a->caps.granule_sectors;
	slot->cmd.trial_sectors = trial_sectors(a);
}

/*
 * A border of one table lies within a logical block of the other side's
 * device: no lower device can be given just a part of it. The sides' own
 * devices can, dm splits what they are given. That waits for nobody while a
 * gate is entered, but we do not see where it goes on the units: so nothing
 * else is under way.
 */
static enum copyoff_wait plan_through(struct copyoff_attempt *a)
{
	struct copyoff_job *job = a->job;
	struct copyoff_slot *slot = a->slot;

	if (a->again ? slot->place != job->window.head : job->window.count)
		return COPYOFF_WAIT_CMD;
	if (!slot->cmd.buf)
		slot->cmd.buf = copyoff_host_buffer_get();
	if (!slot->cmd.buf)
		return COPYOFF_WAIT_BUFFER;
	copyoff_places_leave(&a->src, &a->dst);
	a->src.map = (struct copyoff_map){ .end = U64_MAX };
	a->dst.map = (struct copyoff_map){ .end = U64_MAX };
	a->most = a->align;
	gather(a);
	slot->state = COPYOFF_SLOT_READING;
	slot->cmd.op = COPYOFF_OP_READ;
	slot->through = true;
	job->barrier = true;
	return COPYOFF_GO;
}

/*
 * What is less than a granule is the host's; but the range after it may be the
 * unit's again.
 */
static void take_no_more(struct copyoff_attempt *a)
{
	const struct copyoff_range *r = copyoff_job_range(a->job, a->at.range);

	if (a->reason == COPYOFF_REASON_MISALIGNED && a->at.offset)
		a->most = min_t(u64, a->most,
				(r->length - a->at.offset) >> SECTOR_SHIFT);
}

static enum copyoff_wait plan_host(struct copyoff_attempt *a)
{
	bool zoned = bdev_is_zoned(copyoff_place_bdev(&a->dst));
	struct copyoff_slot *slot = a->slot;
	bool kcopyd;

	slot->through = false;
	/* Sequential zones are written in one order only. */
	if (zoned && !a->again && a->job->window.count)
		return COPYOFF_WAIT_CMD;
	kcopyd = paired(a) && (zoned || copyoff_host_wants_kcopyd());
	slot->cmd.buf = kcopyd ? NULL : copyoff_host_buffer_get();
	if (!kcopyd && !slot->cmd.buf)
		return COPYOFF_WAIT_BUFFER;
	slot->state = paired(a) ? COPYOFF_SLOT_HOST : COPYOFF_SLOT_READING;
	slot->cmd.op = paired(a) ? COPYOFF_OP_COPY : COPYOFF_OP_READ;
	slot->dst_generation = a->dst.map.generation;
	if (!a->again)
		slot->method = COPYOFF_METHOD_HOST;
	a->caps.command_sectors = copyoff_host_buffer_sectors();
	a->caps.extent_sectors = copyoff_host_buffer_sectors();
	/* kcopyd keeps the order of one copy, not of several. */
	a->caps.extents = zoned ? 1 : COPYOFF_MAX_EXTENTS;
	a->caps.align_sectors = 1;
	a->caps.granule_sectors = 1;
	take_no_more(a);
	gather(a);
	if (a->plan.sectors)
		return COPYOFF_GO;
	return plan_through(a);
}

enum copyoff_wait copyoff_choose(struct copyoff_attempt *a)
{
	struct copyoff_job *job = a->job;

	a->reason = try_native(a);
	if (!a->reason) {
		plan_native(a);
		return COPYOFF_GO;
	}
	if (job->p.flags & COPYOFF_COPY_NO_FALLBACK) {
		copyoff_job_reason(job, a->reason, a->detail, a->at.range);
		copyoff_job_fail(job, a->again ? a->slot->seq : job->seq,
				 &a->at, -EOPNOTSUPP);
		return COPYOFF_STOP;
	}
	return plan_host(a);
}
