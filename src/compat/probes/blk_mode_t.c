// SPDX-License-Identifier: GPL-2.0-only
/* v6.5, 05bdb9965305 ("block: replace fmode_t with a block-specific type"). */
#include <linux/device-mapper.h>

int copyoff_probe(struct dm_target *ti, struct dm_dev **dev)
{
	int (*form)(struct dm_target *ti, const char *path, blk_mode_t mode,
		    struct dm_dev **dev) = dm_get_device;

	return form(ti, "", dm_table_get_mode(ti->table), dev);
}
