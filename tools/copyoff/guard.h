/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What must not be overwritten, and what must not be copied through.
 */
#ifndef GUARD_H
#define GUARD_H

#include "device.h"

/*
 * Opens a destination with O_EXCL, and refuses one that is mounted, swap, held by
 * something above, or carries a signature; unless @force.
 */
enum status open_destination(struct device *d, const char *word, bool force);

/* Refuses what carries a signature, or may. */
enum status check_signature(const struct device *d);

/* As open_destination(), but a signature is none of its business: it is a copy's own. */
enum status reopen_destination(struct device *d, const char *word, bool force);

enum found {
	FOUND_NOTHING,
	FOUND_SIGNATURE,
	FOUND_UNKNOWN,		/* it cannot be read where one would be */
};

/* Its file system or the like in @buf, as "a signature of ext4 (a file system)". */
enum found find_signature(const struct device *d, char *buf, size_t size);

/* Refuses a device that lies on a layer which transforms data. */
enum status check_layers(const struct device *d);

#endif /* GUARD_H */
