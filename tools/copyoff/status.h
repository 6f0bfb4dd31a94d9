/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The status of copyoff lines.
 */
#ifndef STATUS_H
#define STATUS_H

#include "dm.h"

struct line_status {
	const char *name;	/* the dm device's */
	uint64_t start;		/* of the line, in sectors */
	uint64_t length;
	char lower[64];		/* the kernel's name of the device below, "" if unknown */
	char method[16];
	char state[16];
	unsigned int inflight;
	unsigned int doubts;
	uint64_t commands;
	uint64_t ranges;
	uint64_t bytes_nvme;
	uint64_t bytes_scsi;
	uint64_t bytes_host;
	uint64_t fallbacks;
	uint64_t errors;
	char reason[32];
};

/* False: it is no copyoff line. Leaves name and lower alone. */
bool parse_status(const struct dm_line *line, struct line_status *s);

/* Every copyoff line there is; name NULL: of all devices. */
struct status_list {
	int nr;
	struct line_status *line;
};

enum status status_read(struct status_list *list, int nr, char **words);
/* There is no copyoff line at all: why. A word of that only if asked to. */
enum status status_none(bool say);
void status_free(struct status_list *list);

#endif /* STATUS_H */
