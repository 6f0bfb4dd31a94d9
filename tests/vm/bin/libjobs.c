// SPDX-License-Identifier: GPL-2.0-only
/*
 * libjobs SRC DST N: N jobs by libcopyoff, which copy 1 MiB each, one behind the
 * other; all are waited for. Then a long one is cancelled. Says what came of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <copyoff.h>

#define PIECE	(1ULL << 20)

static struct copyoff_ctl *ctl;
static int src, dst;

static void check(bool ok, const char *what, int err)
{
	if (ok)
		return;
	printf("%s: %s\n", what, strerror(-err));
	exit(1);
}

static uint64_t submit(uint64_t at, uint64_t length, uint64_t user_data)
{
	struct copyoff_range range = { at, at, length };
	struct copyoff_copy c = COPYOFF_COPY_INIT;
	uint64_t id = 0;
	int err;

	c.src_fd = src;
	c.dst_fd = dst;
	c.ranges = (uintptr_t)&range;
	c.nr_ranges = 1;
	err = copyoff_ctl_submit(ctl, &c, user_data, &id);
	check(!err && id, "submit", err);
	return id;
}

/* Records come in the order of ends: each of the jobs once. */
static void wait_all(unsigned int nr)
{
	struct copyoff_completion r[4];
	unsigned int seen = 0;
	uint64_t sum = 0;
	int i, n;

	while (seen < nr) {
		n = copyoff_ctl_wait(ctl, r, 4, 60000);
		check(n > 0, "wait", n ? n : -ETIMEDOUT);
		for (i = 0; i < n; i++) {
			check(!r[i].error && r[i].bytes_done == PIECE, "job", -r[i].error);
			sum += r[i].user_data;
		}
		seen += n;
	}
	printf("%u jobs, %llu\n", seen, (unsigned long long)sum);
}

static void cancel_one(uint64_t length)
{
	struct copyoff_status s = COPYOFF_STATUS_INIT;
	struct copyoff_completion r;
	uint64_t id = submit(0, length, 7);
	int n;

	s.job_id = id;
	n = copyoff_ctl_status(ctl, &s);
	check(!n && s.bytes_total == length, "status", n);
	n = copyoff_ctl_cancel(ctl, id);
	check(!n, "cancel", n);
	n = copyoff_ctl_wait(ctl, &r, 1, 60000);
	check(n == 1 && r.job_id == id && r.user_data == 7, "record", n);
	printf("cancelled: %s, %s\n", strerror(r.error),
	       r.bytes_done < length ? "not all done" : "all done");
	n = copyoff_ctl_wait(ctl, &r, 1, 0);
	check(!n, "a record too many", n);
}

int main(int argc, char **argv)
{
	unsigned int i, nr;

	if (argc != 4)
		return 2;
	nr = atoi(argv[3]);
	check(!copyoff_ctl_open(&ctl), "open", -errno);
	src = open(argv[1], O_RDONLY);
	dst = open(argv[2], O_RDWR | O_EXCL);
	check(src >= 0 && dst >= 0, "devices", -errno);
	for (i = 0; i < nr; i++)
		submit(i * PIECE, PIECE, i);
	wait_all(nr);
	cancel_one(nr * PIECE);
	copyoff_ctl_close(ctl);
	return 0;
}
