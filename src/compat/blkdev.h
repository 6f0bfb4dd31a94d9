/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * <linux/blkdev.h> and <linux/blk_types.h>; see compat.h.
 */
#ifndef COPYOFF_COMPAT_BLKDEV_H
#define COPYOFF_COMPAT_BLKDEV_H

#include <linux/blkdev.h>
#include <linux/fs.h>
#include <linux/kernfs.h>
#include <linux/kobject.h>

#ifndef HAVE_BLK_OPF_T
typedef unsigned int blk_opf_t;
#endif

#if !defined(HAVE_BDEV_WHOLE) && defined(HAVE_BD_CONTAINS)
#define bdev_whole(bdev) ((bdev)->bd_contains)
#elif !defined(HAVE_BDEV_WHOLE)
#error "dm-copyoff: no known way from a partition to its disk; kernel newer than supported?"
#endif

#if !defined(HAVE_BDEV_NR_BYTES) && defined(HAVE_BD_INODE)
static inline loff_t bdev_nr_bytes(struct block_device *bdev)
{
	return i_size_read(bdev->bd_inode);
}
#elif !defined(HAVE_BDEV_NR_BYTES)
#error "dm-copyoff: no known way to the size of a block device; kernel newer than supported?"
#endif

static inline int compat_blkdev_issue_flush(struct block_device *bdev)
{
#if defined(HAVE_BLKDEV_ISSUE_FLUSH)
	return blkdev_issue_flush(bdev);
#elif defined(HAVE_BLKDEV_ISSUE_FLUSH_GFP)
	return blkdev_issue_flush(bdev, GFP_NOIO);
#else
#error "dm-copyoff: no known form of blkdev_issue_flush(); kernel newer than supported?"
#endif
}

/* Data may be stored encrypted by its place: it must not move as it is. */
static inline bool compat_bdev_has_inline_crypto(struct block_device *bdev)
{
#ifndef CONFIG_BLK_INLINE_ENCRYPTION
	return false;
#elif defined(HAVE_CRYPTO_PROFILE)
	return bdev_get_queue(bdev)->crypto_profile;
#elif defined(HAVE_KEYSLOT_MANAGER)
	return bdev_get_queue(bdev)->ksm;
#else
#error "dm-copyoff: no known way to tell inline encryption; kernel newer than supported?"
#endif
}

/*
 * Gone for good, though still open? A queue that is dying belongs to a device
 * that was pulled out, and whose disk is about to be deleted.
 */
static inline bool compat_disk_dead(struct gendisk *disk)
{
#if defined(HAVE_GD_DEAD)
	return test_bit(GD_DEAD, &disk->state);
#elif defined(HAVE_GENHD_FL_UP)
	return !(READ_ONCE(disk->flags) & GENHD_FL_UP) ||
	       blk_queue_dying(disk->queue);
#else
#error "dm-copyoff: no known way to tell that a disk is gone; kernel newer than supported?"
#endif
}

/* Is the one disk, a dm device's, made of the other? */
static inline bool compat_disk_is_above(struct gendisk *above,
					struct gendisk *below)
{
	struct kernfs_node *link;

	if (!above->slave_dir)
		return false;
	link = kernfs_find_and_get(above->slave_dir->sd, below->disk_name);
	kernfs_put(link);
	return link;
}

#endif /* COPYOFF_COMPAT_BLKDEV_H */
