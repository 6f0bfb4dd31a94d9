// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where is a device mounted, or used as swap; and what lies above it?
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <limits.h>
#include <mntent.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "mounts.h"

static bool same_device(const char *path, dev_t rdev)
{
	struct stat st;

	return *path == '/' && !stat(path, &st) && S_ISBLK(st.st_mode) && st.st_rdev == rdev;
}

static bool file_on(const char *path, dev_t rdev)
{
	struct stat st;

	return *path == '/' && !stat(path, &st) && S_ISREG(st.st_mode) && st.st_dev == rdev;
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

/* ---- what lies above it ---- */

int each_upper(dev_t rdev, int (*fn)(dev_t upper, void *data), void *data)
{
	char path[PATH_MAX], attr[PATH_MAX], number[ATTR];
	unsigned int ma, mi;
	struct dirent *entry;
	int rc = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/holders", major(rdev), minor(rdev));
	dir = opendir(path);
	while (dir && !rc && (entry = readdir(dir))) {
		snprintf(attr, sizeof(attr), "holders/%s/dev", entry->d_name);
		if (*entry->d_name != '.' && device_attr(rdev, attr, number) &&
		    sscanf(number, "%u:%u", &ma, &mi) == 2)
			rc = fn(makedev(ma, mi), data);
	}
	if (dir)
		closedir(dir);
	return rc;
}

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
