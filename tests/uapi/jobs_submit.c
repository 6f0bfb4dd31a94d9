// SPDX-License-Identifier: GPL-2.0-only
/*
 * jobs: the request for a job, and the structures.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "jobs.h"

static int extra_fd = -1;
static u8 before[2 * PAGE];

struct test {
	const char *name;
	void (*spoil)(u64 arg);
	u64 arg;
	int want;		/* of SUBMIT */
	int error;		/* of the record */
	u32 bad;		/* its failed_range */
};

static void run(const struct test *t)
{
	struct copyoff_completion c;
	struct copyoff_submit was;
	u8 *at;
	int err;

	base();
	t->spoil(t->arg);
	was = *sub;
	memcpy(before, copy_end - 2 * PAGE, 2 * PAGE);
	at = (void *)sub;
	err = submit();
	same_errno(err, t->want);
	if (memcmp(copy_end - 2 * PAGE, before, 2 * PAGE))
		complain("struct copyoff_copy was written");
	if (memcmp(&was, at, offsetof(struct copyoff_submit, job_id)))
		complain("an in member was written");
	if (err) {
		same("job_id", sub->job_id, 0);
		check_none();
		check_bytes(0);
	} else {
		u32 n = t->error ? t->bad : cpy->nr_ranges;

		take(&c);
		check_record(&c, t->error, t->bad, cpy->nr_ranges, n * list[0].length);
		check_none();
		check_bytes(n * (t->bad ? RANGE : list[0].length));
	}
	if (extra_fd >= 0)
		close(extra_fd);
	extra_fd = -1;
	verdict("submit", t->name);
}

/* ---- struct copyoff_copy and its list ---- */

static void nothing(u64 arg) { (void)arg; }
static void copy_at(u64 at) { sub->copy = at; }
static void copy_size(u64 size) { cpy->size = size; }
static void copy_flags(u64 flags) { cpy->flags = flags; }
static void range_size(u64 size) { cpy->range_size = size; }
static void ranges_at(u64 at) { cpy->ranges = at; }
static void src_fd(u64 fd) { cpy->src_fd = fd; }
static void dst_fd(u64 fd) { cpy->dst_fd = fd; }

/* Room before it, so that it can be so much longer; byte - 1 of that is not zero. */
static void copy_longer(u64 arg)
{
	u32 size = arg >> 16, byte = arg & 0xffff;
	struct copyoff_copy *longer = (void *)(copy_end - size);

	memmove(longer, cpy, sizeof(*cpy));
	memset(longer + 1, 0, size - sizeof(*cpy));
	cpy = longer;
	cpy->size = size;
	if (byte)
		((u8 *)(cpy + 1))[byte - 1] = 1;
	sub->copy = (uintptr_t)cpy;
}

#define LONGER(size, byte)	((u64)(size) << 16 | (byte))

static void copy_cut(u64 bytes)
{
	u8 *at = copy_end - bytes;

	memmove(at, cpy, bytes);
	sub->copy = (uintptr_t)at;
}

/* Ranges of 512 bytes, so that as many fit; only the last @arg of them readable. */
static void many(u64 nr)
{
	u32 i;

	list = (void *)(list_end - nr * sizeof(*list));
	for (i = 0; i < nr; i++)
		list[i] = (struct copyoff_range) { i * 512 % ROOM, i * 512 % ROOM, 512 };
	cpy->ranges = (uintptr_t)list;
	cpy->nr_ranges = nr;
}

static void count_only(u64 nr) { cpy->nr_ranges = nr; }

/* The third range begins where nothing can be read. */
static void list_cut(u64 bytes)
{
	memmove((u8 *)list + bytes, list, 3 * sizeof(*list) - bytes);
	cpy->ranges = (uintptr_t)list + bytes;
}

static void strided(u64 arg)
{
	u32 size = arg >> 16, byte = arg & 0xffff, i;
	u8 *at = list_end - 3 * size;

	memset(at, 0, 3 * size);
	for (i = 0; i < 3; i++)
		memcpy(at + i * size, &(struct copyoff_range) {
			i * RANGE, i * RANGE, RANGE }, sizeof(*list));
	if (byte)
		at[size + sizeof(*list) + byte - 1] = 1;
	list = (void *)at;
	cpy->ranges = (uintptr_t)at;
	cpy->range_size = size;
}

static void range_1(u64 what)
{
	switch (what) {
	case 0: list[1].length = 0; break;
	case 1: list[1].src_offset++; break;
	case 2: list[1].length = 1ULL << 62; break;
	case 3: list[1].src_offset = -512ULL; break;
	}
}

static void opened(const char *path, int mode)
{
	extra_fd = open(path, mode);
	if (extra_fd < 0)
		die("%s", path);
}

