// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/copyoff-ctl: from a structure in user memory to a job and back.
 */
#include <linux/bits.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/uaccess.h>

#include "ends.h"
#include "front.h"
#include "job.h"
#include "jobs.h"

#define COPY_FLAGS	(COPYOFF_COPY_NO_FALLBACK | COPYOFF_COPY_NO_OFFLOAD | \
			 COPYOFF_COPY_SYNC)

/* What the first version of struct copyoff_copy had. */
#define COPY_MIN	offsetofend(struct copyoff_copy, result_flags)

/* All that a copy can meet here; the others are for methods to come. */
#define R(name)		BIT_ULL(COPYOFF_REASON_##name)
#define REASONS		(R(FLAG) | R(TARGET_OFF) | R(TOO_SMALL) | \
			 R(MISALIGNED) | R(NOT_COPYOFF) | \
			 R(DIFFERENT_TRANSPORT) | R(DIFFERENT_UNIT) | \
			 R(NO_COPY_COMMAND) | R(NO_DESIGNATOR) | \
			 R(DESIGNATOR_CLASH) | \
			 R(NO_LIMITS) | R(BLOCK_SIZE) | R(PROTECTION_INFO) | \
			 R(ZONED) | R(ENCRYPTED) | R(LOWER_IS_STACKED) | \
			 R(NO_PATH) | R(QUARANTINED) | R(DEVICE_ERROR) | \
			 R(DOUBT))

#define C(name)		BIT_ULL(_IOC_NR(COPYOFF_IOC_##name))
#define COMMANDS	(C(FEATURES) | C(QUERY) | C(COPY) | C(SUBMIT) | \
			 C(STATUS) | C(CANCEL))

/* ---- commands ---- */

union args {
	struct copyoff_copy copy;
	struct copyoff_query query;
	struct copyoff_features features;
	struct copyoff_submit submit;
	struct copyoff_status status;
	struct copyoff_cancel cancel;
};

static int features(struct copyoff_jobs *jobs, union args *args)
{
	struct copyoff_features *f = &args->features;

	if (f->flags)
		return -EINVAL;
	f->copy_flags = COPY_FLAGS;
	f->result_flags = COPYOFF_RESULT_DST_UNDEFINED |
			  COPYOFF_RESULT_IN_DOUBT;
	f->reasons = REASONS;
	f->methods = 1U << COPYOFF_METHOD_HOST | 1U << COPYOFF_METHOD_NVME |
		     1U << COPYOFF_METHOD_SCSI;
	f->max_ranges = COPYOFF_MAX_RANGES;
	f->commands = COMMANDS;
	f->max_job_ranges = COPYOFF_MAX_JOB_RANGES;
	f->max_jobs = copyoff_jobs_most();
	return 0;
}

static int query(struct copyoff_jobs *jobs, union args *args)
{
	struct copyoff_query *q = &args->query;
	struct copyoff_range range = {
		.src_offset = q->src_offset,
		.dst_offset = q->dst_offset,
		.length = q->length,
	};
	struct copyoff_answer a = {};
	struct copyoff_ends ends;
	int err;

	if (q->flags)
		return -EINVAL;
	err = copyoff_ends_get(&ends, q->src_fd, q->dst_fd);
	if (err)
		return err;
	err = copyoff_job_query(ends.src_bdev, ends.dst_bdev, &range, &a);
	copyoff_ends_put(&ends);
	q->span = a.span;
	q->max_command_bytes = a.max_command_bytes;
	q->method = a.method;
	q->reason = a.reason;
	q->reason_detail = a.reason_detail;
	q->alignment = a.alignment;
	q->max_src_ranges = a.max_src_ranges;
	q->max_inflight = a.max_inflight;
	return err;
}

static int copy_check(const struct copyoff_copy *c)
{
	if (c->flags & ~COPY_FLAGS)
		return -EINVAL;
	if ((c->flags & COPYOFF_COPY_NO_FALLBACK) &&
	    (c->flags & COPYOFF_COPY_NO_OFFLOAD))
		return -EINVAL;
	if (!c->nr_ranges)
		return -EINVAL;
	if (c->nr_ranges > COPYOFF_MAX_RANGES)
		return -E2BIG;
	if (c->range_size < sizeof(struct copyoff_range) ||
	    c->range_size > PAGE_SIZE)
		return -EINVAL;
	return 0;
}

