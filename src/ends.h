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
	const u8 __user *ranges;
	u32 range_size;
	u32 align;
	int error;		/* of the range after those given last */
};

extern const struct copyoff_front copyoff_ends_ops;

#endif /* COPYOFF_ENDS_H */
