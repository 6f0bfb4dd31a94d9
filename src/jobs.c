// SPDX-License-Identifier: GPL-2.0-only
/*
 * The asynchronous jobs of one open control device, and their records; and what is
 * to be seen of the copies that are waited for.
 */
#include <linux/blkdev.h>
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "async.h"
#include "ends.h"
#include "jobs.h"
#include "longwait.h"
#include "quota.h"

static unsigned int max_jobs = 1024;
module_param(max_jobs, uint, 0644);
MODULE_PARM_DESC(max_jobs, "asynchronous jobs that one user may have (1024)");

static_assert(sizeof(struct copyoff_completion) == 128);

/* It goes with its file, after all of its jobs. */
struct copyoff_jobs {
	spinlock_t lock;		/* protects the lists */
	struct list_head running;
	struct list_head ended;		/* in that order; not read yet */
	struct list_head waited;	/* copies that are waited for, their callers' */
	struct wait_queue_head wait;	/* for ended jobs; woken under the lock */
};

struct job {
	struct copyoff_async async;
	struct copyoff_ends_front front;
	struct copyoff_jobs *jobs;
	struct list_head node;		/* in one of its lists */
	/* Constant. */
	u64 id;
	u64 user_data;
	u64 bytes;
	dev_t src;
	dev_t dst;
	kuid_t uid;			/* whose limit it counts for */
	int err;			/* once it has ended */
};

unsigned int copyoff_jobs_most(void)
{
	return READ_ONCE(max_jobs);
}

/* ---- one job ---- */

static u64 total(const struct copyoff_range *list, u32 nr)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < nr; i++)
		if (check_add_overflow(sum, list[i].length, &sum))
			return U64_MAX;
	return sum;
}

static void job_free(struct job *j)
{
	copyoff_quota_give(j->uid);
	kvfree(j->front.list);
	kfree(j);
}

static struct job *job_alloc(struct copyoff_jobs *jobs,
			     const struct copyoff_copy *c)
{
	kuid_t uid = current_uid();
	struct job *j;
	int err;

	err = copyoff_quota_take(uid, copyoff_jobs_most());
	if (err)
		return ERR_PTR(err);
	j = kzalloc(sizeof(*j), GFP_KERNEL_ACCOUNT);
	if (!j) {
		copyoff_quota_give(uid);
		return ERR_PTR(-ENOMEM);
	}
	j->jobs = jobs;
	j->uid = uid;
	j->front.ranges = u64_to_user_ptr(c->ranges);
	j->front.range_size = c->range_size;
	return j;
}

/*
 * The devices are let go before anybody is told: who hears that a job is over
 * may remove them. The last reference to a file may go here, in a thread of the
 * kernel, where it would otherwise be put off; it is that of a block device.
 */
static void job_end(struct copyoff_async *a, int err)
{
	struct job *j = container_of(a, struct job, async);
	struct copyoff_jobs *jobs = j->jobs;

	__fput_sync(j->front.ends.src);
	__fput_sync(j->front.ends.dst);
	kvfree(j->front.list);
	j->front.list = NULL;
	j->err = err;
	spin_lock(&jobs->lock);
	list_move_tail(&j->node, &jobs->ended);
	wake_up_all(&jobs->wait);
	spin_unlock(&jobs->lock);
}

/* With both ends held. */
static int job_create(struct job *j, const struct copyoff_copy *c)
{
	struct copyoff_ends *ends = &j->front.ends;
	struct copyoff_job_params params = {
		.ops = &copyoff_ends_ops,
		.front = &j->front,
		.src = ends->src_bdev,
		.dst = ends->dst_bdev,
		.flags = c->flags,
		.nr_ranges = c->nr_ranges,
		.timeout_ns = c->timeout_ns,
	};
	int err = copyoff_ends_ops.check(&j->front);

	if (!err)
		err = copyoff_ends_take(&j->front, c->nr_ranges);
	if (err)
		return err;
	j->front.align = copyoff_job_alignment(params.src, params.dst);
	j->bytes = total(j->front.list, c->nr_ranges);
	j->src = params.src->bd_dev;
	j->dst = params.dst->bd_dev;
	j->async.end = job_end;
	j->id = copyoff_async_create(&j->async, &params);
	return j->id ? 0 : -ENOMEM;
}

