// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random tables, and the dm devices that have them.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libdevmapper.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "randcopy.h"

#define LINE_MOST	8192
#define TRIES		128
#define WIDEST		8

/* What the lines of a round have taken of the disks so far. */
struct taken {
	struct {
		const struct disk *disk;
		uint64_t begin, end;
	} extent[2 * MAX_LINES];
	unsigned int nr;
};

struct builder {
	struct chance *c;
	struct disks *ds;
	struct taken taken;
	struct disk *main;	/* most lines are there, so that pairs meet */
	struct disk *second;	/* as good, or NULL */
	bool pure;
};

/* ---- where a line goes ---- */

static bool is_taken(const struct taken *t, const struct disk *d,
		     uint64_t begin, uint64_t end)
{
	unsigned int i;

	for (i = 0; i < t->nr; i++)
		if (t->extent[i].disk == d && begin < t->extent[i].end &&
		    t->extent[i].begin < end)
			return true;
	return false;
}

static bool take(struct taken *t, const struct line *l)
{
	const struct disk *d = l->lower->disk;
	uint64_t begin = l->lower->start + l->start, end = begin + l->sectors;

	if (l->start + l->sectors > l->lower->sectors ||
	    is_taken(t, d, begin, end))
		return false;
	t->extent[t->nr].disk = d;
	t->extent[t->nr].begin = begin;
	t->extent[t->nr].end = end;
	t->nr++;
	return true;
}

static struct disk *pick_disk(struct builder *b, const struct table *t)
{
	struct disk *d;

	if (b->pure || pick(b->c, 10) < 7)
		return b->second && one_in(b->c, 2) ? b->second : b->main;
	do
		d = &b->ds->disk[pick(b->c, b->ds->nr)];
	while (d->block > 1 && !t->wide);
	return d;
}

static const struct lower *pick_lower(struct builder *b, const struct table *t)
{
	struct disk *d = pick_disk(b, t);

	return d->parted ? &d->part[pick(b->c, PARTITIONS)] : &d->whole;
}

/* Sometimes right behind the line before it: a border with nothing behind. */
static bool follow_on(struct builder *b, const struct table *t, struct line *l)
{
	const struct line *before = &t->line[t->nr - 1];

	if (!t->nr || !one_in(b->c, 5))
		return false;
	l->lower = before->lower;
	l->start = before->start + before->sectors;
	return true;
}

/* A place and a length of up to @most that are still free. */
static bool place_line(struct builder *b, struct table *t, struct line *l,
		       uint64_t most)
{
	uint64_t align = t->wide ? WIDEST : 1, block;

	l->sectors = pick_length(b->c, most);
	/* At least one is of some length, where there is room for that. */
	if (!t->nr && l->sectors < most / 4)
		l->sectors += most / 4;
	l->sectors = (l->sectors + align - 1) / align * align;
	if (!follow_on(b, t, l)) {
		l->lower = pick_lower(b, t);
		if (l->sectors > l->lower->sectors)
			return false;
		block = l->lower->disk->block;
		l->start = pick(b->c, l->lower->sectors - l->sectors + 1) /
			   block * block;
	}
	return take(&b->taken, l);
}

/* ---- what it is ---- */

static void pick_limits(struct chance *c, struct line *l)
{
	static const unsigned int kib[] = { 4, 20, 64, 100, 256, 1000, 1024 };

	if (one_in(c, 2))
		l->max_inflight = 1 + pick(c, one_in(c, 2) ? 4 : 64);
	if (one_in(c, 4))
		l->max_command_kib = kib[pick(c, COUNT(kib))];
	if (one_in(c, 6))
		l->mssrl = 16 + pick(c, 49);
	if (one_in(c, 6))
		l->msrc = 1 + pick(c, 4);
	/* More than the disk can do would be an error of the table. */
	if (l->lower->disk->kind != DISK_COPY || l->lower->disk->block > 1) {
		l->mssrl = 0;
		l->msrc = 0;
	}
}

