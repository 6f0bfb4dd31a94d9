// SPDX-License-Identifier: GPL-2.0-only
/* v5.16, 6436bd90f76e ("block: add a bdev_nr_bytes helper"). */
#include <linux/blkdev.h>

loff_t copyoff_probe(struct block_device *bdev)
{
	return bdev_nr_bytes(bdev);
}
