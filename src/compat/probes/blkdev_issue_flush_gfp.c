// SPDX-License-Identifier: GPL-2.0-only
/* The form before v5.12, c6bf3f0e25f4. */
#include <linux/blkdev.h>

int copyoff_probe(struct block_device *bdev)
{
	int (*form)(struct block_device *bdev, gfp_t gfp) = blkdev_issue_flush;

	return form(bdev, GFP_NOIO);
}
