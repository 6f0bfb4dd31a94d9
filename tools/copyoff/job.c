// SPDX-License-Identifier: GPL-2.0-only
/*
 * One copy: by which ioctl, and until when.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dm.h"
#include "job.h"

static volatile sig_atomic_t interrupted, running;

bool job_interrupted(void)
{
	return interrupted;
}

/* Once more a second later: it may have come just before the request began. */
static void on_signal(int signal)
{
	(void)signal;
	interrupted = 1;
	if (running)
		alarm(1);
}

/* Not restarted: the ioctl ends at the next border of a command, with results. */
void job_catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal }, before;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
	/* As nohup(1) wants it. */
	if (!sigaction(SIGHUP, NULL, &before) && before.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &action, NULL);
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

void total_add(struct total *t, const struct total *more)
{
	unsigned int m;

	t->done += more->done;
	for (m = 0; m < COUNT(t->bytes); m++)
		t->bytes[m] += more->bytes[m];
	t->commands_offload += more->commands_offload;
	t->commands_host += more->commands_host;
	t->reasons |= more->reasons;
	t->result_flags |= more->result_flags;
	if (!t->detail)
		t->detail = more->detail;
}

void rest_advance(struct rest *rest, uint64_t bytes)
{
	uint32_t done = copyoff_advance(rest->range, rest->nr, bytes);

	rest->range += done;
	rest->nr -= done;
}

/*
 * Who neither looks at how far it is, nor keeps that, can as well wait in the ioctl.
 * Either way it is one request as long as the list is: that goes on, by the host, if
 * both sides cease to be copyoff meanwhile, which a new request could not.
 */
void job_run(struct job *job)
{
	size_t size = job->ranges.nr * sizeof(*job->ranges.range);
	struct copyoff_range *copy = memcpy(allocate(size), job->ranges.range, size);
	struct rest rest = { copy, job->ranges.nr };
	uint32_t room = job->progress || job->resume ? submit_room(job->ctl) : 0;

	job_catch_signals();
	running = 1;
	rest_advance(&rest, job->skipped);
	job->began = seconds();
	if (room)
		copy_submitted(job, &rest, room);
	else
		copy_blocking(job, &rest);
	running = 0;
	alarm(0);
	job->took = seconds() - job->began;
	free(copy);
}

bool has_copyoff(const struct device *d)
{
	bool found = false;
	struct dm_dev dm;
	int i;

	if (!dmt_read(&dm, NULL, d->rdev, DM_TABLE))
		for (i = 0; i < dm.nr; i++)
			found |= dmt_line_is(&dm.line[i], "copyoff");
	dmt_free(&dm);
	return found;
}

char *how_to_enable(const struct device *d)
{
	char name[ATTR];

	if (device_attr(d->rdev, "dm/name", name))
		return format("copyoff enable %s", d->word);
	return format("copyoff create NAME %s, and copy /dev/mapper/NAME", d->word);
}

static enum status no_target(const struct job *job)
{
	char *how = how_to_enable(&job->src);
	enum status status;

	status = complain(STATUS_FAILED, "neither %s nor %s has a copyoff target: %s",
			  job->src.word, job->dst.word, how);
	free(how);
	return status;
}

/* What is wrong with the destination, mostly. */
static const struct {
	int error;
	enum status status;
	const char *text;
} sentences[] = {
	{ ETXTBSY, STATUS_REFUSED, "is in use as swap: swapoff it" },
	{ EROFS, STATUS_FAILED,
	  "is read-only or write-protected: blockdev --setrw, lvchange -prw, or ask its owner" },
	{ EBADE, STATUS_FAILED,
	  "or its source is reserved by another host: nvme resv-report, or sg_persist --in -r" },
	{ ENOSPC, STATUS_FAILED,
	  "got no space from the device below it, which is full: free some there" },
	{ ENODEV, STATUS_FAILED,
	  "or its source is gone: see dmsetup table, and the kernel log" },
};

static enum status other_failure(const struct job *job)
{
	size_t i;

	for (i = 0; i < COUNT(sentences); i++)
		if (sentences[i].error == job->error)
			return complain(sentences[i].status, "%s %s", job->dst.word,
					sentences[i].text);
	return complain(STATUS_FAILED, "copying %s to %s: %s; the kernel log may say more",
			job->src.word, job->dst.word, strerror(job->error));
}

enum status job_failed(const struct job *job)
{
	const char *src = job->src.word, *dst = job->dst.word;

	switch (job->error) {
	case EXDEV:
		return no_target(job);
	case EOPNOTSUPP:
		return complain(STATUS_FAILED,
				"no device can copy from %s to %s, and the host may not: see copyoff explain, or leave --no-fallback out",
				src, dst);
	case ERANGE:
		return complain(STATUS_FAILED,
				"the range lies past the end of %s or %s; see blockdev --getsize64",
				src, dst);
	case EMFILE:
		return complain(STATUS_FAILED,
				"%s cannot be copied as a job: you have as many as /sys/module/dm_copyoff/parameters/max_jobs; wait, or raise it",
				src);
	case EINVAL:
		return complain(STATUS_FAILED,
				"copying %s to %s: a range is empty, overlaps itself, or is not a multiple of the block size",
				src, dst);
	default:
		return other_failure(job);
	}
}
