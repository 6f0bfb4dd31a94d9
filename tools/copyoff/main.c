// SPDX-License-Identifier: GPL-2.0-only
/*
 * copyoff: copy block devices by what the device itself can do.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core.h"

#ifndef VERSION
#define VERSION "unknown"
#endif

static const struct command *const commands[] = {
	&cmd_probe, &cmd_explain, &cmd_enable, &cmd_disable, &cmd_create, &cmd_remove,
	&cmd_copy, &cmd_clone, &cmd_status, &cmd_top, &cmd_events, &cmd_query,
	&cmd_features,
};

static void usage(FILE *to)
{
	size_t i;

	fputs("usage: copyoff COMMAND [OPTION...] [ARGUMENT...]\n\n", to);
	for (i = 0; i < COUNT(commands); i++)
		fprintf(to, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\ncopyoff COMMAND --help has the options and examples; copyoff(8) has all.\n"
	      "\n"
	      "Exit status: 0 done; 1 failed; 2 wrong usage; 3 done, but not all by the\n"
	      "device (with --strict); 4 refused for safety, nothing was changed;\n"
	      "5 interrupted, the message says how to go on; 6 the module or its control\n"
	      "device is missing.\n",
	      to);
}

static const struct command *find(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT(commands); i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

int main(int argc, char **argv)
{
	const struct command *command;
	int status;

	if (argc < 2) {
		usage(stderr);
		return STATUS_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		usage(stdout);
		return STATUS_DONE;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("copyoff " VERSION);
		return STATUS_DONE;
	}
	command = find(argv[1]);
	if (!command)
		return complain(STATUS_USAGE, "there is no command '%s'; see copyoff --help",
				argv[1]);
	status = command->run(command, argc - 1, argv + 1);
	/* Whoever reads half of it is not to take it for all. */
	if ((fflush(stdout) || ferror(stdout)) && status == STATUS_DONE)
		status = complain(STATUS_FAILED, "standard output: %s", strerror(errno));
	return status;
}
