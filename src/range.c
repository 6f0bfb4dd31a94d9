// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arithmetic on ranges and extents that cannot wrap.
 */
#include <linux/errno.h>
#include <linux/overflow.h>
#include <linux/types.h>

#include "../include/uapi/linux/dm-copyoff.h"
#include "range.h"

static int side_check(u64 offset, u64 length, u64 size)
{
	u64 end;

	if (check_add_overflow(offset, length, &end))
		return -EOVERFLOW;
	return end > size ? -ERANGE : 0;
}

int copyoff_range_check(const struct copyoff_range *r, u64 src_size,
			u64 dst_size, u32 align)
{
	int err;

	if (!r->length)
		return -EINVAL;
	if ((r->src_offset | r->dst_offset | r->length) & (align - 1))
		return -EINVAL;
	err = side_check(r->src_offset, r->length, src_size);
	if (err)
		return err;
	return side_check(r->dst_offset, r->length, dst_size);
}
