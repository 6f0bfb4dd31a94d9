// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block devices: names, sysfs, and opening them.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libdevmapper.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "device.h"

static char *existing(char *path)
{
	if (!access(path, F_OK))
		return path;
	free(path);
	return NULL;
}

/* /dev/VG/LV need not be there: udev makes it, or LVM, or nobody. */
static char *volume_path(const char *word)
{
	const char *slash = strchr(word, '/');
	struct dm_pool *pool = dm_pool_create("name", 256);
	char *vg = strndup(word, slash - word), *path = NULL, *name;

	name = pool && vg ? dm_build_dm_name(pool, vg, slash + 1, NULL) : NULL;
	if (name)
		path = existing(format("%s/%s", dm_dir(), name));
	free(vg);
	if (pool)
		dm_pool_destroy(pool);
	return path;
}

char *device_path(const char *word)
{
	const char *slash = strchr(word, '/');
	char *path;

	if (*word == '/' || *word == '.')
		return existing(duplicate(word));
	if (!slash) {
		path = existing(format("%s/%s", dm_dir(), word));
		return path ? path : existing(format("/dev/%s", word));
	}
	path = strchr(slash + 1, '/') ? NULL : volume_path(word);
	return path ? path : existing(format("/dev/%s", word));
}

bool kname_of(dev_t rdev, char *kname)
{
	char link[64], target[PATH_MAX], *name;
	ssize_t n;

	snprintf(link, sizeof(link), "/sys/dev/block/%u:%u", major(rdev), minor(rdev));
	n = readlink(link, target, sizeof(target) - 1);
	if (n < 0)
		return false;
	target[n] = 0;
	name = strrchr(target, '/');
	snprintf(kname, KNAME, "%.*s", KNAME - 1, name ? name + 1 : target);
	return true;
}

enum status device_find(struct device *d, const char *word)
{
	char size[ATTR] = "0";
	struct stat st;

	*d = (struct device){ .word = word, .fd = -1 };
	d->path = device_path(word);
	if (!d->path)
		return complain(STATUS_FAILED,
				"%s: there is no such device; is the volume active?", word);
	if (stat(d->path, &st))
		return complain(STATUS_FAILED, "%s: %s", word, strerror(errno));
	if (!S_ISBLK(st.st_mode))
		return complain(STATUS_FAILED,
				"%s is no block device; copy files with cp --reflink", word);
	d->rdev = st.st_rdev;
	if (!kname_of(d->rdev, d->kname))
		return complain(STATUS_FAILED, "%s: the kernel has no such device (any more)",
				word);
	device_attr(d->rdev, "size", size);
	d->size = strtoull(size, NULL, 10) << 9;
	return STATUS_DONE;
}

bool device_find_quietly(struct device *d, const char *path)
{
	struct stat st;

	*d = (struct device){ .word = path, .fd = -1 };
	if (stat(path, &st) || !S_ISBLK(st.st_mode))
		return false;
	d->path = duplicate(path);
	d->rdev = st.st_rdev;
	return kname_of(d->rdev, d->kname);
}

enum status device_open(struct device *d, const char *word, int flags)
{
	enum status status = device_find(d, word);
	struct stat st;

	if (status)
		return status;
	d->fd = open(d->path, flags | O_CLOEXEC);
	if (d->fd >= 0 && (fstat(d->fd, &st) || st.st_rdev != d->rdev))
		return complain(STATUS_FAILED, "%s has just become another device: try again",
				word);
	if (d->fd >= 0 || errno == EBUSY)
		return STATUS_DONE;
	if (errno == EROFS || errno == EACCES || errno == EPERM)
		return complain(STATUS_FAILED, "%s: %s; is it read-only, or are you not root?",
				word, strerror(errno));
	return complain(STATUS_FAILED, "%s: %s", word, strerror(errno));
}

void device_close(struct device *d)
{
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
	free(d->path);
	d->path = NULL;
}

bool device_attr(dev_t rdev, const char *attribute, char *buf)
{
	char path[PATH_MAX];
	FILE *f;
	bool ok;

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/%s", major(rdev), minor(rdev),
		 attribute);
	f = fopen(path, "re");
	if (!f)
		return false;
	ok = fgets(buf, ATTR, f);
	fclose(f);
	if (ok)
		buf[strcspn(buf, "\n")] = 0;
	return ok && *buf;
}

/* From an attribute with the text "8:1". */
static bool parse_devno(const char *text, dev_t *rdev)
{
	unsigned int ma, mi;

	if (sscanf(text, "%u:%u", &ma, &mi) != 2)
		return false;
	*rdev = makedev(ma, mi);
	return true;
}

dev_t whole_disk(dev_t rdev)
{
	char buf[ATTR];
	dev_t disk;

	if (device_attr(rdev, "partition", buf) && device_attr(rdev, "../dev", buf) &&
	    parse_devno(buf, &disk))
		return disk;
	return rdev;
}

/* fn for each device in that folder of sysfs. */
static int each_in(dev_t rdev, const char *folder, int (*fn)(dev_t other, void *data), void *data)
{
	char path[PATH_MAX], attr[PATH_MAX], buf[ATTR];
	struct dirent *entry;
	dev_t other;
	int rc = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/%s", major(rdev), minor(rdev), folder);
	dir = opendir(path);
	if (!dir)
		return 0;
	while (!rc && (entry = readdir(dir))) {
		if (*entry->d_name == '.')
			continue;
		snprintf(attr, sizeof(attr), "%s/%s/dev", folder, entry->d_name);
		if (device_attr(rdev, attr, buf) && parse_devno(buf, &other))
			rc = fn(other, data);
	}
	closedir(dir);
	return rc;
}

int each_lower(dev_t rdev, int (*fn)(dev_t lower, void *data), void *data)
{
	return each_in(whole_disk(rdev), "slaves", fn, data);
}

int each_upper(dev_t rdev, int (*fn)(dev_t upper, void *data), void *data)
{
	return each_in(rdev, "holders", fn, data);
}

static int take_first(dev_t other, void *data)
{
	*(dev_t *)data = other;
	return 1;
}

bool device_holder(dev_t rdev, char *buf, size_t size)
{
	char kname[KNAME], name[ATTR];
	dev_t holder;

	if (!each_upper(rdev, take_first, &holder) || !kname_of(holder, kname))
		return false;
	if (device_attr(holder, "dm/name", name))
		snprintf(buf, size, "%s (%s)", kname, name);
	else
		snprintf(buf, size, "%s", kname);
	return true;
}
