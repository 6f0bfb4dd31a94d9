/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The asynchronous jobs of one open control device, and their records.
 */
#ifndef COPYOFF_JOBS_H
#define COPYOFF_JOBS_H

#include <linux/fs.h>
#include <linux/list.h>
#include <linux/poll.h>

#include "../include/uapi/linux/dm-copyoff.h"

struct copyoff_jobs;
struct copyoff_result;
struct seq_file;

/* NULL: no memory. Sleeps. */
struct copyoff_jobs *copyoff_jobs_create(void);

/*
 * copyoff_jobs_destroy() - cancel them all, and wait
 *
 * As long as the devices take for what was sent to them, like a copy that a
 * signal ends: when this returns nothing of theirs is written any more, but for
 * what is in doubt, and nobody holds their devices.
 */
void copyoff_jobs_destroy(struct copyoff_jobs *jobs);

/*
 * copyoff_jobs_submit() - start a job
 * @c: as it is right whatever the devices; not kept
 *
 * Returns 0 with its @id, or what a copy would have as errno for the whole
 * request. Sleeps.
 */
int copyoff_jobs_submit(struct copyoff_jobs *jobs,
			const struct copyoff_copy *c, u64 user_data, u64 *id);

/* Fill in the out members. 0 or -ENOENT; never sleep. */
int copyoff_jobs_status(struct copyoff_jobs *jobs, struct copyoff_status *s);
int copyoff_jobs_cancel(struct copyoff_jobs *jobs, u64 id);

/* A copy that its caller waits for, to be seen among the jobs. */
struct copyoff_waited {
	struct list_head node;
	dev_t src;
	dev_t dst;
	const struct copyoff_result *result;	/* its thread writes it meanwhile */
};

void copyoff_jobs_add_waited(struct copyoff_jobs *jobs, struct copyoff_waited *w);
void copyoff_jobs_del_waited(struct copyoff_jobs *jobs, struct copyoff_waited *w);

/* A line a job whose record was not read, and a waited copy, for /proc/PID/fdinfo. */
void copyoff_jobs_show(struct copyoff_jobs *jobs, struct seq_file *m);

/* Records: see struct copyoff_completion. */
ssize_t copyoff_jobs_read(struct copyoff_jobs *jobs, char __user *buf,
			  size_t size, bool nonblock);
__poll_t copyoff_jobs_poll(struct copyoff_jobs *jobs, struct file *file,
			   poll_table *wait);

/* How many a user may have. */
unsigned int copyoff_jobs_most(void);

#endif /* COPYOFF_JOBS_H */
