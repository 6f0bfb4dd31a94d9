// SPDX-License-Identifier: GPL-2.0-only
/*
 * One copy request: its loop, its failures, its result.
 */
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "delay.h"
#include "job_priv.h"
#define CREATE_TRACE_POINTS
#include "trace.h"

/* ---- bookkeeping ---- */

void copyoff_cursor_add(struct copyoff_job *job, struct copyoff_cursor *at,
			u64 bytes)
{
	at->offset += bytes;
	while (at->range != job->fetched) {
		u64 length = copyoff_job_range(job, at->range)->length;

		if (at->offset < length)
			break;
		at->offset -= length;
		at->range++;
	}
}

void copyoff_job_reason(struct copyoff_job *job, enum copyoff_reason reason,
			u32 detail, u32 range)
{
	struct copyoff_result *r = job->result;

	trace_fallback(job->id, range, reason, detail);
	if (!r->reasons) {
		r->reason = reason;
		r->reason_range = range;
		r->reason_detail = detail;
	}
	r->reasons |= 1ULL << reason;
}

void copyoff_job_fail(struct copyoff_job *job, u64 seq,
		      const struct copyoff_cursor *at, int err)
{
	if (job->cancel_error || (job->fail_error && job->fail_seq <= seq))
		return;
	job->fail_error = err;
	job->fail_seq = seq;
	job->fail_at = *at;
	job->fail_bytes = 0;
}

/* In list order, so that the oldest moves first. */
static void todo_add(struct copyoff_job *job, struct copyoff_slot *slot)
{
	struct copyoff_slot *other;

	list_for_each_entry_reverse(other, &job->todo, node)
		if (other->seq < slot->seq)
			break;
	list_add(&slot->node, &other->node);
}

static bool slot_in_doubt(struct copyoff_slot *slot)
{
	/* Not begun without one of its commands ended, and reaped. */
	return slot->doubt.begun && copyoff_doubt_active(&slot->doubt);
}

static void slot_idle(struct copyoff_job *job, struct copyoff_slot *slot)
{
	if (slot->finished)
		copyoff_window_done(&job->window, slot->place);
	slot->finished = false;
	slot->doubt.begun = false;
	list_add(&slot->node, &job->idle);
}

static void slot_release(struct copyoff_job *job, struct copyoff_slot *slot)
{
	copyoff_host_buffer_put(slot->cmd.buf);
	slot->cmd.buf = NULL;
	if (slot_in_doubt(slot))
		list_add_tail(&slot->node, &job->doubted);
	else
		slot_idle(job, slot);
}

/* Sectors of the slot's place that are done. */
static u32 slot_done_sectors(struct copyoff_job *job, struct copyoff_slot *slot)
{
	return job->window.entry[slot->place].sectors - slot->left;
}

static void slot_fail(struct copyoff_job *job, struct copyoff_slot *slot,
		      int err)
{
	copyoff_job_fail(job, slot->seq, &slot->at, err);
	if (job->fail_error && job->fail_seq == slot->seq)
		job->fail_bytes = (u64)slot_done_sectors(job, slot) <<
				  SECTOR_SHIFT;
	job->result->result_flags |= COPYOFF_RESULT_DST_UNDEFINED;
	slot_release(job, slot);
}

/* ---- reaping ---- */

/* A command has done its part; go on with the rest of its place. */
static void slot_advance(struct copyoff_job *job, struct copyoff_slot *slot,
			 enum copyoff_method method)
{
	u64 bytes = (u64)slot->cmd.sectors << SECTOR_SHIFT;

	job->result->bytes[method] += bytes;
	copyoff_cursor_add(job, &slot->at, bytes);
	slot->left -= slot->cmd.sectors;
	if (!slot->left) {
		slot->finished = true;
		slot_release(job, slot);
		return;
	}
	slot->state = COPYOFF_SLOT_REDO;
	/* As below: a lost path may still read what was made for it. */
	if (slot->doubt.begun)
		slot->smaller = false;
	todo_add(job, slot);
}

