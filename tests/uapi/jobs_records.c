// SPDX-License-Identifier: GPL-2.0-only
/*
 * jobs: their records, their numbers, their limits.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jobs.h"

#define MAX_JOBS	"/sys/module/dm_copyoff/parameters/max_jobs"
#define SLOW_BYTES	(16 * MB)

static u64 started[8];

/* So many more, all with the same bytes. */
static void start(unsigned int nr)
{
	unsigned int i;

	base();
	for (i = 0; i < nr; i++) {
		sub->user_data = i;
		if (submit())
			die("submit");
		started[i] = sub->job_id;
	}
}

static int ended_jobs(void)
{
	struct copyoff_status s = { .size = sizeof(s) };
	int i, n = 0;

	for (i = 0; i < 8; i++) {
		s.job_id = started[i];
		n += started[i] && !ioctl(ctl, COPYOFF_IOC_STATUS, &s) &&
		     s.state == COPYOFF_JOB_ENDED;
	}
	return n;
}

/* All of them: poll() tells of the first only. */
static void wait_ended(int nr)
{
	while (ended_jobs() != nr)
		poll(NULL, 0, 10);
}

/* So many records, which may be still to come, and no more. */
static void drain(int nr)
{
	struct copyoff_completion c;

	while (nr--)
		take(&c);
	check_none();
	memset(started, 0, sizeof(started));
	base();
	check_bytes(3 * RANGE);
}

/* A job that takes seconds, by itself or by way of other descriptors. */
static u64 start_slow(int fd, u64 timeout_ns)
{
	static struct copyoff_range big;

	base();
	big = (struct copyoff_range) { 0, SLOW_BYTES, SLOW_BYTES };
	cpy->src_fd = devs[SLOW].rd;
	cpy->dst_fd = devs[SLOW].wr;
	cpy->ranges = (uintptr_t)&big;
	cpy->nr_ranges = 1;
	cpy->timeout_ns = timeout_ns;
	if (ioctl(fd, COPYOFF_IOC_SUBMIT, sub))
		die("submit");
	return sub->job_id;
}

static int status(int fd, u64 id, struct copyoff_status *s)
{
	*s = (struct copyoff_status) { .size = sizeof(*s), .job_id = id };
	return ioctl(fd, COPYOFF_IOC_STATUS, s) ? errno : 0;
}

static int cancel(int fd, u64 id)
{
	struct copyoff_cancel c = { .size = sizeof(c), .job_id = id };

	return ioctl(fd, COPYOFF_IOC_CANCEL, &c) ? errno : 0;
}

static int another_file(void)
{
	int fd = open("/dev/copyoff-ctl", O_RDWR);

	if (fd < 0)
		die("/dev/copyoff-ctl");
	return fd;
}

static void nonblock(int on)
{
	if (fcntl(ctl, F_SETFL, on ? O_NONBLOCK : 0))
		die("fcntl");
}

/* ---- numbers ---- */

static void no_such(u64 id, int fd, const char *name)
{
	struct copyoff_status s;

	same_errno(status(fd, id, &s), ENOENT);
	same("bytes_total", s.bytes_total, 0);
	same_errno(cancel(fd, id), ENOENT);
	verdict("number", name);
}

static void test_numbers(void)
{
	int other = another_file();
	struct copyoff_completion c;
	struct copyoff_status s;

	no_such(0, ctl, "zero");
	no_such(~0ULL, ctl, "all ones");
	start(2);
	if (started[0] == started[1])
		complain("two jobs have one number");
	verdict("number", "each its own");
	wait_ended(2);
	no_such(started[0], other, "of another file");
	same_errno(status(ctl, started[1], &s), 0);
	same("state", s.state, COPYOFF_JOB_ENDED);
	same("bytes_total", s.bytes_total, 3 * RANGE);
	same("bytes_done", s.bytes_done, 3 * RANGE);
	same("bytes", s.bytes_nvme + s.bytes_scsi + s.bytes_host, 3 * RANGE);
	same("commands", s.commands_offload + s.commands_host ? 1 : 0, 1);
	verdict("status", "of an ended job");
	take(&c);
	no_such(c.job_id, ctl, "of a record that was read");
	close(other);
	drain(1);
}

/* ---- read and poll ---- */

/* Reads @size, of which @room can be written; returns -errno or bytes. */
static long get(u32 size, u32 room)
{
	long n;

	memset(rec_end - ROOM, 0xa5, ROOM);
	n = read(ctl, rec_end - room, size);
	return n < 0 ? -errno : n;
}

static void check_room(u32 room, u32 written)
{
	u32 i;

	for (i = written; i < room; i++)
		if (rec_end[(long)i - room] != 0xa5)
			complain("byte %u was written", i);
}

