// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sentences for people.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core.h"

bool line_open;

static void say(const char *text, va_list args)
{
	fflush(stdout);
	fputs(line_open ? "\ncopyoff: " : "copyoff: ", stderr);
	line_open = false;
	vfprintf(stderr, text, args);
	fputc('\n', stderr);
}

enum status complain(enum status status, const char *text, ...)
{
	va_list args;

	va_start(args, text);
	say(text, args);
	va_end(args);
	return status;
}

void remark(const char *text, ...)
{
	va_list args;

	va_start(args, text);
	say(text, args);
	va_end(args);
}

enum status misused(const struct command *me, const char *text, ...)
{
	va_list args;

	fprintf(stderr, "copyoff %s: ", me->name);
	va_start(args, text);
	vfprintf(stderr, text, args);
	va_end(args);
	fprintf(stderr, "; see copyoff %s --help\n", me->name);
	return STATUS_USAGE;
}

void print_help(const struct command *me, FILE *to)
{
	fprintf(to, "usage: copyoff %s%s%s\n\n%s.\n%s%s", me->name, *me->args ? " " : "",
		me->args, me->summary, *me->help ? "\n" : "", me->help);
}

static bool on_terminal(void)
{
	const char *term = getenv("TERM");
	const char *no = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") && !(no && *no);
}

const char *paint(enum paint paint)
{
	static const char *const codes[] = {
		[PLAIN] = "\033[0m",
		[BOLD] = "\033[1m",
		[GOOD] = "\033[32m",
		[BAD] = "\033[33m",
	};

	return on_terminal() ? codes[paint] : "";
}

const char *error_name(int error)
{
	const char *name = strerrorname_np(error);

	return name ? name : "?";
}
