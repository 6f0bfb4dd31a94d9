// SPDX-License-Identifier: GPL-2.0-only
/* The form before v5.11, a954ea812018. */
#include <linux/blkdev.h>

struct block_device *copyoff_probe(struct block_device *bdev)
{
	return bdev->bd_contains;
}
