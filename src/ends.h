/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two descriptors of a request, and what a job wants of them.
 */
#ifndef COPYOFF_ENDS_H
#define COPYOFF_ENDS_H

#include <linux/blkdev.h>
#include <linux/fs.h>

#include "job.h"

/* Both files are held, and so are the devices. */
struct copyoff_ends {
	struct file *src;
	struct file *dst;
	struct block_device *src_bdev;
	struct block_device *dst_bdev;
};

/*
 * copyoff_ends_get() - hold what the caller's two descriptors are
 *
 * Returns 0; or -EBADF, -ENOTBLK, or -EXDEV if neither has a copyoff target.
 */
int copyoff_ends_get(struct copyoff_ends *e, int src_fd, int dst_fd);
void copyoff_ends_put(struct copyoff_ends *e);

/* A job's front; zeroed and filled in by its owner. */
struct copyoff_ends_front {
	struct copyoff_ends ends;
	struct copyoff_range *list;	/* all ranges; or NULL, and... */
	const u8 __user *ranges;	/* ...in user memory */
	u32 range_size;
	u32 align;
	int error;		/* of the range after those given last */
};

/*
 * copyoff_ends_take() - take all ranges into memory of our own, front->list
 *
 * They are the caller's to kvfree(). Returns 0; -ENOMEM, or -EFAULT or -E2BIG
 * for a range that cannot be read, and then there is no list.
 */
int copyoff_ends_take(struct copyoff_ends_front *f, u32 nr);

extern const struct copyoff_front copyoff_ends_ops;

#endif /* COPYOFF_ENDS_H */
