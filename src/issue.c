// SPDX-License-Identifier: GPL-2.0-only
/*
 * The next command of a job: find what is mapped where, enter the gates, have
 * a command made (choose.c), issue it.
 *
 * Between the entry of a gate and the issue nothing here waits, allocates with
 * I/O, or touches user memory. If it cannot go on it leaves the gates and says
 * what to wait for.
 */
#include <linux/bits.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "attempt.h"
#include "delay.h"
#include "trace.h"

/* More than any command has, and a multiple of any block. */
#define MOST_SECTORS	(U32_MAX & ~0xffffU)

/*
 * Pieces are made of whole blocks of the larger of the two devices' sizes, and
 * so begin with one. A table may change that size in the middle of a range.
 */
static bool misplaced(const struct copyoff_attempt *a)
{
	u64 bits = a->src.sector | a->dst.sector;

	if (a->again)
		bits |= a->slot->left;
	return bits & (a->align - 1);
}

/* ---- what the tables say ---- */

/* Is the check good for the tables whose gates we are in? */
static bool is_checked(const struct copyoff_attempt *a)
{
	return a->job->checked_range == a->at.range &&
	       a->job->checked_src == a->src.map.generation &&
	       a->job->checked_dst == a->dst.map.generation;
}

/*
 * The window compares places on units: it must not mix two tables. After a
 * change all that was issued has to end before anything else begins.
 */
static bool same_tables(const struct copyoff_attempt *a)
{
	return a->job->src.generation == a->src.map.generation &&
	       a->job->dst.generation == a->dst.map.generation;
}

static enum copyoff_wait accept_tables(struct copyoff_attempt *a)
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

/* ---- issuing ---- */

/* Is the device to read or write anything but the bottom of the stack? */
static bool is_above(const struct copyoff_target *t)
{
	return !t || t->stacked;
}

static void fill_command(struct copyoff_attempt *a)
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

/*
 * What goes by the sides' own devices is not seen on the units: nothing may be
 * in doubt at all then. What is done again need not wait for its own doubt, as
 * that writes the same; but for the case that it does not.
 */
static bool meets_doubt(const struct copyoff_attempt *a,
			const struct copyoff_access *access)
{
	const struct copyoff_doubt *own = a->again && !a->slot->foul ?
					  &a->slot->doubt : NULL;

	return a->slot->through ? copyoff_doubts_any(own) :
				  copyoff_doubts_conflict(access, own);
}

/* The last question before a command goes: whoever passes it is sent. */
static enum copyoff_wait claim(struct copyoff_slot *slot)
{
	if (slot->state != COPYOFF_SLOT_NATIVE)
		return COPYOFF_GO;
	switch (copyoff_route_claim(&slot->cmd)) {
	case COPYOFF_TRUSTED:
	case COPYOFF_UNTRIED:
		return COPYOFF_GO;
	case COPYOFF_REFUSED:
		/* Since it was chosen, and not by a trial that one could wait for. */
		return COPYOFF_AGAIN;
	default:
		return COPYOFF_WAIT_ROUTE;
	}
}

/* Take a place in the window, or say that what is there comes first. */
static enum copyoff_wait take_place(struct copyoff_attempt *a)
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
	enum copyoff_wait w;

	if (meets_doubt(a, &access)) {
		if (!(job->result->reasons & BIT_ULL(COPYOFF_REASON_DOUBT)))
			copyoff_job_reason(job, COPYOFF_REASON_DOUBT, 0,
					   a->at.range);
		return COPYOFF_WAIT_DOUBT;
	}
	if (!a->again && (!copyoff_window_room(&job->window, access.nr) ||
			  copyoff_window_conflicts(&job->window, &access)))
		return COPYOFF_WAIT_CMD;
	w = claim(slot);
	if (w || a->again)
		return w;
	slot->place = copyoff_window_push(&job->window, &access);
	slot->seq = job->seq++;
	slot->smaller = false;
	slot->foul = false;
	slot->at = a->at;
	slot->left = a->plan.sectors;
	copyoff_cursor_add(job, &job->next,
			   (u64)a->plan.sectors << SECTOR_SHIFT);
	return COPYOFF_GO;
}

static enum copyoff_wait stop(struct copyoff_attempt *a, int err)
{
	copyoff_job_fail(a->job, a->again ? a->slot->seq : a->job->seq, &a->at,
			 err);
	return COPYOFF_STOP;
}

