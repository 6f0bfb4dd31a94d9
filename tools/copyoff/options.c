// SPDX-License-Identifier: GPL-2.0-only
/*
 * getopt_long, with sentences of our own.
 */
#include <stdlib.h>

#include "core.h"

int next_option(const struct command *me, int argc, char **argv, const struct option *longs)
{
	int c;

	opterr = 0;
	/* '+' is not wanted: options may follow names. ':' tells what is missing. */
	c = getopt_long(argc, argv, ":h", longs, NULL);
	switch (c) {
	case 'h':
		print_help(me, stdout);
		exit(STATUS_DONE);
	case ':':
		misused(me, "%s needs a value", argv[optind - 1]);
		return '?';
	case '?':
		misused(me, "there is no option '%s' (or it takes no value)", argv[optind - 1]);
		return '?';
	}
	return c;
}

bool bytes_option(const struct command *me, uint64_t *bytes)
{
	if (!parse_bytes(optarg, bytes))
		return true;
	misused(me, "'%s' is no number of bytes, as 4096, 4K or 1G", optarg);
	return false;
}
