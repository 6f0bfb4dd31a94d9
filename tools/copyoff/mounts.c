// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where is a device mounted, or used as swap; and does the system need it?
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "mounts.h"

static bool same_device(const char *path, dev_t rdev)
{
	struct stat st;

	return *path == '/' && !stat(path, &st) && S_ISBLK(st.st_mode) && st.st_rdev == rdev;
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

/* Files on btrfs do not have the number of the device: by the mount that the path is on. */
static bool mounted_from(const char *path, dev_t rdev)
{
	char line[4096], source[1024];
	unsigned long long id;
	struct statx sx;
	bool found = false;
	FILE *f;

	if (statx(AT_FDCWD, path, 0, STATX_MNT_ID, &sx) || !(sx.stx_mask & STATX_MNT_ID))
		return false;
	f = fopen("/proc/self/mountinfo", "re");
	while (f && !found && fgets(line, sizeof(line), f)) {
		const char *end = strstr(line, " - ");

		found = end && sscanf(line, "%llu", &id) == 1 && id == sx.stx_mnt_id &&
			sscanf(end, " - %*s %1023s", source) == 1 && same_device(source, rdev);
	}
	if (f)
		fclose(f);
	return found;
}

static bool file_on(const char *path, dev_t rdev)
{
	struct stat st;

	return *path == '/' && !stat(path, &st) && S_ISREG(st.st_mode) &&
	       (st.st_dev == rdev || mounted_from(path, rdev));
}

/*
 * /proc/swaps has a line of titles, then one a device or file, its path first.
 * @files: also if it is but a file on it.
 */
static bool is_swap(dev_t rdev, bool files)
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
		found = same_device(line, rdev) || (files && file_on(line, rdev));
	}
	fclose(f);
	return found;
}

bool device_mounted(dev_t rdev, char *buf, size_t size)
{
	struct mntent *m;
	bool found = false;
	FILE *f;

	if (is_swap(rdev, false)) {
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

/* ---- what the system needs ---- */

/* Whatever else it is mounted on. */
static bool is_root(dev_t rdev)
{
	struct mntent *m;
	bool found = false;
	FILE *f = setmntent("/proc/self/mounts", "re");

	while (f && !found && (m = getmntent(f)))
		found = !strcmp(m->mnt_dir, "/") && is_on(m, rdev);
	if (f)
		endmntent(f);
	return found;
}

struct need {
	const char *what;
	dev_t by;
};

static int find_need(dev_t rdev, void *data)
{
	struct need *need = data;

	need->by = rdev;
	need->what = is_swap(rdev, true) ? "swap" : is_root(rdev) ? "/" : NULL;
	return need->what || each_upper(rdev, find_need, data);
}

bool device_vital(dev_t rdev, char *buf, size_t size)
{
	char name[ATTR], kname[KNAME] = "?";
	struct need need;

	if (!find_need(rdev, &need))
		return false;
	if (!device_attr(need.by, "dm/name", name)) {
		kname_of(need.by, kname);
		snprintf(name, sizeof(name), "%s", kname);
	}
	if (need.by == rdev)
		snprintf(buf, size, "%s", need.what);
	else
		snprintf(buf, size, "%s (by %s)", need.what, name);
	return true;
}
