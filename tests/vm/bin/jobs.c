// SPDX-License-Identifier: GPL-2.0-only
/*
 * jobs: asynchronous jobs, and what is to be seen of them.
 *
 *   jobs [-f FLAGS] [-t MS] [-s SEED] WORD SRC DST ARGS...
 *
 *   many NR LENGTH RANGES   NR jobs at a time, of LENGTH bytes each in RANGES
 *                           ranges; all records, and all bytes
 *   cancel ROUNDS NR LENGTH NR jobs, each cancelled at a moment of its own
 *   close ROUNDS NR LENGTH  NR jobs, and the file is closed at some moment
 *   steps NR LENGTH RANGES ERROR
 *                           what standard input says, line by line, each told
 *                           when it is done: "dirty" the sources in the page
 *                           cache, "submit" NR jobs, they are "parked" at a
 *                           suspended device, their "records" have that errno
 *
 * Job N copies from N * LENGTH to DST_AT + N * LENGTH. Contents are made up and
 * compared by itself, past the page cache. -s: of the moments. Dies, with a
 * sentence, when something is wrong.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "jobs.h"

#define MOST		1024U
#define DST_AT		(512ULL << 20)
#define NEW		1	/* contents of sources... */
#define OLD		2	/* ...and of destinations */
#define NEWER		3	/* of sources that were dirtied */

static struct rig rig;
static uint64_t ids[MOST];
static bool dirtied;

static struct place place_of(uint64_t n, uint64_t length, uint32_t ranges)
{
	return (struct place) { n * length, DST_AT + n * length, length, ranges };
}

static void prepare(uint64_t nr, uint64_t length)
{
	if (nr > MOST)
		errx(2, "no more than %u jobs", MOST);
	put(rig.direct_src, NEW, 0, nr * length);
	put(rig.direct_dst, OLD, DST_AT, nr * length);
}

static void submit_all(uint64_t nr, uint64_t length, uint32_t ranges)
{
	uint64_t n;

	for (n = 0; n < nr; n++) {
		struct place p = place_of(n, length, ranges);

		ids[n] = submit(&rig, &p, n);
	}
}

/* The record of which job? It must be one of those under way. */
static uint64_t job_of(const struct copyoff_completion *c, uint64_t nr)
{
	uint64_t n = c->user_data;

	if (n >= nr || !ids[n] || ids[n] != c->job_id)
		errx(1, "a record of job %llu, user data %llu", c->job_id,
		     c->user_data);
	ids[n] = 0;
	return n;
}

static void check_counts(const struct copyoff_completion *c)
{
	if (c->bytes_nvme + c->bytes_scsi + c->bytes_host < c->bytes_done)
		errx(1, "job %llu: less moved than done", c->job_id);
	if (c->reserved[0] | c->reserved[1] | c->reserved[2] | c->reserved[3])
		errx(1, "job %llu: reserved is not zero", c->job_id);
}

/* What is done is there; and if @exact, nothing else is. */
static void check_bytes(uint64_t n, uint64_t length, uint64_t done, bool exact)
{
	uint64_t at = DST_AT + n * length;
	uint64_t got = same(rig.direct_dst, at, NEW, n * length, done);

	if (got != done)
		errx(1, "job %" PRIu64 ": %" PRIu64 " of %" PRIu64 " bytes are right", n, got, done);
	if (exact && same(rig.direct_dst, at + done, OLD, at + done, length - done) != length - done)
		errx(1, "job %" PRIu64 ": written past what is done", n);
}

/* ---- many ---- */

static void many(uint64_t nr, uint64_t length, uint32_t ranges)
{
	uint64_t nvme = 0, host = 0, i;

	prepare(nr, length);
	submit_all(nr, length, ranges);
	for (i = 0; i < nr; i++) {
		struct copyoff_completion c = record(&rig);
		uint64_t n = job_of(&c, nr);

		check_counts(&c);
		if (c.error || c.bytes_done != length || c.failed_range != ranges)
			errx(1, "job %" PRIu64 ": error %d, %llu bytes, range %u", n,
			     c.error, c.bytes_done, c.failed_range);
		nvme += c.bytes_nvme;
		host += c.bytes_host;
	}
	if (!none_left(&rig))
		errx(1, "a record too many");
	for (i = 0; i < nr; i++)
		check_bytes(i, length, length, false);
	printf("jobs=%" PRIu64 "\nbytes_nvme=%" PRIu64 "\nbytes_host=%" PRIu64 "\n", nr, nvme, host);
}

/* ---- at random moments ---- */

static void pause_below(uint64_t us)
{
	uint64_t n = random_below(us);
	struct timespec t = { n / 1000000, n % 1000000 * 1000 };

	nanosleep(&t, NULL);
}

static void check_cancelled(const struct copyoff_completion *c, uint64_t n, uint64_t length)
{
	bool undefined = c->result_flags & COPYOFF_RESULT_DST_UNDEFINED;

	check_counts(c);
	if (c->error != (c->bytes_done == length ? 0 : ECANCELED))
		errx(1, "job %" PRIu64 ": error %d after %llu bytes", n, c->error,
		     c->bytes_done);
	check_bytes(n, length, c->bytes_done,
		    !undefined && c->bytes_done == c->bytes_nvme + c->bytes_host);
}

