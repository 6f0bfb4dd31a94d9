/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Block devices: names, sysfs, and who uses them.
 */
#ifndef DEVICE_H
#define DEVICE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core.h"

#define KNAME	64
#define ATTR	256

struct device {
	char *path;		/* as it is opened */
	const char *word;	/* as it was given, for sentences */
	dev_t rdev;
	char kname[KNAME];	/* the kernel's name, as dm-3 */
	uint64_t size;		/* in bytes */
	int fd;			/* -1: not open */
};

/*
 * What people call a device: a path, VG/LV, or the name of a dm device. Gives
 * the path of its node, or NULL.
 */
char *device_path(const char *word);

/* Finds the device and fills all but fd. */
enum status device_find(struct device *d, const char *word);

/* The same for a path, without a word: false if there is none. */
bool device_find_quietly(struct device *d, const char *path);

/* Finds and opens it; open() flags as O_RDONLY. EBUSY is not complained of. */
enum status device_open(struct device *d, const char *word, int flags);
void device_close(struct device *d);

/* The kernel's name for a number; false if there is none. */
bool kname_of(dev_t rdev, char *kname);

/* The first line of /sys/dev/block/M:m/ATTRIBUTE in buf; false if there is none. */
bool device_attr(dev_t rdev, const char *attribute, char *buf);

/* The disk that a partition is of, or the device itself. */
dev_t whole_disk(dev_t rdev);

/* Where it is mounted (in buf), "swap", or false. */
bool device_mounted(dev_t rdev, char *buf, size_t size);

/* The first device above it, as "dm-3 (vg-golden)"; false if there is none. */
bool device_holder(dev_t rdev, char *buf, size_t size);

/* Calls fn for each device below or above, directly; stops when it returns other than 0. */
int each_lower(dev_t rdev, int (*fn)(dev_t lower, void *data), void *data);
int each_upper(dev_t rdev, int (*fn)(dev_t upper, void *data), void *data);

#endif /* DEVICE_H */
