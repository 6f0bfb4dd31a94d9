// SPDX-License-Identifier: GPL-2.0-only
/*
 * copyoff create, copyoff remove
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/dm-ioctl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "guard.h"
#include "swap.h"

struct plan {
	struct dm_dev dm;
	const char *type;	/* of its lines */
	char *options;
	bool force;
	bool or_linear;		/* rather that than nothing */
};

/* A physical volume in use has its node already: those of its volumes. */
static enum status check_member(const struct device *d)
{
	char what[ATTR], holder[ATTR];

	if (find_signature(d, what, sizeof(what)) == FOUND_SIGNATURE &&
	    strstr(what, "LVM2_member"))
		return complain(STATUS_REFUSED,
				"%s is a physical volume of LVM: a second device over it would be a duplicate; copyoff enable its volumes instead",
				d->word);
	if (device_holder(d->rdev, holder, sizeof(holder)))
		return complain(STATUS_REFUSED, "%s is busy: %s lies on it; copyoff enable that instead",
				d->word, holder);
	return STATUS_DONE;
}

static enum status check_below(const char *word, bool force)
{
	enum status status;
	struct device d;
	char name[ATTR];

	status = device_open(&d, word, O_RDONLY);
	if (!status)
		status = check_member(&d);
	if (!status && !force && device_attr(d.rdev, "dm/name", name))
		status = complain(STATUS_REFUSED,
				  "%s is a dm device: above it nothing can be offloaded; copyoff enable %s instead, or --force",
				  word, name);
	device_close(&d);
	/* A signature may stay: it is the same device by another name. Use may not. */
	if (!status)
		status = reopen_destination(&d, word, false);
	if (!status)
		device_close(&d);
	return status;
}

static enum status add_below(struct plan *plan, struct dm_line *line, const char *word,
			     uint64_t start)
{
	enum status status = check_below(word, plan->force);
	struct device d;

	if (status)
		return status;
	status = device_find(&d, word);
	if (!status) {
		line->start = start;
		line->length = d.size >> 9;
		line->params = format("%u:%u 0", major(d.rdev), minor(d.rdev));
	}
	free(d.path);
	return status;
}

static enum status plan_lines(struct plan *plan, int nr, char **words)
{
	enum status status = STATUS_DONE;
	uint64_t start = 0;
	int i;

	dmt_lines(&plan->dm, nr);
	for (i = 0; i < nr && !status; i++) {
		status = add_below(plan, &plan->dm.line[i], words[i], start);
		start += plan->dm.line[i].length;
	}
	return status;
}

static void set_type(struct plan *plan, const char *type)
{
	int i;

	for (i = 0; i < plan->dm.nr; i++)
		snprintf(plan->dm.line[i].type, sizeof(plan->dm.line[i].type), "%s", type);
}

static void add_options(struct plan *plan)
{
	char *with;
	int i;

	for (i = 0; i < plan->dm.nr && *plan->options; i++) {
		with = format("%s %s", plan->dm.line[i].params, plan->options);
		free(plan->dm.line[i].params);
		plan->dm.line[i].params = with;
	}
}

static void drop_options(struct plan *plan)
{
	int i;

	for (i = 0; i < plan->dm.nr; i++)
		plan->dm.line[i].params[strcspn(plan->dm.line[i].params, " ")] = 0;
	for (i = 0; i < plan->dm.nr; i++) {
		char *place = format("%s 0", plan->dm.line[i].params);

		free(plan->dm.line[i].params);
		plan->dm.line[i].params = place;
	}
}

/* libdevmapper does not give the errno of what is two ioctls. */
static bool name_taken(const char *name)
{
	struct dm_dev dm;
	bool taken = !dmt_read(&dm, name, 0, DM_TABLE);

	dmt_free(&dm);
	return taken;
}

static enum status cannot_create(const struct plan *plan, int err)
{
	if (err == -EEXIST)
		return complain(STATUS_FAILED,
				"%s: there is a device of that name: copyoff remove %s, or take another",
				plan->dm.name, plan->dm.name);
	if (!dmt_has_target("copyoff"))
		return complain(STATUS_NO_MODULE,
				"%s: the kernel has no copyoff target: modprobe dm-copyoff",
				plan->dm.name);
	return complain(STATUS_FAILED, "%s: %s (%s); the kernel log says why", plan->dm.name,
			dmt_said(), strerror(-err));
}

/* Boot goes on, with the same blocks, and is told for want of what. */
static enum status make_linear(struct plan *plan)
{
	bool has = dmt_has_target("copyoff");
	int err;

