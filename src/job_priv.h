/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of a job share: job.c (the loop and the result), job_wait.c
 * (between its rounds), issue.c and choose.c (the next command), slot.c (the end
 * of one).
 *
 * All members belong to the loop, which is one thread at a time, but for the
 * list of ended commands, which has a lock.
 */
#ifndef COPYOFF_JOB_PRIV_H
#define COPYOFF_JOB_PRIV_H

#include <linux/list.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "backend.h"
#include "doubt.h"
#include "job.h"
#include "plan.h"
#include "registry.h"
#include "window.h"

/* Ranges that a job holds at a time. */
#define COPYOFF_RING		4096
/* How many of them are fetched at once. */
#define COPYOFF_FETCH		256
/* Source extents of all commands in the window. */
#define COPYOFF_ARENA		16384

/* A place in the list of ranges. */
struct copyoff_cursor {
	u32 range;
	u64 offset;		/* bytes into it */
};

struct copyoff_side {
	struct block_device *bdev;
	struct copyoff_record *rec;	/* a reference, or NULL */
	struct copyoff_unit *unit;	/* if it was no dm device of ours */
	u64 start;			/* of a partition, in sectors */
	u64 generation;			/* of the table that the window is for */
	unsigned int flush_errors;	/* of the record when we met it */
};

enum copyoff_slot_state {
	COPYOFF_SLOT_NATIVE,	/* a unit copies by itself */
	COPYOFF_SLOT_HOST,	/* the host reads and writes, in both gates */
	COPYOFF_SLOT_READING,	/* the host reads, in the source's gate */
	COPYOFF_SLOT_LOADED,	/* its buffer is full; in no gate */
	COPYOFF_SLOT_WRITING,	/* the host writes, in the destination's gate */
	COPYOFF_SLOT_REDO,	/* its next piece is to be done again; no gate */
};

/*
 * A place in the window at work. On the todo list if LOADED or REDO, and on the
 * list of the doubted if only its doubt is left of it.
 */
struct copyoff_slot {
	struct copyoff_cmd cmd;
	struct copyoff_job *job;
	struct list_head node;
	enum copyoff_slot_state state;
	enum copyoff_method method;
	u64 seq;			/* in list order */
	u32 place;			/* in the window */
	struct copyoff_cursor at;	/* what is left to do starts here... */
	u32 left;			/* ...and is that long, in sectors */
	bool smaller;			/* REDO by native commands, smaller ones */
	bool through;			/* by the sides' own devices, see issue.c */
	bool finished;			/* its place is, but for the doubt */
	bool foul;			/* the doubt is about other bytes */
	struct copyoff_doubt doubt;	/* about any of its native commands */
	/* Whose gates the command is in; either may be NULL. */
	struct copyoff_target *src;
	struct copyoff_target *dst;
	struct copyoff_target *counts;	/* whose statistics; one of the two */
	bool counts_later;		/* if it goes well */
	u64 dst_generation;		/* what LOADED was planned for */
	struct copyoff_extent ext[COPYOFF_MAX_EXTENTS];
	u8 wire[COPYOFF_WIRE_BYTES] __aligned(8);
};

/* What keeps a job from going on. */
enum copyoff_wait {
	COPYOFF_GO,		/* nothing */
	COPYOFF_WAIT_CMD,	/* a command of its own */
	COPYOFF_WAIT_GATE,	/* job->wait_rec, since job->wait_events */
	COPYOFF_WAIT_BUFFER,	/* one of the host's buffers */
	COPYOFF_WAIT_DOUBT,	/* the end of any, since job->wait_doubts */
	COPYOFF_WAIT_AWAKE,	/* for the system to wake up; asynchronous ones */
	COPYOFF_WAIT_ROUTE,	/* of any trial, since job->wait_trials */
	COPYOFF_AGAIN,		/* nothing, but the range must be checked */
	COPYOFF_STOP,		/* it has failed, see copyoff_job_fail() */
	COPYOFF_FINISHED,
};

struct copyoff_job {
	struct copyoff_job_params p;
	struct copyoff_result *result;
	u64 id;
	u64 deadline;			/* ns, 0: none */
	struct copyoff_side src;
	struct copyoff_side dst;

	/* Ranges [retired, fetched) are in the ring. */
	struct copyoff_range *ring;
	u32 ring_size;
	u32 fetched;
	u32 retired;
	u64 retired_bytes;		/* of the range at retired */
	int fetch_error;		/* of the range at fetched */

	struct copyoff_cursor next;	/* what is to be issued next */
	bool barrier;			/* the window must be empty first */
	/* The range that was checked last, and for which tables. */
	u32 checked_range;		/* U32_MAX: none */
	u64 checked_src;
	u64 checked_dst;
	u64 seq;
	struct copyoff_window window;

	struct list_head todo;		/* slots the loop has to move, by seq */
	struct list_head doubted;	/* slots with nothing but a doubt */
	struct list_head idle;		/* slots without a command */
	unsigned int nr_slots;
	unsigned int inflight;		/* submitted and not yet reaped */

	/*
	 * The first failure in list order; none if fail_error is 0. What is
	 * before it is still done, unless the job is cancelled, too.
	 */
	int fail_error;
	u64 fail_seq;			/* of its command, issued or not */
	struct copyoff_cursor fail_at;
	u64 fail_bytes;			/* that its command had done */
	int cancel_error;		/* if set, nothing at all is started */
	bool wrote_plain;		/* to a destination without a target */
	bool spoiled;			/* what was done may not be the source's bytes */

