// SPDX-License-Identifier: GPL-2.0-only
/* v5.12, c6bf3f0e25f4 ("block: use an on-stack bio in blkdev_issue_flush"). */
#include <linux/blkdev.h>

int copyoff_probe(struct block_device *bdev)
{
	int (*form)(struct block_device *bdev) = blkdev_issue_flush;

	return form(bdev);
}
