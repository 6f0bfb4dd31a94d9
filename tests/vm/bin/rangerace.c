// SPDX-License-Identifier: GPL-2.0-only
/*
 * rangerace DEVICE DISK ROUNDS: a thread rewrites the list of ranges while the
 * ioctl reads it.
 *
 * DEVICE is a copyoff device over the first half of DISK. Two members of every
 * range flip between two values each, so that some of the four pairs are ranges
 * to be copied and others to be refused; a pair is never written at once. Where
 * the module looks at a range twice it takes one pair for checked and copies
 * another. So: no byte changes but those that a good pair allows, and nothing is
 * answered but what a pair deserves.
 *
 * The two values of a member differ in one byte: no read can be torn.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/dm-copyoff.h>

#define KIB		1024ULL
#define MIB		(1024 * KIB)
#define SIZE		(8 * MIB)	/* of DEVICE; DISK is twice that */
#define NR		6		/* ranges in a list */
#define SHORT		(4 * KIB)
#define LONG		(SHORT + 64 * KIB)
/* Between two requests: a few for every member. */
#define FLIPS		(8 * NR)

enum member { SRC, DST, LENGTH };

struct game {
	const char *name;
	/* The ranges: the first one, and how far apart they are. */
	uint64_t src, dst, step;
	/* What flips, and by which bits. The length is SHORT before. */
	struct {
		enum member member;
		uint64_t bits;
	} flip[2];
	/* Errors that a pair deserves, up to the first 0. */
	int errors[3];
	/* The good pairs allow writing from dst on, with and without flips. */
	uint64_t allowed[3][2];		/* offset to dst, length */
};

static const struct game game[] = {
	{
		/* Near with LONG overlaps; far with either does not. */
		.name = "overlaps itself",
		.src = 0, .dst = 16 * KIB, .step = MIB,
		.flip = { { DST, 256 * KIB }, { LENGTH, LONG - SHORT } },
		.errors = { EINVAL },
		.allowed = { { 0, SHORT }, { 256 * KIB, LONG } },
	},
	{
		.name = "destination past the end",
		.src = 0, .dst = SIZE - 128 * KIB, .step = 8 * KIB,
		.flip = { { DST, 64 * KIB }, { LENGTH, LONG - SHORT } },
		.errors = { ERANGE },
		.allowed = { { 0, LONG }, { 64 * KIB, SHORT } },
	},
	{
		.name = "source past the end",
		.src = SIZE - 128 * KIB, .dst = 0, .step = 128 * KIB,
		.flip = { { SRC, 64 * KIB }, { LENGTH, LONG - SHORT } },
		.errors = { ERANGE },
		.allowed = { { 0, LONG } },
	},
	{
		.name = "wraps around",
		.src = 4 * MIB, .dst = 0, .step = 128 * KIB,
		.flip = { { SRC, 0xffULL << 56 }, { LENGTH, 0xffULL << 56 } },
		.errors = { ERANGE, EOVERFLOW },
		.allowed = { { 0, SHORT } },
	},
	{
		.name = "not of whole blocks",
		.src = 4 * MIB, .dst = 0, .step = 128 * KIB,
		.flip = { { DST, 1 }, { LENGTH, SHORT } },
		.errors = { EINVAL },
		.allowed = { { 0, SHORT } },
	},
};

static struct {
	const struct game *game;
	struct copyoff_range *range;
	atomic_bool stop;
	atomic_ulong flips;
} shared;

static uint8_t *disk_before, *disk_after;
static bool *may_change;	/* for every sector of the disk */

/* ---- the other thread ---- */

static uint64_t *member(struct copyoff_range *r, enum member m)
{
	if (m == LENGTH)
		return (uint64_t *)&r->length;
	return m == SRC ? (uint64_t *)&r->src_offset : (uint64_t *)&r->dst_offset;
}

/* Each member by itself, in no order that anybody could rely on. */
static void *flip(void *unused)
{
	const struct game *g = shared.game;
	uint64_t x = 88172645463325252ULL;

	while (!atomic_load_explicit(&shared.stop, memory_order_relaxed)) {
		unsigned int which;
		uint64_t *p;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		which = x >> 40 & 1;
		p = member(&shared.range[(x >> 48) % NR],
			   g->flip[which].member);
		*(volatile uint64_t *)p ^= g->flip[which].bits;
		atomic_fetch_add_explicit(&shared.flips, 1,
					  memory_order_relaxed);
	}
	return unused;
}

/* ---- one game ---- */

static uint64_t range_src(const struct game *g, unsigned int i)
{
	/* Where the end is played with, all have the same end. */
	return g->src < SIZE / 2 ? g->src + i * g->step : g->src + i * SHORT;
}

static uint64_t range_dst(const struct game *g, unsigned int i)
{
	return g->dst + i * g->step;
}

static void set_up(const struct game *g)
{
	unsigned int i, j;
	uint64_t k;

	memset(may_change, 0, 2 * SIZE / 512);
	for (i = 0; i < NR; i++) {
		shared.range[i] = (struct copyoff_range){
			.src_offset = range_src(g, i),
			.dst_offset = range_dst(g, i),
			.length = SHORT,
		};
		for (j = 0; j < 3; j++)
			for (k = 0; k < g->allowed[j][1]; k += 512)
				may_change[(range_dst(g, i) +
					    g->allowed[j][0] + k) / 512] = true;
	}
}

