// SPDX-License-Identifier: GPL-2.0-only
/*
 * failnth load|resume|suspend|status|table|message|remove NAME ...: device-mapper's
 * own ioctls, one at a time, on a device that is there; the table of all of them is
 * the one that "load" and "remove" are given as START LENGTH TYPE PARAMETERS.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/dm-ioctl.h>

#include "failnth.h"

#define ROOM	16384

struct dm {
	int fd;
	unsigned long cmd;
	uint32_t flags;
	const char *name;
	char **word;		/* a table's line or a message */
	int nr_words;
	char text[1024];	/* what the answer must be, if any */
	union {
		struct dm_ioctl io;
		char room[ROOM];
	};
};

/* ---- one ioctl ---- */

static void io_begin(struct dm *dm, uint32_t flags)
{
	memset(dm->room, 0, sizeof(dm->room));
	dm->io.version[0] = DM_VERSION_MAJOR;
	dm->io.data_size = sizeof(dm->room);
	dm->io.data_start = sizeof(dm->io);
	dm->io.flags = flags;
	snprintf(dm->io.name, sizeof(dm->io.name), "%s", dm->name);
}

static int io_do(struct dm *dm, unsigned long cmd)
{
	return ioctl(dm->fd, cmd, &dm->io) ? errno : 0;
}

static void io_must(struct dm *dm, unsigned long cmd, uint32_t flags,
		    const char *what)
{
	io_begin(dm, flags);
	if (io_do(dm, cmd))
		err(1, "%s of %s", what, dm->name);
}

/* All words from @first on, with blanks between them. */
static void join(char *to, size_t room, char **word, int nr)
{
	int i;

	*to = 0;
	for (i = 0; i < nr; i++)
		snprintf(to + strlen(to), room - strlen(to), "%s%s",
			 i ? " " : "", word[i]);
}

static void add_table(struct dm *dm)
{
	struct dm_target_spec *spec = (void *)(dm->room + sizeof(dm->io));

	if (dm->nr_words < 4)
		errx(2, "no table");
	spec->sector_start = strtoull(dm->word[0], NULL, 10);
	spec->length = strtoull(dm->word[1], NULL, 10);
	snprintf(spec->target_type, sizeof(spec->target_type), "%s",
		 dm->word[2]);
	join((char *)(spec + 1), 1024, dm->word + 3, dm->nr_words - 3);
	dm->io.target_count = 1;
}

static void load(struct dm *dm)
{
	io_begin(dm, 0);
	add_table(dm);
	if (io_do(dm, DM_TABLE_LOAD))
		err(1, "load of %s", dm->name);
}

static void resume(struct dm *dm)
{
	io_must(dm, DM_DEV_SUSPEND, 0, "resume");
}

void dm_message(const char *path, const char *text)
{
	static const char dir[] = "/dev/mapper/";
	struct dm_target_msg *msg;
	static struct dm dm;

	if (strncmp(path, dir, strlen(dir)))
		return;
	dm.name = path + strlen(dir);
	dm.fd = dm.fd ? dm.fd : open_or_die("/dev/mapper/control", O_RDWR);
	io_begin(&dm, 0);
	msg = (void *)(dm.room + sizeof(dm.io));
	strcpy(msg->message, text);
	if (io_do(&dm, DM_TARGET_MSG))
		err(1, "message to %s", path);
}

/* ---- the actions ---- */

static int dm_call(void *arg)
{
	struct dm *dm = arg;

	return io_do(dm, dm->cmd);
}

static void only_enomem(const struct dm *dm, int error)
{
	if (error && error != ENOMEM)
		errx(1, "%s: %s instead of ENOMEM", dm->name,
		     strerrorname_np(error));
}

/* Load: no table waits before, and the one that came is thrown away. */
static void load_before(void *arg, unsigned int n)
{
	(void)n;
	io_begin(arg, 0);
	add_table(arg);
}

/*
 * What was loaded works as well as ever: the same words, and by the device. A
 * table that loads but only copies by the host would be slow in silence.
 */
