// SPDX-License-Identifier: GPL-2.0-only
/* The form before v6.0, 581075e4f647. */
#include <linux/device-mapper.h>
#include <linux/dm-io.h>

int copyoff_probe(struct dm_io_request *req, struct dm_io_region *region)
{
	int (*form)(struct dm_io_request *req, unsigned int nr,
		    struct dm_io_region *region, unsigned long *error) = dm_io;
	void (*notify)(unsigned long error, void *context) = req->notify.fn;

	req->bi_op = REQ_OP_READ;
	req->bi_op_flags = 0;
	return notify ? 0 : form(req, 1, region, NULL);
}
