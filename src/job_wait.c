// SPDX-License-Identifier: GPL-2.0-only
/*
 * What comes between two rounds of a job's loop: to wait for what keeps it from
 * going on.
 */
#include <linux/freezer.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>

#include "job_priv.h"
#include "longwait.h"

/* Asynchronous jobs have no task of their own that the freezer could freeze. */
static bool resting;
static DECLARE_WAIT_QUEUE_HEAD(awake_wait);

static bool any_ended(struct copyoff_job *job)
{
	bool any;

	spin_lock_irq(&job->lock);
	any = !list_empty(&job->ended);
	spin_unlock_irq(&job->lock);
	return any;
}

long copyoff_job_time_left(const struct copyoff_job *job)
{
	u64 now = ktime_get_ns();

	if (!job->deadline)
		return MAX_SCHEDULE_TIMEOUT;
	if (now >= job->deadline)
		return 1;
	return min_t(u64, nsecs_to_jiffies64(job->deadline - now) + 1,
		     MAX_SCHEDULE_TIMEOUT - 1);
}

/* ---- in the caller's context ---- */

/*
 * Every wait ends with a signal but one: commands that were sent are waited
 * for, as long as the device's own error handling takes.
 */
void copyoff_job_sleep(struct copyoff_job *job, enum copyoff_wait w)
{
	struct copyoff_record *rec = job->wait_rec;
	u64 events = job->wait_events;

	switch (w) {
	case COPYOFF_WAIT_CMD:
		if (job->cancel_error || freezing(current) || !job->inflight)
			copyoff_wait_long(job->wait,
					  any_ended(job) || !job->inflight);
		else
			wait_event_interruptible_timeout(job->wait,
							 any_ended(job),
							 copyoff_job_time_left(job));
		break;
	case COPYOFF_WAIT_GATE:
		wait_event_freezable_timeout(rec->wait,
					     copyoff_record_changed(rec, events),
					     copyoff_job_time_left(job));
		break;
	case COPYOFF_WAIT_DOUBT:
		wait_event_freezable_timeout(*copyoff_doubts_wait(),
					     copyoff_doubts_ended() !=
					     job->wait_doubts,
					     copyoff_job_time_left(job));
		break;
	case COPYOFF_WAIT_ROUTE:
		wait_event_freezable_timeout(*copyoff_trials_wait(),
					     copyoff_trials_ended() !=
					     job->wait_trials,
					     copyoff_job_time_left(job));
		break;
	case COPYOFF_WAIT_BUFFER:
		wait_event_interruptible_timeout(*copyoff_host_buffer_wait(),
						 copyoff_host_buffer_free(),
						 copyoff_job_time_left(job));
		break;
	default:
		cond_resched();
	}
}

/* ---- without a context ---- */

struct wait_queue_head *copyoff_job_queue(struct copyoff_job *job,
					  enum copyoff_wait w)
{
	switch (w) {
	case COPYOFF_WAIT_GATE:
		return &job->wait_rec->wait;
	case COPYOFF_WAIT_DOUBT:
		return copyoff_doubts_wait();
	case COPYOFF_WAIT_ROUTE:
		return copyoff_trials_wait();
	case COPYOFF_WAIT_BUFFER:
		return copyoff_host_buffer_wait();
	case COPYOFF_WAIT_AWAKE:
		return &awake_wait;
	default:
		return &job->wait;
	}
}

bool copyoff_job_due(struct copyoff_job *job, enum copyoff_wait w)
{
	switch (w) {
	case COPYOFF_WAIT_CMD:
		return any_ended(job) || !job->inflight;
	case COPYOFF_WAIT_GATE:
		return copyoff_record_changed(job->wait_rec, job->wait_events);
	case COPYOFF_WAIT_DOUBT:
		return copyoff_doubts_ended() != job->wait_doubts;
	case COPYOFF_WAIT_ROUTE:
		return copyoff_trials_ended() != job->wait_trials;
	case COPYOFF_WAIT_BUFFER:
		return copyoff_host_buffer_free();
	case COPYOFF_WAIT_AWAKE:
		return !READ_ONCE(resting);
	default:
		return true;
	}
}

/* ---- the system's sleep ---- */

/*
 * Whom the freezer wakes up finds a signal that is none. It stays, too, if the
 * freezer gives up before we were frozen.
 */
static void drop_fake_signal(void)
{
	/* Our own: it stays as long as we do. */
	struct sighand_struct *sighand =
		rcu_dereference_protected(current->sighand, true);

	spin_lock_irq(&sighand->siglock);
	recalc_sigpending();
	spin_unlock_irq(&sighand->siglock);
}

/* With a signal that is none it is the next rest that sees to it. */
bool copyoff_job_ended(struct copyoff_job *job)
{
	if (!copyoff_job_stopped(job))
		return false;
	if (job->p.stop)
		return true;
	if (freezing(current))
		return false;
	drop_fake_signal();
	return copyoff_job_stopped(job);
}

static void freeze(struct copyoff_job *job)
{
	copyoff_job_park(job);
	try_to_freeze();
	drop_fake_signal();
}

enum copyoff_wait copyoff_job_rest(struct copyoff_job *job)
{
	bool rest = job->p.stop ? READ_ONCE(resting) : freezing(current);

	if (!rest) {
		if (!job->p.stop && signal_pending(current))
			drop_fake_signal();
		return COPYOFF_GO;
	}
	if (job->inflight)
		return COPYOFF_WAIT_CMD;
	if (!job->p.stop) {
		freeze(job);
		return COPYOFF_GO;
	}
	/* To be ended it need not be woken up: that starts nothing. */
	if (copyoff_job_stopped(job))
		return COPYOFF_GO;
	copyoff_job_park(job);
	return COPYOFF_WAIT_AWAKE;
}

void copyoff_jobs_rest(bool rest)
{
	WRITE_ONCE(resting, rest);
	if (!rest)
		wake_up_all(&awake_wait);
}
