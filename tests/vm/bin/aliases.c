// SPDX-License-Identifier: GPL-2.0-only
/*
 * aliases DISK SEED ROUNDS VIEW...: copies between views of one disk, against a
 * model in memory of that disk.
 *
 * A VIEW is NAME:KIND:PATH:START+SECTORS[,START+SECTORS...]: a device, and where
 * on the disk each piece of it lies. KIND is "table" for one with copyoff lines,
 * "plain" for the disk itself and its partitions. Every pair of views gets lists
 * of ranges, all in one small part of the disk, so that most of them conflict:
 * that must end as if they were copied one after another, and a range that
 * overlaps itself must be refused.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/dm-copyoff.h>

#define SECTOR		512
#define MAX_VIEWS	8
#define MAX_RANGES	48
#define MOST_SECTORS	48
#define NOWHERE		UINT32_MAX

/* The part of the disk that the ranges lie in; views may have borders there. */
#define HOT		(8192 - 512)
#define HOT_SECTORS	1024

enum kind {
	FORWARD,	/* each range reads what the one before it wrote */
	BACKWARD,	/* each range writes what the one before it read */
	ONE_TARGET,	/* all write one place */
	ANY,
	NR_KINDS,
};

static const char *const kind_name[NR_KINDS] = {
	"forward", "backward", "one target", "any",
};

struct view {
	const char *name;
	bool table;
	int fd;
	uint32_t sectors;
	uint32_t *at;		/* where on the disk a sector of it is */
	uint32_t *of;		/* which of its sectors is there, or NOWHERE */
};

/* In sectors of the views. */
struct piece {
	uint32_t src, dst, len;
};

static struct {
	int fd;
	uint32_t sectors;
	uint8_t *model;
	uint8_t *seen;
	uint8_t *tmp;		/* of one range */
	uint8_t *mark;		/* one byte a sector */
} disk;

static int ctl;
static uint64_t rng;
static unsigned int failures;
static struct view view[MAX_VIEWS];
static unsigned int nr_views;

static uint32_t below(uint32_t n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (rng >> 32) % n;
}

static void *pages(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		err(1, "no memory");
	return p;
}

static void transfer(bool out, uint32_t sector, uint32_t nr, uint8_t *buf)
{
	size_t bytes = (size_t)nr * SECTOR;
	off_t at = (off_t)sector * SECTOR;
	ssize_t n = out ? pwrite(disk.fd, buf, bytes, at) :
			  pread(disk.fd, buf, bytes, at);

	if (n < 0 || (size_t)n != bytes)
		err(1, "the disk");
}

/* ---- the views ---- */

static int open_device(const char *path, uint32_t *sectors)
{
	int fd = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
	uint64_t bytes;

	if (fd < 0 || ioctl(fd, BLKGETSIZE64, &bytes))
		err(1, "%s", path);
	*sectors = bytes / SECTOR;
	return fd;
}

static void lay_out(struct view *v, char *pieces)
{
	uint32_t start, len, n = 0, i;
	char *word;

	v->at = pages(v->sectors * sizeof(*v->at));
	v->of = pages(disk.sectors * sizeof(*v->of));
	memset(v->of, 0xff, disk.sectors * sizeof(*v->of));
	while ((word = strsep(&pieces, ","))) {
		if (sscanf(word, "%u+%u", &start, &len) != 2)
			errx(2, "'%s' is no piece", word);
		for (i = 0; i < len && n < v->sectors; i++, n++) {
			v->at[n] = start + i;
			v->of[start + i] = n;
		}
	}
	if (n != v->sectors)
		errx(2, "%s has %u sectors", v->name, v->sectors);
}

static void add_view(char *word)
{
	struct view *v = &view[nr_views++];
	const char *kind, *path;

	v->name = strsep(&word, ":");
	kind = strsep(&word, ":");
	path = strsep(&word, ":");
	if (!word)
		errx(2, "view '%s' is not complete", v->name);
	v->table = !strcmp(kind, "table");
	v->fd = open_device(path, &v->sectors);
	lay_out(v, word);
}

/* Does the view have @len sectors of the disk from @at on in one piece? */
static bool shows(const struct view *v, uint32_t at, uint32_t len)
{
	uint32_t of = v->of[at];

	return of != NOWHERE && of + len <= v->sectors &&
	       v->at[of + len - 1] == at + len - 1;
}

/* ---- lists ---- */

