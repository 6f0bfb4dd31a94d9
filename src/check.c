// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is a range one that can be copied at all, as things are mapped now?
 */
#include <linux/blkdev.h>

#include "job_priv.h"
#include "range.h"

/*
 * The walk of a range through both tables, without any gate: it may be long.
 * What it finds holds for the two tables it has seen.
 */
struct walk {
	struct copyoff_job *job;
	u64 src_generation;
	u64 dst_generation;
	bool changed;		/* a table did, on the way */
};

/* The unit and sector that lies at a sector of a side. */
static void look(const struct copyoff_side *side, u64 sector,
		 struct copyoff_map *map, const void **unit, u64 *at)
{
	if (copyoff_map_units(side->rec, sector, map, unit, at))
		return;
	*unit = copyoff_side_unit(side);
	*at = side->start + sector;
}

/* Does any of the destination touch this piece of the source, below? */
static bool piece_overlaps(struct walk *w, const void *unit, u64 at, u64 len,
			   u64 dst, u64 dst_len)
{
	while (dst_len && !w->changed && !copyoff_job_stopped(w->job)) {
		const void *dst_unit;
		struct copyoff_map map;
		u64 n, dst_at;

		look(&w->job->dst, dst, &map, &dst_unit, &dst_at);
		w->changed = map.generation != w->dst_generation;
		n = min(dst_len, map.end - dst);
		if (dst_unit == unit && copyoff_overlap(at, len, dst_at, n))
			return true;
		dst += n;
		dst_len -= n;
		cond_resched();
	}
	return false;
}

/* Does the range overlap itself from @offset on, on the units? */
static bool overlaps_itself(struct walk *w, const struct copyoff_range *r,
			    u64 offset)
{
	u64 src = (r->src_offset + offset) >> SECTOR_SHIFT;
	u64 dst = (r->dst_offset + offset) >> SECTOR_SHIFT;
	u64 left = (r->length - offset) >> SECTOR_SHIFT, dst_len = left;

	while (left && !w->changed && !copyoff_job_stopped(w->job)) {
		struct copyoff_map map;
		const void *unit;
		u64 n, at;

		look(&w->job->src, src, &map, &unit, &at);
		w->changed = map.generation != w->src_generation;
		n = min(left, map.end - src);
		if (piece_overlaps(w, unit, at, n, dst, dst_len))
			return true;
		src += n;
		left -= n;
	}
	return false;
}

static u64 generation_at(const struct copyoff_side *side, u64 offset)
{
	struct copyoff_map map;
	const void *unit;
	u64 at;

	look(side, offset >> SECTOR_SHIFT, &map, &unit, &at);
	return map.generation;
}

int copyoff_job_check_range(struct copyoff_job *job,
			    const struct copyoff_cursor *at)
{
	const struct copyoff_range *r = copyoff_job_range(job, at->range);
	struct walk w = {
		.job = job,
		.src_generation = generation_at(&job->src, r->src_offset),
		.dst_generation = generation_at(&job->dst, r->dst_offset),
	};
	int err;

	err = copyoff_range_check(r, bdev_nr_bytes(job->src.bdev),
				  bdev_nr_bytes(job->dst.bdev),
				  copyoff_job_alignment(job->src.bdev,
							job->dst.bdev));
	if (!err && overlaps_itself(&w, r, at->offset) && !w.changed)
		err = -EINVAL;
	if (!err && copyoff_job_stopped(job))
		err = -EINTR;	/* and perhaps the walk is not complete */
	if (err)
		return err;
	/* If a table has changed meanwhile, the gates will tell. */
	job->checked_range = at->range;
	job->checked_src = w.src_generation;
	job->checked_dst = w.dst_generation;
	return 0;
}
