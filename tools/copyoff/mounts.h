/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether the system itself needs a device.
 */
#ifndef MOUNTS_H
#define MOUNTS_H

#include "device.h"

/*
 * Is "/" or swap (also a file) on it, or on anything above it? In buf which, and by
 * which device, as "swap" or "/ (by luks-root)".
 */
bool device_vital(dev_t rdev, char *buf, size_t size);

#endif /* MOUNTS_H */
