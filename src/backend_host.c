// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host as a method: read into large contiguous buffers, write them out.
 *
 * kcopyd works with single pages and 512 KiB at a time, and reached a third of
 * what dd does; it serves where no buffer of a decent size could be had, and
 * where the destination has sequential zones, which it knows how to write.
 */
#include <linux/dm-kcopyd.h>
#include <linux/gfp.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "backend.h"
#include "delay.h"

#define MAX_BUFFERS	32

static unsigned int host_buffers = 8;
module_param(host_buffers, uint, 0444);
MODULE_PARM_DESC(host_buffers, "buffers for copies by the host, 1 to 32 (8)");

static unsigned int host_buffer_kib = 1024;
module_param(host_buffer_kib, uint, 0444);
MODULE_PARM_DESC(host_buffer_kib, "size of each in KiB, a power of two up to 4096; less if memory is short (1024)");

static bool host_kcopyd;
module_param(host_kcopyd, bool, 0644);
MODULE_PARM_DESC(host_kcopyd, "use kcopyd wherever it can be used (0)");

/* Below this size single requests cost more than kcopyd's pages. */
#define KCOPYD_BELOW	(64 * 1024)

static struct {
	spinlock_t lock;	/* protects free and nr_free */
	void *free[MAX_BUFFERS];
	unsigned int nr_free;
	unsigned int nr;	/* constant after init, as is order */
	unsigned int order;
	struct wait_queue_head wait;
} pool;

/*
 * Each has a reserve of its own: requests to devices that wait for others may
 * use up theirs, and nobody in a gate depends on that but their like.
 */
static struct dm_io_client *io_client;
static struct dm_io_client *above_client;
static struct dm_kcopyd_client *kcopyd_client;

/* ---- buffers ---- */

void *copyoff_host_buffer_get(void)
{
	unsigned long flags;
	void *buf = NULL;

	spin_lock_irqsave(&pool.lock, flags);
	if (pool.nr_free)
		buf = pool.free[--pool.nr_free];
	spin_unlock_irqrestore(&pool.lock, flags);
	return buf;
}

void copyoff_host_buffer_put(void *buf)
{
	unsigned long flags;

	if (!buf)
		return;
	spin_lock_irqsave(&pool.lock, flags);
	pool.free[pool.nr_free++] = buf;
	spin_unlock_irqrestore(&pool.lock, flags);
	wake_up(&pool.wait);
}

u32 copyoff_host_buffer_sectors(void)
{
	return (PAGE_SIZE << pool.order) >> SECTOR_SHIFT;
}

struct wait_queue_head *copyoff_host_buffer_wait(void)
{
	return &pool.wait;
}

bool copyoff_host_buffer_free(void)
{
	return READ_ONCE(pool.nr_free);
}

static void pool_drain(void)
{
	while (pool.nr_free)
		free_pages((unsigned long)pool.free[--pool.nr_free],
			   pool.order);
}

/* All buffers of one size, or none. */
static bool pool_fill(unsigned int nr, unsigned int order)
{
	while (pool.nr_free < nr) {
		void *buf = (void *)__get_free_pages(GFP_KERNEL | __GFP_NOWARN,
						     order);

		if (!buf) {
			pool_drain();
			return false;
		}
		pool.free[pool.nr_free++] = buf;
	}
	pool.nr = nr;
	pool.order = order;
	return true;
}

static int pool_init(void)
{
	unsigned int nr = clamp(host_buffers, 1U, (unsigned int)MAX_BUFFERS);
	unsigned int kib = clamp(host_buffer_kib, 4U, 4096U);
	int order;

	spin_lock_init(&pool.lock);
	init_waitqueue_head(&pool.wait);
	for (order = get_order(kib * 1024); order >= 0; order--)
		if (pool_fill(nr, order))
			return 0;
	return -ENOMEM;
}

/* ---- dm_io ---- */

static void finish(struct copyoff_cmd *cmd, unsigned long failed)
{
	memset(&cmd->verdict, 0, sizeof(cmd->verdict));
	if (failed) {
		cmd->verdict.kind = COPYOFF_FAIL;
		cmd->verdict.err = -EIO;
	}
	cmd->ns = ktime_get_ns() - cmd->began;
	cmd->end(cmd);
}

/* False: refused, and @notify is not going to be called. */
static bool transfer(struct copyoff_cmd *cmd, blk_opf_t opf,
		     struct block_device *bdev, bool above, u64 sector,
		     u32 sectors, void *buf, io_notify_fn notify)
{
	struct dm_io_region region = {
		.bdev = bdev,
		.sector = sector - get_start_sect(bdev),
		.count = sectors,
	};

	return !compat_dm_io(above ? above_client : io_client, opf, &region,
			     buf, notify, cmd);
}

static void write_end(unsigned long error, unsigned long unsup, void *context)
{
	finish(context, error | unsup);
}

COMPAT_DM_IO_NOTIFY(write_notify, write_end)

