// SPDX-License-Identifier: GPL-2.0-only
/*
 * randcopy [-b] [-n ROUNDS] [-r ROUND] [-s SEED] [-m TIMES] KIND:DISK...
 *
 * Overwrites all of the disks, makes partitions on them that only the kernel
 * knows, and uses dm devices "randa" and "randb". -r does one round alone, as
 * it was in a run with the same seed and disks. -m: how often each feature has
 * to come up. -b: have table borders of one device inside of what is a single
 * logical block of the other, too.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "randcopy.h"

/* Disks are used whole, or by their partitions, for so many rounds. */
#define EPOCH		4

/* The streams of chance beside those of the rounds. */
#define EPOCHS		(1ULL << 32)

enum feature {
	BORDER_SRC,
	BORDER_DST,
	LIMIT_SPLIT,
	PARTITION,
	TWO_DISKS,
	MIXED,
	NR_REQUIRED,
	/* Nice to know. */
	GATHERED = NR_REQUIRED,
	ONE_DEVICE,
	REFUSED,
	NO_FALLBACK,
	BLOCK_4096,
	KCOPYD,
	TWO_UNITS,
	NR_FEATURES,
};

static const char *const feature_names[] = {
	"border_src", "border_dst", "limit_split", "partition_offset",
	"two_lower_devices", "mixed_methods", "gathered", "one_device",
	"refused", "no_fallback_ended", "block_4096", "kcopyd",
	"two_units_by_device",
};

struct run {
	struct disks disks;
	struct table table[2];
	int ctl;
	uint64_t seed;
	uint64_t first, rounds;
	unsigned int least;
	bool created;
	unsigned int seen[NR_FEATURES];	/* in how many rounds */
	uint64_t bytes_nvme, bytes_scsi, bytes_host, commands;
	unsigned int errors;
	/* The round at work. */
	uint64_t round;
	bool kcopyd;
	struct list list;
	struct expect expect;
	struct copyoff_copy copy;
};