	set_type(plan, "linear");
	drop_options(plan);
	err = dmt_create(&plan->dm);
	if (err)
		return complain(STATUS_FAILED, "%s: %s (%s)", plan->dm.name, dmt_said(),
				strerror(-err));
	if (has)
		remark("%s: the module refuses the lines, and the kernel log says why: the device is linear, copies go by the host; when that is put right, copyoff enable %s",
		       plan->dm.name, plan->dm.name);
	else
		remark("%s: the module dm-copyoff is missing: the device is linear, copies go by the host; install the module, then copyoff enable %s",
		       plan->dm.name, plan->dm.name);
	return STATUS_DONE;
}

static enum status make(struct plan *plan)
{
	int err;

	if (name_taken(plan->dm.name))
		return cannot_create(plan, -EEXIST);
	set_type(plan, "copyoff");
	add_options(plan);
	err = dmt_create(&plan->dm);
	if (!err)
		return STATUS_DONE;
	return plan->or_linear ? make_linear(plan) : cannot_create(plan, err);
}

static enum status create(const struct command *me, int argc, char **argv)
{
	static const struct option longs[] = {
		VALUE_OPTION("options", 'o'), FLAG_OPTION("force", 'f'),
		FLAG_OPTION("or-linear", 'l'), LAST_OPTION,
	};
	struct plan plan = { .options = duplicate("") };
	enum status status;
	int c;

	while ((c = next_option(me, argc, argv, longs)) != -1) {
		if (c == '?')
			return STATUS_USAGE;
		plan.force |= c == 'f';
		plan.or_linear |= c == 'l';
		if (c == 'o')
			plan.options = option_words(optarg);
	}
	if (argc - optind < 2)
		return misused(me, "a name and at least one device are needed");
	if (strchr(argv[optind], '/') ||
	    strlen(argv[optind]) > DM_NAME_LEN - sizeof(UUID_PREFIX))
		return misused(me, "'%s' is no name for a device", argv[optind]);
	plan.dm.name = argv[optind];
	plan.dm.uuid = format(UUID_PREFIX "%s", argv[optind]);
	status = plan_lines(&plan, argc - optind - 1, argv + optind + 1);
	return status ? status : make(&plan);
}

const struct command cmd_create = {
	.name = "create",
	.args = "[OPTION...] NAME DEV...",
	.summary = "Make a device of copyoff lines over raw devices, one behind the other",
	.help =
	"It shows the same blocks as the devices below; nothing is written. For the\n"
	"volumes of LVM there is copyoff enable.\n"
	"\n"
	"  --options WORDS   for the lines, as max_inflight=4,min_offload_kib=64\n"
	"  --or-linear       if the module is missing or refuses the lines, make linear\n"
	"                    ones, and say so\n"
	"  --force           even above another dm device\n"
	"\n"
	"  copyoff create fast /dev/nvme0n1\n",
	.run = create,
};

/* ---- remove ---- */

/* @err: of reading it; -ENXIO is no dm device, which is none of ours. */
static enum status check_ours(const struct dm_dev *dm, const char *word, int err)
{
	if (err && err != -ENXIO)
		return complain(STATUS_FAILED, "%s: its table cannot be read: %s (%s); are you root?",
				word, dmt_said(), strerror(-err));
	if (!err && !strncmp(dm->uuid, UUID_PREFIX, strlen(UUID_PREFIX)))
		return STATUS_DONE;
	return complain(STATUS_REFUSED,
			"%s was not made by copyoff create: copyoff disable it, or dmsetup remove it yourself",
			word);
}

static enum status remove_one(const char *word)
{
	enum status status;
	struct device d;
	struct dm_dev dm;
	char *name;
	int err;

	status = device_find(&d, word);
	free(d.path);
	if (status)
		return status;
	err = dmt_read(&dm, NULL, d.rdev, DM_TABLE);
	status = check_ours(&dm, word, err);
	if (status) {
		dmt_free(&dm);
		return status;
	}
	name = duplicate(dm.name);
	dmt_free(&dm);
	err = dmt_remove(name);
	free(name);
	if (err == -EBUSY)
		return complain(STATUS_FAILED, "%s is in use: umount it, or see fuser -v /dev/mapper/%s",
				word, word);
	return err ? complain(STATUS_FAILED, "%s: %s", word, strerror(-err)) : STATUS_DONE;
}

static enum status remove_all(const struct command *me, int argc, char **argv)
{
	static const struct option longs[] = { LAST_OPTION };
	enum status status = STATUS_DONE, one;

	if (next_option(me, argc, argv, longs) != -1)
		return STATUS_USAGE;
	if (optind == argc)
		return misused(me, "no device is named");
	for (; optind < argc; optind++) {
		one = remove_one(argv[optind]);
		status = status ? status : one;
	}
	return status;
}

const struct command cmd_remove = {
	.name = "remove",
	.args = "NAME...",
	.summary = "Remove what copyoff create made; the blocks stay as they are",
	.help = "  copyoff remove fast\n",
	.run = remove_all,
};