static void src_mode(u64 mode) { opened(devs[A].path, mode); src_fd(extra_fd); }
static void dst_mode(u64 mode) { opened(devs[B].path, mode); dst_fd(extra_fd); }
static void src_zero(u64 mode) { opened("/dev/zero", mode); src_fd(extra_fd); }
static void dst_ctl(u64 arg) { (void)arg; dst_fd(ctl); }
static void plains(u64 arg) { (void)arg; src_fd(devs[PLAIN].rd); dst_fd(devs[PLAIN2].wr); }

static const struct test submit_tests[] = {
	{ "as it should be", nothing },
	{ "copy at null", copy_at, 0, EFAULT },
	{ "copy in high memory", copy_at, ~0ULL - 200, EFAULT },
	{ "copy size one less", copy_size, sizeof(struct copyoff_copy) - 1, EINVAL },
	{ "copy size 0", copy_size, 0, EINVAL },
	{ "copy size above a page", copy_size, PAGE + 1, E2BIG },
	{ "copy size 2^32 - 1", copy_size, ~0U, E2BIG },
	{ "copy of more, zeroes", copy_longer, LONGER(128, 0) },
	{ "copy of a page, zeroes", copy_longer, LONGER(PAGE, 0) },
	{ "copy of more, first not zero", copy_longer, LONGER(128, 1), E2BIG },
	{ "copy of more, last not zero", copy_longer, LONGER(128, 8), E2BIG },
	{ "copy cut after its size", copy_cut, 4, EFAULT },
	{ "copy cut in its size", copy_cut, 3, EFAULT },
	{ "copy cut in the middle", copy_cut, 64, EFAULT },
	{ "NO_FALLBACK", copy_flags, COPYOFF_COPY_NO_FALLBACK },
	{ "NO_OFFLOAD", copy_flags, COPYOFF_COPY_NO_OFFLOAD },
	{ "SYNC", copy_flags, COPYOFF_COPY_SYNC },
	{ "NO_FALLBACK and NO_OFFLOAD", copy_flags, 3, EINVAL },
	{ "an unknown flag of copy", copy_flags, 8, EINVAL },
	{ "the last flag of copy", copy_flags, 1U << 31, EINVAL },
	{ "no ranges", count_only, 0, EINVAL },
	{ "one range", many, 1 },
	{ "1024 ranges", many, 1024 },
	{ "one more than can be had", count_only, COPYOFF_MAX_JOB_RANGES + 1, E2BIG },
	{ "as many as in a copy", count_only, COPYOFF_MAX_RANGES, E2BIG },
	{ "2^32 - 1 ranges", count_only, ~0U, E2BIG },
	{ "more than are there", count_only, 4, EFAULT },
	{ "list at null", ranges_at, 0, EFAULT },
	{ "list cut in its last range", list_cut, 8, EFAULT },
	{ "list cut after two", list_cut, sizeof(struct copyoff_range), EFAULT },
	{ "range_size 0", range_size, 0, EINVAL },
	{ "range_size one less", range_size, 23, EINVAL },
	{ "range_size above a page", range_size, PAGE + 1, EINVAL },
	{ "range_size of more, zeroes", strided, LONGER(32, 0) },
	{ "range_size of a page, zeroes", strided, LONGER(PAGE, 0) },
	{ "range_size of more, first not zero", strided, LONGER(32, 1), E2BIG },
	{ "range_size of more, last not zero", strided, LONGER(32, 8), E2BIG },
	{ "source -1", src_fd, -1, EBADF },
	{ "destination -1", dst_fd, -1, EBADF },
	{ "source O_PATH", src_mode, O_PATH, EBADF },
	{ "source O_WRONLY", src_mode, O_WRONLY, EBADF },
	{ "destination O_RDONLY", dst_mode, O_RDONLY, EBADF },
	{ "destination O_RDWR", dst_mode, O_RDWR },
	{ "source is a character device", src_zero, O_RDONLY, ENOTBLK },
	{ "destination is the control device", dst_ctl, 0, ENOTBLK },
	{ "no copyoff on either side", plains, 0, EXDEV },
	{ "a range of no length", range_1, 0, 0, EINVAL, 1 },
	{ "a range that is misaligned", range_1, 1, 0, EINVAL, 1 },
	{ "a range past the end", range_1, 2, 0, ERANGE, 1 },
	{ "a range that wraps", range_1, 3, 0, EOVERFLOW, 1 },
};

static void test_tables(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(submit_tests); i++)
		run(&submit_tests[i]);
	for (i = 3; i < 32; i++)
		run(&(struct test) { "a flag of copy", copy_flags, 1U << i, EINVAL });
}