void die(const char *fmt, ...)
{
	va_list args;

	fflush(stdout);
	fputs("randcopy: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(2);
}

/* ---- chance ---- */

uint64_t chance_next(struct chance *c)
{
	uint64_t z = c->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

void chance_begin(struct chance *c, uint64_t seed, uint64_t stream)
{
	c->state = seed;
	c->state = chance_next(c) + stream;
	c->state = chance_next(c);
}

uint64_t pick(struct chance *c, uint64_t n)
{
	return chance_next(c) % n;
}

uint64_t pick_length(struct chance *c, uint64_t most)
{
	unsigned int bits = 0;

	while (bits < 63 && most >> bits)
		bits++;
	/* The upper orders a little more often: most of what is copied. */
	if (one_in(c, 4))
		return 1 + pick(c, most);
	return 1 + pick(c, 1ULL << pick(c, bits + 1)) % most;
}

bool one_in(struct chance *c, unsigned int n)
{
	return !pick(c, n);
}

/* ---- saying what went wrong ---- */

static void show_expected(const struct expect *e)
{
	printf("expected: error %d failed_range %u bytes_done %" PRIu64 " bytes_nvme %s%" PRIu64 " bytes_scsi %s%" PRIu64 " reasons %#" PRIx64 " reason %u reason_range %u\n",
	       e->error, e->failed_range, e->bytes_done, e->vague ? "<=" : "",
	       e->bytes_nvme, e->vague ? "<=" : "", e->bytes_scsi, e->reasons,
	       e->reason, e->reason_range);
}

static void show_found(const struct copyoff_copy *c)
{
	printf("found:    error %d failed_range %u bytes_done %" PRIu64 " bytes_nvme %" PRIu64 " reasons %#" PRIx64 " reason %u reason_range %u bytes_host %" PRIu64 " bytes_scsi %" PRIu64 " reason_detail %#x result_flags %#x commands %" PRIu64 "+%" PRIu64 "\n",
	       c->error, c->failed_range, (uint64_t)c->bytes_done,
	       (uint64_t)c->bytes_nvme, (uint64_t)c->reasons, c->reason,
	       c->reason_range, (uint64_t)c->bytes_host,
	       (uint64_t)c->bytes_scsi, c->reason_detail, c->result_flags,
	       (uint64_t)c->commands_offload, (uint64_t)c->commands_host);
}

static void show_round(const struct run *r, const char *what)
{
	printf("round %" PRIu64 " of seed %" PRIu64 " FAILED: %s\n", r->round,
	       r->seed, what);
	printf("again: SEED=%" PRIu64 " ROUND=%" PRIu64 ", host_kcopyd %d\n",
	       r->seed, r->round, r->kcopyd);
	table_print(&r->table[0], stdout);
	table_print(&r->table[1], stdout);
	list_print(&r->list, stdout);
	show_expected(&r->expect);
	show_found(&r->copy);
	fflush(stdout);
}

/* ---- checking results ---- */

/* The range that holds the byte at @done in list order. */
static unsigned int range_of(const struct list *l, uint64_t done)
{
	unsigned int i;

	for (i = 0; i < l->nr; i++) {
		if (done < l->range[i].length)
			break;
		done -= l->range[i].length;
	}
	return i;
}

/*
 * With min_offload_kib what is too small depends on how commands are cut: a
 * NO_FALLBACK job may end earlier than predicted. Take that as the prediction.
 */
static void settle_vague(const struct run *r, struct expect *e)
{
	const struct copyoff_copy *c = &r->copy;

	if (!e->vague)
		return;
	if (c->reasons & 1ULL << COPYOFF_REASON_TOO_SMALL) {
		e->reasons |= 1ULL << COPYOFF_REASON_TOO_SMALL;
		e->reason = c->reason;
		e->reason_range = c->reason_range;
	}
	if ((r->list.flags & COPYOFF_COPY_NO_FALLBACK) &&
	    c->error == EOPNOTSUPP && c->bytes_done <= e->bytes_done &&
	    c->reasons == 1ULL << COPYOFF_REASON_TOO_SMALL) {
		e->error = EOPNOTSUPP;
		e->bytes_done = c->bytes_done;
		e->failed_range = range_of(&r->list, c->bytes_done);
		e->reasons = c->reasons;
	}
	if (c->bytes_nvme < e->bytes_nvme)
		e->bytes_nvme = c->bytes_nvme;
	if (c->bytes_scsi < e->bytes_scsi)
		e->bytes_scsi = c->bytes_scsi;
}

/* What is wrong with the result, or NULL. @e is made exact. */
static const char *check_result(const struct run *r, struct expect *e, int err)
{
	const struct copyoff_copy *c = &r->copy;

	settle_vague(r, e);
	if (err != e->error || c->error != e->error)
		return "wrong error";
	if (c->failed_range != e->failed_range)
		return "wrong failed_range";
	if (c->bytes_done != e->bytes_done)
		return "wrong bytes_done";
	/* Nothing here fails in a device: no later range is ever begun. */
	if (c->bytes_nvme + c->bytes_scsi + c->bytes_host != e->bytes_done)
		return "bytes by method do not add up";
	if (c->bytes_nvme != e->bytes_nvme || c->bytes_scsi != e->bytes_scsi)
		return "wrong method";
	if (c->reasons != e->reasons || c->reason != e->reason ||
	    c->reason_range != e->reason_range)
		return "wrong reasons";
	return c->result_flags ? "unexpected result_flags" : NULL;
}

/* ---- what came up ---- */

struct sight {
	bool seen[NR_FEATURES];
	uint64_t native_pieces;
	uint64_t native_ranges;
};

static void look_at_piece(struct sight *s, const struct piece *p)
{
	const struct lower *src = p->src->lower, *dst = p->dst->lower;

	s->seen[TWO_DISKS] |= src->disk != dst->disk;
	if (p->reason)
		return;
	s->native_pieces++;
	s->seen[PARTITION] |= src->start || dst->start;
	s->seen[BLOCK_4096] |= src->disk->block > 1;
	s->seen[TWO_UNITS] |= src->disk != dst->disk;
}

static void look_at_range(const struct list *l, unsigned int i, uint64_t bytes,
			  struct sight *s)
{
	const struct line *src = NULL, *dst = NULL;
	struct piece p;
	uint64_t at;

	for (at = 0; at < bytes; at += p.sectors * SECTOR) {
		piece_at(l, i, at, &p);
		look_at_piece(s, &p);
		s->seen[BORDER_SRC] |= src && src != p.src;
		s->seen[BORDER_DST] |= dst && dst != p.dst;
		src = p.src;
		dst = p.dst;
	}
}

static void look(struct run *r)
{
	const struct list *l = &r->list;
	const struct copyoff_copy *c = &r->copy;
	uint64_t left = c->bytes_done;
	struct sight s = {};
	unsigned int i;

	for (i = 0; i < l->nr && left; i++) {
		uint64_t n = left < l->range[i].length ? left :
							 l->range[i].length;

		look_at_range(l, i, n, &s);
		left -= n;
	}
	s.seen[LIMIT_SPLIT] = c->commands_offload > s.native_pieces;
	s.seen[GATHERED] = c->commands_offload < s.native_pieces &&
			   !r->expect.vague;
	s.seen[MIXED] = c->bytes_host && c->bytes_nvme + c->bytes_scsi;
	s.seen[ONE_DEVICE] = l->src == l->dst;
	s.seen[REFUSED] = c->error && c->error != EOPNOTSUPP;
	s.seen[NO_FALLBACK] = c->error == EOPNOTSUPP && c->bytes_done;
	s.seen[KCOPYD] = r->kcopyd && c->bytes_host;
	for (i = 0; i < NR_FEATURES; i++)
		r->seen[i] += s.seen[i];
	r->bytes_nvme += c->bytes_nvme;
	r->bytes_scsi += c->bytes_scsi;
	r->bytes_host += c->bytes_host;
	r->commands += c->commands_offload + c->commands_host;
	r->errors += c->error != 0;
}

/* ---- a round ---- */

static void set_kcopyd(bool on)
{
	static const char path[] =
		"/sys/module/dm_copyoff/parameters/host_kcopyd";
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, on ? "1" : "0", 1) != 1)
		die("%s: %s", path, strerror(errno));
	close(fd);
}

