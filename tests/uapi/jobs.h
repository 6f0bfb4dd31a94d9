/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * jobs: the tests of asynchronous jobs, what their parts share.
 */
#ifndef JOBS_H
#define JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/dm-copyoff.h>

#include "report.h"

#define RANGE		(64 * KB)	/* of which a request has three */
#define ROOM		(512 * KB)	/* what is looked at, of each device */
#define RECORD		sizeof(struct copyoff_completion)

enum role { A, B, PLAIN, PLAIN2, SLOW, ROLES };

struct dev {
	const char *role, *path;
	int rd, wr, direct;
};

extern struct dev devs[ROLES];
extern int ctl;

/* Each ends at memory that cannot be touched; ROOM bytes before that. */
extern u8 *sub_end, *copy_end, *list_end, *rec_end;

/* What base() makes of them: a request that is all right. */
extern struct copyoff_submit *sub;
extern struct copyoff_copy *cpy;
extern struct copyoff_range *list;
void base(void);

/* From the start of b: so many new bytes, then old ones; and all are old again. */
void check_bytes(u64 done);

/* 0 or an errno. */
int submit(void);
/* One record, of sub; waits for it. */
void take(struct copyoff_completion *c);
void check_record(const struct copyoff_completion *c, int error, u32 bad,
		  u32 nr, u64 done);
void check_none(void);

void test_submit(void);		/* jobs_submit.c */
void test_records(void);	/* jobs_records.c */

#endif