static void pick_options(struct builder *b, struct line *l)
{
	struct chance *c = b->c;

	l->copyoff = b->pure || !one_in(c, 7);
	if (!l->copyoff)
		return;
	pick_limits(c, l);
	if (one_in(c, 10))
		l->offload = OFFLOAD_METHOD;
	if (b->pure)
		return;
	if (one_in(c, 12))
		l->offload = OFFLOAD_OFF;
	if (one_in(c, 8))
		l->min_offload_kib = 1 + pick(c, 100);
}

static void add_line(struct builder *b, struct table *t)
{
	struct line *l = &t->line[t->nr];
	int tries;

	memset(l, 0, sizeof(*l));
	for (tries = 0; tries < TRIES; tries++)
		if (place_line(b, t, l, LINE_MOST >> tries * 8 / TRIES))
			break;
	if (tries == TRIES)
		return;
	pick_options(b, l);
	l->begin = t->sectors;
	t->sectors += l->sectors;
	if (l->lower->disk->block > t->block)
		t->block = l->lower->disk->block;
	t->nr++;
}

static void build(struct builder *b, struct table *t)
{
	unsigned int nr = 1 + pick(b->c, MAX_LINES);

	t->nr = 0;
	t->sectors = 0;
	t->block = 1;
	while (nr--)
		add_line(b, t);
	if (!t->nr)
		die("no room for table %s", t->name);
}

static bool copies(const struct disk *d)
{
	return d->kind == DISK_COPY || d->kind == DISK_SCSI;
}

static struct disk *pick_main(struct builder *b, bool wide)
{
	struct disk *d;

	/* Those with large blocks twice as often: few tables can have them. */
	do
		d = &b->ds->disk[pick(b->c, b->ds->nr)];
	while (!copies(d) || (d->block > 1 && !wide) ||
	       (d->block == 1 && wide && one_in(b->c, 2)));
	return d;
}

/* One that the main disk copies to and from, or NULL. */
static struct disk *pick_second(struct builder *b)
{
	unsigned int i, first = pick(b->c, b->ds->nr);
	struct disk *d;

	for (i = 0; i < b->ds->nr; i++) {
		d = &b->ds->disk[(first + i) % b->ds->nr];
		if (d != b->main && d->kind == DISK_SCSI &&
		    d->block == b->main->block)
			return d;
	}
	return NULL;
}

void tables_build(struct chance *c, struct disks *ds, struct table t[2],
		  bool pure)
{
	struct builder b = { .c = c, .ds = ds, .pure = pure };

	t[0].wide = one_in(c, 3);
	t[1].wide = one_in(c, 2) ? t[0].wide : one_in(c, 3);
	b.main = pick_main(&b, t[0].wide && t[1].wide);
	if (b.main->kind == DISK_SCSI)
		b.second = pick_second(&b);
	build(&b, &t[0]);
	build(&b, &t[1]);
	/* So that a NO_FALLBACK job ends in the middle. */
	if (pure && one_in(c, 2))
		t[1].line[t[1].nr - 1].offload = OFFLOAD_OFF;
}

const struct line *table_line(const struct table *t, uint64_t sector)
{
	unsigned int i;

	for (i = 0; i < t->nr; i++)
		if (sector < t->line[i].begin + t->line[i].sectors)
			return &t->line[i];
	die("sector %" PRIu64 " is past the end of %s", sector, t->name);
}

/* ---- as text ---- */

static unsigned int add_number(char *opts, size_t size, const char *word,
			       unsigned int value)
{
	size_t len = strlen(opts);

	if (!value)
		return 0;
	snprintf(opts + len, size - len, " %s %u", word, value);
	return 2;
}

