// SPDX-License-Identifier: GPL-2.0-only
/*
 * v5.17, b84ba30b6c7a ("block: remove the gendisk argument to
 * blk_execute_rq"), and with it v5.14, fb9b16e15cd7 ("block: return errors from
 * blk_execute_rq()") and ae5e6886b4f8 ("nvme: use return value from
 * blk_execute_rq()"): nvme_submit_sync_cmd() tells when nothing was sent.
 */
#include <linux/blkdev.h>
#include <linux/blk-mq.h>

blk_status_t copyoff_probe(struct request *rq)
{
	blk_status_t (*form)(struct request *rq, bool at_head) = blk_execute_rq;

	return form(rq, false);
}
