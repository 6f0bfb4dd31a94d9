// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lists of ranges.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "job.h"

void ranges_add(struct ranges *r, uint64_t src, uint64_t dst, uint64_t length)
{
	/* A power of two each time: long lists are read in no time. */
	if (!(r->nr & (r->nr - 1)))
		r->range = reallocate(r->range, (r->nr ? 2 * (size_t)r->nr : 1) *
					      sizeof(*r->range));
	r->range[r->nr++] = (struct copyoff_range){
		.src_offset = src,
		.dst_offset = dst,
		.length = length,
	};
}

/* Three numbers, or nothing at all: 1, 0, or -1. */
static int parse_line(char *line, uint64_t *value)
{
	char *word, *next;
	int n = 0;

	line[strcspn(line, "#\n")] = 0;
	for (word = strtok_r(line, " \t", &next); word; word = strtok_r(NULL, " \t", &next))
		if (n == 3 || parse_bytes(word, &value[n++]))
			return -1;
	return n == 0 ? 0 : n == 3 && value[2] ? 1 : -1;
}

static enum status read_lines(struct ranges *r, FILE *f, const char *file)
{
	char *line = NULL;
	size_t size = 0;
	uint64_t value[3];
	int kind, number = 0;

	while (getline(&line, &size, f) >= 0) {
		number++;
		kind = parse_line(line, value);
		if (kind > 0)
			ranges_add(r, value[0], value[1], value[2]);
		if (kind >= 0)
			continue;
		free(line);
		return complain(STATUS_USAGE,
				"%s line %d: a range is SRC DST LENGTH, as 0 1G 64M, and not empty",
				file, number);
	}
	free(line);
	return r->nr ? STATUS_DONE : complain(STATUS_USAGE, "%s has no ranges", file);
}

enum status ranges_read(struct ranges *r, const char *file)
{
	bool standard = !strcmp(file, "-");
	FILE *f = standard ? stdin : fopen(file, "re");
	enum status status;

	if (!f)
		return complain(STATUS_FAILED, "%s: %s", file, strerror(errno));
	status = read_lines(r, f, file);
	if (!standard)
		fclose(f);
	return status;
}