/* The destination turns read-only: refused as a whole. */
static void test_read_only(void)
{
	int ro = 1;

	if (ioctl(devs[B].rd, BLKROSET, &ro))
		die("BLKROSET");
	base();
	same_errno(submit(), EROFS);
	ro = 0;
	if (ioctl(devs[B].rd, BLKROSET, &ro))
		die("BLKROSET");
	check_none();
	check_bytes(0);
	verdict("submit", "to a read-only device");
}

/* ---- the three structures ---- */

static const struct op { const char *name; unsigned long cmd; u32 size, out; } ops[] = {
	{ "submit", COPYOFF_IOC_SUBMIT, sizeof(struct copyoff_submit),
	  offsetof(struct copyoff_submit, job_id) },
	{ "status", COPYOFF_IOC_STATUS, sizeof(struct copyoff_status),
	  offsetof(struct copyoff_status, bytes_total) },
	{ "cancel", COPYOFF_IOC_CANCEL, sizeof(struct copyoff_cancel),
	  sizeof(struct copyoff_cancel) },
};

/* One ends, and nobody reads its record: for STATUS and CANCEL. */
static u64 ended_job(void)
{
	struct pollfd p = { .fd = ctl, .events = POLLIN };

	base();
	if (submit() || poll(&p, 1, 60000) != 1)
		die("a job");
	check_bytes(3 * RANGE);
	return sub->job_id;
}

/* @room bytes can be touched, the one at @set is not zero. */
struct shape {
	const char *name;
	u32 size, room, set;
	int want;
	u32 flags;
};

static void make(u8 *whole, const struct op *op, u64 job, const struct shape *sh)
{
	memset(whole, 0, 2 * PAGE);
	base();
	if (op->cmd == COPYOFF_IOC_SUBMIT)
		memcpy(whole, sub, sizeof(*sub));
	else
		memcpy(whole + 8, &job, sizeof(job));
	memcpy(whole, &sh->size, sizeof(sh->size));
	memcpy(whole + 4, &sh->flags, sizeof(sh->flags));
	if (sh->set)
		whole[sh->set] = 1;
}

static void call(const struct op *op, u64 job, const struct shape *sh)
{
	u32 end = sh->size < op->size ? sh->size : op->size;
	u8 *at = sub_end - sh->room;
	u8 whole[2 * PAGE];
	struct copyoff_completion c;

	make(whole, op, job, sh);
	memcpy(at, whole, sh->room);
	same_errno(ioctl(ctl, op->cmd, at) ? errno : 0, sh->want);
	if (sh->room > op->out && memcmp(at, whole, op->out))
		complain("an in member was written");
	if (sh->room > end && memcmp(at + end, whole + end, sh->room - end))
		complain("written beyond the size");
	if (op->cmd == COPYOFF_IOC_SUBMIT && !sh->want) {
		take(&c);
		check_bytes(3 * RANGE);
	}
	verdict(op->name, sh->name);
}

static void test_struct(const struct op *op, u64 job)
{
	u32 s = op->size, i;
	const struct shape shapes[] = {
		{ "as it should be", s, s },
		{ "size one less", s - 1, s, 0, EINVAL },
		{ "size four less", s - 4, s, 0, EINVAL },
		{ "size 0", 0, s, 0, EINVAL },
		{ "size 2^32 - 1", ~0U, s, 0, E2BIG },
		{ "size above a page", PAGE + 1, 2 * PAGE, 0, E2BIG },
		{ "eight more, zeroes", s + 8, s + 8 },
		{ "a page, zeroes", PAGE, PAGE },
		{ "eight more, first not zero", s + 8, s + 8, s, E2BIG },
		{ "eight more, last not zero", s + 8, s + 8, s + 7, E2BIG },
		{ "unmapped", s, 0, 0, EFAULT },
		{ "unmapped inside the size", s, 2, 0, EFAULT },
		{ "unmapped after the flags", s, 8, 0, EFAULT },
	};

	for (i = 0; i < ARRAY_SIZE(shapes); i++)
		call(op, job, &shapes[i]);
	for (i = 0; i < 32; i++)
		call(op, job, &(struct shape) {
		     "an unknown flag", s, s, 0, EINVAL, 1U << i });
}

void test_submit(void)
{
	struct copyoff_completion c;
	u64 job;

	test_tables();
	test_read_only();
	test_struct(&ops[0], 0);
	job = ended_job();
	test_struct(&ops[1], job);
	test_struct(&ops[2], job);
	take(&c);
	/* What was asked since has used the same room. */
	base();
	sub->job_id = job;
	check_record(&c, 0, 0, 3, 3 * RANGE);
	check_none();
	verdict("cancel", "of an ended job changes nothing");
}
