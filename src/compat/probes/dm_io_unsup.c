// SPDX-License-Identifier: GPL-2.0-only
/*
 * Later than v6.12, in v7.3, commit not known (seen in the headers): requests that the
 * device does not support are told apart from those that failed.
 */
#include <linux/device-mapper.h>
#include <linux/dm-io.h>

int copyoff_probe(struct dm_io_request *req, struct dm_io_region *region)
{
	int (*form)(struct dm_io_request *req, unsigned int nr,
		    struct dm_io_region *region, unsigned long *error,
		    unsigned long *unsup, unsigned short ioprio) = dm_io;
	void (*notify)(unsigned long error, unsigned long unsup,
		       void *context) = req->notify.fn;

	req->bi_opf = REQ_OP_READ;
	return notify ? 0 : form(req, 1, region, NULL, NULL, 0);
}