static void cancel_round(uint64_t nr, uint64_t length, unsigned int *cancelled)
{
	uint64_t i;

	put(rig.direct_dst, OLD, DST_AT, nr * length);
	submit_all(nr, length, 1);
	for (i = 0; i < nr; i++) {
		pause_below(20000);
		if (cancel(&rig, ids[i]))
			err(1, "cancel");
	}
	for (i = 0; i < nr; i++) {
		struct copyoff_completion c = record(&rig);
		uint64_t n = job_of(&c, nr);

		check_cancelled(&c, n, length);
		*cancelled += c.error == ECANCELED;
	}
}

static void cancels(uint64_t rounds, uint64_t nr, uint64_t length)
{
	unsigned int cancelled = 0;
	uint64_t i;

	prepare(nr, length);
	for (i = 0; i < rounds; i++)
		cancel_round(nr, length, &cancelled);
	printf("jobs=%" PRIu64 "\ncancelled=%u\n", rounds * nr, cancelled);
}

/*
 * After close() nothing is written any more: what the destination has then, it
 * still has a while later. Each job's bytes are a piece of the new ones, by
 * blocks, among the old.
 */
static uint64_t new_blocks(uint64_t nr, uint64_t length)
{
	uint64_t n, new = 0;

	for (n = 0; n < nr; n++) {
		uint64_t dst = DST_AT + n * length;
		int64_t of_job = mixed(rig.direct_dst, dst, length,
				       (struct contents){ NEW, n * length },
				       (struct contents){ OLD, dst });

		if (of_job < 0)
			errx(1, "job %" PRIu64 ": neither old nor new at %" PRId64, n, -1 - of_job);
		new += of_job;
	}
	return new;
}

static void closes(uint64_t rounds, uint64_t nr, uint64_t length)
{
	uint64_t i, some = 0;

	prepare(nr, length);
	for (i = 0; i < rounds; i++) {
		uint64_t before, all = nr * length / 512;

		put(rig.direct_dst, OLD, DST_AT, nr * length);
		submit_all(nr, length, 1);
		pause_below(30000 * nr);
		rig_close_ctl(&rig);
		before = new_blocks(nr, length);
		usleep(300000);
		if (before != new_blocks(nr, length))
			errx(1, "something was written after the close");
		some += before && before < all;
		rig_ctl(&rig);
	}
	printf("rounds=%" PRIu64 "\nin_the_middle=%" PRIu64 "\n", rounds, some);
}

/* ---- step by step ---- */

static void wait_parked(uint64_t nr)
{
	uint64_t n, tries;

	for (n = 0, tries = 0; n < nr && tries < 6000; tries++) {
		struct timespec t = { .tv_nsec = 10000000 };

		if (status(&rig, ids[n]).state == COPYOFF_JOB_WAIT_DEVICE)
			n++;
		else
			nanosleep(&t, NULL);
	}
	if (n < nr)
		errx(1, "job %" PRIu64 " does not wait: state %u", n, status(&rig, ids[n]).state);
}

static void read_all(uint64_t nr, uint64_t length, int error)
{
	uint64_t i, seed = dirtied ? NEWER : NEW;

	for (i = 0; i < nr; i++) {
		struct copyoff_completion c = record(&rig);
		uint64_t n = job_of(&c, nr), at = DST_AT + n * length;

		check_counts(&c);
		if (c.error != error || (!error && c.bytes_done != length))
			errx(1, "job %" PRIu64 ": error %d after %llu bytes", n, c.error,
			     c.bytes_done);
		if (!error && same(rig.direct_dst, at, seed, n * length, length) != length)
			errx(1, "job %" PRIu64 ": wrong bytes", n);
	}
}

static void steps(uint64_t nr, uint64_t length, uint32_t ranges, int error)
{
	char word[32];

	prepare(nr, length);
	puts("ok");
	while (fgets(word, sizeof(word), stdin)) {
		if (!strcmp(word, "dirty\n")) {
			put(rig.src, NEWER, 0, nr * length);
			dirtied = true;
		} else if (!strcmp(word, "submit\n")) {
			submit_all(nr, length, ranges);
		} else if (!strcmp(word, "parked\n")) {
			wait_parked(nr);
		} else if (!strcmp(word, "records\n")) {
			read_all(nr, length, error);
		} else {
			errx(2, "what is %s", word);
		}
		puts("ok");
	}
}

/* ---- the words ---- */

static void run(const char *word, char **arg, int args)
{
	if (!strcmp(word, "many") && args == 3)
		many(number(arg[0]), number(arg[1]), number(arg[2]));
	else if (!strcmp(word, "cancel") && args == 3)
		cancels(number(arg[0]), number(arg[1]), number(arg[2]));
	else if (!strcmp(word, "close") && args == 3)
		closes(number(arg[0]), number(arg[1]), number(arg[2]));
	else if (!strcmp(word, "steps") && args == 4)
		steps(number(arg[0]), number(arg[1]), number(arg[2]), number(arg[3]));
	else
		errx(2, "usage: see the head of jobs.c");
}

int main(int argc, char **argv)
{
	uint32_t flags = 0;
	uint64_t ms = 0;
	int opt;

	setvbuf(stdout, NULL, _IOLBF, 0);
	srandom(1);
	while ((opt = getopt(argc, argv, "+f:t:s:")) != -1) {
		switch (opt) {
		case 'f': flags = number(optarg); break;
		case 't': ms = number(optarg); break;
		case 's': srandom(number(optarg)); break;
		default: return 2;
		}
	}
	if (argc - optind < 3)
		errx(2, "usage: see the head of jobs.c");
	rig_open(&rig, argv[optind + 1], argv[optind + 2]);
	rig.flags = flags;
	rig.timeout_ns = ms * 1000000;
	run(argv[optind], argv + optind + 3, argc - optind - 3);
	return 0;
}