static enum copyoff_wait settle(struct copyoff_attempt *a)
{
	struct copyoff_job *job = a->job;
	enum copyoff_wait w = accept_tables(a);
	int err;

	if (w)
		return w;
	/* What is done again by the same tables was checked for them. */
	if (!is_checked(a) && !(a->again && same_tables(a))) {
		job->checked_range = U32_MAX;
		return COPYOFF_AGAIN;
	}
	err = job->p.ops->check(job->p.front);
	if (!err && misplaced(a))
		err = -EINVAL;
	if (err)
		return stop(a, err);
	w = copyoff_choose(a);
	if (!w)
		fill_command(a);
	if (!w)
		w = take_place(a);
	return w;
}

/* Is there nothing that the caller could do while the command runs? */
static bool alone(const struct copyoff_job *job, const struct copyoff_slot *s)
{
	/* An asynchronous one is to keep nobody waiting. */
	if (job->inflight || job->p.stop)
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
		cmd->dst_unit->backend->submit(cmd);
		return;
	}
	job->inflight++;
	if (cmd->buf)
		copyoff_host_submit(cmd);
	else
		copyoff_host_kcopyd(cmd);
}

/* Settled: note which gates the command stays in, and let it go. */
static void issue(struct copyoff_attempt *a)
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

static enum copyoff_wait attempt(struct copyoff_attempt *a)
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
	copyoff_delay(COPYOFF_DELAY_GATES_ENTERED);
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
	copyoff_delay(COPYOFF_DELAY_RANGES_FETCHED);
	return true;
}

/*
 * Have as many ranges at hand as one command can take. In no gate: this goes
 * to user memory and to the page cache. There it would wait for a suspended
 * device; what has a caller may, but nobody's worker is to be parked with a job.
 */
static enum copyoff_wait fetch_ahead(struct copyoff_job *job)
{
	enum copyoff_wait w;

	if (job->p.stop && job->fetched != job->p.nr_ranges) {
		w = copyoff_sides_open(job);
		if (w)
			return w;
	}
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
	slot = kmalloc(sizeof(*slot), GFP_KERNEL_ACCOUNT | __GFP_NORETRY |
				      __GFP_NOWARN);
	if (!slot)
		return NULL;
	slot->job = job;
	slot->finished = false;
	memset(&slot->cmd, 0, sizeof(slot->cmd));
	memset(&slot->doubt, 0, sizeof(slot->doubt));
	list_add(&slot->node, &job->idle);
	job->nr_slots++;
	return slot;
}

/* Until the check and the gates agree on the tables. */
static enum copyoff_wait attempt_checked(struct copyoff_attempt *a)
{
	struct copyoff_job *job = a->job;
	bool check = !a->again && job->checked_range != a->at.range;
	enum copyoff_wait w;
	int err;

	do {
		copyoff_job_find_records(job);
		err = check ? copyoff_job_check_range(job, &a->at) : 0;
		if (err == -EINTR)
			return COPYOFF_GO;	/* the loop sees why */
		if (err)
			return stop(a, err);
		if (check || !a->again)
			copyoff_delay(COPYOFF_DELAY_RANGE_CHECKED);
		w = attempt(a);
		check = true;
	} while (w == COPYOFF_AGAIN && !copyoff_job_stopped(job));
	return w == COPYOFF_AGAIN ? COPYOFF_GO : w;
}

enum copyoff_wait copyoff_issue_next(struct copyoff_job *job)
{
	struct copyoff_attempt a = { .job = job, .most = MOST_SECTORS };
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
	struct copyoff_attempt a = {
		.job = job, .slot = slot, .at = slot->at, .most = slot->left,
		.again = true,
	};
	struct list_head *before = slot->node.prev;
	unsigned int noio;
	enum copyoff_wait w;

	copyoff_delay(slot->state == COPYOFF_SLOT_LOADED ?
		      COPYOFF_DELAY_READ_DONE : COPYOFF_DELAY_REDO);
	if (slot->state == COPYOFF_SLOT_LOADED) {
		noio = memalloc_noio_save();
		w = write_out(job, slot);
		memalloc_noio_restore(noio);
		return w;
	}
	list_del_init(&slot->node);
	w = attempt_checked(&a);
	if (!a.issued)
		list_add(&slot->node, before);
	return w;
}
