// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ranges at the borders of devices and of 64 bits.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/types.h>

#include "../../include/uapi/linux/dm-copyoff.h"
#include "range.h"
#include "t.h"

#define TOP	0xfffffffffffffe00ULL	/* the last multiple of 512 */

static const struct row {
	const char *name;
	u64 src;
	u64 dst;
	u64 length;
	u64 src_size;
	u64 dst_size;
	u32 align;
	int want;
} rows[] = {
	/* The end of a device. */
	{ "all of both", 0, 0, 8192, 8192, 8192, 512, 0 },
	{ "one block", 0, 0, 512, 512, 512, 512, 0 },
	{ "src ends at the end", 4096, 0, 4096, 8192, 4096, 4096, 0 },
	{ "dst ends at the end", 0, 4096, 4096, 4096, 8192, 4096, 0 },
	{ "src a byte past", 4097, 0, 4096, 8192, 8192, 1, -ERANGE },
	{ "dst a byte past", 0, 4097, 4096, 8192, 8192, 1, -ERANGE },
	{ "src length a byte past", 0, 0, 8193, 8192, 9000, 1, -ERANGE },
	{ "dst length a byte past", 0, 0, 8193, 9000, 8192, 1, -ERANGE },
	{ "src a block past", 4608, 0, 4096, 8192, 8192, 512, -ERANGE },
	{ "dst a block past", 0, 4608, 4096, 8192, 8192, 512, -ERANGE },
	{ "src begins at the end", 8192, 0, 512, 8192, 8192, 512, -ERANGE },
	{ "dst begins at the end", 0, 8192, 512, 8192, 8192, 512, -ERANGE },
	{ "src has no size", 0, 0, 512, 0, 8192, 512, -ERANGE },
	{ "dst has no size", 0, 0, 512, 8192, 0, 512, -ERANGE },
	{ "sizes are not mixed up", 4096, 0, 4096, 4096, 8192, 512, -ERANGE },
	{ "odd size, block does not fit", 0, 0, 512, 511, 512, 512, -ERANGE },

	/* No length. */
	{ "zero length", 0, 0, 0, 8192, 8192, 512, -EINVAL },
	{ "zero length at the end", 8192, 8192, 0, 8192, 8192, 512, -EINVAL },
	{ "zero length far out", TOP, TOP, 0, 8192, 8192, 512, -EINVAL },

	/* Alignment, one member at a time. */
	{ "src plus 1", 1, 0, 512, 8192, 8192, 512, -EINVAL },
	{ "src plus 511", 511, 0, 512, 8192, 8192, 512, -EINVAL },
	{ "dst plus 1", 0, 1, 512, 8192, 8192, 512, -EINVAL },
	{ "dst plus 511", 0, 511, 512, 8192, 8192, 512, -EINVAL },
	{ "length 1", 0, 0, 1, 8192, 8192, 512, -EINVAL },
	{ "length 511", 0, 0, 511, 8192, 8192, 512, -EINVAL },
	{ "length 513", 0, 0, 513, 8192, 8192, 512, -EINVAL },
	{ "src 512 of 4096", 512, 0, 4096, 8192, 8192, 4096, -EINVAL },
	{ "dst 512 of 4096", 0, 512, 4096, 8192, 8192, 4096, -EINVAL },
	{ "length 512 of 4096", 0, 0, 512, 8192, 8192, 4096, -EINVAL },
	{ "512 of 512", 512, 512, 512, 8192, 8192, 512, 0 },
	{ "bits that cancel out", 512, 512, 4096, 8192, 8192, 4096, -EINVAL },
	{ "largest alignment", 0, 0, 1ULL << 32, U64_MAX, U64_MAX, 1U << 31, 0 },
	{ "half of it", 1U << 30, 0, 1ULL << 32, U64_MAX, U64_MAX, 1U << 31,
	  -EINVAL },
	{ "misaligned and past the end", 1, 0, 16384, 8192, 8192, 512,
	  -EINVAL },

	/* 64 bits. */
	{ "src up to the top", TOP - 512, 0, 512, U64_MAX, 512, 512, 0 },
	{ "dst up to the top", 0, TOP - 512, 512, 512, U64_MAX, 512, 0 },
	{ "src wraps to 0", TOP, 0, 512, U64_MAX, 512, 512, -EOVERFLOW },
	{ "dst wraps to 0", 0, TOP, 512, 512, U64_MAX, 512, -EOVERFLOW },
	{ "src wraps far", TOP, 0, TOP, U64_MAX, U64_MAX, 512, -EOVERFLOW },
	{ "dst wraps far", 0, TOP, TOP, U64_MAX, U64_MAX, 512, -EOVERFLOW },
	{ "no wrap, but past the end", TOP - 512, 0, 512, TOP - 1, 512, 512,
	  -ERANGE },
	{ "all there can be", 0, 0, U64_MAX, U64_MAX, U64_MAX, 1, 0 },
	{ "src one more", 1, 0, U64_MAX, U64_MAX, U64_MAX, 1, -EOVERFLOW },
	{ "dst one more", 0, 1, U64_MAX, U64_MAX, U64_MAX, 1, -EOVERFLOW },
	{ "ends at U64_MAX", U64_MAX - 1, 0, 1, U64_MAX, 1, 1, 0 },
	{ "size U64_MAX - 1", U64_MAX - 1, 0, 1, U64_MAX - 1, 1, 1, -ERANGE },
	{ "misaligned and wraps", TOP + 1, 0, 512, U64_MAX, 512, 512,
	  -EINVAL },
};

