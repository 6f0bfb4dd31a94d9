// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page cache of the two block devices around a copy below it.
 */
#include <linux/fs.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>

#include "cache.h"

/* Somebody who keeps dirtying pages under a copy gets what they ask for. */
#define DROP_TRIES	16

int copyoff_cache_write(struct address_space *mapping, u64 offset, u64 length)
{
	if (!READ_ONCE(mapping->nrpages))
		return 0;
	return filemap_write_and_wait_range(mapping, offset,
					    offset + length - 1);
}

int copyoff_cache_drop(struct address_space *mapping, u64 offset, u64 length)
{
	u64 last = offset + length - 1;
	int i, err = 0;

	for (i = 0; i < DROP_TRIES; i++) {
		if (!READ_ONCE(mapping->nrpages))
			return 0;
		err = filemap_write_and_wait_range(mapping, offset, last);
		if (err)
			return err;
		err = invalidate_inode_pages2_range(mapping,
						    offset >> PAGE_SHIFT,
						    last >> PAGE_SHIFT);
		/* -EBUSY: dirtied again, or read just now. */
		if (err != -EBUSY || fatal_signal_pending(current))
			return err;
	}
	return err;
}
