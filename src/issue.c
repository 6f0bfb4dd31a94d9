// SPDX-License-Identifier: GPL-2.0-only
/*
 * The next command of a job: find what is mapped where, enter the gates, cut
 * and gather, choose who copies, issue.
 *
 * Between the entry of a gate and the issue nothing here waits, allocates with
 * I/O, or touches user memory. If it cannot go on it leaves the gates and says
 * what to wait for.
 */
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "place.h"
#include "trace.h"

/* More than any command has, and a multiple of any block. */
#define MOST_SECTORS	(U32_MAX & ~0xffffU)

/* An attempt to issue something. */
struct attempt {
	struct copyoff_job *job;
	struct copyoff_slot *slot;
	struct copyoff_cursor at;
	u32 most;		/* sectors at most */
	bool again;		/* what has its place already is redone */
	bool issued;
	u32 align;		/* sectors: no piece is cut within a block */
	struct copyoff_place src;
	struct copyoff_place dst;
	struct copyoff_caps caps;
	struct copyoff_plan plan;
	enum copyoff_reason reason;
	u32 detail;
};

/* May the host hold both gates while it copies? */
static bool paired(const struct attempt *a)
{
	const struct copyoff_target *s = a->src.map.target;
	const struct copyoff_target *d = a->dst.map.target;

	return s && d && !s->stacked && !d->stacked;
}

/*
 * Pieces are made of whole blocks of the larger of the two devices' sizes, and
 * so begin with one. A table may change that size in the middle of a range.
 */
static bool misplaced(const struct attempt *a)
{
	u64 bits = a->src.sector | a->dst.sector;

	if (a->again)
		bits |= a->slot->left;
	return bits & (a->align - 1);
}

static bool range_aligned(const struct attempt *a,
			  const struct copyoff_range *r)
{
	u64 bits = r->src_offset | r->dst_offset | r->length;

	return !((bits >> SECTOR_SHIFT) & (a->align - 1));
}

/* ---- what the tables say ---- */

/* Is the check good for the tables whose gates we are in? */
static bool is_checked(const struct attempt *a)
{
	return a->job->checked_range == a->at.range &&
	       a->job->checked_src == a->src.map.generation &&
	       a->job->checked_dst == a->dst.map.generation;
}

/*
 * The window compares places on units: it must not mix two tables. After a
 * change all that was issued has to end before anything else begins.
 */
static bool same_tables(const struct attempt *a)
{
	return a->job->src.generation == a->src.map.generation &&
	       a->job->dst.generation == a->dst.map.generation;
}

static enum copyoff_wait accept_tables(struct attempt *a)
{
	struct copyoff_job *job = a->job;

	if (same_tables(a))
		return COPYOFF_GO;
	if (a->again)
		return a->slot->place == job->window.head ? COPYOFF_GO :
							    COPYOFF_WAIT_CMD;
	if (job->window.count)
		return COPYOFF_WAIT_CMD;
	job->src.generation = a->src.map.generation;
	job->dst.generation = a->dst.map.generation;
	return COPYOFF_GO;
}

/* ---- cutting and gathering ---- */

/* Does the whole range lie in the two targets whose gates we are in? */
static bool range_inside(const struct attempt *a, const struct copyoff_range *r)
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
static bool may_gather(const struct attempt *a, const struct copyoff_range *r)
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
static bool gather_piece(struct attempt *a, struct copyoff_cursor *at)
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
	if ((src | dst | len) & (a->caps.align_sectors - 1))
		return false;
	taken = copyoff_plan_add(&a->plan, src, dst, len);
	copyoff_cursor_add(a->job, at, (u64)taken << SECTOR_SHIFT);
	return taken == len;
}

static void gather(struct attempt *a)
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
}

/* ---- who copies ---- */

/* What a command cannot have, by its limits, is not asked of it. */
static u32 min_offload_sectors(const struct attempt *a)
{
	u32 kib = max(a->src.map.target->opts.min_offload_kib,
		      a->dst.map.target->opts.min_offload_kib);

	return min(kib * 2, a->caps.command_sectors);
}

static enum copyoff_reason try_native(struct attempt *a)
{
	struct copyoff_end src, dst;
	enum copyoff_reason reason;

