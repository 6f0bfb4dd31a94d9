// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a device is, whatever it is called: for files that outlive a reboot.
 *
 * A name says nothing of the blocks: another disk gets it tomorrow. So a device is
 * known by what the hardware or LVM says of it, and a table by its lines.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "dm.h"
#include "identity.h"

static char *join(char *left, char *right)
{
	char *both = format("%s%s", left, right);

	free(left);
	free(right);
	return both;
}

/* ---- disks ---- */

static bool attr_of(dev_t rdev, const char *const *names, char *buf)
{
	for (; *names; names++)
		if (device_attr(rdev, *names, buf))
			return true;
	return false;
}

/* Which of the disk's partitions, and where it lies: it may be made anew elsewhere. */
static char *part_identity(dev_t rdev)
{
	char part[ATTR], start[ATTR] = "0", size[ATTR] = "0";

	if (!device_attr(rdev, "partition", part))
		return duplicate("0");
	device_attr(rdev, "start", start);
	device_attr(rdev, "size", size);
	return format("%s@%s+%s", part, start, size);
}

/* By the place alone: good until the next boot, or until another disk comes there. */
static char *weak_identity(dev_t rdev)
{
	char kname[KNAME] = "", size[ATTR] = "0", seq[ATTR] = "0", boot[ATTR] = "";
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (f && !fgets(boot, sizeof(boot), f))
		*boot = 0;
	if (f)
		fclose(f);
	boot[strcspn(boot, "\n")] = 0;
	kname_of(rdev, kname);
	device_attr(rdev, "size", size);
	device_attr(whole_disk(rdev), "diskseq", seq);
	return format(WEAK_IDENTITY "%s:%s:%s:%s", kname, size, seq, boot);
}

static char *disk_identity(dev_t rdev)
{
	static const char *const worldwide[] = { "wwid", "device/wwid", NULL };
	static const char *const serial[] = { "serial", "device/serial", NULL };
	dev_t disk = whole_disk(rdev);
	char buf[ATTR];

	if (attr_of(disk, worldwide, buf))
		return join(format("wwid:%s:", buf), part_identity(rdev));
	if (attr_of(disk, serial, buf))
		return join(format("serial:%s:", buf), part_identity(rdev));
	return weak_identity(rdev);
}

/* ---- tables ---- */

static char *identity_of(dev_t rdev, unsigned int depth);

/* Options, and which of the two it is, may change: the blocks are the same. */
static char *line_identity(const struct dm_line *line, unsigned int depth)
{
	bool ours = dmt_line_is(line, "linear") || dmt_line_is(line, "copyoff");
	unsigned int ma, mi;
	uint64_t offset;

	if (!ours || sscanf(line->params, "%u:%u %" SCNu64, &ma, &mi, &offset) != 3)
		return format("(%" PRIu64 " %" PRIu64 " %s %s)", line->start, line->length,
			      line->type, line->params);
	return join(format("(%" PRIu64 " %" PRIu64 " %" PRIu64 " ", line->start, line->length,
			   offset),
		    join(identity_of(makedev(ma, mi), depth + 1), duplicate(")")));
}

static char *table_identity(dev_t rdev, unsigned int depth)
{
	char *text = duplicate("dm:");
	struct dm_dev dm;
	int i;

	if (depth > MAX_DEPTH || dmt_read(&dm, NULL, rdev, DM_TABLE)) {
		free(text);
		return format(WEAK_IDENTITY "%u:%u", major(rdev), minor(rdev));
	}
	for (i = 0; i < dm.nr; i++)
		text = join(text, line_identity(&dm.line[i], depth));
	dmt_free(&dm);
	return text;
}

/* LVM's are made once; those of multipath are the unit's own name. */
static bool is_unique(const char *uuid)
{
	return !strncmp(uuid, "LVM-", 4) || !strncmp(uuid, "mpath-", 6);
}

static char *identity_of(dev_t rdev, unsigned int depth)
{
	char buf[ATTR];

	if (device_attr(rdev, "dm/uuid", buf) && is_unique(buf))
		return format("dm-uuid:%s", buf);
	if (device_attr(rdev, "dm/name", buf))
		return table_identity(rdev, depth);
	return disk_identity(rdev);
}

char *device_identity(const struct device *d)
{
	return identity_of(d->rdev, 0);
}

bool identity_is_weak(const struct device *d)
{
	char *identity = device_identity(d);
	bool weak = strstr(identity, WEAK_IDENTITY);

	free(identity);
	return weak;
}
