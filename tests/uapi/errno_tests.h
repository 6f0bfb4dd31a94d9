/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of the answers to bad input share: devices and what must be on
 * them, a call that is all right but for one thing, and what its answer must be.
 */
#ifndef ERRNO_TESTS_H
#define ERRNO_TESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/dm-copyoff.h>

#include "report.h"

/* The layout is part of the ABI, the same for 32 and 64 bit. */
_Static_assert(sizeof(struct copyoff_range) == 24, "range");
_Static_assert(sizeof(struct copyoff_copy) == 120, "copy");
_Static_assert(sizeof(struct copyoff_query) == 80, "query");
_Static_assert(sizeof(struct copyoff_features) == 56, "features");

#define SZ		((u64)2 << 20)	/* of the small devices */

extern int ctl;

/* Devices, and what is on them. */
enum role { A, B, ALIAS, OTHER, K, K2, PLAIN, PLAIN2, SWAP, RO, DISK, BIG, ROLES };

struct dev {
	const char *role;
	enum role model;	/* whose contents these are */
	const char *path;
	int rd, wr;		/* as source and as destination */
	int direct;
	u8 *img;		/* what must be on it */
};

extern struct dev devs[ROLES];

void dev_read(const struct dev *d, void *buf, u64 size, u64 at);
void dev_write(const struct dev *d, const void *buf, u64 size, u64 at);
void dev_open(struct dev *d);
void dev_fill(enum role r);
void dev_check(enum role r);

/* A call: two pages to write in and one that cannot be touched. */
extern u8 *args_room, *args_before;
#define ARGS_END	(2 * PAGE)
/* The same for the list of ranges. */
extern u8 *list_room;
#define LIST_END	(16 * PAGE)

/* How all structures with descriptors begin. */
struct head {
	u32 size;
	u32 flags;
	int32_t src_fd;
	int32_t dst_fd;
};

struct op {
	const char *name;
	unsigned long cmd;
	u32 size;
	u32 first;		/* size of the first version */
	u32 out;		/* where the out members begin */
};

/* Which of them: run_on() takes any of these together. */
enum { FEATURES = 1, QUERY = 2, COPY = 4 };

struct call {
	const struct op *op;
	unsigned long cmd;
	void *args;
	enum role src, dst;
	bool deaf;		/* not a byte of args may change */
	int fd;			/* to be closed after it, if not -1 */
	void (*undo)(struct call *c);
};

/* Whole: the request, as a whole, was refused or done; no range failed. */
#define WHOLE		(~0U)

struct test {
	const char *name;
	void (*spoil)(struct call *c, u64 arg);
	u64 arg;
	int want;		/* an errno, or 0 */
	u32 bad;		/* the range that is refused, or WHOLE */
	u32 reason;
};

struct copyoff_range *range(const struct copyoff_copy *p, u32 i);
void set_ends(struct call *c, enum role src, enum role dst);
void run_on(int mask, const struct test *t);
/* A command of another number, on a request for a copy. */
void run_copy(const struct test *t);

/* Spoilers that more than one file has a use for. */
void flags(struct call *c, u64 flags);

/* The tests. */
void test_struct(void);
void test_commands(void);
void test_flags(void);
void test_descriptors(void);
void test_no_block_devices(void);
void test_devices(void);
void test_list(void);
void test_ranges(void);
void test_long(void);

#endif
