// SPDX-License-Identifier: GPL-2.0-only
/* v6.9, 6e5f0f6383b4 ("dm io: Support IO priority"). */
#include <linux/device-mapper.h>
#include <linux/dm-io.h>

int copyoff_probe(struct dm_io_request *req, struct dm_io_region *region)
{
	int (*form)(struct dm_io_request *req, unsigned int nr,
		    struct dm_io_region *region, unsigned long *error,
		    unsigned short ioprio) = dm_io;
	void (*notify)(unsigned long error, void *context) = req->notify.fn;

	req->bi_opf = REQ_OP_READ;
	return notify ? 0 : form(req, 1, region, NULL, 0);
}
