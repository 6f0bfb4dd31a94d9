/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What can a disk copy by itself?
 */
#ifndef PROBE_H
#define PROBE_H

#include "device.h"

struct probed {
	char name[KNAME];
	dev_t disk;		/* also of a partition */
	uint64_t size;
	char transport[16];
	char command[16];	/* "copy", "xcopy", "-" */
	char limits[64];
	char designator[ATTR];	/* as it is in sysfs */
	char serial[80];	/* two disks that have both in common are one, by two paths */
	bool clash;		/* another disk has that designator */
	char would[128];	/* what copyoff would do */
};

/* Fill transport, command, limits, designator and would; false: not such a disk. */
bool probe_nvme(struct probed *p, const struct device *d);
bool probe_scsi(struct probed *p, const struct device *d);

#endif /* PROBE_H */