/*
 * The kernel does not let a disk and its partition be used at a time: which it
 * is changes only while there are no devices.
 */
static void begin_epoch(struct run *r)
{
	struct chance c;
	unsigned int i;

	if (r->created && r->round % EPOCH)
		return;
	table_remove(&r->table[0]);
	table_remove(&r->table[1]);
	r->created = false;
	chance_begin(&c, r->seed, EPOCHS + r->round / EPOCH);
	for (i = 0; i < r->disks.nr; i++)
		r->disks.disk[i].parted = one_in(&c, 2);
}

/* New contents, so that no byte is right because it was there before. */
static void refill(struct run *r, const struct table *t)
{
	unsigned int i;

	for (i = 0; i < t->nr; i++) {
		const struct line *l = &t->line[i];

		disk_refill(&r->disks, l->lower->disk,
			    l->lower->start + l->start, l->sectors, r->round);
	}
}

static void set_up(struct run *r)
{
	struct chance c;
	bool pure;

	begin_epoch(r);
	chance_begin(&c, r->seed, r->round);
	pure = one_in(&c, 3);
	tables_build(&c, &r->disks, r->table, pure);
	list_build(&c, &r->list, r->table, pure);
	r->kcopyd = one_in(&c, 5);
	refill(r, &r->table[0]);
	refill(r, &r->table[1]);
	table_start(&r->table[0], !r->created);
	table_start(&r->table[1], !r->created);
	r->created = true;
	set_kcopyd(r->kcopyd);
}