	if (a->job->p.flags & COPYOFF_COPY_NO_OFFLOAD)
		return COPYOFF_REASON_FLAG;
	if (a->again && !a->slot->smaller)
		return COPYOFF_REASON_DEVICE_ERROR;
	copyoff_place_end(&a->src, &src);
	copyoff_place_end(&a->dst, &dst);
	reason = copyoff_route(&src, &dst, &a->caps, &a->detail);
	if (reason)
		return reason;
	gather(a);
	if (!a->plan.sectors)
		return COPYOFF_REASON_MISALIGNED;
	if (!a->again && a->plan.sectors < min_offload_sectors(a))
		return COPYOFF_REASON_TOO_SMALL;
	return COPYOFF_REASON_NONE;
}

static void plan_native(struct attempt *a)
{
	struct copyoff_slot *slot = a->slot;

	slot->state = COPYOFF_SLOT_NATIVE;
	slot->method = a->src.map.target->unit->backend->method;
	slot->cmd.op = COPYOFF_OP_COPY;
	slot->cmd.unit = a->src.map.target->unit;
	slot->cmd.block_sectors = a->caps.align_sectors;
}

/*
 * A border of one table lies within a logical block of the other side's
 * device: no lower device can be given just a part of it. The sides' own
 * devices can, dm splits what they are given. That waits for nobody while a
 * gate is entered, but we do not see where it goes on the units: so nothing
 * else is under way.
 */
static enum copyoff_wait plan_through(struct attempt *a)
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

static enum copyoff_wait plan_host(struct attempt *a)
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
	gather(a);
	if (a->plan.sectors)
		return COPYOFF_GO;
	return plan_through(a);
}

static enum copyoff_wait choose(struct attempt *a)
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

/* ---- issuing ---- */

/* Is the device to read or write anything but the bottom of the stack? */
static bool is_above(const struct copyoff_target *t)
{
	return !t || t->stacked;
}

static void fill_command(struct attempt *a)
{
	struct copyoff_cmd *cmd = &a->slot->cmd;

	cmd->ext = a->slot->ext;
	cmd->nr = a->plan.nr;
	cmd->sectors = a->plan.sectors;
	cmd->dst = a->plan.dst;
	cmd->src_bdev = copyoff_place_bdev(&a->src);
	cmd->dst_bdev = copyoff_place_bdev(&a->dst);
	cmd->src_above = is_above(a->src.map.target);
	cmd->dst_above = is_above(a->dst.map.target);
	cmd->wire = a->slot->wire;
	cmd->end = copyoff_slot_end;
}

/* Take a place in the window, or say that what is there comes first. */
static enum copyoff_wait take_place(struct attempt *a)
{
	struct copyoff_access access = {
		.src_unit = copyoff_place_unit(&a->src),
		.dst_unit = copyoff_place_unit(&a->dst),
		.ext = a->slot->ext,
		.nr = a->plan.nr,
		.sectors = a->plan.sectors,
		.dst = a->plan.dst,
	};
	struct copyoff_job *job = a->job;
	struct copyoff_slot *slot = a->slot;

	if (!copyoff_window_room(&job->window, access.nr) ||
	    copyoff_window_conflicts(&job->window, &access))
		return COPYOFF_WAIT_CMD;
	slot->place = copyoff_window_push(&job->window, &access);
	slot->seq = job->seq++;
	slot->smaller = false;
	slot->at = a->at;
	slot->left = a->plan.sectors;
	copyoff_cursor_add(job, &job->next,
			   (u64)a->plan.sectors << SECTOR_SHIFT);
	return COPYOFF_GO;
}

static enum copyoff_wait settle(struct attempt *a)
{
	struct copyoff_job *job = a->job;
	enum copyoff_wait w = accept_tables(a);
	int err;

	if (w)
		return w;
	if (!a->again && !is_checked(a)) {
		job->checked_range = U32_MAX;
		return COPYOFF_AGAIN;
	}
	err = job->p.ops->check(job->p.front);
	if (!err && misplaced(a))
		err = -EINVAL;
	if (err) {
		copyoff_job_fail(job, a->again ? a->slot->seq : job->seq,
				 &a->at, err);
		return COPYOFF_STOP;
	}
	w = choose(a);
	if (!w)
		fill_command(a);
	if (!w && !a->again)
		w = take_place(a);
	return w;
}

/* Is there nothing that the caller could do while the command runs? */
static bool alone(const struct copyoff_job *job, const struct copyoff_slot *s)
{
	if (job->inflight)
		return false;
	return job->next.range == job->p.nr_ranges ||
	       READ_ONCE(s->src->opts.max_inflight) == 1;
}

