/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a device is, whatever it is called: for files that outlive a reboot.
 */
#ifndef IDENTITY_H
#define IDENTITY_H

#include "device.h"

/* Begins what is said of a disk that has nothing but its place, for now. */
#define WEAK_IDENTITY	"place:"

/* Tables upon tables: the kernel has no more. */
#define MAX_DEPTH	16

/* In words, to be compared and freed: "dm-uuid:...", "wwid:...", "dm:(...)". */
char *device_identity(const struct device *d);

/* Does it rest on a name that another disk may have tomorrow? */
bool identity_is_weak(const struct device *d);

#endif /* IDENTITY_H */
