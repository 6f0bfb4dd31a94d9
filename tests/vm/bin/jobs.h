/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * jobs: asynchronous jobs, and what is to be seen of them.
 */
#ifndef JOBS_H
#define JOBS_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/dm-copyoff.h>

/* Both devices, and a file of the control device. */
struct rig {
	int ctl;
	int src, dst;		/* for the jobs */
	int direct_src, direct_dst;
	uint32_t flags;		/* COPYOFF_COPY_* */
	uint64_t timeout_ns;
};

/* Where job N copies what: side by side on both devices. */
struct place {
	uint64_t src, dst, length;
	uint32_t ranges;	/* cut into so many, of equal length */
};

void rig_open(struct rig *r, const char *src, const char *dst);
/* A new control file; -1 in the rig before. */
void rig_ctl(struct rig *r);
/* What comes first closes: the jobs end with it. */
void rig_close_ctl(struct rig *r);

/* Job @n is submitted; returns its number, or dies. */
uint64_t submit(const struct rig *r, const struct place *p, uint64_t n);
/* The same, or a negative errno. */
int64_t try_submit(const struct rig *r, const struct place *p, uint64_t n);
struct copyoff_status status(const struct rig *r, uint64_t id);
int cancel(const struct rig *r, uint64_t id);
/* One record; waits for it, a minute at most. */
struct copyoff_completion record(const struct rig *r);
bool none_left(const struct rig *r);

/* Contents that tell their device and offset, and differ for every @seed. */
void fill(uint64_t seed, uint64_t at, void *buf, uint64_t length);
void put(int fd, uint64_t seed, uint64_t at, uint64_t length);
/* How many bytes from @at on are those that @seed and @from make. */
uint64_t same(int fd, uint64_t at, uint64_t seed, uint64_t from, uint64_t length);

/*
 * Blocks of 512 bytes are those that @a makes, or those that @b makes: how many are
 * of the first kind; or -1 minus where one is of neither.
 */
struct contents {
	uint64_t seed, from;
};
int64_t mixed(int fd, uint64_t at, uint64_t length, struct contents a, struct contents b);

uint64_t number(const char *text);
uint64_t random_below(uint64_t n);

#endif