/* The errno, positive, or 0. */
static int copy(struct run *r)
{
	const struct list *l = &r->list;

	r->copy = (struct copyoff_copy) {
		.size = sizeof(r->copy),
		.flags = l->flags,
		.src_fd = l->src->fd,
		.dst_fd = l->dst->fd,
		.ranges = (uintptr_t)l->range,
		.nr_ranges = l->nr,
		.range_size = sizeof(l->range[0]),
	};
	return ioctl(r->ctl, COPYOFF_IOC_COPY, &r->copy) ? errno : 0;
}

/* True if all was right. */
static bool do_round(struct run *r)
{
	const char *wrong;
	bool same;
	int err;

	set_up(r);
	predict(&r->list, &r->expect);
	err = copy(r);
	wrong = check_result(r, &r->expect, err);
	model_copy(&r->list, r->expect.bytes_done);
	if (wrong)
		show_round(r, wrong);
	same = disks_compare(&r->disks, stdout);
	if (!same && !wrong)
		show_round(r, "wrong bytes");
	look(r);
	table_close(&r->table[0]);
	table_close(&r->table[1]);
	return same && !wrong;
}

/* ---- the run ---- */

static bool show_features(const struct run *r)
{
	bool enough = true;
	unsigned int i;

	printf("%" PRIu64 " rounds: %" PRIu64 " MiB by nvme, %" PRIu64 " MiB by scsi, %" PRIu64 " MiB by host, %" PRIu64 " commands, %u ended with an error\n",
	       r->rounds, r->bytes_nvme >> 20, r->bytes_scsi >> 20,
	       r->bytes_host >> 20,
	       r->commands, r->errors);
	for (i = 0; i < NR_FEATURES; i++) {
		bool few = i < NR_REQUIRED && r->seen[i] < r->least;

		printf("%s=%u%s\n", feature_names[i], r->seen[i],
		       few ? " TOO FEW" : "");
		enough &= !few;
	}
	return enough;
}

static uint64_t number(const char *word)
{
	char *end;
	uint64_t n = strtoull(word, &end, 0);

	if (*end || !*word)
		die("%s: not a number", word);
	return n;
}

static uint64_t any_seed(void)
{
	uint32_t seed;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		die("getrandom: %s", strerror(errno));
	return seed;
}

static void parse(struct run *r, int argc, char **argv)
{
	int opt;

	while ((opt = getopt(argc, argv, "bn:r:s:m:")) != -1) {
		if (opt == 'b') {
			r->list.split_blocks = true;
		} else if (opt == 'n') {
			r->rounds = number(optarg);
		} else if (opt == 's') {
			r->seed = number(optarg);
		} else if (opt == 'm') {
			r->least = number(optarg);
		} else if (opt == 'r') {
			r->first = number(optarg);
			r->rounds = 1;
		} else {
			die("usage: randcopy [-b] [-n ROUNDS] [-r ROUND] [-s SEED] [-m TIMES] KIND:DISK...");
		}
	}
	for (; optind < argc; optind++)
		disk_add(&r->disks, argv[optind]);
	if (!r->disks.nr)
		die("no disks");
}

static void end(struct run *r)
{
	set_kcopyd(false);
	table_close(&r->table[0]);
	table_close(&r->table[1]);
	table_remove(&r->table[0]);
	table_remove(&r->table[1]);
}

int main(int argc, char **argv)
{
	static struct run r = {
		.table = { { .name = "randa", .fd = -1 },
			   { .name = "randb", .fd = -1 } },
		.rounds = 200,
	};
	bool ok = true;
	uint64_t i;

	r.seed = any_seed();
	parse(&r, argc, argv);
	r.ctl = open("/dev/copyoff-ctl", O_RDWR | O_CLOEXEC);
	if (r.ctl < 0)
		die("/dev/copyoff-ctl: %s", strerror(errno));
	printf("seed=%" PRIu64 "\n", r.seed);
	fflush(stdout);
	disks_fill(&r.disks, r.seed);
	for (i = 0; i < r.rounds && ok; i++) {
		r.round = r.first + i;
		ok = do_round(&r);
	}
	end(&r);
	return ok && show_features(&r) ? 0 : 1;
}
