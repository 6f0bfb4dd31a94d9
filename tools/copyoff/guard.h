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

/* The same, but a signature is none of its business: it is a copy's own. */
enum status reopen_destination(struct device *d, const char *word, bool force);

/* Its file system or the like, as "an ext4 file system (label root)". */
bool find_signature(const struct device *d, char *buf, size_t size);

/* Refuses a device that lies on a layer which transforms data. */
enum status check_layers(const struct device *d);

#endif /* GUARD_H */
