// SPDX-License-Identifier: GPL-2.0-only
/* What there was before v5.16, 6436bd90f76e. */
#include <linux/blkdev.h>
#include <linux/fs.h>

loff_t copyoff_probe(struct block_device *bdev)
{
	return i_size_read(bdev->bd_inode);
}
