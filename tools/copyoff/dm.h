/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * device-mapper's tables, by libdevmapper.
 */
#ifndef DM_H
#define DM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core.h"

/* What devices that we name have in front of their uuid. */
#define UUID_PREFIX	"COPYOFF-"

struct dm_line {
	uint64_t start;		/* in sectors */
	uint64_t length;
	char type[32];
	char *params;
};

struct dm_dev {
	char *name;
	char *uuid;
	dev_t rdev;
	unsigned int opens;
	bool suspended;
	bool inactive;		/* a table is loaded that is not live */
	bool read_only;
	int nr;
	struct dm_line *line;
};

enum dm_what { DM_TABLE, DM_STATUS };

/*
 * One device with its lines, by name or (name NULL) by number: 0, or a negative
 * errno, -ENXIO for none. To be freed in either case.
 */
int dmt_read(struct dm_dev *d, const char *name, dev_t rdev, enum dm_what what);
void dmt_free(struct dm_dev *d);

/* Room for @nr lines, all empty. */
void dmt_lines(struct dm_dev *d, int nr);

/* Calls fn with each device's name, until it returns other than 0. */
int dmt_each(int (*fn)(const char *name, void *data), void *data);

/* Does the kernel have this target type now? */
bool dmt_has_target(const char *type);

/* Creates a device with these lines; its uuid may be NULL. */
int dmt_create(const struct dm_dev *d);
int dmt_remove(const char *name);

/*
 * While a device is suspended nothing of ours may wait for it: neither memory that
 * would have to be read from it, nor such that is freed by writing to it. 0, or a
 * negative errno: then nothing may be suspended.
 */
int dmt_lock_memory(void);
void dmt_unlock_memory(void);

/*
 * With memory locked: puts these lines in the place of the live table: load, suspend, resume. After
 * an error the device has the table that it had before, or dmt_swap complained.
 */
int dmt_swap(const struct dm_dev *new, const struct dm_dev *old);

/* What libdevmapper said last, for a sentence. */
const char *dmt_said(void);

/* The first word of a linear or copyoff line's parameters is a device. */
bool dmt_line_device(const struct dm_line *line, dev_t *rdev);

/* Is it a line of this type? */
bool dmt_line_is(const struct dm_line *line, const char *type);

#endif /* DM_H */
