// SPDX-License-Identifier: GPL-2.0-only
/*
 * SCSI: third-party copy and designators, by libsgutils2.
 */
#define _GNU_SOURCE
#include <scsi/sg_cmds_basic.h>
#include <scsi/sg_cmds_extra.h>
#include <scsi/sg_lib.h>
#include <scsi/sg_unaligned.h>
#include <string.h>

#include "probe.h"

#define VPD_DEVICE_ID		0x83
#define ASSOC_LU		0
#define DESIGNATOR_NAA		3
#define CODE_SET_BINARY		1
#define RECEIVE_PARAMETERS	3

/* Only NAA designators of 8 and 16 bytes can be put into a copy command. */
static void find_designator(struct probed *p, int fd)
{
	uint8_t page[252] = { 0 }, *d;
	int i, length, off = -1;

	if (sg_ll_inquiry(fd, false, true, VPD_DEVICE_ID, page, sizeof(page), false, 0))
		return;
	length = sg_get_unaligned_be16(page + 2);
	if (length > (int)sizeof(page) - 4)
		length = sizeof(page) - 4;
	if (sg_vpd_dev_id_iter(page + 4, length, &off, ASSOC_LU, DESIGNATOR_NAA, CODE_SET_BINARY))
		return;
	d = page + 4 + off;
	length = d[3];
	strcpy(p->designator, "naa.");
	for (i = 0; i < length && i < 16; i++)
		sprintf(p->designator + 4 + 2 * i, "%02x", d[4 + i]);
}

static void find_limits(struct probed *p, int fd)
{
	uint8_t list[256] = { 0 };
	char buf[HUMAN];

	if (sg_ll_receive_copy_results(fd, RECEIVE_PARAMETERS, 0, list, sizeof(list), false, 0)) {
		snprintf(p->limits, sizeof(p->limits), "not told");
		return;
	}
	snprintf(p->limits, sizeof(p->limits), "%s*%u",
		 human(sg_get_unaligned_be32(list + 16), buf), sg_get_unaligned_be16(list + 10));
}

bool probe_scsi(struct probed *p, const struct device *d)
{
	uint8_t inquiry[36] = { 0 };
	char vendor[ATTR];

	if (!device_attr(whole_disk(d->rdev), "device/vendor", vendor) ||
	    sg_ll_inquiry(d->fd, false, false, 0, inquiry, sizeof(inquiry), false, 0))
		return false;
	snprintf(p->transport, sizeof(p->transport), "scsi");
	find_designator(p, d->fd);
	if (!(inquiry[5] & 0x08)) {
		snprintf(p->would, sizeof(p->would), "host: NO_COPY_COMMAND");
		return true;
	}
	snprintf(p->command, sizeof(p->command), "xcopy");
	find_limits(p, d->fd);
	snprintf(p->would, sizeof(p->would), "%s", *p->designator ? "scsi" : "host: NO_DESIGNATOR");
	return true;
}