static bool deserved(const struct game *g, int e)
{
	unsigned int i;

	for (i = 0; i < 3 && g->errors[i]; i++)
		if (g->errors[i] == e)
			return true;
	return !e;
}

/* Is the answer one that some pairs of values could have got? */
static bool answer_right(const struct game *g, const struct copyoff_copy *c,
			 int e)
{
	uint32_t good = c->failed_range;

	if (!deserved(g, e) || (int)c->error != e || good > NR)
		return false;
	if (!e != (good == NR))
		return false;
	return c->bytes_done >= good * SHORT && c->bytes_done <= good * LONG &&
	       !((c->bytes_done - good * SHORT) % (LONG - SHORT));
}

static void read_disk(int fd, uint8_t *buf)
{
	if (pread(fd, buf, 2 * SIZE, 0) != (ssize_t)(2 * SIZE))
		err(1, "cannot read the disk");
}

static bool bytes_right(const struct game *g)
{
	uint64_t i;

	for (i = 0; i < 2 * SIZE / 512; i++) {
		if (may_change[i] || !memcmp(disk_before + i * 512,
					     disk_after + i * 512, 512))
			continue;
		printf("FAIL %s: sector %llu changed\n", g->name,
		       (unsigned long long)i);
		return false;
	}
	return true;
}

/*
 * A refusal is quick: without the other thread having run in between, the next
 * request would meet the same ranges again.
 */
static void await_flips(void)
{
	unsigned long since = atomic_load(&shared.flips);

	while (atomic_load(&shared.flips) - since < FLIPS)
		sched_yield();
}

/* Counts in @ended what became of the first two ranges. */
static bool ask(const struct game *g, int ctl, int fd, unsigned int rounds,
		unsigned int *ended)
{
	unsigned int i;

	for (i = 0; i < rounds; i++) {
		struct copyoff_copy c = {
			.size = sizeof(c), .src_fd = fd, .dst_fd = fd,
			.flags = i % 4 == 3 ? COPYOFF_COPY_NO_OFFLOAD : 0,
			.ranges = (uintptr_t)shared.range, .nr_ranges = NR,
			.range_size = sizeof(struct copyoff_range),
		};
		int e;

		await_flips();
		e = ioctl(ctl, COPYOFF_IOC_COPY, &c) ? errno : 0;
		if (!answer_right(g, &c, e)) {
			printf("FAIL %s: %s at range %u, %llu bytes done\n",
			       g->name, e ? strerrorname_np(e) : "0",
			       c.failed_range,
			       (unsigned long long)c.bytes_done);
			return false;
		}
		ended[c.failed_range < 2 ? c.failed_range : 2]++;
	}
	return true;
}

static bool play(const struct game *g, int ctl, int fd, int disk,
		 unsigned int rounds)
{
	unsigned int ended[3] = { 0 };
	pthread_t thread;
	bool ok;

	set_up(g);
	read_disk(disk, disk_before);
	shared.game = g;
	shared.stop = false;
	if (pthread_create(&thread, NULL, flip, NULL))
		errx(1, "no thread");
	ok = ask(g, ctl, fd, rounds, ended);
	shared.stop = true;
	pthread_join(thread, NULL);
	read_disk(disk, disk_after);
	ok = bytes_right(g) && ok;
	printf("%s: refused at the first range %u, at the second %u, later or never %u\n",
	       g->name, ended[0], ended[1], ended[2]);
	if (ok && (!ended[0] || !ended[1] || !ended[2])) {
		printf("FAIL %s: nothing raced\n", g->name);
		ok = false;
	}
	return ok;
}

static void *pages(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (p == MAP_FAILED)
		err(1, "no memory");
	return p;
}

int main(int argc, char **argv)
{
	unsigned int i, rounds, failures = 0;
	int ctl, fd, disk;
	uint64_t size;

	if (argc != 4)
		errx(2, "usage: rangerace DEVICE DISK ROUNDS");
	ctl = open("/dev/copyoff-ctl", O_RDWR);
	fd = open(argv[1], O_RDWR | O_DIRECT);
	disk = open(argv[2], O_RDONLY | O_DIRECT);
	if (ctl < 0 || fd < 0 || disk < 0)
		err(1, "%s or %s", argv[1], argv[2]);
	if (ioctl(fd, BLKGETSIZE64, &size) || size != SIZE ||
	    ioctl(disk, BLKGETSIZE64, &size) || size != 2 * SIZE)
		errx(1, "%s or %s has another size", argv[1], argv[2]);
	rounds = strtoul(argv[3], NULL, 0);
	shared.range = pages(NR * sizeof(*shared.range));
	disk_before = pages(2 * SIZE);
	disk_after = pages(2 * SIZE);
	may_change = pages(2 * SIZE / 512);
	/* The others would prove nothing on a disk with wrong bytes. */
	for (i = 0; i < sizeof(game) / sizeof(game[0]) && !failures; i++)
		failures += !play(&game[i], ctl, fd, disk, rounds);
	printf("%u failures\n", failures);
	return failures ? 1 : 0;
}