static void copy_results(struct copyoff_copy *c,
			 const struct copyoff_result *r, int err)
{
	c->bytes_done = r->bytes_done;
	c->bytes_nvme = r->bytes[COPYOFF_METHOD_NVME];
	c->bytes_scsi = r->bytes[COPYOFF_METHOD_SCSI];
	c->bytes_host = r->bytes[COPYOFF_METHOD_HOST];
	c->reasons = r->reasons;
	c->commands_offload = r->commands_offload;
	c->commands_host = r->commands_host;
	c->reason = r->reason;
	c->reason_range = r->reason_range;
	c->reason_detail = r->reason_detail;
	c->failed_range = r->failed_range;
	c->result_flags = r->result_flags;
	c->error = -err;
}

static int copy_run(const struct copyoff_copy *c, struct copyoff_ends_front *front,
		    struct copyoff_result *result)
{
	struct copyoff_job_params params = {
		.ops = &copyoff_ends_ops,
		.front = front,
		.src = front->ends.src_bdev,
		.dst = front->ends.dst_bdev,
		.flags = c->flags,
		.nr_ranges = c->nr_ranges,
		.timeout_ns = c->timeout_ns,
	};
	int err = copyoff_ends_ops.check(front);

	front->ranges = u64_to_user_ptr(c->ranges);
	front->range_size = c->range_size;
	front->align = copyoff_job_alignment(params.src, params.dst);
	return err ? err : copyoff_job_run(&params, result);
}

static int copy_waited(struct copyoff_jobs *jobs, const struct copyoff_copy *c,
		       struct copyoff_ends_front *front, struct copyoff_result *result)
{
	struct copyoff_waited waited = {
		.src = front->ends.src_bdev->bd_dev,
		.dst = front->ends.dst_bdev->bd_dev,
		.result = result,
	};
	int err;

	copyoff_jobs_add_waited(jobs, &waited);
	err = copy_run(c, front, result);
	copyoff_jobs_del_waited(jobs, &waited);
	return err;
}

static int copy(struct copyoff_jobs *jobs, union args *args)
{
	struct copyoff_copy *c = &args->copy;
	struct copyoff_result result = { .failed_range = c->nr_ranges };
	struct copyoff_ends_front front = {};
	int err;

	err = copy_check(c);
	if (!err)
		err = copyoff_ends_get(&front.ends, c->src_fd, c->dst_fd);
	if (!err) {
		err = copy_waited(jobs, c, &front, &result);
		copyoff_ends_put(&front.ends);
	}
	copy_results(c, &result, err);
	return err;
}

/* A structure of which @known bytes are, and its first version has @min. */
static int take_struct(void *to, size_t known, size_t min, u32 size,
		       const void __user *from)
{
	if (size < min)
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	return copy_struct_from_user(to, known, from, size);
}

static int take_copy(struct copyoff_copy *c, u64 at)
{
	const void __user *from = u64_to_user_ptr(at);
	u32 size;
	int err;

	if (get_user(size, (const u32 __user *)from))
		return -EFAULT;
	err = take_struct(c, sizeof(*c), COPY_MIN, size, from);
	if (!err)
		err = copy_check(c);
	if (!err && c->nr_ranges > COPYOFF_MAX_JOB_RANGES)
		err = -E2BIG;
	return err;
}

static int submit(struct copyoff_jobs *jobs, union args *args)
{
	struct copyoff_submit *s = &args->submit;
	struct copyoff_copy c;
	int err;

	if (s->flags)
		return -EINVAL;
	err = take_copy(&c, s->copy);
	return err ?: copyoff_jobs_submit(jobs, &c, s->user_data, &s->job_id);
}

static int status(struct copyoff_jobs *jobs, union args *args)
{
	if (args->status.flags)
		return -EINVAL;
	return copyoff_jobs_status(jobs, &args->status);
}

static int cancel(struct copyoff_jobs *jobs, union args *args)
{
	if (args->cancel.flags)
		return -EINVAL;
	return copyoff_jobs_cancel(jobs, args->cancel.job_id);
}

/* ---- dispatch ---- */