	struct copyoff_record *wait_rec;
	u64 wait_events;
	u64 wait_doubts;
	u64 wait_trials;

	spinlock_t lock;		/* protects ended; irqsave */
	struct list_head ended;		/* slots whose command is over */
	struct wait_queue_head wait;	/* woken under the lock */
};

static inline struct copyoff_range *copyoff_job_range(struct copyoff_job *job,
						      u32 index)
{
	return &job->ring[index % job->ring_size];
}

/* Go @bytes on, over the ends of ranges. All of them are in the ring. */
void copyoff_cursor_add(struct copyoff_job *job, struct copyoff_cursor *at,
			u64 bytes);

/* Note why the bytes at @range do not go by the device. */
void copyoff_job_reason(struct copyoff_job *job, enum copyoff_reason reason,
			u32 detail, u32 range);

/*
 * Is the job to go no further than where it is? Asked between commands, and on
 * long walks. Whether it is to be ended is another question: see
 * copyoff_job_ended(). If it is not, it goes on after copyoff_job_rest().
 */
static inline bool copyoff_job_stopped(const struct copyoff_job *job)
{
	return job->p.stop ? READ_ONCE(*job->p.stop) : signal_pending(current);
}

/* The identity of what the side's device is, where no target of ours is. */
static inline const void *copyoff_side_unit(const struct copyoff_side *side)
{
	return side->unit ? copyoff_unit_identity(side->unit) :
			    side->bdev->bd_disk;
}

/* The number of the command at the prefix. */
static inline u64 copyoff_job_first_seq(const struct copyoff_job *job)
{
	return job->seq - job->window.count;
}

/*
 * check.c: check what is left of the range at @at against the tables as they
 * are, and note for which that was. In no gate; may take its time. Returns 0,
 * -EINTR if a signal is pending, or what is wrong with the range.
 */
int copyoff_job_check_range(struct copyoff_job *job,
			    const struct copyoff_cursor *at);

/* issue.c: issue what comes next in list order. */
enum copyoff_wait copyoff_issue_next(struct copyoff_job *job);

/* issue.c: move a slot of the todo list on; it leaves the list if it moves. */
enum copyoff_wait copyoff_issue_again(struct copyoff_job *job,
				      struct copyoff_slot *slot);

/*
 * The job fails at @at, which belongs to the command with number @seq; what is
 * before that in list order goes on. Keeps the first in list order only.
 */
void copyoff_job_fail(struct copyoff_job *job, u64 seq,
		      const struct copyoff_cursor *at, int err);

/*
 * job.c: one round of the loop. Returns what is to be waited for before the
 * next; after COPYOFF_FINISHED there is none, and nothing is in flight.
 */
enum copyoff_wait copyoff_job_step(struct copyoff_job *job);

/* job.c: after the last round: complete the result; 0 or the errno. Sleeps. */
int copyoff_job_finish(struct copyoff_job *job);

/*
 * job.c: without a command in flight nobody else gives back the buffers of what
 * was read and not yet written.
 */
void copyoff_job_park(struct copyoff_job *job);

/* job_wait.c: sleep in the caller's context until the next round is due. */
void copyoff_job_sleep(struct copyoff_job *job, enum copyoff_wait w);

/*
 * job_wait.c: the same in pieces, for those who do not sleep. First the queue where
 * the news will come, then, with that watched, whether they are there already.
 */
struct wait_queue_head *copyoff_job_queue(struct copyoff_job *job,
					  enum copyoff_wait w);
bool copyoff_job_due(struct copyoff_job *job, enum copyoff_wait w);

/* job_wait.c: jiffies until the deadline, at least one. */
long copyoff_job_time_left(const struct copyoff_job *job);

/*
 * job_wait.c: if the system goes to sleep, so does the job, once no command is under
 * way. Returns COPYOFF_GO, or what is to be waited for first.
 */
enum copyoff_wait copyoff_job_rest(struct copyoff_job *job);

/*
 * job_wait.c: is somebody to end the job? Not so by the signal with which the freezer
 * wakes tasks up, and which it may leave behind. In the context of the job.
 */
bool copyoff_job_ended(struct copyoff_job *job);

/*
 * job_wait.c: have all asynchronous jobs rest, and let them go on. Nothing of theirs
 * is started in between, but what was under way is.
 */
void copyoff_jobs_rest(bool rest);

/* slot.c: the end of every command; any context. */
void copyoff_slot_end(struct copyoff_cmd *cmd);

/*
 * job_new.c: a job, ready for its loop, or NULL for want of memory; and the end
 * of one, with nothing in flight.
 */
struct copyoff_job *copyoff_job_create(const struct copyoff_job_params *params,
				       struct copyoff_result *result);
void copyoff_job_free(struct copyoff_job *job);

/*
 * A side of a job. If it is none of our devices it is asked who it is, so that
 * two ways to one thing are seen as such. Sleeps. 0 or -ENOMEM.
 */
int copyoff_side_init(struct copyoff_side *side, struct block_device *bdev);
void copyoff_side_exit(struct copyoff_side *side);

/* Find the records of both sides, as far as they exist by now. */
void copyoff_job_find_records(struct copyoff_job *job);

#endif /* COPYOFF_JOB_PRIV_H */