static void line_params(const struct line *l, char *buf, size_t size)
{
	bool scsi = l->lower->disk->kind == DISK_SCSI ||
		    l->lower->disk->kind == DISK_SCSI_PLAIN;
	const char *const offload[] = {
		"", scsi ? " offload scsi" : " offload nvme", " offload off",
	};
	unsigned int words = l->offload == OFFLOAD_DEFAULT ? 0 : 2;
	char opts[160], count[16] = "";

	snprintf(opts, sizeof(opts), "%s", offload[l->offload]);
	words += add_number(opts, sizeof(opts), "max_inflight",
			    l->max_inflight);
	words += add_number(opts, sizeof(opts), "max_command_kib",
			    l->max_command_kib);
	words += add_number(opts, sizeof(opts), "min_offload_kib",
			    l->min_offload_kib);
	words += add_number(opts, sizeof(opts), "mssrl", l->mssrl);
	words += add_number(opts, sizeof(opts), "msrc", l->msrc);
	if (words)
		snprintf(count, sizeof(count), " %u", words);
	snprintf(buf, size, "%s %" PRIu64 "%s%s", l->lower->path, l->start,
		 count, opts);
}

static const char *line_type(const struct line *l)
{
	return l->copyoff ? "copyoff" : "linear";
}

void table_print(const struct table *t, FILE *out)
{
	char params[256];
	unsigned int i;

	for (i = 0; i < t->nr; i++) {
		const struct line *l = &t->line[i];

		line_params(l, params, sizeof(params));
		fprintf(out, "%s: %" PRIu64 " %" PRIu64 " %s %s\n", t->name,
			l->begin, l->sectors, line_type(l), params);
	}
}

/* ---- devices ---- */

static struct dm_task *task(const struct table *t, int type)
{
	struct dm_task *dmt = dm_task_create(type);

	if (!dmt || !dm_task_set_name(dmt, t->name))
		die("libdevmapper: no memory");
	return dmt;
}

static void add_targets(const struct table *t, struct dm_task *dmt)
{
	char params[256];
	unsigned int i;

	for (i = 0; i < t->nr; i++) {
		const struct line *l = &t->line[i];

		line_params(l, params, sizeof(params));
		if (!dm_task_add_target(dmt, l->begin, l->sectors,
					line_type(l), params))
			die("libdevmapper: no memory");
	}
}

static void run(const struct table *t, int type)
{
	struct dm_task *dmt = task(t, type);

	if (type == DM_DEVICE_CREATE || type == DM_DEVICE_RELOAD)
		add_targets(t, dmt);
	if (type == DM_DEVICE_REMOVE)
		dm_task_retry_remove(dmt);
	if (!dm_task_run(dmt))
		die("%s: dm operation %d failed: %s", t->name, type,
		    strerror(errno));
	dm_task_destroy(dmt);
}

static bool info(const struct table *t, struct dm_info *i)
{
	struct dm_task *dmt = task(t, DM_DEVICE_INFO);
	bool ok = dm_task_run(dmt) && dm_task_get_info(dmt, i);

	dm_task_destroy(dmt);
	return ok && i->exists;
}

/* By its number: that node is the kernel's own. */
static void open_device(struct table *t)
{
	struct dm_info i;
	char path[32];
	int block;

	if (!info(t, &i))
		die("%s is not there", t->name);
	snprintf(path, sizeof(path), "/dev/dm-%u", i.minor);
	t->fd = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
	if (t->fd < 0)
		die("%s: %s", path, strerror(errno));
	if (ioctl(t->fd, BLKSSZGET, &block) ||
	    block != (int)(t->block * SECTOR))
		die("%s: logical block is %d and not %d", t->name, block,
		    (int)(t->block * SECTOR));
}

void table_start(struct table *t, bool create)
{
	if (create) {
		run(t, DM_DEVICE_CREATE);
	} else {
		run(t, DM_DEVICE_RELOAD);
		run(t, DM_DEVICE_RESUME);
	}
	open_device(t);
}

void table_close(struct table *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
}

void table_remove(const struct table *t)
{
	struct dm_info i;

	if (info(t, &i))
		run(t, DM_DEVICE_REMOVE);
}