static const struct op {
	unsigned int cmd;
	size_t size;		/* as we know it */
	size_t min_size;	/* of its first version */
	size_t out;		/* where the out members begin */
	int (*run)(struct copyoff_jobs *jobs, union args *args);
} ops[] = {
	[_IOC_NR(COPYOFF_IOC_FEATURES)] = {
		.cmd = COPYOFF_IOC_FEATURES,
		.size = sizeof(struct copyoff_features),
		.min_size = offsetofend(struct copyoff_features, max_ranges),
		.out = offsetof(struct copyoff_features, copy_flags),
		.run = features,
	},
	[_IOC_NR(COPYOFF_IOC_QUERY)] = {
		.cmd = COPYOFF_IOC_QUERY,
		.size = sizeof(struct copyoff_query),
		.min_size = offsetofend(struct copyoff_query, max_inflight),
		.out = offsetof(struct copyoff_query, span),
		.run = query,
	},
	[_IOC_NR(COPYOFF_IOC_COPY)] = {
		.cmd = COPYOFF_IOC_COPY,
		.size = sizeof(struct copyoff_copy),
		.min_size = COPY_MIN,
		.out = offsetof(struct copyoff_copy, bytes_done),
		.run = copy,
	},
	[_IOC_NR(COPYOFF_IOC_SUBMIT)] = {
		.cmd = COPYOFF_IOC_SUBMIT,
		.size = sizeof(struct copyoff_submit),
		.min_size = offsetofend(struct copyoff_submit, job_id),
		.out = offsetof(struct copyoff_submit, job_id),
		.run = submit,
	},
	[_IOC_NR(COPYOFF_IOC_STATUS)] = {
		.cmd = COPYOFF_IOC_STATUS,
		.size = sizeof(struct copyoff_status),
		.min_size = offsetofend(struct copyoff_status, state),
		.out = offsetof(struct copyoff_status, bytes_total),
		.run = status,
	},
	[_IOC_NR(COPYOFF_IOC_CANCEL)] = {
		.cmd = COPYOFF_IOC_CANCEL,
		.size = sizeof(struct copyoff_cancel),
		.min_size = offsetofend(struct copyoff_cancel, job_id),
		.out = sizeof(struct copyoff_cancel),
		.run = cancel,
	},
};

/* The out members, as far as the caller's size reaches. */
static unsigned long put_results(const struct op *op, const union args *args,
				 u8 __user *user, size_t size)
{
	return copy_to_user(user + op->out, (const u8 *)args + op->out,
			    size - op->out);
}

/* NULL: none of ours. Nor is what lies behind the table speculated with. */
static const struct op *find_op(unsigned int cmd)
{
	unsigned int nr = _IOC_NR(cmd);

	if (nr >= ARRAY_SIZE(ops))
		return NULL;
	nr = array_index_nospec(nr, ARRAY_SIZE(ops));
	return ops[nr].cmd == cmd ? &ops[nr] : NULL;
}

static long copyoff_ioctl(struct file *file, unsigned int cmd,
			  unsigned long arg)
{
	u8 __user *user = (void __user *)arg;
	const struct op *op = find_op(cmd);
	union args args;
	size_t size;
	u32 claimed;
	int err;

	if (!op)
		return -ENOTTY;
	if (get_user(claimed, (u32 __user *)user))
		return -EFAULT;
	memset(&args, 0, sizeof(args));
	err = take_struct(&args, op->size, op->min_size, claimed, user);
	if (err)
		return err;
	/*
	 * The out members count from zero, whatever came in. They are written
	 * first of all, too: better no copy than one whose result is lost.
	 */
	memset((u8 *)&args + op->out, 0, op->size - op->out);
	size = min_t(size_t, claimed, op->size);
	if (put_results(op, &args, user, size))
		return -EFAULT;
	err = op->run(file->private_data, &args);
	if (put_results(op, &args, user, size))
		return -EFAULT;
	return err;
}

static ssize_t ctl_read(struct file *file, char __user *buf, size_t size,
			loff_t *pos)
{
	return copyoff_jobs_read(file->private_data, buf, size,
				 file->f_flags & O_NONBLOCK);
}

static __poll_t ctl_poll(struct file *file, poll_table *wait)
{
	return copyoff_jobs_poll(file->private_data, file, wait);
}

static void ctl_show_fdinfo(struct seq_file *m, struct file *file)
{
	copyoff_jobs_show(file->private_data, m);
}

static int ctl_open(struct inode *inode, struct file *file)
{
	file->private_data = copyoff_jobs_create();
	return file->private_data ? 0 : -ENOMEM;
}

static int ctl_release(struct inode *inode, struct file *file)
{
	copyoff_jobs_destroy(file->private_data);
	return 0;
}

static const struct file_operations copyoff_fops = {
	.owner = THIS_MODULE,
	.open = ctl_open,
	.release = ctl_release,
	.read = ctl_read,
	.poll = ctl_poll,
#ifdef CONFIG_PROC_FS
	.show_fdinfo = ctl_show_fdinfo,
#endif
	.unlocked_ioctl = copyoff_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

/* Rights come with the descriptors; who may ask at all is udev's affair. */
static struct miscdevice copyoff_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "copyoff-ctl",
	.fops = &copyoff_fops,
	.mode = 0600,
};

int copyoff_ctl_init(void)
{
	return misc_register(&copyoff_misc);
}

void copyoff_ctl_exit(void)
{
	misc_deregister(&copyoff_misc);
}
