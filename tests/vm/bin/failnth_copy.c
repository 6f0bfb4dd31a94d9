// SPDX-License-Identifier: GPL-2.0-only
/*
 * failnth copy FLAGS NR LENGTH GAP HOW SRC DST LOWER-SRC LOWER-DST: COPYOFF_IOC_COPY
 * of NR ranges of LENGTH bytes, from the start of SRC to DST, GAP bytes apart there
 * from BASE on. SRC and DST begin where the devices below them do; what is there
 * is compared by way of the latter. HOW is "direct", or "cached": the source is
 * dirty in the page cache, and the destination is held there too.
 *
 * failnth submit ...: the same by COPYOFF_IOC_SUBMIT, of which alone the allocations
 * fail; where it does not, the record must be right.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/dm-copyoff.h>

#include "failnth.h"

#define BASE		(1U << 20)	/* where destinations begin */
#define AREA		(3U << 20)	/* what is looked at, of each device */
#define BLOCK		512U

struct copy {
	struct copyoff_copy c;
	struct copyoff_range *range;
	int ctl, lower_src, lower_dst;
	const char *src_path, *dst_path;
	bool cached;
	bool submit;
	uint8_t *src, *old, *want, *got;	/* AREA bytes each */
};

static void *area(void)
{
	void *p = aligned_alloc(4096, AREA);

	if (!p)
		err(1, "memory");
	memset(p, 0, AREA);
	return p;
}

static void get(int fd, uint8_t *buf, uint64_t at, size_t len)
{
	if (pread(fd, buf + at, len, at) != (ssize_t)len)
		err(1, "read");
}

static void put(int fd, const uint8_t *buf, uint64_t at, size_t len)
{
	if (pwrite(fd, buf + at, len, at) != (ssize_t)len)
		err(1, "write");
}

/* Other bytes for every round, so that what an earlier one left is seen. */
static void fill(uint8_t *buf, size_t len, uint64_t seed)
{
	uint64_t x = seed * 0x9e3779b97f4a7c15ULL + 1;
	size_t i;

	for (i = 0; i < len; i += 8) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		memcpy(buf + i, &x, 8);
	}
}

static uint64_t total(const struct copy *cp)
{
	return cp->range[0].length * cp->c.nr_ranges;
}

/* ---- before ---- */

static void dirty_source(struct copy *cp, unsigned int n)
{
	/* Pages of the destination as it is now, which will be stale. */
	if (ioctl(cp->c.dst_fd, BLKFLSBUF, 0))
		err(1, "BLKFLSBUF");
	get(cp->c.dst_fd, cp->got, BASE, AREA - BASE);
	fill(cp->src, total(cp), 2 * n + 1);
	put(cp->c.src_fd, cp->src, 0, total(cp));
}

static void copy_before(void *arg, unsigned int n)
{
	struct copy *cp = arg;
	uint32_t i;

	/* After some failures of the device the host would do it all. */
	dm_message(cp->src_path, "offload retry");
	dm_message(cp->dst_path, "offload retry");
	fill(cp->old + BASE, AREA - BASE, 2 * n);
	put(cp->lower_dst, cp->old, BASE, AREA - BASE);
	if (cp->cached)
		dirty_source(cp, n);
	get(cp->lower_dst, cp->old, 0, AREA);
	memcpy(cp->want, cp->old, AREA);
	for (i = 0; i < cp->c.nr_ranges; i++)
		memcpy(cp->want + cp->range[i].dst_offset,
		       cp->src + cp->range[i].src_offset, cp->range[i].length);
}

static int copy_call(void *arg)
{
	struct copy *cp = arg;

	return ioctl(cp->ctl, COPYOFF_IOC_COPY, &cp->c) ? errno : 0;
}

static int submit_call(void *arg)
{
	struct copy *cp = arg;
	struct copyoff_submit s = { .size = sizeof(s), .copy = (uintptr_t)&cp->c };

	return ioctl(cp->ctl, COPYOFF_IOC_SUBMIT, &s) ? errno : 0;
}

/* ---- after ---- */

/* What came of a job, as if it had been a copy. */
static void take_record(struct copy *cp, int error)
{
	struct pollfd p = { .fd = cp->ctl, .events = POLLIN };
	struct copyoff_completion r = { .failed_range = cp->c.nr_ranges, .error = error };

	if (error && poll(&p, 1, 0))
		errx(1, "a record of what was refused");
	if (!error && read(cp->ctl, &r, sizeof(r)) != sizeof(r))
		err(1, "no record");
	if (!error && r.error)
		errx(1, "the job has failed: %s", strerrorname_np(r.error));
	cp->c.error = r.error;
	cp->c.bytes_done = r.bytes_done;
	cp->c.bytes_nvme = r.bytes_nvme;
	cp->c.bytes_scsi = r.bytes_scsi;
	cp->c.bytes_host = r.bytes_host;
	cp->c.failed_range = r.failed_range;
	cp->c.result_flags = r.result_flags;
}