/* Jobs end in any order, but each record is whole, and of one of them. */
static void check_ids(const struct copyoff_completion *c, u32 nr, u32 records)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		if (c[i].user_data >= records || c[i].job_id != started[c[i].user_data])
			complain("record %u is of no job of ours", i);
		else
			started[c[i].user_data] = 0;
		same("bytes_done", c[i].bytes_done, 3 * RANGE);
	}
}

static void reads(const char *name, unsigned int records, u32 size, u32 room, long want, u32 left)
{
	start(records);
	wait_ended(records);
	same("read", get(size, room), want);
	/* Of one that could not be written whole, some bytes may be there. */
	if (room == size)
		check_room(room, want > 0 ? want : 0);
	same("records left", ended_jobs(), left);
	if (want > 0)
		check_ids((void *)(rec_end - room), want / RECORD, records);
	drain(left);
	verdict("read", name);
}

static void test_reads(void)
{
	reads("no room at all", 1, 0, 0, -EINVAL, 1);
	reads("room for a byte", 1, 1, 1, -EINVAL, 1);
	reads("room for a record but one byte", 1, RECORD - 1, RECORD - 1, -EINVAL, 1);
	reads("room for one", 1, RECORD, RECORD, RECORD, 0);
	reads("room for one, there are two", 2, RECORD, RECORD, RECORD, 1);
	reads("room for two but one byte", 2, 2 * RECORD - 1, 2 * RECORD - 1, RECORD, 1);
	reads("room for two, there is one", 1, 2 * RECORD, 2 * RECORD, RECORD, 0);
	reads("room for two, there are three", 3, 2 * RECORD, 2 * RECORD, 2 * RECORD, 1);
	reads("room for a thousand", 3, 1000 * RECORD, 1000 * RECORD, 3 * RECORD, 0);
	reads("unmapped", 1, RECORD, 0, -EFAULT, 1);
	reads("unmapped in the record", 1, RECORD, RECORD - 8, -EFAULT, 1);
	reads("unmapped in the second record", 2, 2 * RECORD, RECORD + 8, RECORD, 1);
	reads("unmapped after the second of three", 3, 3 * RECORD, 2 * RECORD, 2 * RECORD, 1);
}

static void test_empty(void)
{
	struct pollfd p = { .fd = ctl, .events = POLLIN | POLLOUT | POLLPRI | POLLRDNORM };

	nonblock(1);
	same("read", get(RECORD, RECORD), -EAGAIN);
	verdict("read", "none there, O_NONBLOCK");
	same("read", get(RECORD - 1, RECORD - 1), -EINVAL);
	verdict("read", "none there, no room, O_NONBLOCK");
	nonblock(0);
	same("poll", poll(&p, 1, 0), 0);
	verdict("poll", "none there");
	start(1);
	wait_ended(1);
	same("poll", poll(&p, 1, 0), 1);
	same("events", p.revents, POLLIN | POLLRDNORM);
	verdict("poll", "one there");
	drain(1);
	same("poll", poll(&p, 1, 0), 0);
	verdict("poll", "it was read");
	same("write", write(ctl, "x", 1) < 0 ? errno : 0, EINVAL);
	verdict("write", "there is none");
}

/* ---- while a job runs ---- */

static void on_signal(int sig)
{
	(void)sig;
}

static void set_alarm(u32 us)
{
	struct itimerval t = { { 0, us }, { 0, us } };

	setitimer(ITIMER_REAL, &t, NULL);
}

static void test_running(void)
{
	struct sigaction sa = { .sa_handler = on_signal };
	u64 id = start_slow(ctl, 0);
	struct copyoff_completion c;
	struct copyoff_status s;

	same_errno(status(ctl, id, &s), 0);
	if (s.state == COPYOFF_JOB_ENDED || s.bytes_done >= SLOW_BYTES)
		complain("it has ended");
	same("bytes_total", s.bytes_total, SLOW_BYTES);
	verdict("status", "of one that runs");
	sigaction(SIGALRM, &sa, NULL);
	set_alarm(100000);
	same("read", get(RECORD, RECORD), -EINTR);
	set_alarm(0);
	verdict("read", "a signal while it waits");
	nonblock(1);
	same("read", get(RECORD, RECORD), -EAGAIN);
	nonblock(0);
	verdict("read", "it runs, O_NONBLOCK");
	same_errno(cancel(ctl, id), 0);
	same("read", get(RECORD, RECORD), RECORD);
	c = *(struct copyoff_completion *)(rec_end - RECORD);
	same_errno(c.error, ECANCELED);
	same("failed_range", c.failed_range, 0);
	if (c.bytes_done >= SLOW_BYTES)
		complain("all was done");
	verdict("cancel", "of one that runs; read waits for the record");
	no_such(id, ctl, "of a cancelled one");
}

