/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * <linux/device-mapper.h>; see compat.h.
 */
#ifndef COPYOFF_COMPAT_DEVICE_MAPPER_H
#define COPYOFF_COMPAT_DEVICE_MAPPER_H

#include <linux/blkdev.h>
#include <linux/device-mapper.h>

#if !defined(HAVE_BLK_MODE_T) && defined(HAVE_DM_GET_DEVICE_FMODE_T)
#define blk_mode_t fmode_t
#elif !defined(HAVE_BLK_MODE_T)
#error "dm-copyoff: no known form of dm_get_device(); kernel newer than supported?"
#endif

/* What else this kernel's dm-linear asks for its bios. */
static inline void compat_dm_target_like_linear(struct dm_target *ti)
{
#ifdef HAVE_DM_TARGET_FLUSH_BYPASSES_MAP
	ti->flush_bypasses_map = true;
#endif
#ifdef HAVE_DM_TARGET_NUM_WRITE_SAME_BIOS
	ti->num_write_same_bios = 1;
#endif
}

#ifndef DM_TARGET_ATOMIC_WRITES
#define DM_TARGET_ATOMIC_WRITES 0
#endif

#ifndef DM_TARGET_PASSES_CRYPTO
#define DM_TARGET_PASSES_CRYPTO 0
#endif

/* Without it the kernel never asks for that type; it needs to compile. */
#ifndef HAVE_STATUSTYPE_IMA
#define STATUSTYPE_IMA ((int)STATUSTYPE_TABLE + 1)
#define DMEMIT_TARGET_NAME_VERSION(type) \
	DMEMIT("target_name=%s,target_version=%u.%u.%u", (type)->name, \
	       (type)->version[0], (type)->version[1], (type)->version[2])
#endif

/* The parameters of prepare_ioctl; newer kernels tell which ioctl it is. */
#if defined(HAVE_DM_PREPARE_IOCTL_FORWARD)
#define COMPAT_DM_PREPARE_IOCTL_PARAMS struct dm_target *ti, \
	struct block_device **bdev, unsigned int cmd, unsigned long arg, \
	bool *forward
#elif defined(HAVE_DM_PREPARE_IOCTL_BDEV)
#define COMPAT_DM_PREPARE_IOCTL_PARAMS struct dm_target *ti, \
	struct block_device **bdev
#else
#error "dm-copyoff: no known form of prepare_ioctl; kernel newer than supported?"
#endif

#ifdef CONFIG_BLK_DEV_ZONED
#if !defined(HAVE_DM_REPORT_ZONES) && defined(HAVE_DM_REPORT_ZONES_CB)
static inline int dm_report_zones(struct block_device *bdev, sector_t start,
				  sector_t sector,
				  struct dm_report_zones_args *args,
				  unsigned int nr_zones)
{
	args->start = start;
	return blkdev_report_zones(bdev, sector, nr_zones, dm_report_zones_cb,
				   args);
}
#elif !defined(HAVE_DM_REPORT_ZONES)
#error "dm-copyoff: no known form of dm_report_zones(); kernel newer than supported?"
#endif
#endif

#endif /* COPYOFF_COMPAT_DEVICE_MAPPER_H */
