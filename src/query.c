// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the start of a range would be copied; nothing is.
 */
#include <linux/freezer.h>
#include <linux/sched/signal.h>

#include "place.h"

static u32 max_inflight(const struct copyoff_place *p)
{
	const struct copyoff_target *t = p->map.target;

	return t ? READ_ONCE(t->opts.max_inflight) : COPYOFF_INFLIGHT_DEFAULT;
}

/* Of that span, how much can the unit have? It is left as it is if that is nothing. */
static enum copyoff_reason cut(const struct copyoff_place *s, const struct copyoff_place *d,
			       const struct copyoff_caps *caps, u32 alignment, u64 *span)
{
	u64 whole = round_down(*span, alignment >> SECTOR_SHIFT);

	whole = copyoff_caps_cut(caps, copyoff_place_sector(s, s->sector),
				 copyoff_place_sector(d, d->sector), whole);
	if (!whole)
		return COPYOFF_REASON_MISALIGNED;
	*span = whole;
	return COPYOFF_REASON_NONE;
}

static void answer(const struct copyoff_place *s,
		   const struct copyoff_place *d, u64 length,
		   struct copyoff_answer *out)
{
	struct copyoff_caps caps = {
		.command_sectors = copyoff_host_buffer_sectors(),
		.extents = COPYOFF_MAX_EXTENTS,
	};
	struct copyoff_caps native;
	struct copyoff_end src, dst;
	bool trial;
	u64 span;

	copyoff_place_end(s, &src);
	copyoff_place_end(d, &dst);
	out->reason = copyoff_route(&src, &dst, &native, &trial,
				    &out->reason_detail);
	span = min3(s->map.end - s->sector, d->map.end - d->sector,
		    length >> SECTOR_SHIFT);
	if (!out->reason)
		out->reason = cut(s, d, &native, out->alignment, &span);
	if (!out->reason)
		caps = native;
	out->method = out->reason ? COPYOFF_METHOD_HOST :
				    src.unit->backend->method;
	out->span = span << SECTOR_SHIFT;
	out->max_command_bytes = (u64)caps.command_sectors << SECTOR_SHIFT;
	out->max_src_ranges = caps.extents;
	out->max_inflight = min(max_inflight(s), max_inflight(d));
}

static int enter(struct copyoff_job *job, struct copyoff_place *src,
		 struct copyoff_place *dst)
{
	for (;;) {
		struct copyoff_record *rec;
		u64 events;

		copyoff_job_find_records(job);
		if (!copyoff_places_enter(job, src, dst))
			return 0;
		rec = job->wait_rec;
		events = job->wait_events;
		if (wait_event_freezable(rec->wait,
					 copyoff_record_changed(rec, events)))
			return -EINTR;
	}
}

/* A sleep of the system does not end it. */
static int check(struct copyoff_job *job, const struct copyoff_cursor *at)
{
	int err;

	do {
		try_to_freeze();
		err = copyoff_job_check_range(job, at);
	} while (err == -EINTR && !copyoff_job_ended(job));
	return err;
}

int copyoff_job_query(struct block_device *src_bdev,
		      struct block_device *dst_bdev,
		      const struct copyoff_range *range,
		      struct copyoff_answer *out)
{
	/* As much of a job as it takes to look at one range. */
	struct copyoff_range ring = *range;
	struct copyoff_cursor at = {};
	struct copyoff_job job = {
		.ring = &ring,
		.ring_size = 1,
	};
	struct copyoff_place src = {
		.side = &job.src,
		.sector = range->src_offset >> SECTOR_SHIFT,
	};
	struct copyoff_place dst = {
		.side = &job.dst,
		.sector = range->dst_offset >> SECTOR_SHIFT,
	};
	int err;

	out->alignment = copyoff_job_alignment(src_bdev, dst_bdev);
	err = copyoff_side_init(&job.src, src_bdev);
	if (!err)
		err = copyoff_side_init(&job.dst, dst_bdev);
	if (!err)
		err = check(&job, &at);
	if (!err)
		err = enter(&job, &src, &dst);
	if (!err) {
		answer(&src, &dst, range->length, out);
		copyoff_places_leave(&src, &dst);
	}
	copyoff_side_exit(&job.src);
	copyoff_side_exit(&job.dst);
	return err;
}
