/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A job that runs by itself: in rounds, one work item each, with nobody waiting.
 *
 * A round goes as far as it can. Then the job is in a wait queue, with a timer
 * for its deadline, and has no worker; what it waits for queues it again. So as
 * many jobs as there may be share the workers that are awake: one a CPU, and one
 * for each round that the page cache, or a full queue of a device, makes sleep.
 */
#ifndef COPYOFF_ASYNC_H
#define COPYOFF_ASYNC_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "job.h"

struct mem_cgroup;

/* Embedded by its owner; zeroed before it is started. */
struct copyoff_async {
	struct delayed_work work;
	struct copyoff_job *job;	/* the rounds'; NULL before and after */
	struct copyoff_result result;	/* the rounds'; then the owner's */
	struct wait_queue_head *queue;	/* the rounds'; where @entry is */
	struct wait_queue_entry entry;
	struct mem_cgroup *memcg;	/* of who started it; a reference */
	bool stop;			/* once set it stays */

	/* Under the lock of all. */
	struct list_head node;
	bool busy;			/* in a round, or with commands sent */

	spinlock_t lock;		/* protects what is seen of it */
	struct copyoff_result seen;
	enum copyoff_job_state state;

	/* The owner's: called once, in the last round; sleeps. 0 or an errno. */
	void (*end)(struct copyoff_async *a, int err);
};

/*
 * copyoff_async_create() - a job that has not begun
 * @params: @stop is not looked at; the rest as for copyoff_job_run()
 *
 * Its memory is accounted to the caller's memory cgroup, now and later. Sleeps.
 * Returns the job's number, or 0 if there is no memory for it: then there is
 * nothing to exit.
 */
u64 copyoff_async_create(struct copyoff_async *a,
			 const struct copyoff_job_params *params);

/* Let it begin. Never sleeps; @end may have been called when this returns. */
void copyoff_async_start(struct copyoff_async *a);

/*
 * copyoff_async_cancel() - have it end at the next command border
 *
 * Never sleeps. May be called at any time between copyoff_async_start() and
 * copyoff_async_exit().
 */
void copyoff_async_cancel(struct copyoff_async *a);

/* What it has done up to now, and what it is at. Never sleeps. */
enum copyoff_job_state copyoff_async_look(struct copyoff_async *a,
					  struct copyoff_result *seen);

/*
 * copyoff_async_exit() - @end was called: @a is the owner's to free
 *
 * Sleeps for what the last round has left to do after that: next to nothing.
 */
void copyoff_async_exit(struct copyoff_async *a);

/* For main.c. At the end there are no jobs any more. */
int copyoff_asyncs_init(void);
void copyoff_asyncs_exit(void);

#endif /* COPYOFF_ASYNC_H */
