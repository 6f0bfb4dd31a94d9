/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all subcommands share: exit statuses, sentences, numbers, options.
 */
#ifndef CORE_H
#define CORE_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum status {
	STATUS_DONE = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
	STATUS_FALLBACK = 3,	/* done, but not by the device: only with --strict */
	STATUS_REFUSED = 4,	/* for safety; nothing was changed */
	STATUS_CANCELLED = 5,	/* by a signal; the message says how to go on */
	STATUS_NO_MODULE = 6,
};

struct command {
	const char *name;
	const char *args;	/* after the name, in usage */
	const char *summary;	/* one line, for copyoff --help */
	const char *help;	/* options and examples */
	enum status (*run)(const struct command *me, int argc, char **argv);
};

extern const struct command cmd_probe, cmd_explain, cmd_enable, cmd_disable,
	cmd_create, cmd_remove, cmd_copy, cmd_clone, cmd_status, cmd_top, cmd_events,
	cmd_query, cmd_features;

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* ---- say.c: one sentence to standard error ---- */

/* Gives back the status, so that a caller can return it. */
enum status complain(enum status status, const char *text, ...)
	__attribute__((format(printf, 2, 3)));
void remark(const char *text, ...) __attribute__((format(printf, 1, 2)));

/* A wrong command line: the sentence, and where help is. */
enum status misused(const struct command *me, const char *text, ...)
	__attribute__((format(printf, 2, 3)));

/* A line on the terminal has no end yet: the next sentence begins a new one. */
extern bool line_open;

void print_help(const struct command *me, FILE *to);

enum paint { PLAIN, BOLD, GOOD, BAD };

/* Its columns; 0 if it is no terminal on which the cursor can be moved. */
int terminal_width(int fd);

/* An escape sequence if standard output is a terminal, else "". */
const char *paint(enum paint paint);

/* The error number's name, as "EIO". */
const char *error_name(int error);

/* ---- units.c ---- */

/* "4096", "4K", "4k", "4KiB"; "1.5G" is none: 0, or -1. */
int parse_bytes(const char *word, uint64_t *bytes);

/* "1.5 GiB"; buf has HUMAN bytes. */
#define HUMAN	32
const char *human(uint64_t bytes, char *buf);

double seconds(void);

/* As a word of the shell, that can be pasted. */
char *quoted(const char *word);

/* Memory, or the end of the program. */
void *allocate(size_t size);
void *reallocate(void *old, size_t size);
char *duplicate(const char *text);
char *format(const char *text, ...) __attribute__((format(printf, 1, 2)));

/* ---- options.c ---- */

#define FLAG_OPTION(name, c)	{ name, no_argument, NULL, c }
#define VALUE_OPTION(name, c)	{ name, required_argument, NULL, c }
#define LAST_OPTION		{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 }

/*
 * The next option's letter, -1 after the last, or '?' after a complaint. Prints
 * help and ends the program for --help, which LAST_OPTION lists.
 */
int next_option(const struct command *me, int argc, char **argv, const struct option *longs);

/* The value of the option just read, in bytes; false after a complaint. */
bool bytes_option(const struct command *me, uint64_t *bytes);

#endif /* CORE_H */
