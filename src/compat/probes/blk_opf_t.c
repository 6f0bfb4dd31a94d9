// SPDX-License-Identifier: GPL-2.0-only
/* v6.0, 342a72a33407 ("block: Introduce the type blk_opf_t"). */
#include <linux/blkdev.h>

blk_opf_t copyoff_probe(void)
{
	return REQ_OP_WRITE;
}
