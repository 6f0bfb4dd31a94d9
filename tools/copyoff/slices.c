// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests that block: one, or, if a module from before jobs leaves no other way to
 * see or to keep how far they are, slice by slice.
 */
#include <errno.h>

#include "job.h"

/*
 * A slice grows while slices are quick, since each of them begins with nothing in
 * flight.
 */
#define SLICE_MIN	(64ULL << 20)
#define SLICE_MAX	(1ULL << 30)
#define SLICE_QUICK	0.5	/* seconds */

/* The first ranges, of about so many bytes: the last one is cut if it is longer. */
static int copy_slice(struct job *job, struct rest *rest, uint64_t bytes)
{
	struct copyoff_copy c = COPYOFF_COPY_INIT;
	uint64_t before = 0, whole;
	struct total total;
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
	rest_advance(rest, c.bytes_done);
	total = TOTAL_OF(&c);
	total.result_flags = c.result_flags;
	total_add(&job->total, &total);
	return -err;
}

/*
 * A stop and a continue, or a debugger that attaches, also end the ioctl with EINTR,
 * though nobody asked for an end: it goes on with what is left.
 */
static int next_slice(struct job *job, struct rest *rest, uint64_t bytes)
{
	int err = job_interrupted() ? EINTR : copy_slice(job, rest, bytes);

	return err == EINTR && !job_interrupted() ? 0 : err;
}

void copy_blocking(struct job *job, struct rest *rest)
{
	uint64_t slice = job->progress || job->resume ? SLICE_MIN : UINT64_MAX;
	struct progress progress = { 0 };
	double at;

	while (rest->nr && !job->error) {
		at = seconds();
		job->error = next_slice(job, rest, slice);
		if (seconds() - at < SLICE_QUICK && slice < SLICE_MAX)
			slice *= 2;
		resume_keep(job);
		progress_show(&progress, job, NULL);
	}
	progress_end(&progress, job);
}
