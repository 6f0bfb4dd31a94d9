// SPDX-License-Identifier: GPL-2.0-only
/*
 * The disks, their images in memory, and what they are filled with: every
 * eight bytes tell the disk, the place and the round in which they were made.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/blkpg.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "randcopy.h"

#define COMPARE_BYTES	(4U << 20)

/* Contents, before the key: round, disk, index of the word on the disk. */
#define ROUND_SHIFT	48
#define DISK_SHIFT	40
#define FIRST_FILL	0xffff

static void *pages(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("no memory for %zu bytes", bytes);
	return p;
}

/* ---- opening ---- */

static void open_disk(struct disk *d, const char *path)
{
	uint64_t bytes;
	int block;

	d->fd = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
	if (d->fd < 0)
		die("%s: %s", path, strerror(errno));
	if (ioctl(d->fd, BLKGETSIZE64, &bytes) || ioctl(d->fd, BLKSSZGET, &block))
		die("%s: no block device", path);
	d->sectors = bytes / SECTOR;
	d->block = block / SECTOR;
	d->image = pages(bytes);
	d->whole = (struct lower){ .disk = d, .sectors = d->sectors };
	snprintf(d->whole.path, sizeof(d->whole.path), "%s", path);
}

static int partition_ioctl(struct disk *d, int op, int number)
{
	const struct lower *l = &d->part[number - 1];
	struct blkpg_partition part = {
		.pno = number,
		.start = l->start * SECTOR,
		.length = l->sectors * SECTOR,
	};
	struct blkpg_ioctl_arg arg = {
		.op = op, .datalen = sizeof(part), .data = &part,
	};

	return ioctl(d->fd, BLKPG, &arg);
}

static void add_partition(struct disk *d, int number, uint64_t start,
			  uint64_t end)
{
	struct lower *l = &d->part[number - 1];
	const char *path = d->whole.path;
	bool digit = isdigit((unsigned char)path[strlen(path) - 1]);

	l->disk = d;
	l->start = start * d->block;
	l->sectors = (end - start) * d->block;
	snprintf(l->path, sizeof(l->path), "%.60s%s%d", path, digit ? "p" : "",
		 number);
	/* A run before this one may have left it. */
	partition_ioctl(d, BLKPG_DEL_PARTITION, number);
	if (partition_ioctl(d, BLKPG_ADD_PARTITION, number))
		die("%s: %s", l->path, strerror(errno));
}

/*
 * Known to the kernel only, nothing is written. They begin and end at odd
 * blocks, two adjoin, and some of the disk is in none.
 */
static void add_partitions(struct disk *d)
{
	uint64_t blocks = d->sectors / d->block;
	uint64_t second = (blocks / 3) | 1, third = (blocks * 2 / 3) | 1;

	add_partition(d, 1, (blocks / 32) | 1, second);
	add_partition(d, 2, second, third - 4);
	add_partition(d, 3, third, blocks - 3);
}

static enum disk_kind parse_kind(const char *word, const char **path)
{
	static const char *const kinds[] = {
		[DISK_COPY] = "copy:",
		[DISK_NO_LIMITS] = "nolimits:",
		[DISK_SCSI] = "scsi:",
		[DISK_SCSI_PLAIN] = "scsiplain:",
		[DISK_PLAIN] = "plain:",
	};
	unsigned int i;

	for (i = 0; i < COUNT(kinds); i++) {
		if (strncmp(word, kinds[i], strlen(kinds[i])))
			continue;
		*path = word + strlen(kinds[i]);
		return i;
	}
	die("%s: what kind of disk?", word);
}

void disk_add(struct disks *ds, const char *word)
{
	struct disk *d = &ds->disk[ds->nr];
	const char *path;

	if (ds->nr == MAX_DISKS)
		die("too many disks");
	d->index = ds->nr++;
	d->kind = parse_kind(word, &path);
	open_disk(d, path);
	add_partitions(d);
}

/* ---- contents ---- */

