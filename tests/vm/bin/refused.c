// SPDX-License-Identifier: GPL-2.0-only
/*
 * refused NAME [FIRST]: what device-mapper is to refuse, for programs start slowly in the guest.
 * Lines from standard input, each with a word before:
 *
 *   table LENGTH TYPE WORDS...    a device NAME of that one line
 *   message WORDS...              for the device NAME, which there is
 *
 * Before each the kernel log has "copyoff-mark N", N counting from FIRST (default 1) on.
 * What is accepted, refused with another errno than a wrong line or message has, or
 * leaves a reference to the module behind is complained of: exit status 1.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libdevmapper.h>

#define REFCNT "/sys/module/dm_copyoff/refcnt"

static bool failed;

/* What it says is no failure here. */
static void silent(int level, const char *file, int line, int code, const char *format, ...)
{
	(void)level;
	(void)file;
	(void)line;
	(void)code;
	(void)format;
}

/* In one write: it becomes one record. */
static void mark(unsigned int n)
{
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	char text[32];
	int len = snprintf(text, sizeof(text), "<5>copyoff-mark %u\n", n);

	if (fd < 0 || write(fd, text, len) != len)
		err(2, "/dev/kmsg");
	close(fd);
}

static int references(void)
{
	FILE *f = fopen(REFCNT, "re");
	int n;

	if (!f || fscanf(f, "%d", &n) != 1)
		errx(2, "%s: no number", REFCNT);
	fclose(f);
	return n;
}

/* 0 or an errno. Of a table that went in with the device libdevmapper does not tell it. */
static int run(struct dm_task *task, const char *name)
{
	int error = 0;

	if (!task || !dm_task_set_name(task, name))
		errx(2, "no memory");
	if (!dm_task_run(task))
		error = dm_task_get_errno(task) ?: EINVAL;
	dm_task_destroy(task);
	return error;
}

/* Made and loaded in one go, and gone again if that fails, as by dmsetup create. */
static int try_table(const char *name, const char *line)
{
	struct dm_task *task = dm_task_create(DM_DEVICE_CREATE);
	char type[32];
	uint64_t length;
	int at = 0;

	if (sscanf(line, "%" SCNu64 " %31s %n", &length, type, &at) < 2)
		errx(2, "'%s' is no table", line);
	if (!task || !dm_task_add_target(task, 0, length, type, line + at))
		errx(2, "no memory");
	return run(task, name);
}

static int try_message(const char *name, const char *line)
{
	struct dm_task *task = dm_task_create(DM_DEVICE_TARGET_MSG);

	if (!task || !dm_task_set_sector(task, 0) || !dm_task_set_message(task, line))
		errx(2, "no memory");
	return run(task, name);
}

/* A line's device may be what is wrong; then device-mapper says how. */
static bool expected(const char *line, int error)
{
	return error == EINVAL || (*line == 't' && (error == ENODEV || error == ENXIO ||
						    error == ENOENT || error == ENOTBLK));
}

static void try_line(const char *name, const char *line)
{
	int before = references(), left, error;

	if (!strncmp(line, "table ", 6))
		error = try_table(name, line + 6);
	else if (!strncmp(line, "message ", 8))
		error = try_message(name, line + 8);
	else
		errx(2, "'%s'?", line);
	left = references() - before;
	if (expected(line, error) && !left)
		return;
	failed = true;
	printf("%s, with %d reference(s) more than before: %s\n",
	       error ? strerror(error) : "accepted", left, line);
}

int main(int argc, char **argv)
{
	unsigned int n = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
	char *line = NULL;
	size_t room = 0;
	ssize_t got;

	if (argc < 2 || argc > 3)
		errx(2, "usage: refused NAME [FIRST]");
	dm_log_with_errno_init(silent);
	while ((got = getline(&line, &room, stdin)) > 0) {
		if (line[got - 1] == '\n')
			line[got - 1] = 0;
		mark(n++);
		try_line(argv[1], line);
	}
	free(line);
	return failed;
}
