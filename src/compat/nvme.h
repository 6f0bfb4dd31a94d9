/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * drivers/nvme/host/nvme.h, which is not public; see compat.h. No compiler
 * compares what is declared here with nvme-core: scripts/check-prototypes does.
 */
#ifndef COPYOFF_COMPAT_NVME_H
#define COPYOFF_COMPAT_NVME_H

#include <linux/blkdev.h>
#include <linux/nvme.h>

/* The same from 5.10 to 7.3. Exported for GPL modules by nvme-core. */
int nvme_submit_sync_cmd(struct request_queue *q, struct nvme_command *cmd,
			 void *buffer, unsigned int bufflen);

/*
 * Send a command that writes, and wait for the answer. @buffer must be
 * physically contiguous. Sleeps.
 *
 * Returns 0; a positive NVMe status; or a negative errno: -EINTR if the command
 * was cancelled, -ENODEV if the queue is dead.
 */
#if defined(HAVE_BLK_EXECUTE_RQ_STATUS)
static inline int compat_nvme_submit_sync_cmd(struct request_queue *q,
					      struct nvme_command *cmd,
					      void *buffer,
					      unsigned int bufflen)
{
	return nvme_submit_sync_cmd(q, cmd, buffer, bufflen);
}
#elif defined(HAVE_BLK_EXECUTE_RQ_VOID)
/*
 * nvme_submit_sync_cmd() reports success for what was never sent: not to be
 * used. See nvme_submit.c.
 */
int compat_nvme_submit_sync_cmd(struct request_queue *q,
				struct nvme_command *cmd, void *buffer,
				unsigned int bufflen);
#else
#error "dm-copyoff: no known form of blk_execute_rq(); kernel newer than supported?"
#endif

#endif /* COPYOFF_COMPAT_NVME_H */