static void native_failed(struct copyoff_job *job, struct copyoff_slot *slot)
{
	const struct copyoff_verdict *v = &slot->cmd.verdict;

	/* What may still be read by a lost path must not be built anew. */
	if (copyoff_verdict_is_again(v) && !slot->doubt.begun) {
		/* Not a byte is lost: smaller ones, or a trial, may do it. */
		slot->smaller = true;
		slot->state = COPYOFF_SLOT_REDO;
		todo_add(job, slot);
		return;
	}
	slot->smaller = false;
	copyoff_job_reason(job, copyoff_verdict_reason(v), v->detail,
			   slot->at.range);
	job->spoiled |= v->spoiled;
	if (v->kind == COPYOFF_FAIL) {
		slot_fail(job, slot, v->err);
	} else if (v->spoiled) {
		slot_fail(job, slot, -EIO);
	} else if (job->p.flags & COPYOFF_COPY_NO_FALLBACK) {
		slot_fail(job, slot, -EOPNOTSUPP);
	} else {
		/* Whatever it has written: all of it is done again. */
		slot->state = COPYOFF_SLOT_REDO;
		todo_add(job, slot);
	}
}

static void reap_one(struct copyoff_job *job, struct copyoff_slot *slot)
{
	bool ok = slot->cmd.verdict.kind == COPYOFF_DONE;

	job->inflight--;
	if (slot->state == COPYOFF_SLOT_NATIVE) {
		job->result->commands_offload += slot->cmd.sent;
		if (slot->cmd.verdict.doubt)
			copyoff_job_reason(job, COPYOFF_REASON_DOUBT,
					   slot->cmd.verdict.detail,
					   slot->at.range);
		if (ok)
			slot_advance(job, slot, slot->method);
		else
			native_failed(job, slot);
		return;
	}
	if (!ok) {
		slot_fail(job, slot, slot->cmd.verdict.err);
		return;
	}
	if (slot->state == COPYOFF_SLOT_READING) {
		slot->state = COPYOFF_SLOT_LOADED;
		todo_add(job, slot);
		return;
	}
	job->result->commands_host++;
	slot_advance(job, slot, COPYOFF_METHOD_HOST);
}

static void reap(struct copyoff_job *job)
{
	struct copyoff_slot *slot, *next;
	LIST_HEAD(ended);

	spin_lock_irq(&job->lock);
	list_splice_init(&job->ended, &ended);
	spin_unlock_irq(&job->lock);
	list_for_each_entry_safe(slot, next, &ended, node) {
		list_del_init(&slot->node);
		reap_one(job, slot);
	}
}

/* Whose doubt is over is done with. */
static void reap_doubts(struct copyoff_job *job)
{
	struct copyoff_slot *slot, *next;

	job->wait_doubts = copyoff_doubts_ended();
	list_for_each_entry_safe(slot, next, &job->doubted, node) {
		if (slot_in_doubt(slot))
			continue;
		list_del_init(&slot->node);
		slot_idle(job, slot);
	}
}

static void retire(struct copyoff_job *job, u64 bytes)
{
	job->result->bytes_done += bytes;
	job->retired_bytes += bytes;
	while (job->retired != job->fetched) {
		struct copyoff_range *r = copyoff_job_range(job, job->retired);

		if (job->retired_bytes < r->length)
			break;
		copyoff_delay(COPYOFF_DELAY_RANGE_DONE);
		job->retired_bytes -= r->length;
		job->p.ops->retire(job->p.front, r);
		job->retired++;
	}
}

static void advance_prefix(struct copyoff_job *job)
{
	u32 sectors;

	while (copyoff_window_pop(&job->window, &sectors))
		retire(job, (u64)sectors << SECTOR_SHIFT);
}

/* ---- the loop ---- */