static void generate(struct disks *ds, struct disk *d, uint64_t at,
		     uint64_t sectors, uint64_t round)
{
	uint64_t first = at * SECTOR / 8, nr = sectors * SECTOR / 8, i;
	uint64_t tag = (round & 0xffff) << ROUND_SHIFT |
		       (uint64_t)d->index << DISK_SHIFT;
	uint64_t *word = (uint64_t *)(d->image + at * SECTOR);

	for (i = 0; i < nr; i++)
		word[i] = ds->key ^ (tag | (first + i));
}

static void write_out(struct disk *d, uint64_t at, uint64_t sectors)
{
	size_t left = sectors * SECTOR;
	off_t offset = at * SECTOR;

	while (left) {
		ssize_t n = pwrite(d->fd, d->image + offset, left, offset);

		if (n <= 0)
			die("%s: write: %s", d->whole.path, strerror(errno));
		left -= n;
		offset += n;
	}
}

void disk_refill(struct disks *ds, struct disk *d, uint64_t at,
		 uint64_t sectors, uint64_t round)
{
	generate(ds, d, at, sectors, round);
	write_out(d, at, sectors);
}

void disks_fill(struct disks *ds, uint64_t seed)
{
	struct chance c;
	unsigned int i;

	chance_begin(&c, seed, ~0ULL);
	ds->key = chance_next(&c);
	ds->buf = pages(COMPARE_BYTES);
	for (i = 0; i < ds->nr; i++)
		disk_refill(ds, &ds->disk[i], 0, ds->disk[i].sectors,
			    FIRST_FILL);
}

/* ---- comparing ---- */

static void explain(const struct disks *ds, uint64_t word, const char *what,
		    FILE *out)
{
	uint64_t v = word ^ ds->key;
	unsigned int disk = v >> DISK_SHIFT & 0xff, round = v >> ROUND_SHIFT;
	uint64_t sector = (v & ((1ULL << DISK_SHIFT) - 1)) * 8 / SECTOR;

	fprintf(out, "  %s %016" PRIx64, what, word);
	if (disk < ds->nr && sector < ds->disk[disk].sectors)
		fprintf(out, ": of %s sector %" PRIu64 ", made in round %d\n",
			ds->disk[disk].whole.path, sector,
			round == FIRST_FILL ? -1 : (int)round);
	else
		fprintf(out, ": not a word of ours\n");
}

/* The first difference, and in how many sectors of this stretch there is one. */
static void report(const struct disks *ds, const struct disk *d,
		   uint64_t offset, size_t n, FILE *out)
{
	const uint8_t *want = d->image + offset, *found = ds->buf;
	size_t i = 0, at, bad = 0;
	uint64_t w, f;

	while (want[i] == found[i])
		i++;
	for (at = 0; at < n; at += SECTOR)
		bad += memcmp(want + at, found + at, SECTOR) != 0;
	memcpy(&w, want + (i & ~7ULL), 8);
	memcpy(&f, found + (i & ~7ULL), 8);
	fprintf(out, "%s: byte %zu (sector %zu) is 0x%02x and should be 0x%02x; %zu sectors differ from here to byte %zu\n",
		d->whole.path, (size_t)offset + i,
		(size_t)(offset + i) / (size_t)SECTOR, found[i], want[i], bad,
		(size_t)offset + n);
	explain(ds, w, "expected", out);
	explain(ds, f, "found   ", out);
}

static bool disk_compare(struct disks *ds, struct disk *d, FILE *out)
{
	uint64_t bytes = d->sectors * SECTOR, offset;

	for (offset = 0; offset < bytes; offset += COMPARE_BYTES) {
		size_t n = bytes - offset < COMPARE_BYTES ? bytes - offset :
							    COMPARE_BYTES;

		if (pread(d->fd, ds->buf, n, offset) != (ssize_t)n)
			die("%s: read: %s", d->whole.path, strerror(errno));
		if (!memcmp(ds->buf, d->image + offset, n))
			continue;
		report(ds, d, offset, n, out);
		return false;
	}
	return true;
}

bool disks_compare(struct disks *ds, FILE *out)
{
	bool same = true;
	unsigned int i;

	for (i = 0; i < ds->nr; i++)
		same &= disk_compare(ds, &ds->disk[i], out);
	return same;
}
