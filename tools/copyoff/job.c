// SPDX-License-Identifier: GPL-2.0-only
/*
 * One copy, slice by slice.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "job.h"

/*
 * With progress to show or to save, one request at a time is about this long. It
 * grows while requests are quick, since each of them begins with nothing in flight.
 * Else there is but one request: it goes on, by the host, if both sides cease to be
 * copyoff meanwhile, which a new request could not.
 */
#define SLICE_MIN	(64ULL << 20)
#define SLICE_MAX	(1ULL << 30)
#define SLICE_QUICK	0.5	/* seconds */

/* Progress is written no more often than this. */
#define PROGRESS_EVERY	0.2

static volatile sig_atomic_t interrupted;

/* Once more a second later: it may have come just before the request began. */
static void on_signal(int signal)
{
	(void)signal;
	interrupted = 1;
	alarm(1);
}

/* Not restarted: the ioctl ends at the next border of a command, with results. */
static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
}

enum status job_control(struct copyoff_ctl **ctl)
{
	int err = copyoff_ctl_open(ctl);

	if (!err)
		return STATUS_DONE;
	if (err == -EACCES || err == -EPERM)
		return complain(STATUS_NO_MODULE, "/dev/copyoff-ctl: %s; are you root?",
				strerror(-err));
	return complain(STATUS_NO_MODULE,
			"/dev/copyoff-ctl: %s; load the module: modprobe dm-copyoff",
			strerror(-err));
}

uint64_t job_length(const struct job *job)
{
	uint64_t length = 0;
	uint32_t i;

	for (i = 0; i < job->ranges.nr; i++)
		length += job->ranges.range[i].length;
	return length;
}

void job_free(struct job *job)
{
	device_close(&job->src);
	device_close(&job->dst);
	copyoff_ctl_close(job->ctl);
	free(job->ranges.range);
}

static void add(struct total *t, const struct copyoff_copy *c)
{
	t->done += c->bytes_done;
	t->bytes[COPYOFF_METHOD_HOST] += c->bytes_host;
	t->bytes[COPYOFF_METHOD_NVME] += c->bytes_nvme;
	t->bytes[COPYOFF_METHOD_SCSI] += c->bytes_scsi;
	t->commands_offload += c->commands_offload;
	t->commands_host += c->commands_host;
	t->reasons |= c->reasons;
	t->result_flags |= c->result_flags;
	if (c->reason_detail && !t->detail)
		t->detail = c->reason_detail;
}

/* What is left, to be taken from the front. */
struct rest {
	struct copyoff_range *range;
	uint32_t nr;
};

static void advance(struct rest *rest, uint64_t bytes)
{
	uint32_t done = copyoff_advance(rest->range, rest->nr, bytes);

	rest->range += done;
	rest->nr -= done;
}

/* The first ranges, of about so many bytes: the last one is cut if it is longer. */
static int copy_slice(struct job *job, struct rest *rest, uint64_t bytes)
{
	struct copyoff_copy c = COPYOFF_COPY_INIT;
	uint64_t before = 0, whole;
	uint32_t nr = 0;
	int err;

	while (nr < rest->nr && nr < COPYOFF_MAX_RANGES && before < bytes)
		before += rest->range[nr++].length;
	whole = rest->range[nr - 1].length;
	if (before > bytes)
		rest->range[nr - 1].length -= before - bytes;
	c.flags = job->flags;
	c.src_fd = job->src.fd;
	c.dst_fd = job->dst.fd;
	c.ranges = (uintptr_t)rest->range;
	c.nr_ranges = nr;
	err = copyoff_ctl_copy(job->ctl, &c);
	rest->range[nr - 1].length = whole;
	advance(rest, c.bytes_done);
	add(&job->total, &c);
	return -err;
}

static void tell(struct job *job, double *told, bool last)
{
	if (!job->progress || (!last && seconds() - *told < PROGRESS_EVERY))
		return;
	report_progress(job);
	if (last)
		fputc('\n', stderr);
	*told = seconds();
}

/* A failure to save is worth a word, and no reason to stop. */
static void save(struct job *job)
{
	int err = job->resume ? resume_save(job) : 0;

	if (err)
		remark("%s: %s; it will not tell how far this copy came", job->resume,
		       strerror(-err));
	if (err)
		job->resume = NULL;
}

void job_run(struct job *job)
{
	size_t size = job->ranges.nr * sizeof(*job->ranges.range);
	struct copyoff_range *copy = memcpy(allocate(size), job->ranges.range, size);
	struct rest rest = { copy, job->ranges.nr };
	uint64_t slice = job->progress || job->resume ? SLICE_MIN : UINT64_MAX;
	double told = 0, at;

	catch_signals();
	advance(&rest, job->skipped);
	job->began = seconds();
	while (rest.nr && !job->error) {
		at = seconds();
		job->error = interrupted ? EINTR : copy_slice(job, &rest, slice);
		if (seconds() - at < SLICE_QUICK && slice < SLICE_MAX)
			slice *= 2;
		save(job);
		tell(job, &told, !rest.nr || job->error);
	}
	alarm(0);
	job->took = seconds() - job->began;
	free(copy);
}

enum status job_failed(const struct job *job)
{
	const char *src = job->src.word, *dst = job->dst.word;

	switch (job->error) {
	case EXDEV:
		return complain(STATUS_FAILED,
				"neither %s nor %s has a copyoff target: copyoff enable %s %s", src,
				dst, src, dst);
	case EOPNOTSUPP:
		return complain(STATUS_FAILED,
				"no device can copy from %s to %s, and the host may not: see copyoff explain, or leave --no-fallback out",
				src, dst);
	case ERANGE:
		return complain(STATUS_FAILED,
				"the range lies past the end of %s or %s; see blockdev --getsize64",
				src, dst);
	case ETXTBSY:
		return complain(STATUS_REFUSED, "%s is in use as swap: swapoff it", dst);
	case EROFS:
		return complain(STATUS_FAILED, "%s is read-only: blockdev --setrw, or lvchange -prw",
				dst);
	case EINVAL:
		return complain(STATUS_FAILED,
				"copying %s to %s: a range is empty, overlaps itself, or is not a multiple of the block size",
				src, dst);
	default:
		return complain(STATUS_FAILED, "copying %s to %s: %s; the kernel log may say more",
				src, dst, strerror(job->error));
	}
}
