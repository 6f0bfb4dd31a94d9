/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What kernels offer in different shapes, given the shape of the newest.
 *
 * The only file that may ask what the kernel has. Sorted by kernel header. The
 * answers come from probes (in probes/), compiled against the very kernel that
 * the module is built for; each names the commit that made the newest form.
 */
#ifndef COPYOFF_COMPAT_H
#define COPYOFF_COMPAT_H

#include <linux/blkdev.h>
#include <linux/device-mapper.h>
#include <linux/nvme.h>

#include "compat_config.h"

#ifndef COPYOFF_PROBE_SENTINEL_YES
#error "dm-copyoff: what must always compile did not: modules cannot be built here"
#endif
#ifdef COPYOFF_PROBE_SENTINEL_NO
#error "dm-copyoff: what must never compile did: modules cannot be built here"
#endif

/* <linux/blkdev.h> */

#if !defined(HAVE_BLK_MODE_T) && defined(HAVE_DM_GET_DEVICE_FMODE_T)
#define blk_mode_t fmode_t
#elif !defined(HAVE_BLK_MODE_T)
#error "dm-copyoff: no known form of dm_get_device(); kernel newer than supported?"
#endif

/* Data may be stored encrypted by its place: it must not move as it is. */
static inline bool compat_bdev_has_inline_crypto(struct block_device *bdev)
{
#ifdef CONFIG_BLK_INLINE_ENCRYPTION
	return bdev_get_queue(bdev)->crypto_profile;
#else
	return false;
#endif
}

static inline bool compat_disk_dead(struct gendisk *disk)
{
	return test_bit(GD_DEAD, &disk->state);
}

/* <linux/device-mapper.h> */

static inline void compat_dm_target_flush_bypasses_map(struct dm_target *ti)
{
#ifdef HAVE_DM_TARGET_FLUSH_BYPASSES_MAP
	ti->flush_bypasses_map = true;
#endif
}

#ifndef DM_TARGET_ATOMIC_WRITES
#define DM_TARGET_ATOMIC_WRITES 0
#endif

/*
 * drivers/nvme/host/nvme.h is not public, so the prototype stands here: the
 * same from 5.10 to 7.3. Exported for GPL modules by nvme_core.
 *
 * Sleeps. Returns 0, a positive NVMe status, or a negative errno. @buffer must
 * be physically contiguous.
 */
int nvme_submit_sync_cmd(struct request_queue *q, struct nvme_command *cmd,
			 void *buffer, unsigned int bufflen);

#endif /* COPYOFF_COMPAT_H */