static void test_deadline(void)
{
	struct copyoff_completion c;

	start_slow(ctl, 200000000);
	take(&c);
	same_errno(c.error, ETIMEDOUT);
	if (c.bytes_done >= SLOW_BYTES)
		complain("all was done");
	verdict("submit", "timeout_ns is over");
	base();
	cpy->timeout_ns = ~0ULL;
	same_errno(submit(), 0);
	take(&c);
	check_record(&c, 0, 0, 3, 3 * RANGE);
	check_bytes(3 * RANGE);
	verdict("submit", "timeout_ns of 2^64 - 1");
}

/* ---- whose it is ---- */

static void test_owner(void)
{
	int other = another_file(), src = dup(devs[A].rd), dst = dup(devs[B].wr), i;
	struct copyoff_completion c;
	struct copyoff_status s;
	u64 id = start_slow(other, 0);

	if (!fork())
		_exit(0);
	wait(&i);
	same_errno(status(other, id, &s), 0);
	same("ended", s.state == COPYOFF_JOB_ENDED, 0);
	check_none();
	verdict("close", "by a child: there is another descriptor");
	close(other);
	check_none();
	verdict("close", "its records go with the file");
	base();
	cpy->src_fd = src;
	cpy->dst_fd = dst;
	same_errno(submit(), 0);
	close(src);
	close(dst);
	memset(list, 0xff, 3 * sizeof(*list));
	take(&c);
	check_record(&c, 0, 0, 3, 3 * RANGE);
	check_bytes(3 * RANGE);
	verdict("submit", "descriptors closed and list gone before the end");
}

/* Cancels what is not submitted yet: @next is the number that comes next. */
static void guess(volatile u64 *next)
{
	u64 i;

	for (;;)
		for (i = 0; i < 4; i++)
			cancel(ctl, *next + i);
}

static void test_guessed(void)
{
	volatile u64 *next = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct copyoff_completion c;
	unsigned int i;
	pid_t child;

	if (next == MAP_FAILED)
		die("mmap");
	child = fork();
	if (!child)
		guess(next);
	for (i = 0; i < 200; i++) {
		base();
		same_errno(submit(), 0);
		*next = sub->job_id + 1;
		take(&c);
		if (c.error && c.error != ECANCELED)
			complain("its error is %u", c.error);
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	base();
	same_errno(submit(), 0);
	take(&c);
	check_record(&c, 0, 0, 3, 3 * RANGE);
	check_bytes(3 * RANGE);
	verdict("cancel", "of one whose number was guessed while it is submitted");
}

/* ---- limits ---- */

static void set_max(const char *n)
{
	int fd = open(MAX_JOBS, O_WRONLY);

	if (fd < 0 || write(fd, n, strlen(n)) < 0)
		die(MAX_JOBS);
	close(fd);
}

/* By way of the descriptors that we have; submit()'s errno. */
static int submit_as(uid_t uid)
{
	int result;

	if (!fork()) {
		if (setuid(uid))
			_exit(255);
		_exit(submit());
	}
	wait(&result);
	return WEXITSTATUS(result);
}

static void test_limit(void)
{
	struct copyoff_features f = { .size = sizeof(f) };

	set_max("3");
	if (ioctl(ctl, COPYOFF_IOC_FEATURES, &f))
		die("features");
	same("max_jobs", f.max_jobs, 3);
	same("max_job_ranges", f.max_job_ranges, COPYOFF_MAX_JOB_RANGES);
	same("commands", f.commands, 0x3f);
	verdict("features", "of jobs");
	start(3);
	wait_ended(3);
	same_errno(submit(), EMFILE);
	same("job_id", sub->job_id, 0);
	verdict("submit", "one more than the user may have");
	same_errno(submit_as(12345), 0);
	same_errno(submit_as(12346), 0);
	verdict("submit", "other users have limits of their own");
	same("read", get(RECORD, RECORD), RECORD);
	same_errno(submit(), 0);
	same_errno(submit(), EMFILE);
	verdict("submit", "one fewer when a record was read");
	drain(5);
	set_max("0");
	base();
	same_errno(submit(), EMFILE);
	verdict("submit", "a limit of none");
	set_max("1024");
	same_errno(submit_as(12345), 0);
	drain(1);
	verdict("submit", "a limit of its own again");
}

void test_records(void)
{
	test_numbers();
	test_reads();
	test_empty();
	test_running();
	test_deadline();
	test_owner();
	test_guessed();
	test_limit();
}
