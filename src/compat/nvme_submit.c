// SPDX-License-Identifier: GPL-2.0-only
/*
 * compat_nvme_submit_sync_cmd() where nvme-core's own cannot be trusted.
 *
 * Before v5.14 nvme_submit_sync_cmd() returned the status that stood in the
 * request, left there by whoever had it before if the command was never sent:
 * mostly 0, for success. What counts here is what the block layer says at the
 * end of the request; nvme-core's status only tells why it failed.
 */
#include "compat.h"

#ifndef HAVE_BLK_EXECUTE_RQ_STATUS

#include <linux/blk-mq.h>
#include <linux/completion.h>
#include <linux/jiffies.h>

/* Exported for GPL modules by nvme-core, until v5.19. */
struct request *nvme_alloc_request(struct request_queue *q,
				   struct nvme_command *cmd,
				   blk_mq_req_flags_t flags);

/*
 * How struct nvme_request, nvme-core's part of a request, begins, compared with
 * the real one by scripts/check-prototypes, as is all declared here. Before
 * 5.10.67 there was no genctr, and status two bytes earlier; in its place here
 * was nothing then, so that it keeps what was written to it.
 */
struct nvme_request_head {
	struct nvme_command *cmd;
	union nvme_result result;
	u8 genctr;
	u8 retries;
	u8 flags;
	u16 status;
};

#define REQ_CANCELLED	BIT(0)	/* NVME_REQ_CANCELLED, in flags */

/* No status that a device sends: a vendor's own of an undefined type. */
#define NO_STATUS	0x7ff

struct sync {
	struct completion done;
	blk_status_t status;
};

static void sync_end(struct request *rq, blk_status_t status)
{
	struct sync *sync = rq->end_io_data;

	sync->status = status;
	/* Nothing of the request may be touched after this. */
	complete(&sync->done);
}

/* In pieces that the detector of hung tasks does not take offence at. */
static blk_status_t execute(struct request *rq)
{
	struct sync sync;

	init_completion(&sync.done);
	rq->end_io_data = &sync;
	blk_execute_rq_nowait(rq->q, NULL, rq, 0, sync_end);
	while (!wait_for_completion_io_timeout(&sync.done, 10 * HZ))
		;
	return sync.status;
}

static int result_of(const struct nvme_request_head *head, blk_status_t status)
{
	if (status == BLK_STS_OK)
		return 0;
	if (head->flags & REQ_CANCELLED)
		return -EINTR;
	if (head->status && head->status != NO_STATUS)
		return head->status;
	return blk_status_to_errno(status);
}

int compat_nvme_submit_sync_cmd(struct request_queue *q,
				struct nvme_command *cmd, void *buffer,
				unsigned int bufflen)
{
	struct nvme_request_head *head;
	struct request *rq;
	int ret;

	rq = nvme_alloc_request(q, cmd, 0);
	if (IS_ERR(rq))
		return PTR_ERR(rq);
	head = blk_mq_rq_to_pdu(rq);
	if (WARN_ON_ONCE(head->cmd != cmd)) {
		ret = -EIO;
		goto out;
	}
	/* What ends without a status is not to be taken for a success. */
	head->status = NO_STATUS;
	ret = blk_rq_map_kern(q, rq, buffer, bufflen, GFP_KERNEL);
	if (!ret)
		ret = result_of(head, execute(rq));
out:
	blk_mq_free_request(rq);
	return ret;
}

#endif /* !HAVE_BLK_EXECUTE_RQ_STATUS */
