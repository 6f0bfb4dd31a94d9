// SPDX-License-Identifier: GPL-2.0-only
/* v6.5, 05bdb9965305 ("block: replace fmode_t with a block-specific type"). */
#include <linux/device-mapper.h>

int copyoff_probe(struct dm_target *ti, struct dm_dev **dev)
{
	static_assert(__builtin_types_compatible_p(typeof(&dm_get_device),
		int (*)(struct dm_target *, const char *, blk_mode_t,
			struct dm_dev **)));
	return dm_get_device(ti, "", dm_table_get_mode(ti->table), dev);
}
