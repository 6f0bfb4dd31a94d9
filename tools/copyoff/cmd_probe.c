// SPDX-License-Identifier: GPL-2.0-only
/*
 * copyoff probe
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include <copyoff.h>

#include "probe.h"
#include "status.h"

struct list {
	int nr;
	struct probed *probed;
};

/* Nobody clones these. */
static bool uninteresting(const char *name)
{
	static const char *const prefixes[] = { "loop", "ram", "zram", "sr", "fd", "nbd" };
	size_t i;

	for (i = 0; i < COUNT(prefixes); i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return true;
	return false;
}

/* A dm device: what its lines are is what copyoff would do. */
static bool probe_dm(struct probed *p, const struct device *d)
{
	struct line_status s = { 0 };
	struct dm_dev dm;
	char name[ATTR];

	if (dmt_read(&dm, NULL, d->rdev, DM_STATUS)) {
		dmt_free(&dm);
		return false;
	}
	snprintf(p->transport, sizeof(p->transport), "dm");
	snprintf(name, sizeof(name), "%s", dm.name);
	snprintf(p->name, sizeof(p->name), "%.*s", KNAME - 1, name);
	if (dm.nr && parse_status(&dm.line[0], &s))
		snprintf(p->would, sizeof(p->would), "enabled: %s%s%s", s.method,
			 strcmp(s.method, "host") ? "" : ", ",
			 strcmp(s.method, "host") ? "" : s.reason);
	else if (dm.nr && dmt_line_is(&dm.line[0], "linear"))
		snprintf(p->would, sizeof(p->would), "nothing yet: copyoff enable %.60s", name);
	else
		snprintf(p->would, sizeof(p->would), "nothing: %s", dm.nr ? dm.line[0].type : "no table");
	dmt_free(&dm);
	return true;
}

static enum status probe_one(struct list *list, const char *word)
{
	struct probed p = { .command = "-", .limits = "-", .would = "host: NO_COPY_COMMAND",
			    .transport = "other" };
	enum status status;
	struct device d;

	status = device_open(&d, word, O_RDONLY | O_NONBLOCK);
	if (!status && d.fd < 0)
		status = complain(STATUS_FAILED, "%s: %s", word, strerror(EBUSY));
	if (!status) {
		snprintf(p.name, sizeof(p.name), "%s", d.kname);
		p.disk = whole_disk(d.rdev);
		p.size = d.size;
		if (!probe_dm(&p, &d) && !probe_nvme(&p, &d))
			probe_scsi(&p, &d);
		list->probed = reallocate(list->probed, (list->nr + 1) * sizeof(p));
		list->probed[list->nr++] = p;
	}
	device_close(&d);
	return status;
}

static enum status probe_name(struct list *list, const char *name)
{
	enum status status = STATUS_DONE;
	char *path = format("/dev/%s", name), size[ATTR];
	struct device d;
	bool there;

	/* Hidden paths of a multipath device have no node; empty drives no size. */
	there = device_find_quietly(&d, path) && device_attr(d.rdev, "size", size) &&
		strtoull(size, NULL, 10);
	free(d.path);
	if (there)
		status = probe_one(list, path);
	free(path);
	return status;
}

static enum status probe_all(struct list *list)
{
	enum status status = STATUS_DONE;
	struct dirent **names;
	int i, n = scandir("/sys/block", &names, NULL, versionsort);

	if (n < 0)
		return complain(STATUS_FAILED, "/sys/block: %s", strerror(errno));
	for (i = 0; i < n; i++) {
		if (*names[i]->d_name != '.' && !uninteresting(names[i]->d_name))
			status = probe_name(list, names[i]->d_name) ?: status;
		free(names[i]);
	}
	free(names);
	/* One that cannot be read is no failure, if others can. */
	return list->nr ? STATUS_DONE : status;
}

/* Two disks by one name: a command might reach the wrong one. */
static bool clash(const struct probed *a, const struct probed *b)
{
	return a->disk != b->disk && *a->designator && !strcmp(a->designator, b->designator) &&
	       strcmp(a->serial, b->serial);
}

/* @all: of the whole machine, whichever were asked about. */
static void find_clashes(struct list *list, const struct list *all)
{
	const struct probed *b;
	struct probed *a;

	for (a = list->probed; a < list->probed + list->nr; a++) {
		for (b = all->probed; b < all->probed + all->nr; b++)
			a->clash |= clash(a, b);
		if (a->clash && !strcmp(a->would, "scsi"))
			snprintf(a->would, sizeof(a->would), "host: DESIGNATOR_CLASH");
	}
}

/* What the device could do and this build of the module can not. */
static void ask_module(struct list *list)
{
	struct copyoff_features f = COPYOFF_FEATURES_INIT;
	struct copyoff_ctl *ctl;
	struct probed *p;
	int err = copyoff_ctl_open(&ctl);

	if (err) {
		remark(err == -EACCES || err == -EPERM ?
		       "the module dm-copyoff cannot be asked what it would do: are you root?" :
		       "the module dm-copyoff is not loaded: what is said below is what it would do; modprobe dm-copyoff");
		return;
	}
	if (!copyoff_ctl_features(ctl, &f) && !(f.methods & (1U << COPYOFF_METHOD_SCSI)))
		for (p = list->probed; p < list->probed + list->nr; p++)
			if (!strcmp(p->would, "scsi"))
				snprintf(p->would, sizeof(p->would), "host: this build has no scsi");
	copyoff_ctl_close(ctl);
}

/* A namespace without an identifier goes by its model and serial number: up to 140. */
static int designator_width(const struct list *list)
{
	size_t width = 38;
	int i;

	for (i = 0; i < list->nr; i++)
		if (strlen(list->probed[i].designator) > width)
			width = strlen(list->probed[i].designator);
	return width;
}

static void print_list(const struct list *list)
{
	int width = designator_width(list);
	const struct probed *p;
	char size[HUMAN];

	printf("%s%-20s %10s %-11s %-7s %-26s %-*s %-5s %s%s\n", paint(BOLD), "DEVICE", "SIZE",
	       "TRANSPORT", "COMMAND", "LIMITS", width, "DESIGNATOR", "CLASH",
	       "COPYOFF WOULD USE", paint(PLAIN));
	for (p = list->probed; p < list->probed + list->nr; p++)
		printf("%-20s %10s %-11s %-7s %-26s %-*s %s%-5s%s %s\n", p->name,
		       human(p->size, size), p->transport, p->command, p->limits, width,
		       *p->designator ? p->designator : "-", paint(p->clash ? BAD : PLAIN),
		       p->clash ? "yes" : "no", paint(PLAIN), p->would);
}

static enum status probe(const struct command *me, int argc, char **argv)
{
	static const struct option longs[] = { LAST_OPTION };
	struct list all = { 0 }, named = { 0 }, *list = &all;
	enum status status, one;

	if (next_option(me, argc, argv, longs) != -1)
		return STATUS_USAGE;
	status = probe_all(&all);
	if (optind < argc)
		list = &named;
	for (; optind < argc; optind++) {
		one = probe_one(&named, argv[optind]);
		status = status ? status : one;
	}
	find_clashes(list, &all);
	if (list->nr || !status) {
		ask_module(list);
		print_list(list);
	}
	free(all.probed);
	free(named.probed);
	return status;
}

const struct command cmd_probe = {
	.name = "probe",
	.args = "[DEV...]",
	.summary = "What can the disks copy, and what would copyoff do?",
	.help =
	"LIMITS of NVMe: bytes in one command, bytes in one source range * ranges; of SCSI:\n"
	"bytes in one segment * segments. CLASH: another disk goes by the same designator.\n"
	"\n"
	"  copyoff probe\n"
	"  copyoff probe /dev/nvme0n1\n",
	.run = probe,
};
