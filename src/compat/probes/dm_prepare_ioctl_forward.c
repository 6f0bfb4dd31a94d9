// SPDX-License-Identifier: GPL-2.0-only
/* v6.16, 4862c8861d90 ("dm: Allow .prepare_ioctl to handle ioctls directly"). */
#include <linux/device-mapper.h>

int copyoff_probe(struct target_type *type, struct dm_target *ti)
{
	int (*form)(struct dm_target *ti, struct block_device **bdev,
		    unsigned int cmd, unsigned long arg,
		    bool *forward) = type->prepare_ioctl;
	struct block_device *bdev;
	bool forward;

	return form(ti, &bdev, 0, 0, &forward);
}