static void check_table(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *r = &rows[i];
		const struct copyoff_range range = {
			.src_offset = r->src,
			.dst_offset = r->dst,
			.length = r->length,
		};

		t_about(r->name);
		T_EQ(copyoff_range_check(&range, r->src_size, r->dst_size,
					 r->align), r->want);
	}
}

/* The same, with numbers too wide to wrap. */
static int side_model(u64 offset, u64 length, u64 size)
{
	unsigned __int128 end = (unsigned __int128)offset + length;

	if (end > U64_MAX)
		return -EOVERFLOW;
	return end > size ? -ERANGE : 0;
}

static int check_model(const struct copyoff_range *r, u64 src_size,
		       u64 dst_size, u32 align)
{
	int err;

	if (!r->length || r->src_offset % align || r->dst_offset % align ||
	    r->length % align)
		return -EINVAL;
	err = side_model(r->src_offset, r->length, src_size);
	return err ? err : side_model(r->dst_offset, r->length, dst_size);
}

/* Near 0, near the top, near a size, or anywhere; mostly aligned. */
static u64 random_bytes(u64 near, u32 align)
{
	u64 v;

	switch (t_between(0, 3)) {
	case 0:
		v = t_between(0, 4) * align;
		break;
	case 1:
		v = U64_MAX - t_between(0, 4) * align;
		break;
	case 2:
		v = near - 2 * align + t_between(0, 4) * align;
		break;
	default:
		v = t_rand();
		break;
	}
	return t_chance(90) ? v & ~(u64)(align - 1) : v;
}

static void check_random(void)
{
	u32 round, rounds = t_rounds(200000);

	for (round = 0; round < rounds; round++) {
		u32 align = 1U << t_between(0, 16);
		u64 src_size = random_bytes(t_rand(), align);
		u64 dst_size = random_bytes(src_size, align);
		struct copyoff_range r;

		r.length = random_bytes(src_size, align);
		r.src_offset = random_bytes(src_size - r.length, align);
		r.dst_offset = random_bytes(dst_size - r.length, align);
		T_EQ(copyoff_range_check(&r, src_size, dst_size, align),
		     check_model(&r, src_size, dst_size, align));
	}
}

/* Bits of a word: do two runs of them share any? */
static u64 run_of_bits(u64 start, u64 len)
{
	return ((1ULL << len) - 1) << start;
}

static void overlap_small(void)
{
	u64 a, alen, b, blen;

	for (a = 0; a < 8; a++)
		for (alen = 1; alen < 8; alen++)
			for (b = 0; b < 8; b++)
				for (blen = 1; blen < 8; blen++)
					T_EQ(copyoff_overlap(a, alen, b, blen),
					     !!(run_of_bits(a, alen) &
						run_of_bits(b, blen)));
}

static void overlap_at_the_top(void)
{
	T_TRUE(copyoff_overlap(U64_MAX - 8, 8, U64_MAX - 1, 1));
	T_TRUE(copyoff_overlap(0, U64_MAX, U64_MAX - 1, 1));
	T_TRUE(copyoff_overlap(U64_MAX - 1, 1, 0, U64_MAX));
	T_TRUE(!copyoff_overlap(0, U64_MAX - 1, U64_MAX - 1, 1));
	T_TRUE(!copyoff_overlap(U64_MAX - 1, 1, 0, U64_MAX - 1));
	/* Neither start nor length is a 32 bit number. */
	T_TRUE(!copyoff_overlap(0, 8, 1ULL << 32, 8));
	T_TRUE(copyoff_overlap(0, (1ULL << 32) + 1, 1ULL << 32, 8));
}

#define CASES(X)			\
	X(check_table)			\
	X(check_random)			\
	X(overlap_small)		\
	X(overlap_at_the_top)

T_SUITE(range, CASES);
