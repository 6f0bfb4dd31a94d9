// SPDX-License-Identifier: GPL-2.0-only
/* The form before v5.12, 684da7628d93: nothing tells when nothing was sent. */
#include <linux/blkdev.h>
#include <linux/blk-mq.h>

static void end(struct request *rq, blk_status_t status)
{
}

void copyoff_probe(struct request_queue *q, struct request *rq)
{
	void (*form)(struct request_queue *q, struct gendisk *disk,
		     struct request *rq, int at_head) = blk_execute_rq;
	void (*nowait)(struct request_queue *q, struct gendisk *disk,
		       struct request *rq, int at_head,
		       void (*done)(struct request *rq, blk_status_t status)) =
		blk_execute_rq_nowait;

	form(q, NULL, rq, 0);
	nowait(q, NULL, rq, 0, end);
}