int copyoff_jobs_submit(struct copyoff_jobs *jobs,
			const struct copyoff_copy *c, u64 user_data, u64 *id)
{
	struct job *j = job_alloc(jobs, c);
	int err;

	if (IS_ERR(j))
		return PTR_ERR(j);
	j->user_data = user_data;
	err = copyoff_ends_get(&j->front.ends, c->src_fd, c->dst_fd);
	if (err)
		goto out;
	err = job_create(j, c);
	if (err) {
		copyoff_ends_put(&j->front.ends);
		goto out;
	}
	*id = j->id;
	/*
	 * In one go: numbers can be guessed, and who cancels what has not begun
	 * would begin it. It may be read, and gone, before this returns.
	 */
	spin_lock(&jobs->lock);
	list_add_tail(&j->node, &jobs->running);
	copyoff_async_start(&j->async);
	spin_unlock(&jobs->lock);
	return 0;
out:
	job_free(j);
	return err;
}

/* ---- by number ---- */

/* Under jobs->lock. */
static struct job *find(struct copyoff_jobs *jobs, u64 id)
{
	struct job *j;

	list_for_each_entry(j, &jobs->running, node)
		if (j->id == id)
			return j;
	list_for_each_entry(j, &jobs->ended, node)
		if (j->id == id)
			return j;
	return NULL;
}

int copyoff_jobs_status(struct copyoff_jobs *jobs, struct copyoff_status *s)
{
	struct copyoff_result r;
	struct job *j;

	spin_lock(&jobs->lock);
	j = find(jobs, s->job_id);
	if (j) {
		s->state = copyoff_async_look(&j->async, &r);
		s->bytes_total = j->bytes;
	}
	spin_unlock(&jobs->lock);
	if (!j)
		return -ENOENT;
	s->bytes_done = r.bytes_done;
	s->bytes_nvme = r.bytes[COPYOFF_METHOD_NVME];
	s->bytes_scsi = r.bytes[COPYOFF_METHOD_SCSI];
	s->bytes_host = r.bytes[COPYOFF_METHOD_HOST];
	s->reasons = r.reasons;
	s->commands_offload = r.commands_offload;
	s->commands_host = r.commands_host;
	s->reason = r.reason;
	s->reason_range = r.reason_range;
	s->reason_detail = r.reason_detail;
	return 0;
}

int copyoff_jobs_cancel(struct copyoff_jobs *jobs, u64 id)
{
	struct job *j;

	spin_lock(&jobs->lock);
	j = find(jobs, id);
	if (j)
		copyoff_async_cancel(&j->async);
	spin_unlock(&jobs->lock);
	return j ? 0 : -ENOENT;
}

/* ---- for whoever looks on ---- */

void copyoff_jobs_add_waited(struct copyoff_jobs *jobs, struct copyoff_waited *w)
{
	spin_lock(&jobs->lock);
	list_add_tail(&w->node, &jobs->waited);
	spin_unlock(&jobs->lock);
}

void copyoff_jobs_del_waited(struct copyoff_jobs *jobs, struct copyoff_waited *w)
{
	spin_lock(&jobs->lock);
	list_del(&w->node);
	spin_unlock(&jobs->lock);
}

static void show_ends(struct seq_file *m, dev_t src, dev_t dst)
{
	seq_printf(m, " %u:%u %u:%u", MAJOR(src), MINOR(src), MAJOR(dst), MINOR(dst));
}

/* Its thread may be just at it: each number by itself is one that it was. */
static void show_result(struct seq_file *m, const struct copyoff_result *r)
{
	seq_printf(m, " %llu %llu %llu %llu\n", READ_ONCE(r->bytes_done),
		   READ_ONCE(r->bytes[COPYOFF_METHOD_NVME]),
		   READ_ONCE(r->bytes[COPYOFF_METHOD_SCSI]),
		   READ_ONCE(r->bytes[COPYOFF_METHOD_HOST]));
}

static void show(struct seq_file *m, struct job *j)
{
	struct copyoff_result r;
	enum copyoff_job_state state = copyoff_async_look(&j->async, &r);

	seq_printf(m, "copyoff-job:\t%llu", j->id);
	show_ends(m, j->src, j->dst);
	seq_printf(m, " %u %llu", state, j->bytes);
	show_result(m, &r);
}

void copyoff_jobs_show(struct copyoff_jobs *jobs, struct seq_file *m)
{
	struct copyoff_waited *w;
	struct job *j;

	spin_lock(&jobs->lock);
	list_for_each_entry(j, &jobs->running, node)
		show(m, j);
	list_for_each_entry(j, &jobs->ended, node)
		show(m, j);
	list_for_each_entry(w, &jobs->waited, node) {
		seq_puts(m, "copyoff-copy:\t-");
		show_ends(m, w->src, w->dst);
		seq_puts(m, " - -");
		show_result(m, w->result);
	}
	spin_unlock(&jobs->lock);
}