static bool put(struct piece *p, const struct view *s, const struct view *d,
		uint32_t from, uint32_t to, uint32_t len)
{
	if (!shows(s, from, len) || !shows(d, to, len))
		return false;
	*p = (struct piece){ s->of[from], d->of[to], len };
	return true;
}

/* On the disk, whatever the views make of it. */
static bool overlaps_itself(const struct view *s, const struct view *d,
			    const struct piece *p)
{
	bool found = false;
	uint32_t i;

	for (i = 0; i < p->len; i++)
		disk.mark[s->at[p->src + i]] = 1;
	for (i = 0; i < p->len; i++)
		found |= disk.mark[d->at[p->dst + i]];
	for (i = 0; i < p->len; i++)
		disk.mark[s->at[p->src + i]] = 0;
	return found;
}

/* Anywhere in the hot part, also over a border of either view. */
static bool put_any(struct piece *p, const struct view *s,
		    const struct view *d, bool self)
{
	p->src = s->of[HOT + below(HOT_SECTORS)];
	p->dst = d->of[HOT + below(HOT_SECTORS)];
	p->len = 1 + below(MOST_SECTORS);
	if (p->src == NOWHERE || p->dst == NOWHERE ||
	    p->src + p->len > s->sectors || p->dst + p->len > d->sectors)
		return false;
	return self || !overlaps_itself(s, d, p);
}

/* One that overlaps itself by a part, wherever the two views allow it. */
static bool put_self(struct piece *p, const struct view *s,
		     const struct view *d)
{
	uint32_t shift = 1 + below(7);
	uint32_t i;

	for (i = HOT; i < HOT + HOT_SECTORS - 16; i++)
		if (put(p, s, d, i, i + shift, 8) ||
		    put(p, s, d, i + shift, i, 8))
			return true;
	return false;
}

static uint32_t make_list(struct piece *p, const struct view *s,
			  const struct view *d, enum kind kind, bool self)
{
	uint32_t len = 1 + below(HOT_SECTORS / (MAX_RANGES + 1));
	uint32_t i, nr = 0;

	for (i = 0; i < MAX_RANGES - 1; i++) {
		uint32_t at = HOT + i * len;
		uint32_t last = HOT + (MAX_RANGES - 1 - i) * len;

		switch (kind) {
		case FORWARD:
			nr += put(p + nr, s, d, at, at + len, len);
			break;
		case BACKWARD:
			nr += put(p + nr, s, d, last, last + len, len);
			break;
		case ONE_TARGET:
			nr += put(p + nr, s, d, at + len, HOT, len);
			break;
		default:
			nr += put_any(p + nr, s, d, self && !below(8));
		}
	}
	if (self)
		nr += put_self(p + nr, s, d);
	return nr;
}

/* ---- model ---- */

static uint8_t *in_model(uint32_t sector)
{
	return disk.model + (size_t)sector * SECTOR;
}

static void copy_piece(const struct view *s, const struct view *d,
		       const struct piece *p)
{
	uint32_t i;

	for (i = 0; i < p->len; i++)
		memcpy(disk.tmp + i * SECTOR, in_model(s->at[p->src + i]),
		       SECTOR);
	for (i = 0; i < p->len; i++)
		memcpy(in_model(d->at[p->dst + i]), disk.tmp + i * SECTOR,
		       SECTOR);
}

/* One after another. Returns how many can be copied. */
static uint32_t model_copy(const struct view *s, const struct view *d,
			   const struct piece *p, uint32_t nr, uint64_t *bytes)
{
	uint32_t i;

	*bytes = 0;
	for (i = 0; i < nr; i++) {
		if (overlaps_itself(s, d, p + i))
			break;
		copy_piece(s, d, p + i);
		*bytes += (uint64_t)p[i].len * SECTOR;
	}
	return i;
}

static void refill(void)
{
	uint64_t *word = (uint64_t *)in_model(HOT);
	uint32_t i;

	for (i = 0; i < HOT_SECTORS * SECTOR / sizeof(*word); i++)
		word[i] = ((uint64_t)below(UINT32_MAX) << 32) | i;
	transfer(true, HOT, HOT_SECTORS, in_model(HOT));
}

/* ---- rounds ---- */

static void complain(const struct view *s, const struct view *d,
		     enum kind kind, const char *what)
{
	printf("FAIL from %s to %s, %s: %s\n", s->name, d->name,
	       kind_name[kind], what);
	failures++;
}

static void compare(const struct view *s, const struct view *d,
		    enum kind kind, uint32_t from, uint32_t nr)
{
	size_t at = (size_t)from * SECTOR;

