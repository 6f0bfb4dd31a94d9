// SPDX-License-Identifier: GPL-2.0-only
/*
 * v5.16, cb77cb5abe1f ("blk-crypto: rename blk_keyslot_manager to
 * blk_crypto_profile"). Also where the kernel is without inline encryption.
 */
#include <linux/blkdev.h>

bool copyoff_probe(struct request_queue *q)
{
#ifdef CONFIG_BLK_INLINE_ENCRYPTION
	return q->crypto_profile;
#else
	return q;
#endif
}
