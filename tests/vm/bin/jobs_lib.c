// SPDX-License-Identifier: GPL-2.0-only
/*
 * jobs: what all of its words need.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "jobs.h"

#define CHUNK		(1U << 20)
#define BLOCK		512U

/* ---- devices ---- */

static int open_or_die(const char *path, int flags)
{
	int fd = open(path, flags);

	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

void rig_ctl(struct rig *r)
{
	r->ctl = open_or_die("/dev/copyoff-ctl", O_RDWR | O_CLOEXEC);
}

void rig_close_ctl(struct rig *r)
{
	if (close(r->ctl))
		err(1, "close");
	r->ctl = -1;
}

void rig_open(struct rig *r, const char *src, const char *dst)
{
	*r = (struct rig) {
		.src = open_or_die(src, O_RDWR),
		.dst = open_or_die(dst, O_RDWR),
		.direct_src = open_or_die(src, O_RDWR | O_DIRECT),
		.direct_dst = open_or_die(dst, O_RDWR | O_DIRECT),
	};
	rig_ctl(r);
}

/* ---- calls ---- */

int64_t try_submit(const struct rig *r, const struct place *p, uint64_t n)
{
	static struct copyoff_range list[COPYOFF_MAX_JOB_RANGES];
	struct copyoff_copy c = {
		.size = sizeof(c), .flags = r->flags, .src_fd = r->src, .dst_fd = r->dst,
		.ranges = (uintptr_t)list, .nr_ranges = p->ranges,
		.range_size = sizeof(list[0]), .timeout_ns = r->timeout_ns,
	};
	struct copyoff_submit s = {
		.size = sizeof(s), .copy = (uintptr_t)&c, .user_data = n,
	};
	uint64_t length = p->length / p->ranges;
	uint32_t i;

	for (i = 0; i < p->ranges; i++)
		list[i] = (struct copyoff_range) {
			p->src + i * length, p->dst + i * length, length };
	if (ioctl(r->ctl, COPYOFF_IOC_SUBMIT, &s))
		return -errno;
	/* Nothing of ours is looked at any more. */
	memset(list, 0xff, sizeof(list[0]) * p->ranges);
	memset(&c, 0xff, sizeof(c));
	return s.job_id;
}

uint64_t submit(const struct rig *r, const struct place *p, uint64_t n)
{
	int64_t id = try_submit(r, p, n);

	if (id <= 0)
		errx(1, "submit: %s", strerror(-id));
	return id;
}

struct copyoff_status status(const struct rig *r, uint64_t id)
{
	struct copyoff_status s = { .size = sizeof(s), .job_id = id };

	if (ioctl(r->ctl, COPYOFF_IOC_STATUS, &s))
		err(1, "status of job %llu", (unsigned long long)id);
	return s;
}

int cancel(const struct rig *r, uint64_t id)
{
	struct copyoff_cancel c = { .size = sizeof(c), .job_id = id };

	return ioctl(r->ctl, COPYOFF_IOC_CANCEL, &c) ? errno : 0;
}

struct copyoff_completion record(const struct rig *r)
{
	struct pollfd p = { .fd = r->ctl, .events = POLLIN };
	struct copyoff_completion c;

	if (poll(&p, 1, 60000) != 1 || p.revents != POLLIN)
		errx(1, "no record within a minute");
	if (read(r->ctl, &c, sizeof(c)) != sizeof(c))
		err(1, "read of a record");
	return c;
}

bool none_left(const struct rig *r)
{
	struct pollfd p = { .fd = r->ctl, .events = POLLIN };

	return poll(&p, 1, 0) == 0;
}

/* ---- contents ---- */

static uint64_t mix(uint64_t x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdULL;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ULL;
	return x ^ x >> 33;
}

void fill(uint64_t seed, uint64_t at, void *buf, uint64_t length)
{
	uint64_t *word = buf, i;

	for (i = 0; i < length / 8; i++)
		word[i] = mix(seed * 0x9e3779b97f4a7c15ULL + at / 8 + i);
}

static void *room(int which)
{
	static void *rooms[3];

	if (!rooms[which])
		rooms[which] = aligned_alloc(4096, CHUNK);
	if (!rooms[which])
		err(1, "memory");
	return rooms[which];
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

void put(int fd, uint64_t seed, uint64_t at, uint64_t length)
{
	uint64_t done, n;

	for (done = 0; done < length; done += n) {
		n = least(length - done, CHUNK);
		fill(seed, at + done, room(0), n);
		if (pwrite(fd, room(0), n, at + done) != (ssize_t)n)
			err(1, "write");
	}
}

uint64_t same(int fd, uint64_t at, uint64_t seed, uint64_t from, uint64_t length)
{
	uint64_t done, n, i;

	for (done = 0; done < length; done += n) {
		n = least(length - done, CHUNK);
		if (pread(fd, room(0), n, at + done) != (ssize_t)n)
			err(1, "read");
		fill(seed, from + done, room(1), n);
		for (i = 0; i < n; i += BLOCK)
			if (memcmp((char *)room(0) + i, (char *)room(1) + i, BLOCK))
				return done + i;
	}
	return length;
}

int64_t mixed(int fd, uint64_t at, uint64_t length, struct contents a, struct contents b)
{
	uint64_t done, n, i, found = 0;

	for (done = 0; done < length; done += n) {
		n = least(length - done, CHUNK);
		if (pread(fd, room(0), n, at + done) != (ssize_t)n)
			err(1, "read");
		fill(a.seed, a.from + done, room(1), n);
		fill(b.seed, b.from + done, room(2), n);
		for (i = 0; i < n; i += BLOCK) {
			const char *is = (char *)room(0) + i;

			if (!memcmp(is, (char *)room(1) + i, BLOCK))
				found++;
			else if (memcmp(is, (char *)room(2) + i, BLOCK))
				return -1 - (int64_t)(done + i);
		}
	}
	return found;
}

/* ---- numbers ---- */

/* As in 64k, 4M. */
uint64_t number(const char *text)
{
	char *end;
	uint64_t n = strtoull(text, &end, 0);

	switch (*end) {
	case 'k': return n << 10;
	case 'M': return n << 20;
	case '\0': return n;
	}
	errx(2, "what is %s?", text);
}

uint64_t random_below(uint64_t n)
{
	return ((uint64_t)random() << 31 | random()) % n;
}