	transfer(false, from, nr, disk.seen + at);
	if (!memcmp(disk.seen + at, disk.model + at, (size_t)nr * SECTOR))
		return;
	complain(s, d, kind, "wrong bytes");
	memcpy(disk.model + at, disk.seen + at, (size_t)nr * SECTOR);
}

static int ask(const struct view *s, const struct view *d,
	       const struct piece *p, uint32_t nr, uint64_t flags,
	       struct copyoff_copy *c)
{
	struct copyoff_range range[MAX_RANGES];
	uint32_t i;

	for (i = 0; i < nr; i++)
		range[i] = (struct copyoff_range){
			.src_offset = (uint64_t)p[i].src * SECTOR,
			.dst_offset = (uint64_t)p[i].dst * SECTOR,
			.length = (uint64_t)p[i].len * SECTOR,
		};
	*c = (struct copyoff_copy){
		.size = sizeof(*c), .flags = flags,
		.src_fd = s->fd, .dst_fd = d->fd,
		.ranges = (uintptr_t)range, .nr_ranges = nr,
		.range_size = sizeof(range[0]),
	};
	return ioctl(ctl, COPYOFF_IOC_COPY, c) ? errno : 0;
}

/* True if a range was to be refused. */
static bool round_of(const struct view *s, const struct view *d,
		     enum kind kind, unsigned int round)
{
	struct piece p[MAX_RANGES];
	uint32_t nr, good;
	struct copyoff_copy c;
	uint64_t bytes;
	char what[96];
	int e, want;

	refill();
	nr = make_list(p, s, d, kind, round / 2 % 2);
	if (!nr)
		errx(1, "%s and %s have nothing in common", s->name, d->name);
	e = ask(s, d, p, nr, round % 2 ? COPYOFF_COPY_NO_OFFLOAD : 0, &c);
	if (!s->table && !d->table) {
		if (e != EXDEV)
			complain(s, d, kind, "two plain devices were copied");
		return true;
	}
	good = model_copy(s, d, p, nr, &bytes);
	want = good == nr ? 0 : EINVAL;
	snprintf(what, sizeof(what), "%s at range %u, %llu bytes: expected %s, %u, %llu",
		 strerrorname_np(e) ?: "0", c.failed_range,
		 (unsigned long long)c.bytes_done, want ? "EINVAL" : "0", good,
		 (unsigned long long)bytes);
	if (e != want || c.failed_range != good || c.bytes_done != bytes)
		complain(s, d, kind, what);
	compare(s, d, kind, HOT, HOT_SECTORS);
	return want;
}

static void pair(const struct view *s, const struct view *d,
		 unsigned int rounds)
{
	unsigned int i, refused = 0;
	enum kind kind;

	for (i = 0; i < rounds; i++)
		for (kind = 0; kind < NR_KINDS; kind++)
			refused += round_of(s, d, kind, i);
	compare(s, d, ANY, 0, disk.sectors);
	printf("from %s to %s: %u lists, %u refused\n", s->name, d->name,
	       rounds * NR_KINDS, refused);
	/* Every second pair of rounds has such lists. */
	if (refused < rounds / 4 * 2 * NR_KINDS)
		complain(s, d, ANY, "too few lists had a range to refuse");
}

int main(int argc, char **argv)
{
	unsigned int i, j, rounds;

	if (argc < 5 || argc - 4 > MAX_VIEWS)
		errx(2, "usage: aliases DISK SEED ROUNDS VIEW...");
	ctl = open("/dev/copyoff-ctl", O_RDWR);
	if (ctl < 0)
		err(1, "/dev/copyoff-ctl");
	disk.fd = open_device(argv[1], &disk.sectors);
	disk.model = pages((size_t)disk.sectors * SECTOR);
	disk.seen = pages((size_t)disk.sectors * SECTOR);
	disk.tmp = pages(MOST_SECTORS * SECTOR);
	disk.mark = pages(disk.sectors);
	rng = strtoull(argv[2], NULL, 0) * 0x9e3779b97f4a7c15ULL + 1;
	rounds = strtoul(argv[3], NULL, 0);
	for (i = 4; i < (unsigned int)argc; i++)
		add_view(argv[i]);
	transfer(false, 0, disk.sectors, disk.model);
	for (i = 0; i < nr_views; i++)
		for (j = 0; j < nr_views; j++)
			pair(&view[i], &view[j], rounds);
	printf("%u failures\n", failures);
	return failures ? 1 : 0;
}
