/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * failnth: one system call again and again, each time with the next of its
 * allocations in the kernel failing.
 */
#ifndef FAILNTH_H
#define FAILNTH_H

#include <stdbool.h>

/* Nothing has that many allocations; a count that grows for ever is a bug. */
#define MAX_SITES	20000

/*
 * One thing to do under failing allocations. All but @call are done without
 * failures, and end the program themselves if something is wrong.
 */
struct action {
	/* Make things as they are to be before the call; may be NULL. */
	void (*before)(void *arg, unsigned int n);
	/* The system call and nothing else: 0 or its errno. */
	int (*call)(void *arg);
	/* Is all as it has to be after that result? May be NULL. */
	void (*after)(void *arg, int error);
};

/* Until nothing fails any more; prints what came of it. */
void fail_all(const struct action *action, void *arg);

/* The same, but so many of the first allocations do not fail. */
void fail_behind(unsigned int spare, const struct action *action, void *arg);

int open_or_die(const char *path, int flags);

/* Send a device that dm made a message, if it is one. */
void dm_message(const char *path, const char *text);

/* The words after "copy", or "submit"; see the usage. */
void copy_main(int argc, char **argv, bool by_submit);

/* True if the word was one of a job's, and has been done. */
bool job_main(const char *word, int argc, char **argv);

/* True if the word was one of device-mapper's, and has been done. */
bool dm_main(const char *word, int argc, char **argv);

#endif
