/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What lies above a device, and whether the system itself needs it.
 */
#ifndef MOUNTS_H
#define MOUNTS_H

#include "device.h"

/* Calls fn for each device above, directly; stops when it returns other than 0. */
int each_upper(dev_t rdev, int (*fn)(dev_t upper, void *data), void *data);

/*
 * Is "/" or swap (also a file) on it, or on anything above it? In buf which, and by
 * which device, as "swap" or "/ (by luks-root)".
 */
bool device_vital(dev_t rdev, char *buf, size_t size);

#endif /* MOUNTS_H */
