// SPDX-License-Identifier: GPL-2.0-only
/*
 * What must not be overwritten, and what must not be copied through.
 */
#define _GNU_SOURCE
#include <blkid.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "dm.h"
#include "guard.h"

/* ---- signatures ---- */

static const char *value_of(blkid_probe probe, const char *name)
{
	const char *value;

	return blkid_probe_lookup_value(probe, name, &value, NULL) ? NULL : value;
}

static void describe(blkid_probe probe, char *buf, size_t size)
{
	const char *type = value_of(probe, "TYPE"), *label = value_of(probe, "LABEL");
	const char *table = value_of(probe, "PTTYPE"), *usage = value_of(probe, "USAGE");
	bool fs = usage && !strcmp(usage, "filesystem");

	if (!type && table)
		snprintf(buf, size, "a partition table (%s)", table);
	else
		snprintf(buf, size, "a signature of %s%s%s%s%s", type ? type : "something",
			 fs ? " (a file system" : "", fs && label ? ", label " : "",
			 fs && label ? label : "", fs ? ")" : "");
}

/*
 * libblkid's safe probe: 1 if there is nothing, 0 for something, -2 for several things,
 * and anything else where it could not look.
 */
static enum found probe_signature(blkid_probe probe, const struct device *d, char *buf,
				  size_t size)
{
	int rc;

	if (blkid_probe_set_device(probe, d->fd, 0, 0))
		return FOUND_UNKNOWN;
	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_USAGE |
						 BLKID_SUBLKS_LABEL);
	blkid_probe_enable_partitions(probe, 1);
	rc = blkid_do_safeprobe(probe);
	if (!rc)
		describe(probe, buf, size);
	else if (rc == -2)
		snprintf(buf, size, "several signatures");
	if (rc == 1)
		return FOUND_NOTHING;
	return !rc || rc == -2 ? FOUND_SIGNATURE : FOUND_UNKNOWN;
}

enum found find_signature(const struct device *d, char *buf, size_t size)
{
	blkid_probe probe = blkid_new_probe();
	enum found found = FOUND_UNKNOWN;

	if (probe)
		found = probe_signature(probe, d, buf, size);
	blkid_free_probe(probe);
	return found;
}

/* ---- use ---- */

/* A disk is busy by its partitions, too. */
static bool partition_mounted(dev_t disk, char *name, char *where, size_t size)
{
	char path[PATH_MAX], attr[PATH_MAX], buf[ATTR];
	struct dirent *entry;
	unsigned int ma, mi;
	bool found = false;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u", major(disk), minor(disk));
	dir = opendir(path);
	while (dir && !found && (entry = readdir(dir))) {
		snprintf(attr, sizeof(attr), "%s/partition", entry->d_name);
		if (*entry->d_name == '.' || !device_attr(disk, attr, buf))
			continue;
		snprintf(attr, sizeof(attr), "%s/dev", entry->d_name);
		found = device_attr(disk, attr, buf) && sscanf(buf, "%u:%u", &ma, &mi) == 2 &&
			(device_mounted(makedev(ma, mi), where, size) ||
			 device_holder(makedev(ma, mi), where, size));
		if (found)
			snprintf(name, KNAME, "%.*s", KNAME - 1, entry->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

static enum status refuse_busy(const struct device *d)
{
	char where[ATTR], name[KNAME];

	if (device_mounted(d->rdev, where, sizeof(where)) && strcmp(where, "swap"))
		return complain(STATUS_REFUSED, "%s is mounted on %s: umount it, or --force",
				d->word, where);
	if (device_mounted(d->rdev, where, sizeof(where)))
		return complain(STATUS_REFUSED, "%s is in use as swap: swapoff it", d->word);
	if (device_holder(d->rdev, where, sizeof(where)))
		return complain(STATUS_REFUSED, "%s is busy: %s lies on it; remove that, or --force",
				d->word, where);
	if (partition_mounted(d->rdev, name, where, sizeof(where)))
		return complain(STATUS_REFUSED, "%s is busy: its partition %s is used by %s; free that, or --force",
				d->word, name, where);
	return complain(STATUS_REFUSED,
			"%s is busy: another program has it for itself (see fuser -v %s); end that, or --force",
			d->word, d->path);
}

enum status reopen_destination(struct device *d, const char *word, bool force)
{
	enum status status = device_open(d, word, O_RDWR | (force ? 0 : O_EXCL));
	char where[ATTR];

	if (status)
		return status;
	if (d->fd < 0)
		return force ? complain(STATUS_FAILED, "%s: %s", word, strerror(EBUSY)) :
			       refuse_busy(d);
	/* What mounts without a claim, or is read-only, is not seen by O_EXCL. */
	if (!force && device_mounted(d->rdev, where, sizeof(where)))
		return refuse_busy(d);
	return STATUS_DONE;
}

enum status open_destination(struct device *d, const char *word, bool force)
{
	enum status status = reopen_destination(d, word, force);

	return status || force ? status : check_signature(d);
}

enum status check_signature(const struct device *d)
{
	char what[ATTR];

	switch (find_signature(d, what, sizeof(what))) {
	case FOUND_NOTHING:
		return STATUS_DONE;
	case FOUND_SIGNATURE:
		return complain(STATUS_REFUSED, "%s has %s: wipefs -a %s, or --force", d->word,
				what, d->path);
	default:
		return complain(STATUS_REFUSED,
				"%s cannot be read wherever a signature may be, so there may be one; see the kernel log, or --force",
				d->word);
	}
}

/* ---- layers ---- */

/* Their blocks are not what is below, or not where it is. */
static const char *const transforming[] = {
	"crypt", "integrity", "verity", "thin", "thin-pool", "cache", "writecache", "era",
	"snapshot", "snapshot-origin", "snapshot-merge", "clone", "vdo", "log-writes",
};

struct layer {
	char name[ATTR];
	char type[ATTR];	/* empty: its table could not be read */
};

static bool transforms(const char *type)
{
	size_t i;

	for (i = 0; i < COUNT(transforming); i++)
		if (!strcmp(type, transforming[i]))
			return true;
	return false;
}

/* Does this table? Nor is one good that cannot be read, as for want of rights. */
static bool table_transforms(dev_t rdev, struct layer *layer)
{
	struct dm_dev d;
	bool found;
	int i;

	*layer->type = 0;
	found = dmt_read(&d, NULL, rdev, DM_TABLE);
	for (i = 0; i < d.nr && !found; i++) {
		found = transforms(d.line[i].type);
		if (found)
			snprintf(layer->type, sizeof(layer->type), "%s", d.line[i].type);
	}
	dmt_free(&d);
	return found;
}

/* 1: this device or one below it transforms; data is a struct layer. */
static int find_layer(dev_t rdev, void *data)
{
	struct layer *layer = data;

	if (device_attr(rdev, "dm/name", layer->name) && table_transforms(rdev, layer))
		return 1;
	return each_lower(rdev, find_layer, data);
}

enum status check_layers(const struct device *d)
{
	struct layer layer;

	if (!find_layer(d->rdev, &layer))
		return STATUS_DONE;
	if (!*layer.type)
		return complain(STATUS_REFUSED,
				"%s goes through %s, the table of which cannot be read: it may be one that encrypts, so nothing is copied; are you root?",
				d->word, layer.name);
	return complain(STATUS_REFUSED,
			"%s goes through %s, a %s layer: what it shows is not what lies below, so no device can copy it; use dd",
			d->word, layer.name, layer.type);
}
