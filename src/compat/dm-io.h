/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * <linux/dm-io.h>; see compat.h.
 */
#ifndef COPYOFF_COMPAT_DM_IO_H
#define COPYOFF_COMPAT_DM_IO_H

#include <linux/dm-io.h>
#include <linux/ioprio.h>

#include "compat/blkdev.h"

/*
 * Defines @name, for compat_dm_io(), by @fn, which has the newest form: two
 * masks of regions, of those that failed and of those that the device does not
 * support. The data has arrived only if both are zero.
 */
#if defined(HAVE_DM_IO_UNSUP)
#define COMPAT_DM_IO_NOTIFY(name, fn) \
static void name(unsigned long error, unsigned long unsup, void *context) \
{ \
	fn(error, unsup, context); \
}
#elif defined(HAVE_DM_IO_IOPRIO) || defined(HAVE_DM_IO_OPF) || \
	defined(HAVE_DM_IO_OP_FLAGS)
#define COMPAT_DM_IO_NOTIFY(name, fn) \
static void name(unsigned long error, void *context) \
{ \
	fn(error, 0, context); \
}
#else
#error "dm-copyoff: no known form of dm_io(); kernel newer than supported?"
#endif

/*
 * dm_io() for one region, asynchronously. As there: fails only for requests of
 * a kind that cannot be, and then does not call back.
 */
static inline int compat_dm_io(struct dm_io_client *client, blk_opf_t opf,
			       struct dm_io_region *region, void *buf,
			       io_notify_fn notify, void *context)
{
	struct dm_io_request req = {
#ifdef HAVE_DM_IO_OP_FLAGS
		.bi_op = opf & REQ_OP_MASK,
		.bi_op_flags = opf & ~REQ_OP_MASK,
#else
		.bi_opf = opf,
#endif
		.mem = { .type = DM_IO_KMEM, .ptr.addr = buf },
		.notify = { .fn = notify, .context = context },
		.client = client,
	};

#if defined(HAVE_DM_IO_UNSUP)
	return dm_io(&req, 1, region, NULL, NULL, IOPRIO_DEFAULT);
#elif defined(HAVE_DM_IO_IOPRIO)
	return dm_io(&req, 1, region, NULL, IOPRIO_DEFAULT);
#else
	return dm_io(&req, 1, region, NULL);
#endif
}

#endif /* COPYOFF_COMPAT_DM_IO_H */
