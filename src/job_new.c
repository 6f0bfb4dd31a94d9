// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a job consists of: made before its loop, unmade after it.
 */
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "job_priv.h"
#include "trace.h"

static atomic64_t last_job = ATOMIC64_INIT(0);

u32 copyoff_job_alignment(struct block_device *src, struct block_device *dst)
{
	return max(bdev_logical_block_size(src), bdev_logical_block_size(dst));
}

static void side_find_record(struct copyoff_side *side)
{
	if (side->rec)
		return;
	side->rec = copyoff_record_find(side->bdev->bd_disk);
	if (side->rec)
		side->flush_errors = copyoff_record_flush_errors(side->rec);
}

void copyoff_job_find_records(struct copyoff_job *job)
{
	side_find_record(&job->src);
	side_find_record(&job->dst);
}

int copyoff_side_init(struct copyoff_side *side, struct block_device *bdev)
{
	struct copyoff_unit *unit = NULL;

	side->bdev = bdev;
	side->start = get_start_sect(bdev);
	side_find_record(side);
	if (!side->rec)
		unit = copyoff_unit_get_plain(bdev);
	if (IS_ERR(unit))
		return PTR_ERR(unit);
	side->unit = unit;
	return 0;
}

void copyoff_side_exit(struct copyoff_side *side)
{
	copyoff_record_put(side->rec);
	if (side->unit)
		copyoff_unit_put(side->unit);
}

void copyoff_job_free(struct copyoff_job *job)
{
	struct copyoff_slot *slot, *next;

	list_for_each_entry_safe(slot, next, &job->idle, node)
		kfree(slot);
	copyoff_side_exit(&job->src);
	copyoff_side_exit(&job->dst);
	kvfree(job->ring);
	kvfree(job->window.entry);
	kvfree(job->window.arena);
	kfree(job);
}

static int job_alloc_rings(struct copyoff_job *job)
{
	struct copyoff_window_entry *entry;
	struct copyoff_extent *arena;
	u32 nr = job->p.nr_ranges;
	u32 nr_arena = clamp_t(u32, nr, COPYOFF_ARENA / 8, COPYOFF_ARENA);
	/* The caller is told; the log need not be. */
	gfp_t gfp = GFP_KERNEL_ACCOUNT | __GFP_NOWARN;

	job->ring_size = min_t(u32, nr, COPYOFF_RING);
	job->ring = kvmalloc_array(job->ring_size, sizeof(*job->ring), gfp);
	entry = kvmalloc_array(COPYOFF_WINDOW_MAX, sizeof(*entry), gfp);
	arena = kvmalloc_array(nr_arena, sizeof(*arena), gfp);
	copyoff_window_init(&job->window, entry, COPYOFF_WINDOW_MAX, arena,
			    nr_arena);
	return job->ring && entry && arena ? 0 : -ENOMEM;
}

struct copyoff_job *copyoff_job_create(const struct copyoff_job_params *params,
				       struct copyoff_result *result)
{
	struct copyoff_job *job = kzalloc(sizeof(*job), GFP_KERNEL_ACCOUNT);

	if (!job)
		return NULL;
	job->p = *params;
	job->result = result;
	job->id = atomic64_inc_return(&last_job);
	if (params->timeout_ns &&
	    check_add_overflow(ktime_get_ns(), params->timeout_ns,
			       &job->deadline))
		job->deadline = 0;
	job->checked_range = U32_MAX;
	INIT_LIST_HEAD(&job->todo);
	INIT_LIST_HEAD(&job->doubted);
	INIT_LIST_HEAD(&job->idle);
	INIT_LIST_HEAD(&job->ended);
	spin_lock_init(&job->lock);
	init_waitqueue_head(&job->wait);
	if (copyoff_side_init(&job->src, params->src) ||
	    copyoff_side_init(&job->dst, params->dst) || job_alloc_rings(job)) {
		copyoff_job_free(job);
		return NULL;
	}
	trace_job_start(job->id, params->src->bd_dev, params->dst->bd_dev,
			params->nr_ranges, params->flags);
	return job;
}
