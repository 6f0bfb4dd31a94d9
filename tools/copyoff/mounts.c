// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where is a device mounted, or used as swap?
 */
#define _GNU_SOURCE
#include <mntent.h>
#include <string.h>
#include <sys/stat.h>

#include "device.h"

static bool same_device(const char *path, dev_t rdev)
{
	struct stat st;

	return *path == '/' && !stat(path, &st) && S_ISBLK(st.st_mode) && st.st_rdev == rdev;
}

/* /proc/swaps has a line of titles, then one a device, its path first. */
static bool is_swap(dev_t rdev)
{
	char line[1024], *end;
	bool found = false;
	FILE *f = fopen("/proc/swaps", "re");

	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f)) {
		end = strpbrk(line, " \t");
		if (end)
			*end = 0;
		found = same_device(line, rdev);
	}
	fclose(f);
	return found;
}

/*
 * A file system is found by the number of the device that it says it is on, and
 * by the path that was mounted: btrfs has numbers of its own.
 */
static bool is_on(const struct mntent *m, dev_t rdev)
{
	struct stat st;

	/* A network's file system might not answer. */
	if (*m->mnt_fsname != '/')
		return false;
	return same_device(m->mnt_fsname, rdev) || (!stat(m->mnt_dir, &st) && st.st_dev == rdev);
}

bool device_mounted(dev_t rdev, char *buf, size_t size)
{
	struct mntent *m;
	bool found = false;
	FILE *f;

	if (is_swap(rdev)) {
		snprintf(buf, size, "swap");
		return true;
	}
	f = setmntent("/proc/self/mounts", "re");
	if (!f)
		return false;
	while (!found && (m = getmntent(f))) {
		found = is_on(m, rdev);
		if (found)
			snprintf(buf, size, "%s", m->mnt_dir);
	}
	endmntent(f);
	return found;
}
