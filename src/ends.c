// SPDX-License-Identifier: GPL-2.0-only
/*
 * The two descriptors of a request, and what a job wants of them: the ranges,
 * and the page cache around the copy.
 */
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/uaccess.h>

#include "cache.h"
#include "ends.h"
#include "range.h"
#include "registry.h"

/* ---- descriptors ---- */

/* The block device behind a descriptor that is open in @mode. */
static int end_get(int fd, fmode_t mode, struct file **file,
		   struct block_device **bdev)
{
	struct file *f = fget(fd);

	if (!f)
		return -EBADF;
	if (!S_ISBLK(file_inode(f)->i_mode)) {
		fput(f);
		return -ENOTBLK;
	}
	if (!(f->f_mode & mode)) {
		fput(f);
		return -EBADF;
	}
	*file = f;
	*bdev = I_BDEV(f->f_mapping->host);
	return 0;
}

void copyoff_ends_put(struct copyoff_ends *e)
{
	fput(e->src);
	fput(e->dst);
}

static bool has_targets(struct block_device *bdev)
{
	struct copyoff_record *rec = copyoff_record_find(bdev->bd_disk);
	bool has = rec && copyoff_record_live(rec);

	copyoff_record_put(rec);
	return has;
}

int copyoff_ends_get(struct copyoff_ends *e, int src_fd, int dst_fd)
{
	int err;

	err = end_get(src_fd, FMODE_READ, &e->src, &e->src_bdev);
	if (err)
		return err;
	err = end_get(dst_fd, FMODE_WRITE, &e->dst, &e->dst_bdev);
	if (err) {
		fput(e->src);
		return err;
	}
	if (has_targets(e->src_bdev) || has_targets(e->dst_bdev))
		return 0;
	copyoff_ends_put(e);
	return -EXDEV;
}

/* ---- the job's front ---- */

static int ends_check(void *front)
{
	struct copyoff_ends_front *f = front;

	if (IS_SWAPFILE(f->ends.dst->f_mapping->host))
		return -ETXTBSY;
	return bdev_read_only(f->ends.dst_bdev) ? -EROFS : 0;
}

static int read_range(struct copyoff_ends_front *f, u32 index,
		      struct copyoff_range *r)
{
	const void __user *from = f->ranges + (u64)index * f->range_size;

	return copy_struct_from_user(r, sizeof(*r), from, f->range_size);
}

int copyoff_ends_take(struct copyoff_ends_front *f, u32 nr)
{
	struct copyoff_range *list;
	int err = 0;
	u32 i;

	list = kvmalloc_array(nr, sizeof(*list),
			      GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!list)
		return -ENOMEM;
	for (i = 0; i < nr && !err; i++)
		err = read_range(f, i, list + i);
	if (err)
		kvfree(list);
	else
		f->list = list;
	return err;
}

/* A range as it was given: read once, checked, ready for the device. */
static int take_range(struct copyoff_ends_front *f, u32 index,
		      struct copyoff_range *r)
{
	int err = 0;

	if (f->list)
		*r = f->list[index];
	else
		err = read_range(f, index, r);
	if (err)
		return err;
	err = copyoff_range_check(r, bdev_nr_bytes(f->ends.src_bdev),
				  bdev_nr_bytes(f->ends.dst_bdev), f->align);
	if (!err)
		err = copyoff_cache_write(f->ends.src->f_mapping,
					  r->src_offset, r->length);
	if (!err)
		err = copyoff_cache_drop(f->ends.dst->f_mapping,
					 r->dst_offset, r->length);
	return err;
}

static int ends_fetch(void *front, u32 first, u32 nr, struct copyoff_range *r)
{
	struct copyoff_ends_front *f = front;
	u32 i;

	for (i = 0; i < nr && !f->error; i++) {
		f->error = take_range(f, first + i, r + i);
		if (f->error)
			break;
	}
	/* What is wrong with a range is told after those before it are done. */
	return i ? i : f->error;
}

static void ends_retire(void *front, const struct copyoff_range *r)
{
	struct copyoff_ends_front *f = front;

	/*
	 * Pages that were read in meanwhile are stale. Whoever writes to the
	 * range at the same time gets either; there is nothing to tell.
	 */
	copyoff_cache_drop(f->ends.dst->f_mapping, r->dst_offset, r->length);
}

const struct copyoff_front copyoff_ends_ops = {
	.fetch = ends_fetch,
	.check = ends_check,
	.retire = ends_retire,
};