/* ---- records ---- */

static bool any_ended(struct copyoff_jobs *jobs)
{
	bool any;

	spin_lock(&jobs->lock);
	any = !list_empty(&jobs->ended);
	spin_unlock(&jobs->lock);
	return any;
}

static struct job *take_ended(struct copyoff_jobs *jobs)
{
	struct job *j;

	spin_lock(&jobs->lock);
	j = list_first_entry_or_null(&jobs->ended, struct job, node);
	if (j)
		list_del(&j->node);
	spin_unlock(&jobs->lock);
	return j;
}

static void put_back(struct copyoff_jobs *jobs, struct job *j)
{
	spin_lock(&jobs->lock);
	list_add(&j->node, &jobs->ended);
	wake_up_all(&jobs->wait);
	spin_unlock(&jobs->lock);
}

static void job_destroy(struct job *j)
{
	copyoff_async_exit(&j->async);
	job_free(j);
}

static bool put_record(const struct job *j, char __user *buf)
{
	const struct copyoff_result *r = &j->async.result;
	struct copyoff_completion c = {
		.job_id = j->id,
		.user_data = j->user_data,
		.bytes_done = r->bytes_done,
		.bytes_nvme = r->bytes[COPYOFF_METHOD_NVME],
		.bytes_scsi = r->bytes[COPYOFF_METHOD_SCSI],
		.bytes_host = r->bytes[COPYOFF_METHOD_HOST],
		.reasons = r->reasons,
		.commands_offload = r->commands_offload,
		.commands_host = r->commands_host,
		.reason = r->reason,
		.reason_range = r->reason_range,
		.reason_detail = r->reason_detail,
		.failed_range = r->failed_range,
		.error = -j->err,
		.result_flags = r->result_flags,
	};

	return !copy_to_user(buf, &c, sizeof(c));
}

/* As many as there are and fit; or -EFAULT if it was none for that. */
static ssize_t read_ended(struct copyoff_jobs *jobs, char __user *buf,
			  size_t size)
{
	const size_t one = sizeof(struct copyoff_completion);
	size_t done = 0;
	struct job *j;

	while (size - done >= one && (j = take_ended(jobs))) {
		if (!put_record(j, buf + done)) {
			put_back(jobs, j);
			return done ?: -EFAULT;
		}
		job_destroy(j);
		done += one;
	}
	return done;
}

ssize_t copyoff_jobs_read(struct copyoff_jobs *jobs, char __user *buf,
			  size_t size, bool nonblock)
{
	ssize_t n;

	if (size < sizeof(struct copyoff_completion))
		return -EINVAL;
	while (!(n = read_ended(jobs, buf, size))) {
		if (nonblock)
			return -EAGAIN;
		n = wait_event_interruptible(jobs->wait, any_ended(jobs));
		if (n)
			return n;
	}
	return n;
}

__poll_t copyoff_jobs_poll(struct copyoff_jobs *jobs, struct file *file,
			   poll_table *wait)
{
	poll_wait(file, &jobs->wait, wait);
	return any_ended(jobs) ? EPOLLIN | EPOLLRDNORM : 0;
}

/* ---- all of them ---- */

struct copyoff_jobs *copyoff_jobs_create(void)
{
	struct copyoff_jobs *jobs = kzalloc(sizeof(*jobs), GFP_KERNEL_ACCOUNT);

	if (!jobs)
		return NULL;
	spin_lock_init(&jobs->lock);
	INIT_LIST_HEAD(&jobs->running);
	INIT_LIST_HEAD(&jobs->ended);
	INIT_LIST_HEAD(&jobs->waited);
	init_waitqueue_head(&jobs->wait);
	return jobs;
}

static bool none_running(struct copyoff_jobs *jobs)
{
	bool none;

	spin_lock(&jobs->lock);
	none = list_empty(&jobs->running);
	spin_unlock(&jobs->lock);
	return none;
}

void copyoff_jobs_destroy(struct copyoff_jobs *jobs)
{
	struct job *j;

	spin_lock(&jobs->lock);
	list_for_each_entry(j, &jobs->running, node)
		copyoff_async_cancel(&j->async);
	spin_unlock(&jobs->lock);
	copyoff_wait_long(jobs->wait, none_running(jobs));
	while ((j = take_ended(jobs)))
		job_destroy(j);
	kfree(jobs);
}
