// SPDX-License-Identifier: GPL-2.0-only
/* v5.15, 8e141f9eb803 ("block: drain file system I/O on del_gendisk"). */
#include <linux/blkdev.h>

bool copyoff_probe(struct gendisk *disk)
{
	return test_bit(GD_DEAD, &disk->state);
}
