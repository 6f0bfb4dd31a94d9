// SPDX-License-Identifier: GPL-2.0-only
/* The form before v5.16, cb77cb5abe1f. */
#include <linux/blkdev.h>

bool copyoff_probe(struct request_queue *q)
{
#ifdef CONFIG_BLK_INLINE_ENCRYPTION
	return q->ksm;
#else
	return q;
#endif
}
