/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arithmetic on ranges and extents that cannot wrap. Pure: any context.
 */
#ifndef COPYOFF_RANGE_H
#define COPYOFF_RANGE_H

#include <linux/types.h>

struct copyoff_range;

/*
 * A piece of a source, in 512-byte sectors of its unit (partition offsets
 * added). Where it goes follows from the command it is in: the extents of a
 * command fill its destination without a gap, in their order.
 */
struct copyoff_extent {
	u64 src;
	u32 sectors;
};

/*
 * Do [a, a + alen) and [b, b + blen) share anything? Neither may wrap, nor be
 * empty.
 */
static inline bool copyoff_overlap(u64 a, u64 alen, u64 b, u64 blen)
{
	return a < b + blen && b < a + alen;
}

/*
 * copyoff_range_check() - is the range one that these devices can have?
 * @r: the range, in bytes
 * @src_size, @dst_size: sizes of the two devices, in bytes
 * @align: what offsets and lengths must be multiples of, a power of two
 *
 * Returns 0; -EINVAL for a zero length or a misaligned member; -EOVERFLOW
 * where offset plus length wraps; -ERANGE past the end of a device.
 */
int copyoff_range_check(const struct copyoff_range *r, u64 src_size,
			u64 dst_size, u32 align);

#endif /* COPYOFF_RANGE_H */
