// SPDX-License-Identifier: GPL-2.0-only
/*
 * failnth job-status|job-cancel|job-read SRC DST: what is asked of a job, and its
 * record, of which alone the allocations fail. A job that is there is told of, is
 * cancelled and is read, whatever memory there is: none of the three may fail.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/dm-copyoff.h>

#include "failnth.h"

#define LENGTH		(1ULL << 16)
#define DST_OFFSET	(1ULL << 20)
#define USER_DATA	0x1234567890abcdefULL
#define WAIT_MS		60000

struct asked {
	int ctl, src, dst;
	uint64_t id;
	struct copyoff_status status;
	struct copyoff_cancel cancel;
	struct copyoff_completion record;
};

/* ---- the job ---- */

/* A new one; its number is never that of another. */
static void submit(struct asked *a)
{
	struct copyoff_range range = { .dst_offset = DST_OFFSET, .length = LENGTH };
	struct copyoff_copy c = {
		.size = sizeof(c),
		.src_fd = a->src,
		.dst_fd = a->dst,
		.ranges = (uintptr_t)&range,
		.nr_ranges = 1,
		.range_size = sizeof(range),
	};
	struct copyoff_submit s = {
		.size = sizeof(s),
		.copy = (uintptr_t)&c,
		.user_data = USER_DATA,
	};

	if (ioctl(a->ctl, COPYOFF_IOC_SUBMIT, &s))
		err(1, "submit");
	if (s.job_id == a->id)
		errx(1, "job %llu once more", s.job_id);
	a->id = s.job_id;
}

static void await_end(const struct asked *a)
{
	struct pollfd p = { .fd = a->ctl, .events = POLLIN };

	if (poll(&p, 1, WAIT_MS) != 1)
		errx(1, "the job does not end");
}

static void none_left(const struct asked *a)
{
	struct pollfd p = { .fd = a->ctl, .events = POLLIN };

	if (poll(&p, 1, 0))
		errx(1, "one record too many");
}

static void check_record(const struct asked *a, bool cancelled)
{
	const struct copyoff_completion *r = &a->record;

	if (r->job_id != a->id || r->user_data != USER_DATA)
		errx(1, "the record of another job");
	if (r->error == ECANCELED && cancelled)
		return;
	if (r->error || r->bytes_done != LENGTH || r->failed_range != 1)
		errx(1, "job: %s, %llu bytes done, range %u failed",
		     strerrorname_np(r->error), r->bytes_done, r->failed_range);
}

static int read_record(struct asked *a)
{
	ssize_t n = read(a->ctl, &a->record, sizeof(a->record));

	if (n < 0)
		return errno;
	if (n != sizeof(a->record))
		errx(1, "%zd bytes of a record", n);
	return 0;
}

static void take_record(struct asked *a, bool cancelled)
{
	await_end(a);
	if (read_record(a))
		err(1, "no record");
	check_record(a, cancelled);
	none_left(a);
}

static void never(int error, const char *what)
{
	if (error)
		errx(1, "%s: %s", what, strerrorname_np(error));
}

/* ---- STATUS ---- */

/* It has ended, and is to be seen until its record is read. */
static void status_before(void *arg, unsigned int n)
{
	struct asked *a = arg;

	(void)n;
	submit(a);
	await_end(a);
	memset(&a->status, 0, sizeof(a->status));
	a->status.size = sizeof(a->status);
	a->status.job_id = a->id;
}

static int status_call(void *arg)
{
	struct asked *a = arg;

	return ioctl(a->ctl, COPYOFF_IOC_STATUS, &a->status) ? errno : 0;
}

static void status_after(void *arg, int error)
{
	struct asked *a = arg;
	const struct copyoff_status *s = &a->status;

	never(error, "status");
	if (s->state != COPYOFF_JOB_ENDED || s->bytes_total != LENGTH ||
	    s->bytes_done != LENGTH)
		errx(1, "status: state %u, %llu bytes of %llu", s->state,
		     s->bytes_done, s->bytes_total);
	take_record(a, false);
}

/* ---- CANCEL ---- */

/* It may have begun, or be over. */
static void cancel_before(void *arg, unsigned int n)
{
	struct asked *a = arg;

	(void)n;
	submit(a);
	a->cancel.size = sizeof(a->cancel);
	a->cancel.job_id = a->id;
}

static int cancel_call(void *arg)
{
	struct asked *a = arg;

	return ioctl(a->ctl, COPYOFF_IOC_CANCEL, &a->cancel) ? errno : 0;
}

static void cancel_after(void *arg, int error)
{
	never(error, "cancel");
	take_record(arg, true);
}

/* ---- read ---- */

static void read_before(void *arg, unsigned int n)
{
	struct asked *a = arg;

	(void)n;
	submit(a);
	await_end(a);
	memset(&a->record, 0, sizeof(a->record));
}

static int read_call(void *arg)
{
	return read_record(arg);
}

static void read_after(void *arg, int error)
{
	never(error, "read");
	check_record(arg, false);
	none_left(arg);
}

static const struct {
	const char *word;
	struct action action;
} words[] = {
	{ "job-status", { status_before, status_call, status_after } },
	{ "job-cancel", { cancel_before, cancel_call, cancel_after } },
	{ "job-read", { read_before, read_call, read_after } },
};

bool job_main(const char *word, int argc, char **argv)
{
	struct asked a = { .id = 0 };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(word, words[i].word) || argc != 2)
			continue;
		a.ctl = open_or_die("/dev/copyoff-ctl", O_RDWR);
		a.src = open_or_die(argv[0], O_RDWR | O_DIRECT);
		a.dst = open_or_die(argv[1], O_RDWR | O_DIRECT);
		fail_all(&words[i].action, &a);
		return true;
	}
	return false;
}