static void check_loaded(struct dm *dm)
{
	const struct dm_target_spec *spec = (void *)(dm->room + sizeof(dm->io));
	const char *status = (const char *)(spec + 1);

	io_must(dm, DM_TABLE_STATUS, DM_QUERY_INACTIVE_TABLE_FLAG, "status");
	if (dm->io.target_count != 1)
		errx(1, "%s: loaded, but nothing is there", dm->name);
	if (strncmp(status, "nvme on ", 8))
		errx(1, "%s: loaded, but its status is '%s'", dm->name, status);
}

static void load_after(void *arg, int error)
{
	struct dm *dm = arg;

	only_enomem(dm, error);
	if (!error)
		check_loaded(dm);
	io_must(dm, DM_TABLE_CLEAR, 0, "clear");
}

/* Resume and suspend: with a new table, which then is the live one. */
static void resume_before(void *arg, unsigned int n)
{
	(void)n;
	load(arg);
	io_begin(arg, 0);
}

static void suspend_before(void *arg, unsigned int n)
{
	(void)n;
	io_begin(arg, DM_SUSPEND_FLAG);
}

/* However it ended: the device can go on. */
static void resume_after(void *arg, int error)
{
	only_enomem(arg, error);
	resume(arg);
}

/* Status, table and messages: the same answer as without a failure. */
static void status_before(void *arg, unsigned int n)
{
	struct dm *dm = arg;

	(void)n;
	io_begin(dm, dm->flags);
}

static void status_after(void *arg, int error)
{
	struct dm *dm = arg;
	const char *text = dm->room + sizeof(dm->io) +
			   sizeof(struct dm_target_spec);

	only_enomem(dm, error);
	if (error)
		return;
	if (!*dm->text)
		snprintf(dm->text, sizeof(dm->text), "%s", text);
	if (!*text || strcmp(dm->text, text))
		errx(1, "'%s' is not '%s'", text, dm->text);
}

static void message_before(void *arg, unsigned int n)
{
	struct dm *dm = arg;
	struct dm_target_msg *msg = (void *)(dm->room + sizeof(dm->io));

	(void)n;
	io_begin(dm, 0);
	join(msg->message, 1024, dm->word, dm->nr_words);
}

static void message_after(void *arg, int error)
{
	only_enomem(arg, error);
}

/* Remove: made anew each time. */
static void remove_before(void *arg, unsigned int n)
{
	struct dm *dm = arg;

	(void)n;
	io_begin(dm, 0);
	if (io_do(dm, DM_DEV_CREATE) && errno != EBUSY)
		err(1, "create of %s", dm->name);
	load(dm);
	resume(dm);
	io_begin(dm, 0);
}

static const struct {
	const char *word;
	unsigned long cmd;
	uint32_t flags;
	struct action action;
} words[] = {
	{ "load", DM_TABLE_LOAD, 0, { load_before, dm_call, load_after } },
	{ "resume", DM_DEV_SUSPEND, 0, { resume_before, dm_call, resume_after } },
	{ "suspend", DM_DEV_SUSPEND, 0, { suspend_before, dm_call, resume_after } },
	{ "status", DM_TABLE_STATUS, 0, { status_before, dm_call, status_after } },
	{ "table", DM_TABLE_STATUS, DM_STATUS_TABLE_FLAG,
	  { status_before, dm_call, status_after } },
	{ "message", DM_TARGET_MSG, 0, { message_before, dm_call, message_after } },
	{ "remove", DM_DEV_REMOVE, 0, { remove_before, dm_call, message_after } },
};

bool dm_main(const char *word, int argc, char **argv)
{
	static struct dm dm;
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(word, words[i].word) || argc < 1)
			continue;
		dm.fd = open_or_die("/dev/mapper/control", O_RDWR);
		dm.cmd = words[i].cmd;
		dm.flags = words[i].flags;
		dm.name = argv[0];
		dm.word = argv + 1;
		dm.nr_words = argc - 1;
		fail_all(&words[i].action, &dm);
		return true;
	}
	return false;
}
