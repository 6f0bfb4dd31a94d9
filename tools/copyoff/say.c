// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sentences for people.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
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
	size_t end = strlen(me->summary);

	fprintf(to, "usage: copyoff %s%s%s\n\n%s%s\n%s%s", me->name, *me->args ? " " : "",
		me->args, me->summary, me->summary[end - 1] == '?' ? "" : ".",
		*me->help ? "\n" : "", me->help);
}

int terminal_width(int fd)
{
	const char *term = getenv("TERM");
	struct winsize size;

	if (!isatty(fd) || !term || !*term || !strcmp(term, "dumb"))
		return 0;
	if (ioctl(fd, TIOCGWINSZ, &size) || size.ws_col < 2)
		return 80;
	return size.ws_col;
}

static bool in_colour(void)
{
	const char *no = getenv("NO_COLOR");

	return terminal_width(STDOUT_FILENO) && !(no && *no);
}

const char *paint(enum paint paint)
{
	static const char *const codes[] = {
		[PLAIN] = "\033[0m",
		[BOLD] = "\033[1m",
		[GOOD] = "\033[32m",
		[BAD] = "\033[33m",
	};

	return in_colour() ? codes[paint] : "";
}

const char *error_name(int error)
{
	const char *name = strerrorname_np(error);

	return name ? name : "?";
}
