/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page cache of the two block devices around a copy below it.
 *
 * Covers what went through the very descriptors' device nodes. The cache of a
 * file system mounted on the device, or of another node for the same blocks,
 * lives in mappings of its own.
 */
#ifndef COPYOFF_CACHE_H
#define COPYOFF_CACHE_H

#include <linux/fs.h>

/*
 * Offsets and lengths in bytes. Both sleep and do I/O to the device: no gate
 * may be entered by the caller. Return 0 or a negative errno.
 */

/* Before: what the source's cache holds is to be on the device. */
int copyoff_cache_write(struct address_space *mapping, u64 offset, u64 length);

/* Before and after: the destination's cache holds nothing of the range. */
int copyoff_cache_drop(struct address_space *mapping, u64 offset, u64 length);

#endif /* COPYOFF_CACHE_H */