static void check_answer(const struct copyoff_copy *c, uint64_t all, int error)
{
	uint64_t length = all / c->nr_ranges;
	uint64_t moved = c->bytes_nvme + c->bytes_scsi + c->bytes_host;

	if (c->error != error)
		errx(1, "error is %d, not %d", c->error, error);
	if (error && error != ENOMEM &&
	    !(error == EOPNOTSUPP && (c->flags & COPYOFF_COPY_NO_FALLBACK)))
		errx(1, "%s instead of ENOMEM", strerrorname_np(error));
	if (!error && (c->bytes_done != all || c->failed_range != c->nr_ranges))
		errx(1, "all well, but %llu bytes done, range %u failed",
		     c->bytes_done, c->failed_range);
	if (moved < c->bytes_done)
		errx(1, "%" PRIu64 " bytes moved, %llu done", moved, c->bytes_done);
	if (error && c->failed_range != c->nr_ranges &&
	    c->failed_range != c->bytes_done / length)
		errx(1, "range %u failed after %llu bytes", c->failed_range,
		     c->bytes_done);
	if (error && c->failed_range == c->nr_ranges && c->bytes_done)
		errx(1, "refused as a whole, with %llu bytes done", c->bytes_done);
}

/* One block of a destination; @done: it is below bytes_done. */
static void check_block(const struct copy *cp, uint64_t at, bool done)
{
	const uint8_t *got = cp->got + at;

	if (!memcmp(got, cp->want + at, BLOCK))
		return;
	if (done)
		errx(1, "wrong bytes at %" PRIu64, at);
	if (memcmp(got, cp->old + at, BLOCK) &&
	    !(cp->c.result_flags & COPYOFF_RESULT_DST_UNDEFINED))
		errx(1, "neither old nor new bytes at %" PRIu64, at);
}

/* Leaves in got what lies between the destinations. */
static void check_ranges(struct copy *cp)
{
	uint64_t seen = 0, at;
	uint32_t i;

	for (i = 0; i < cp->c.nr_ranges; i++) {
		const struct copyoff_range *r = &cp->range[i];

		for (at = 0; at < r->length; at += BLOCK, seen += BLOCK)
			check_block(cp, r->dst_offset + at,
				    seen < cp->c.bytes_done);
		memcpy(cp->got + r->dst_offset, cp->old + r->dst_offset,
		       r->length);
	}
}

/* What the page cache has must be what the device has. */
static void check_cached(struct copy *cp)
{
	uint8_t *direct = cp->old;

	get(cp->lower_dst, direct, BASE, AREA - BASE);
	get(cp->c.dst_fd, cp->got, BASE, AREA - BASE);
	if (memcmp(direct + BASE, cp->got + BASE, AREA - BASE))
		errx(1, "stale pages in the cache");
	if (fsync(cp->c.src_fd))
		err(1, "fsync of the source");
}

static void copy_after(void *arg, int error)
{
	struct copy *cp = arg;

	if (cp->submit)
		take_record(cp, error);
	check_answer(&cp->c, total(cp), error);
	get(cp->lower_dst, cp->got, 0, AREA);
	check_ranges(cp);
	if (cp->cached) {
		/* When dirty pages of the source go out is the kernel's affair. */
		if (memcmp(cp->got + BASE, cp->old + BASE, AREA - BASE))
			errx(1, "bytes changed outside of the destinations");
		check_cached(cp);
	} else if (memcmp(cp->got, cp->old, AREA)) {
		errx(1, "bytes changed outside of the destinations");
	}
}

/* ---- set-up ---- */

static void make_ranges(struct copy *cp, uint32_t nr, uint32_t length,
			uint32_t gap)
{
	uint32_t i;

	if (!nr || length % BLOCK || (uint64_t)nr * length > BASE ||
	    (uint64_t)nr * (length + gap) > AREA - BASE)
		errx(2, "ranges of that kind do not fit");
	cp->range = calloc(nr, sizeof(*cp->range));
	if (!cp->range)
		err(1, "memory");
	for (i = 0; i < nr; i++) {
		cp->range[i].src_offset = (uint64_t)i * length;
		cp->range[i].dst_offset = BASE + (uint64_t)i * (length + gap);
		cp->range[i].length = length;
	}
	cp->c.ranges = (uintptr_t)cp->range;
	cp->c.nr_ranges = nr;
	cp->c.range_size = sizeof(*cp->range);
}

void copy_main(int argc, char **argv, bool by_submit)
{
	const struct action action = {
		.before = copy_before, .after = copy_after,
		.call = by_submit ? submit_call : copy_call,
	};
	struct copy cp = {
		.c.size = sizeof(cp.c),
		.src = area(), .old = area(), .want = area(), .got = area(),
	};
	int direct;

	if (argc != 9)
		errx(2, "copy FLAGS NR LENGTH GAP HOW SRC DST LOWER-SRC LOWER-DST");
	cp.submit = by_submit;
	cp.c.flags = strtoul(argv[0], NULL, 0);
	make_ranges(&cp, strtoul(argv[1], NULL, 0), strtoul(argv[2], NULL, 0),
		    strtoul(argv[3], NULL, 0));
	cp.src_path = argv[5];
	cp.dst_path = argv[6];
	cp.cached = !strcmp(argv[4], "cached");
	direct = cp.cached ? 0 : O_DIRECT;
	cp.ctl = open_or_die("/dev/copyoff-ctl", O_RDWR);
	cp.c.src_fd = open_or_die(argv[5], O_RDWR | direct);
	cp.c.dst_fd = open_or_die(argv[6], O_RDWR | direct);
	cp.lower_src = open_or_die(argv[7], O_RDWR | O_DIRECT);
	cp.lower_dst = open_or_die(argv[8], O_RDWR | O_DIRECT);
	fill(cp.src, BASE, 12345);
	put(cp.lower_src, cp.src, 0, BASE);
	fail_all(&action, &cp);
}
