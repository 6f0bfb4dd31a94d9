// SPDX-License-Identifier: GPL-2.0-only
/* Until v5.15, 50b4aecfbbb0 ("block: remove GENHD_FL_UP"). */
#include <linux/blkdev.h>

bool copyoff_probe(struct gendisk *disk)
{
	return disk->flags & GENHD_FL_UP;
}
