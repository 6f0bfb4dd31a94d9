// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of ranges, and one range.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "errno_tests.h"

/* ---- the list of ranges ---- */

static void nr(struct call *c, u64 nr)
{
	((struct copyoff_copy *)c->args)->nr_ranges = nr;
}

static void range_size(struct call *c, u64 size)
{
	((struct copyoff_copy *)c->args)->range_size = size;
}

static void ranges_at(struct call *c, u64 at)
{
	((struct copyoff_copy *)c->args)->ranges = at;
}

/* Lay the list out anew, with zeroes after each range. */
static void stride(struct call *c, u64 size)
{
	struct copyoff_copy *p = c->args;
	struct copyoff_range list[3];
	u32 i;

	memcpy(list, list_room, sizeof(list));
	memset(list_room, 0, LIST_END);
	p->range_size = size;
	for (i = 0; i < 3; i++)
		memcpy(range(p, i), &list[i], sizeof(list[i]));
}

/* arg: which byte of which range is not zero */
static void stride_tail(struct call *c, u64 arg)
{
	stride(c, 32);
	((u8 *)range(c->args, arg >> 8))[arg & 255] = 1;
}

#define TAIL(range, byte)	((range) << 8 | (byte))

/* Only so many bytes of the list can be read. */
static void list_readable(struct call *c, u64 bytes)
{
	u8 *to = list_room + LIST_END - bytes;

	memmove(to, list_room, bytes);
	ranges_at(c, (uintptr_t)to);
}

/* In a longer stride, too. */
static void stride_readable(struct call *c, u64 bytes)
{
	stride(c, 32);
	list_readable(c, bytes);
}

/* Many ranges are said to be there: three are, what follows is not. */
static void most_ranges(struct call *c, u64 arg)
{
	list_readable(c, 72);
	nr(c, arg);
}

static void unaligned_list(struct call *c, u64 by)
{
	memmove(list_room + by, list_room, 72);
	ranges_at(c, (uintptr_t)list_room + by);
}

static void timeout(struct call *c, u64 ns)
{
	((struct copyoff_copy *)c->args)->timeout_ns = ns;
}

void test_list(void)
{
	static const struct test tests[] = {
		{ "no ranges", nr, 0, EINVAL, WHOLE },
		{ "2^20 + 1 ranges", nr, COPYOFF_MAX_RANGES + 1, E2BIG, WHOLE },
		{ "2^32 - 1 ranges", nr, ~0U, E2BIG, WHOLE },
		{ "2^20 ranges, the fourth unmapped", most_ranges,
		  COPYOFF_MAX_RANGES, EFAULT, 3 },
		{ "range_size 0", range_size, 0, EINVAL, WHOLE },
		{ "range_size 8", range_size, 8, EINVAL, WHOLE },
		{ "range_size 23", range_size, 23, EINVAL, WHOLE },
		{ "range_size above a page", range_size, PAGE + 1, EINVAL, WHOLE },
		{ "range_size 2^32 - 1", range_size, ~0U, EINVAL, WHOLE },
		{ "range_size 25, zeroes", stride, 25 },
		{ "range_size 32, zeroes", stride, 32 },
		{ "range_size of a page, zeroes", stride, PAGE },
		{ "range_size 32, first range's tail", stride_tail, TAIL(0, 24), E2BIG, 0 },
		{ "range_size 32, first range's last byte", stride_tail, TAIL(0, 31), E2BIG, 0 },
		{ "range_size 32, second range's tail", stride_tail, TAIL(1, 24), E2BIG, 1 },
		{ "range_size 32, last range's last byte", stride_tail, TAIL(2, 31), E2BIG, 2 },
		{ "ranges null", ranges_at, 0, EFAULT, 0 },
		{ "ranges at the end of addresses", ranges_at, ~7ULL, EFAULT, 0 },
		{ "ranges at 2^63", ranges_at, 1ULL << 63, EFAULT, 0 },
		{ "ranges unmapped", list_readable, 0, EFAULT, 0 },
		{ "ranges unmapped inside the first", list_readable, 8, EFAULT, 0 },
		{ "ranges unmapped from the second on", list_readable, 24, EFAULT, 1 },
		{ "ranges unmapped from the third on", list_readable, 48, EFAULT, 2 },
		{ "ranges unmapped inside the third", list_readable, 71, EFAULT, 2 },
		{ "ranges unmapped in the third's tail", stride_readable, 92, EFAULT, 2 },
		{ "ranges mapped to the last byte", list_readable, 72 },
		{ "ranges at an odd address", unaligned_list, 1 },
		{ "timeout of 1 ns", timeout, 1, ETIMEDOUT, 0 },
		{ "timeout of 2^64 - 1 ns", timeout, ~0ULL },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tests); i++)
		run_on(COPY, &tests[i]);
}