static void submit(struct copyoff_job *job, struct copyoff_slot *slot)
{
	struct copyoff_cmd *cmd = &slot->cmd;

	trace_command_start(job->id, slot->state == COPYOFF_SLOT_NATIVE ?
			    slot->method : COPYOFF_METHOD_HOST,
			    cmd->ext[0].src, cmd->dst, cmd->sectors, cmd->nr);
	if (slot->state == COPYOFF_SLOT_NATIVE) {
		cmd->run_here = alone(job, slot);
		job->inflight++;
		cmd->unit->backend->submit(cmd);
		return;
	}
	job->inflight++;
	if (cmd->buf)
		copyoff_host_submit(cmd);
	else
		copyoff_host_kcopyd(cmd);
}

/* Settled: note which gates the command stays in, and let it go. */
static void issue(struct attempt *a)
{
	struct copyoff_slot *slot = a->slot;
	struct copyoff_target *s = a->src.map.target, *d = a->dst.map.target;

	slot->src = s;
	slot->dst = d;
	slot->counts = d ?: s;
	slot->counts_later = false;
	if (a->reason && (!a->again || slot->smaller)) {
		copyoff_job_reason(a->job, a->reason, a->detail, a->at.range);
		if (slot->counts)
			copyoff_stats_reason(&slot->counts->stats, a->reason);
	}
	if (slot->state == COPYOFF_SLOT_READING) {
		/* One wait under a gate: only the source's for now. */
		if (d && d != s)
			copyoff_gate_exit(d);
		slot->dst = NULL;
		slot->counts = s;
		slot->counts_later = d;
	}
	submit(a->job, slot);
}

static enum copyoff_wait attempt(struct attempt *a)
{
	const struct copyoff_range *r = copyoff_job_range(a->job, a->at.range);
	unsigned int noio = memalloc_noio_save();
	enum copyoff_wait w;

	copyoff_job_find_records(a->job);
	a->src.side = &a->job->src;
	a->dst.side = &a->job->dst;
	a->src.sector = (r->src_offset + a->at.offset) >> SECTOR_SHIFT;
	a->dst.sector = (r->dst_offset + a->at.offset) >> SECTOR_SHIFT;
	a->slot->cmd.buf = NULL;
	w = copyoff_places_enter(a->job, &a->src, &a->dst);
	if (w)
		goto out;
	a->align = copyoff_job_alignment(a->job->src.bdev, a->job->dst.bdev) >>
		   SECTOR_SHIFT;
	w = settle(a);
	if (w) {
		copyoff_host_buffer_put(a->slot->cmd.buf);
		a->slot->cmd.buf = NULL;
		copyoff_places_leave(&a->src, &a->dst);
		goto out;
	}
	a->issued = true;
	issue(a);
out:
	memalloc_noio_restore(noio);
	return w;
}

/* ---- the loop's two calls ---- */

/* Get some more ranges. False if there is no room, or nothing to come. */
static bool fetch(struct copyoff_job *job)
{
	u32 index = job->fetched % job->ring_size;
	u32 nr = min3(job->p.nr_ranges - job->fetched,
		      job->ring_size - (job->fetched - job->retired),
		      job->ring_size - index);
	int got;

	if (!nr || job->fetch_error)
		return false;
	nr = min_t(u32, nr, COPYOFF_FETCH);
	got = job->p.ops->fetch(job->p.front, job->fetched, nr,
				job->ring + index);
	if (got < 0) {
		job->fetch_error = got;
		return false;
	}
	job->fetched += got;
	return true;
}

/*
 * Have as many ranges at hand as one command can take. In no gate: this goes
 * to user memory and to the page cache.
 */
static enum copyoff_wait fetch_ahead(struct copyoff_job *job)
{
	while (job->fetched - job->next.range < COPYOFF_MAX_EXTENTS)
		if (!fetch(job))
			break;
	if (job->next.range != job->fetched)
		return COPYOFF_GO;
	if (job->fetched == job->p.nr_ranges)
		return COPYOFF_FINISHED;
	if (!job->fetch_error)
		return COPYOFF_WAIT_CMD;
	copyoff_job_fail(job, job->seq, &job->next, job->fetch_error);
	return COPYOFF_STOP;
}

static struct copyoff_slot *idle_slot(struct copyoff_job *job)
{
	struct copyoff_slot *slot;

