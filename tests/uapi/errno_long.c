// SPDX-License-Identifier: GPL-2.0-only
/*
 * Long copies that are given up: by their timeout, or by a signal.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>

#include "errno_tests.h"

#define BIG_RANGE	(4 * MB)
#define BIG_NR		32U
#define BIG_HALF	(BIG_NR * BIG_RANGE)

static u8 *big_src, *big_buf;

static void on_signal(int sig)
{
	(void)sig;
}

/* Again and again: the first one may come before the call has begun. */
static void set_alarm(u64 ns)
{
	struct timeval tv = { .tv_usec = ns / 1000 };
	struct itimerval t = { .it_interval = tv, .it_value = tv };

	setitimer(ITIMER_REAL, &t, NULL);
}

/* The whole list, from @done bytes on, with the first range cut to fit. */
static void big_request(struct copyoff_copy *p, u32 flags, u64 done)
{
	u32 first = done / BIG_RANGE, i;

	memset(p, 0, sizeof(*p));
	*p = (struct copyoff_copy) {
		.size = sizeof(*p), .flags = flags, .src_fd = devs[BIG].rd,
		.dst_fd = devs[BIG].wr, .ranges = (uintptr_t)list_room,
		.nr_ranges = BIG_NR - first,
		.range_size = sizeof(struct copyoff_range),
	};
	for (i = first; i < BIG_NR; i++)
		*range(p, i - first) = (struct copyoff_range) {
			i * BIG_RANGE, BIG_HALF + i * BIG_RANGE, BIG_RANGE };
	range(p, 0)->src_offset += done % BIG_RANGE;
	range(p, 0)->dst_offset += done % BIG_RANGE;
	range(p, 0)->length -= done % BIG_RANGE;
}

static void big_compare(u64 size)
{
	u64 at;

	for (at = 0; at < size; at += BIG_RANGE) {
		u64 n = size - at < BIG_RANGE ? size - at : BIG_RANGE;

		dev_read(&devs[BIG], big_buf, BIG_RANGE, BIG_HALF + at);
		fill(big_src, BIG_RANGE, 1000 + at / BIG_RANGE);
		if (memcmp(big_buf, big_src, n))
			complain("the prefix is not right in range %u",
				 (u32)(at / BIG_RANGE));
	}
}

static void big_prepare(void)
{
	u32 i;

	for (i = 0; i < BIG_NR; i++) {
		fill(big_buf, BIG_RANGE, 1000 + i);
		dev_write(&devs[BIG], big_buf, BIG_RANGE, i * BIG_RANGE);
		fill(big_buf, BIG_RANGE, 2000 + i);
		dev_write(&devs[BIG], big_buf, BIG_RANGE,
			  BIG_HALF + i * BIG_RANGE);
	}
}

static void check_given_up(const struct copyoff_copy *p, int err, int want)
{
	u64 sum = p->bytes_nvme + p->bytes_scsi + p->bytes_host;

	same("errno", err, want);
	same("error", p->error, want);
	same("failed_range", p->failed_range, p->bytes_done / BIG_RANGE);
	same("bytes_done % 512", p->bytes_done % 512, 0);
	same("unknown result_flags",
	     p->result_flags & ~COPYOFF_RESULT_DST_UNDEFINED, 0);
	if (sum < p->bytes_done)
		complain("the methods moved less than was done");
	if (p->bytes_done >= BIG_HALF)
		complain("all was done");
}

/*
 * By a timeout or by a signal, later and later: until it is after the first
 * command. What is said to be done is done; and it can be resumed there.
 */
static void test_give_up(const char *name, u32 flags, int want)
{
	struct copyoff_copy p;
	u64 ns = 2000000;
	int err;

	for (; ns < 900000000; ns *= 2) {
		big_prepare();
		big_request(&p, flags, 0);
		if (want == ETIMEDOUT)
			p.timeout_ns = ns;
		else
			set_alarm(ns);
		err = ioctl(ctl, COPYOFF_IOC_COPY, &p) ? errno : 0;
		set_alarm(0);
		if (!err || p.bytes_done)
			break;
	}
	check_given_up(&p, err, want);
	big_compare(p.bytes_done);
	big_request(&p, flags, p.bytes_done);
	if (ioctl(ctl, COPYOFF_IOC_COPY, &p))
		complain("resumed: %s", strerror(errno));
	big_compare(BIG_HALF);
	verdict("copy", name);
}

void test_long(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	big_src = pages(BIG_RANGE);
	big_buf = pages(BIG_RANGE);
	sigaction(SIGALRM, &sa, NULL);
	test_give_up("timeout", 0, ETIMEDOUT);
	test_give_up("timeout, by the host", COPYOFF_COPY_NO_OFFLOAD, ETIMEDOUT);
	test_give_up("signal", 0, EINTR);
	test_give_up("signal, by the host", COPYOFF_COPY_NO_OFFLOAD, EINTR);
	/* Never restarted, whatever the handler asks for. */
	sa.sa_flags = SA_RESTART;
	sigaction(SIGALRM, &sa, NULL);
	test_give_up("signal with SA_RESTART", 0, EINTR);
}