static void write_begin(struct copyoff_cmd *cmd)
{
	if (!transfer(cmd, REQ_OP_WRITE, cmd->dst_bdev, cmd->dst_above,
		      cmd->dst, cmd->sectors, cmd->buf, write_notify))
		finish(cmd, 1);
}

static void write_work(struct work_struct *work)
{
	unsigned int noio = memalloc_noio_save();

	copyoff_delay(COPYOFF_DELAY_HOST_WRITE);
	write_begin(container_of(work, struct copyoff_cmd, work));
	memalloc_noio_restore(noio);
}

/* Called once by each read, and once by whoever started them. */
static void read_put(struct copyoff_cmd *cmd)
{
	if (!atomic_dec_and_test(&cmd->pending))
		return;
	if (cmd->failed || cmd->op == COPYOFF_OP_READ) {
		finish(cmd, cmd->failed);
		return;
	}
	/* This may be an interrupt: the write is started elsewhere. */
	INIT_WORK(&cmd->work, write_work);
	queue_work(copyoff_host_wq, &cmd->work);
}

static void read_end(unsigned long error, unsigned long unsup, void *context)
{
	struct copyoff_cmd *cmd = context;

	if (error | unsup)
		WRITE_ONCE(cmd->failed, 1);
	read_put(cmd);
}

COMPAT_DM_IO_NOTIFY(read_notify, read_end)

static void read_begin(struct copyoff_cmd *cmd)
{
	void *buf = cmd->buf;
	u32 i, nr = cmd->nr;

	cmd->failed = 0;
	atomic_set(&cmd->pending, 1);
	for (i = 0; i < nr; i++) {
		const struct copyoff_extent *e = &cmd->ext[i];

		atomic_inc(&cmd->pending);
		if (!transfer(cmd, REQ_OP_READ, cmd->src_bdev, cmd->src_above,
			      e->src, e->sectors, buf, read_notify))
			read_end(1, 0, cmd);
		buf += (size_t)e->sectors << SECTOR_SHIFT;
	}
	read_put(cmd);
}

void copyoff_host_submit(struct copyoff_cmd *cmd)
{
	cmd->began = ktime_get_ns();
	if (cmd->op == COPYOFF_OP_WRITE)
		write_begin(cmd);
	else
		read_begin(cmd);
}

/* ---- kcopyd ---- */

bool copyoff_host_wants_kcopyd(void)
{
	return READ_ONCE(host_kcopyd) ||
	       (PAGE_SIZE << pool.order) < KCOPYD_BELOW;
}

static void kcopyd_put(struct copyoff_cmd *cmd)
{
	if (atomic_dec_and_test(&cmd->pending))
		finish(cmd, cmd->failed);
}

static void kcopyd_end(int read_err, unsigned long write_err, void *context)
{
	struct copyoff_cmd *cmd = context;

	if (read_err || write_err)
		WRITE_ONCE(cmd->failed, 1);
	kcopyd_put(cmd);
}

void copyoff_host_kcopyd(struct copyoff_cmd *cmd)
{
	u64 dst = cmd->dst - get_start_sect(cmd->dst_bdev);
	u32 i, nr = cmd->nr;

	cmd->began = ktime_get_ns();
	cmd->failed = 0;
	atomic_set(&cmd->pending, 1);
	for (i = 0; i < nr; i++) {
		const struct copyoff_extent *e = &cmd->ext[i];
		struct dm_io_region from = {
			.bdev = cmd->src_bdev,
			.sector = e->src - get_start_sect(cmd->src_bdev),
			.count = e->sectors,
		};
		struct dm_io_region to = {
			.bdev = cmd->dst_bdev,
			.sector = dst,
			.count = e->sectors,
		};

		dst += e->sectors;
		atomic_inc(&cmd->pending);
		dm_kcopyd_copy(kcopyd_client, &from, 1, &to, 0, kcopyd_end,
			       cmd);
	}
	kcopyd_put(cmd);
}

/* ---- init ---- */

int copyoff_host_init(void)
{
	int err = pool_init();

	if (err)
		return err;
	io_client = dm_io_client_create();
	if (IS_ERR(io_client)) {
		err = PTR_ERR(io_client);
		goto out_pool;
	}
	above_client = dm_io_client_create();
	if (IS_ERR(above_client)) {
		err = PTR_ERR(above_client);
		goto out_io;
	}
	kcopyd_client = dm_kcopyd_client_create(NULL);
	if (IS_ERR(kcopyd_client)) {
		err = PTR_ERR(kcopyd_client);
		goto out_above;
	}
	return 0;

out_above:
	dm_io_client_destroy(above_client);
out_io:
	dm_io_client_destroy(io_client);
out_pool:
	pool_drain();
	return err;
}

void copyoff_host_exit(void)
{
	dm_kcopyd_client_destroy(kcopyd_client);
	dm_io_client_destroy(above_client);
	dm_io_client_destroy(io_client);
	pool_drain();
}
