// SPDX-License-Identifier: GPL-2.0-only
/* The form before v5.14, 912e887505a0. */
#include <linux/blkdev.h>
#include <linux/device-mapper.h>

int copyoff_probe(struct block_device *bdev, struct dm_report_zones_args *args)
{
#ifdef CONFIG_BLK_DEV_ZONED
	args->start = 0;
	return blkdev_report_zones(bdev, 0, 1, dm_report_zones_cb, args);
#else
	return 0;
#endif
}
