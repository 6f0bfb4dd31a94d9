// SPDX-License-Identifier: GPL-2.0-only
/*
 * SCSI: third-party copy and designators, by libsgutils2.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <scsi/sg_cmds_basic.h>
#include <scsi/sg_cmds_extra.h>
#include <scsi/sg_lib.h>
#include <scsi/sg_unaligned.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "probe.h"

#define VPD_SERIAL		0x80
#define VPD_DEVICE_ID		0x83
#define ASSOC_LU		0
#define DESIGNATOR_NAA		3
#define CODE_SET_BINARY		1
#define NAA_LOCAL		3
#define RECEIVE_PARAMETERS	3

/* After a reset, for example, the first command is told of that and of nothing else. */
static int inquire(int fd, bool vpd, int page, uint8_t *buf, int size)
{
	int rc = sg_ll_inquiry(fd, false, vpd, page, buf, size, false, 0);

	return rc == SG_LIB_CAT_UNIT_ATTENTION ?
		       sg_ll_inquiry(fd, false, vpd, page, buf, size, false, 0) : rc;
}

/* Only NAA designators of 8 and 16 bytes, and none that is local, can be in a copy command. */
static bool fits_command(const uint8_t *d)
{
	return (d[3] == 8 || d[3] == 16) && d[4] >> 4 != NAA_LOCAL;
}

static void find_designator(struct probed *p, int fd)
{
	uint8_t page[252] = { 0 }, *d;
	int i, length, off = -1;

	if (inquire(fd, true, VPD_DEVICE_ID, page, sizeof(page)))
		return;
	length = sg_get_unaligned_be16(page + 2);
	if (length > (int)sizeof(page) - 4)
		length = sizeof(page) - 4;
	do {
		if (sg_vpd_dev_id_iter(page + 4, length, &off, ASSOC_LU, DESIGNATOR_NAA,
				       CODE_SET_BINARY))
			return;
		d = page + 4 + off;
	} while (!fits_command(d));
	strcpy(p->designator, "naa.");
	for (i = 0; i < d[3]; i++)
		sprintf(p->designator + 4 + 2 * i, "%02x", d[4 + i]);
}

static void find_serial(struct probed *p, int fd)
{
	uint8_t page[4 + sizeof(p->serial) - 1] = { 0 };

	if (!inquire(fd, true, VPD_SERIAL, page, sizeof(page)))
		memcpy(p->serial, page + 4, sizeof(p->serial) - 1);
}

static void find_limits(struct probed *p, int fd)
{
	uint8_t list[256] = { 0 };
	char buf[HUMAN];
	int rc, tries = 2;

	do {
		rc = sg_ll_receive_copy_results(fd, RECEIVE_PARAMETERS, 0, list, sizeof(list),
						false, 0);
	} while (rc == SG_LIB_CAT_UNIT_ATTENTION && --tries);
	if (rc) {
		snprintf(p->limits, sizeof(p->limits), "not told");
		return;
	}
	snprintf(p->limits, sizeof(p->limits), "%s*%u",
		 human(sg_get_unaligned_be32(list + 16), buf), sg_get_unaligned_be16(list + 10));
}

/* From the place in sysfs: what is between the computer and the disk. */
static void find_transport(struct probed *p, dev_t disk)
{
	static const char *const buses[][2] = {
		{ "/session", "scsi-iscsi" }, { "/rport-", "scsi-fc" },
		{ "/end_device-", "scsi-sas" }, { "/ata", "scsi-ata" }, { "/usb", "scsi-usb" },
		{ "/virtio", "scsi-virtio" },
	};
	char link[64], path[PATH_MAX];
	ssize_t n;
	size_t i;

	snprintf(p->transport, sizeof(p->transport), "scsi");
	snprintf(link, sizeof(link), "/sys/dev/block/%u:%u", major(disk), minor(disk));
	n = readlink(link, path, sizeof(path) - 1);
	path[n < 0 ? 0 : n] = 0;
	for (i = 0; i < COUNT(buses); i++)
		if (strstr(path, buses[i][0]))
			snprintf(p->transport, sizeof(p->transport), "%s", buses[i][1]);
}

bool probe_scsi(struct probed *p, const struct device *d)
{
	uint8_t inquiry[36] = { 0 };
	char vendor[ATTR];

	if (!device_attr(whole_disk(d->rdev), "device/vendor", vendor) ||
	    inquire(d->fd, false, 0, inquiry, sizeof(inquiry)))
		return false;
	find_transport(p, whole_disk(d->rdev));
	find_designator(p, d->fd);
	find_serial(p, d->fd);
	if (!(inquiry[5] & 0x08)) {
		snprintf(p->would, sizeof(p->would), "host: NO_COPY_COMMAND");
		return true;
	}
	snprintf(p->command, sizeof(p->command), "xcopy");
	find_limits(p, d->fd);
	snprintf(p->would, sizeof(p->would), "%s", *p->designator ? "scsi" : "host: NO_DESIGNATOR");
	return true;
}