/* ---- one range ---- */

struct range_test {
	const char *name;
	struct copyoff_range r;
	int want;
	enum role src, dst;
};

static const struct range_test *range_now;

static void put_range(struct call *c, u64 index)
{
	struct copyoff_copy *p = c->args;

	set_ends(c, range_now->src, range_now->dst);
	*range(p, index) = range_now->r;
	p->nr_ranges = index + 1;
}

static void put_query(struct call *c, u64 arg)
{
	struct copyoff_query *q = c->args;

	(void)arg;
	set_ends(c, range_now->src, range_now->dst);
	q->src_offset = range_now->r.src_offset;
	q->dst_offset = range_now->r.dst_offset;
	q->length = range_now->r.length;
}

/* In a query, as the only range, and as the last of three. */
static void run_range(const struct range_test *t)
{
	char name[80];

	range_now = t;
	run_on(QUERY, &(struct test) { t->name, put_query, 0, t->want });
	run_on(COPY, &(struct test) { t->name, put_range, 0, t->want, 0 });
	snprintf(name, sizeof(name), "%s, third of three", t->name);
	run_on(COPY, &(struct test) { name, put_range, 2, t->want, 2 });
}

#define TOP	(~0ULL - 511)	/* the last sector there is to name */

static const struct range_test range_tests[] = {
	{ "zero length", { 0, MB, 0 }, EINVAL, A, B },
	{ "source off by one byte", { 1, MB, 512 }, EINVAL, A, B },
	{ "destination off by one byte", { 0, MB + 1, 512 }, EINVAL, A, B },
	{ "length of one byte", { 0, MB, 1 }, EINVAL, A, B },
	{ "source off by half a sector", { 256, MB, 512 }, EINVAL, A, B },
	{ "destination off by half a sector", { 0, MB + 256, 512 }, EINVAL, A, B },
	{ "length of 511", { 0, MB, 511 }, EINVAL, A, B },
	{ "length of 513", { 0, MB, 513 }, EINVAL, A, B },
	{ "one sector", { 512, MB + 512, 512 }, 0, A, B },
	{ "source at 512, blocks of 4096", { 512, MB, 4096 }, EINVAL, K, K2 },
	{ "destination at 512, blocks of 4096", { 0, MB + 512, 4096 }, EINVAL, K, K2 },
	{ "length of 512, blocks of 4096", { 0, MB, 512 }, EINVAL, K, K2 },
	{ "length of 4608, blocks of 4096", { 0, MB, 4608 }, EINVAL, K, K2 },
	{ "one block of 4096", { 4096, MB + 4096, 4096 }, 0, K, K2 },
	{ "source at 512, only the destination has 4096", { 512, MB, 4096 }, EINVAL, A, K },
	{ "destination at 512, only the source has 4096", { 0, MB + 512, 4096 }, EINVAL, K, A },
	{ "length of 512, only the destination has 4096", { 0, MB, 512 }, EINVAL, A, K },
	{ "length of 512, only the source has 4096", { 0, MB, 512 }, EINVAL, K, A },

	{ "source wraps to 0", { TOP, MB, 512 }, EOVERFLOW, A, B },
	{ "source wraps past 0", { TOP, MB, 1024 }, EOVERFLOW, A, B },
	{ "destination wraps to 0", { 0, TOP, 512 }, EOVERFLOW, A, B },
	{ "destination wraps past 0", { 0, TOP, 1024 }, EOVERFLOW, A, B },
	{ "length wraps the source", { 1024, 0, TOP }, EOVERFLOW, A, B },
	{ "length wraps both", { 512, 512, TOP }, EOVERFLOW, A, B },
	{ "blocks of 4096, source wraps", { ~0ULL - 4095, MB, 4096 }, EOVERFLOW, K, K2 },

	{ "source a sector past the end", { SZ - 512, MB, 1024 }, ERANGE, A, B },
	{ "destination a sector past the end", { 0, SZ - 512, 1024 }, ERANGE, A, B },
	{ "source at the end", { SZ, MB, 512 }, ERANGE, A, B },
	{ "destination at the end", { 0, SZ, 512 }, ERANGE, A, B },
	{ "a sector longer than both", { 0, 0, SZ + 512 }, ERANGE, A, B },
	{ "source at 2^63", { 1ULL << 63, MB, 512 }, ERANGE, A, B },
	{ "destination at 2^63", { 0, 1ULL << 63, 512 }, ERANGE, A, B },
	{ "length of 2^63", { 0, 0, 1ULL << 63 }, ERANGE, A, B },
	{ "source's end just short of wrapping", { TOP - 512, MB, 512 }, ERANGE, A, B },
	{ "source a block past the end, blocks of 4096", { SZ - 4096, MB, 8192 }, ERANGE, K, K2 },
	{ "destination past the end, no target there", { 0, SZ, 512 }, ERANGE, A, PLAIN },
	{ "source past the end, no target there", { SZ, 0, 512 }, ERANGE, PLAIN, B },
	{ "source just fits", { SZ - 512, MB, 512 }, 0, A, B },
	{ "destination just fits", { 0, SZ - 1024, 1024 }, 0, A, B },
	{ "all of both", { 0, 0, SZ }, 0, A, B },

	{ "onto itself", { 0, 0, 64 * KB }, EINVAL, A, A },
	{ "one sector onto itself", { 512, 512, 512 }, EINVAL, A, A },
	{ "upwards, overlaps by a sector", { 0, 64 * KB - 512, 64 * KB }, EINVAL, A, A },
	{ "downwards, overlaps by a sector", { 64 * KB - 512, 0, 64 * KB }, EINVAL, A, A },
	{ "a sector upwards", { 0, 512, 64 * KB }, EINVAL, A, A },
	{ "a sector downwards", { 512, 0, 64 * KB }, EINVAL, A, A },
	{ "upwards, adjacent", { 0, 64 * KB, 64 * KB }, 0, A, A },
	{ "downwards, adjacent", { 64 * KB, 0, 64 * KB }, 0, A, A },
	{ "by a second table: onto itself", { 0, 0, 64 * KB }, EINVAL, A, ALIAS },
	{ "by a second table: overlaps by a sector", { 0, 64 * KB - 512, 64 * KB }, EINVAL, A, ALIAS },
	{ "by a second table: adjacent", { 0, 64 * KB, 64 * KB }, 0, A, ALIAS },
	{ "by the disk below: onto itself", { 0, 0, 64 * KB }, EINVAL, A, DISK },
	{ "by the disk below: overlaps by a sector", { 64 * KB - 512, 0, 64 * KB }, EINVAL, DISK, A },
	{ "by the disk below: adjacent", { 0, 64 * KB, 64 * KB }, 0, A, DISK },
	{ "blocks of 4096, overlaps by a block", { 0, 60 * KB, 64 * KB }, EINVAL, K, K },
	{ "blocks of 4096, adjacent", { 0, 64 * KB, 64 * KB }, 0, K, K },
};

void test_ranges(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(range_tests); i++)
		run_range(&range_tests[i]);
}