static void check_stop(struct copyoff_job *job)
{
	if (job->cancel_error)
		return;
	if (copyoff_job_ended(job))
		job->cancel_error = job->p.stop ? -ECANCELED : -EINTR;
	else if (job->deadline && ktime_get_ns() >= job->deadline)
		job->cancel_error = -ETIMEDOUT;
}

/* What comes after the failure, or after a cancel, will not be done. */
static void drop_todo(struct copyoff_job *job)
{
	struct copyoff_slot *slot, *next;

	if (!job->fail_error && !job->cancel_error)
		return;
	list_for_each_entry_safe(slot, next, &job->todo, node) {
		if (!job->cancel_error && slot->seq < job->fail_seq)
			continue;
		list_del_init(&slot->node);
		if (slot->method != COPYOFF_METHOD_HOST)
			job->result->result_flags |=
				COPYOFF_RESULT_DST_UNDEFINED;
		slot_release(job, slot);
	}
}

/* The oldest has to go on first: its gate is the one to be waited for. */
static enum copyoff_wait move_todo(struct copyoff_job *job)
{
	enum copyoff_wait first = COPYOFF_GO;
	struct copyoff_slot *slot, *next;
	struct copyoff_record *rec = NULL;
	u64 events = 0;

	list_for_each_entry_safe(slot, next, &job->todo, node) {
		enum copyoff_wait w;

		/* The one before it may have taken its time. */
		check_stop(job);
		if (job->cancel_error || copyoff_job_stopped(job))
			return COPYOFF_STOP;
		w = copyoff_issue_again(job, slot);
		if (w == COPYOFF_STOP)
			return w;
		if (!w || first)
			continue;
		first = w;
		rec = job->wait_rec;
		events = job->wait_events;
	}
	if (first == COPYOFF_WAIT_GATE) {
		job->wait_rec = rec;
		job->wait_events = events;
	}
	return first;
}

/* Without a command in flight nobody else will give these back. */
void copyoff_job_park(struct copyoff_job *job)
{
	struct copyoff_slot *slot;

	list_for_each_entry(slot, &job->todo, node) {
		if (slot->state != COPYOFF_SLOT_LOADED)
			continue;
		copyoff_host_buffer_put(slot->cmd.buf);
		slot->cmd.buf = NULL;
		slot->state = COPYOFF_SLOT_REDO;
	}
}

/*
 * With nothing in flight: is it a doubt of its own that the job waits for? A
 * cancelled one leaves them behind.
 */
static bool waits_for_doubt(struct copyoff_job *job, enum copyoff_wait w)
{
	if (list_empty(&job->doubted))
		return false;
	return w == COPYOFF_WAIT_CMD ||
	       (w == COPYOFF_FINISHED && !job->cancel_error);
}

enum copyoff_wait copyoff_job_step(struct copyoff_job *job)
{
	enum copyoff_wait w;

	job->wait_trials = copyoff_trials_ended();
	reap(job);
	reap_doubts(job);
	advance_prefix(job);
	w = copyoff_job_rest(job);
	if (w)
		return w;
	check_stop(job);
	drop_todo(job);
	w = move_todo(job);
	if (w == COPYOFF_STOP)
		return COPYOFF_GO;	/* to drop what is late, or to rest */
	/* That may have taken its time, and the next border is here. */
	check_stop(job);
	if (!w && !job->cancel_error && copyoff_job_stopped(job))
		return COPYOFF_GO;	/* to rest */
	if (!w)
		w = job->fail_error || job->cancel_error ?
		    COPYOFF_FINISHED : copyoff_issue_next(job);
	if (w == COPYOFF_GO)
		return w;
	if (w == COPYOFF_STOP)
		w = COPYOFF_FINISHED;
	if (job->inflight)
		return COPYOFF_WAIT_CMD;
	if (w == COPYOFF_FINISHED && !list_empty(&job->todo))
		return COPYOFF_GO;
	if (waits_for_doubt(job, w))
		w = COPYOFF_WAIT_DOUBT;
	if (w != COPYOFF_FINISHED && w != COPYOFF_WAIT_CMD)
		copyoff_job_park(job);
	return w;
}

