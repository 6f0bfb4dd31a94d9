// SPDX-License-Identifier: GPL-2.0-only
/* The form before v6.16, 4862c8861d90. */
#include <linux/device-mapper.h>

int copyoff_probe(struct target_type *type, struct dm_target *ti)
{
	int (*form)(struct dm_target *ti,
		    struct block_device **bdev) = type->prepare_ioctl;
	struct block_device *bdev;

	return form(ti, &bdev);
}
