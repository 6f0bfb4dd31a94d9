// SPDX-License-Identifier: GPL-2.0-only
/*
 * Jobs that do not block: submitted, looked at, and cancelled by a signal.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "job.h"

/* How often a job is looked at, in milliseconds. */
#define LOOK_EVERY	100

/*
 * How often it is kept how far it is, in seconds: and by what a flush takes, so that
 * flushing takes a twentieth of the time at most.
 */
#define KEEP_EVERY	1.0
#define KEEP_SHARE	20

/* A job that waits for a device waits for a short time mostly: no word of that. */
#define STANDSTILL	2.0	/* seconds */

struct followed {
	struct job *job;
	uint64_t id;
	struct total before;	/* of the jobs before this one */
	bool cancelled;
	double keep;		/* when it is to be kept next, */
	uint64_t kept;		/* and how far it was the last time */
	bool flush_failed;	/* what is safe was kept before */
	uint64_t done;		/* when it was looked at last, */
	double moved;		/* and since when it has not got on */
	struct progress progress;
};

uint32_t submit_room(struct copyoff_ctl *ctl)
{
	const uint64_t all = 1ULL << (COPYOFF_IOC_SUBMIT & 0xff) |
			     1ULL << (COPYOFF_IOC_STATUS & 0xff) |
			     1ULL << (COPYOFF_IOC_CANCEL & 0xff);
	struct copyoff_features f = COPYOFF_FEATURES_INIT;

	if (copyoff_ctl_features(ctl, &f) || (f.commands & all) != all)
		return 0;
	return f.max_job_ranges;
}

static void set_total(struct followed *f, const struct total *now)
{
	f->job->total = f->before;
	total_add(&f->job->total, now);
}

static const char *waits_for(const struct followed *f, uint32_t state)
{
	const char *text = NULL;

	switch (state) {
	case COPYOFF_JOB_WAIT_DOUBT:
		return "waits: a command without an answer may still write";
	case COPYOFF_JOB_WAIT_DEVICE:
		text = "waits: a device is suspended or busy";
		break;
	case COPYOFF_JOB_WAIT_BUFFER:
		text = "waits: other copies have the host's buffers";
		break;
	}
	if (f->cancelled)
		return "ends with the commands that were sent";
	return seconds() - f->moved < STANDSTILL ? NULL : text;
}

/*
 * What was done when it was looked at: that is what the flush has flushed. A job that
 * does not get on may wait for a device that is suspended, as the flush would. That a
 * flush fails is told once: the next one that does not says nothing of those bytes.
 */
static void keep(struct followed *f)
{
	struct job *job = f->job;
	double began = seconds();

	if (!job->resume || f->cancelled || began < f->keep || f->kept == job->total.done)
		return;
	if (fsync(job->dst.fd)) {
		remark("%s: it cannot be flushed: %s", job->dst.word, strerror(errno));
		f->flush_failed = true;
		return;
	}
	resume_keep(job);
	f->kept = job->total.done;
	f->keep = seconds() + KEEP_EVERY + KEEP_SHARE * (seconds() - began);
}

static void look(struct followed *f)
{
	struct copyoff_status s = COPYOFF_STATUS_INIT;
	struct total now;

	s.job_id = f->id;
	if (copyoff_ctl_status(f->job->ctl, &s) || s.state == COPYOFF_JOB_ENDED)
		return;
	now = TOTAL_OF(&s);
	set_total(f, &now);
	if (now.done != f->done || !f->moved)
		f->moved = seconds();
	f->done = now.done;
	keep(f);
	progress_show(&f->progress, f->job, waits_for(f, s.state));
}

static void cancel(struct followed *f)
{
	if (f->cancelled || (!job_interrupted() && !f->flush_failed))
		return;
	f->cancelled = true;
	/* It may have ended by itself: its record follows either way. */
	copyoff_ctl_cancel(f->job->ctl, f->id);
}

/* Until there is its record: 0, or what makes that impossible. */
static int follow(struct followed *f, struct copyoff_completion *record)
{
	int n;

	for (;;) {
		cancel(f);
		n = copyoff_ctl_wait(f->job->ctl, record, 1, LOOK_EVERY);
		if (n > 0)
			return 0;
		if (n < 0 && n != -EINTR)
			return -n;
		look(f);
	}
}

static int submit(struct job *job, const struct rest *rest, uint32_t room, uint64_t *id)
{
	struct copyoff_copy c = COPYOFF_COPY_INIT;

	c.flags = job->flags;
	c.src_fd = job->src.fd;
	c.dst_fd = job->dst.fd;
	c.ranges = (uintptr_t)rest->range;
	c.nr_ranges = rest->nr < room ? rest->nr : room;
	return -copyoff_ctl_submit(job->ctl, &c, 0, id);
}

static int copy_one_job(struct followed *f, struct rest *rest, uint32_t room)
{
	struct copyoff_completion record;
	struct total total;
	int err = submit(f->job, rest, room, &f->id);

	if (!err)
		err = follow(f, &record);
	if (err)
		return err;
	total = TOTAL_OF(&record);
	total.result_flags = record.result_flags;
	set_total(f, &total);
	f->before = f->job->total;
	rest_advance(rest, record.bytes_done);
	return record.error == ECANCELED ? EINTR : record.error;
}

/* Nobody knows what is safe of what was done since it was kept: as with a module's flush. */
static void undo_unflushed(struct followed *f)
{
	f->job->error = EIO;
	f->job->total.done = f->kept;
}

/* A list longer than the module takes is several jobs, one after another. */
void copy_submitted(struct job *job, struct rest *rest, uint32_t room)
{
	struct followed f = { .job = job, .keep = seconds() + KEEP_EVERY };

	while (rest->nr && !job->error) {
		job->error = job_interrupted() ? EINTR : copy_one_job(&f, rest, room);
		if (f.flush_failed) {
			undo_unflushed(&f);
			break;
		}
		resume_keep(job);
		f.kept = job->total.done;
	}
	progress_end(&f.progress, job);
}