/* ---- the end ---- */

static void free_left_behind(struct copyoff_doubt *d)
{
	kfree(container_of(d, struct copyoff_slot, doubt));
}

/* What is in doubt stays so, without us. True if there is any. */
static bool leave_doubts(struct copyoff_job *job)
{
	struct copyoff_slot *slot, *next;
	bool any = false;

	list_for_each_entry_safe(slot, next, &job->doubted, node) {
		list_del(&slot->node);
		if (copyoff_doubt_abandon(&slot->doubt, free_left_behind))
			any = true;
		else
			list_add(&slot->node, &job->idle);
	}
	return any;
}

/*
 * What was taken to be done may not be: by a device that has copied something else,
 * as was found later, or that has lost it.
 */
static int nothing_is_done(struct copyoff_job *job)
{
	struct copyoff_result *r = job->result;

	r->bytes_done = 0;
	r->failed_range = 0;
	return -EIO;
}

/*
 * If a flush has failed, nobody knows what is on stable storage: then nothing is
 * done, whatever else there is to tell. Returns 0 or -EIO.
 */
static int flush(struct copyoff_job *job)
{
	int err = 0;

	if (job->dst.rec)
		err = copyoff_record_flush(job->dst.rec,
					   job->dst.flush_errors);
	/* What went through the device itself, if it is none of ours. */
	if (!err && job->wrote_plain)
		err = compat_blkdev_issue_flush(job->dst.bdev);
	return err ? nothing_is_done(job) : 0;
}

/* Why the job ends where its prefix does. */
static int find_error(struct copyoff_job *job)
{
	struct copyoff_result *r = job->result;

	r->failed_range = job->p.nr_ranges;
	if (job->retired == job->p.nr_ranges)
		return 0;
	/* A failure that a cancelled job never came to is none. */
	if (job->fail_error && job->fail_seq == copyoff_job_first_seq(job)) {
		r->failed_range = job->fail_at.range;
		/* What is in doubt may still be overwritten: it is not done. */
		if (!(r->result_flags & COPYOFF_RESULT_IN_DOUBT))
			r->bytes_done += job->fail_bytes;
		return job->fail_error;
	}
	r->failed_range = job->retired;
	return job->cancel_error;
}

int copyoff_job_finish(struct copyoff_job *job)
{
	struct copyoff_result *r = job->result;
	int err;
	u32 i;

	if (leave_doubts(job))
		r->result_flags |= COPYOFF_RESULT_IN_DOUBT;
	err = find_error(job);
	if (job->spoiled)
		err = nothing_is_done(job);
	/* Partly written ranges have stale pages, too. */
	for (i = job->retired; i != job->fetched; i++)
		job->p.ops->retire(job->p.front, copyoff_job_range(job, i));
	if (job->p.flags & COPYOFF_COPY_SYNC)
		err = flush(job) ?: err;
	trace_job_done(job->id, err, r->bytes_done,
		       r->bytes[COPYOFF_METHOD_NVME] +
		       r->bytes[COPYOFF_METHOD_SCSI],
		       r->bytes[COPYOFF_METHOD_HOST]);
	return err;
}

int copyoff_job_run(const struct copyoff_job_params *params,
		    struct copyoff_result *result)
{
	struct copyoff_job *job;
	enum copyoff_wait w;
	int err;

	memset(result, 0, sizeof(*result));
	result->failed_range = params->nr_ranges;
	job = copyoff_job_create(params, result);
	if (!job)
		return -ENOMEM;
	while ((w = copyoff_job_step(job)) != COPYOFF_FINISHED)
		copyoff_job_sleep(job, w);
	err = copyoff_job_finish(job);
	copyoff_job_free(job);
	return err;
}