	slot = list_first_entry_or_null(&job->idle, struct copyoff_slot, node);
	if (slot || job->nr_slots == COPYOFF_INFLIGHT_MAX)
		return slot;
	slot = kmalloc(sizeof(*slot), GFP_KERNEL_ACCOUNT | __GFP_NORETRY);
	if (!slot)
		return NULL;
	slot->job = job;
	memset(&slot->cmd, 0, sizeof(slot->cmd));
	list_add(&slot->node, &job->idle);
	job->nr_slots++;
	return slot;
}

/* Until the check and the gates agree on the tables. */
static enum copyoff_wait attempt_checked(struct attempt *a)
{
	struct copyoff_job *job = a->job;
	enum copyoff_wait w;
	int err;

	do {
		copyoff_job_find_records(job);
		err = job->checked_range == a->at.range ? 0 :
		      copyoff_job_check_range(job, &a->at);
		if (err == -EINTR)
			return COPYOFF_GO;	/* the loop sees why */
		if (err) {
			copyoff_job_fail(job, job->seq, &a->at, err);
			return COPYOFF_STOP;
		}
		w = attempt(a);
	} while (w == COPYOFF_AGAIN && !signal_pending(current));
	return w == COPYOFF_AGAIN ? COPYOFF_GO : w;
}

enum copyoff_wait copyoff_issue_next(struct copyoff_job *job)
{
	struct attempt a = { .job = job, .most = MOST_SECTORS };
	enum copyoff_wait w = fetch_ahead(job);

	if (w)
		return w;
	if (job->barrier && job->window.count)
		return COPYOFF_WAIT_CMD;
	job->barrier = false;
	a.slot = idle_slot(job);
	if (!a.slot && job->nr_slots)
		return COPYOFF_WAIT_CMD;
	if (!a.slot) {
		copyoff_job_fail(job, job->seq, &job->next, -ENOMEM);
		return COPYOFF_STOP;
	}
	a.at = job->next;
	/* Off the list before it is issued: it may end before we return. */
	list_del_init(&a.slot->node);
	w = attempt_checked(&a);
	if (!a.issued)
		list_add(&a.slot->node, &job->idle);
	return w;
}

/* Its buffer is full: enter the other gate and write. */
static enum copyoff_wait write_out(struct copyoff_job *job,
				   struct copyoff_slot *slot)
{
	const struct copyoff_range *r = copyoff_job_range(job, slot->at.range);
	struct copyoff_place dst = {
		.side = &job->dst,
		.sector = (r->dst_offset + slot->at.offset) >> SECTOR_SHIFT,
	};
	enum copyoff_wait w;
	bool changed;
	int err;

	if (!slot->through) {
		w = copyoff_place_enter(job, &dst);
		if (w)
			return w;
	}
	changed = !slot->through && dst.map.generation != slot->dst_generation;
	err = job->p.ops->check(job->p.front);
	if (err || changed) {
		if (dst.map.target)
			copyoff_gate_exit(dst.map.target);
		if (err) {
			copyoff_job_fail(job, slot->seq, &slot->at, err);
			return COPYOFF_STOP;
		}
		/* Another table by now: begin this piece anew. */
		copyoff_host_buffer_put(slot->cmd.buf);
		slot->cmd.buf = NULL;
		slot->state = COPYOFF_SLOT_REDO;
		return copyoff_issue_again(job, slot);
	}
	list_del_init(&slot->node);
	slot->state = COPYOFF_SLOT_WRITING;
	slot->cmd.op = COPYOFF_OP_WRITE;
	slot->src = NULL;
	slot->dst = dst.map.target;
	slot->counts = dst.map.target;
	slot->counts_later = false;
	job->wrote_plain |= !dst.map.target;
	submit(job, slot);
	return COPYOFF_GO;
}

enum copyoff_wait copyoff_issue_again(struct copyoff_job *job,
				      struct copyoff_slot *slot)
{
	struct attempt a = {
		.job = job, .slot = slot, .at = slot->at, .most = slot->left,
		.again = true,
	};
	struct list_head *before = slot->node.prev;
	unsigned int noio;
	enum copyoff_wait w;

	if (slot->state == COPYOFF_SLOT_LOADED) {
		noio = memalloc_noio_save();
		w = write_out(job, slot);
		memalloc_noio_restore(noio);
		return w;
	}
	list_del_init(&slot->node);
	w = attempt(&a);
	if (w)
		list_add(&slot->node, before);
	return w;
}
