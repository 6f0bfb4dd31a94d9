/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The commands of a job that were issued and lie at or beyond its completed
 * prefix, in list order, finished or not. What conflicts with any of them has
 * to wait: so the ranges behave as if copied one after another, the source of
 * a failed command is intact for its redo, and a resume at the prefix is
 * idempotent. Pure: any context; the caller sees to exclusion.
 */
#ifndef COPYOFF_WINDOW_H
#define COPYOFF_WINDOW_H

#include <linux/types.h>

#include "range.h"

/* Most commands beyond the prefix; part of the ABI's promise. */
#define COPYOFF_WINDOW_MAX	256

/* What one command reads and writes. Units are compared by identity. */
struct copyoff_access {
	const void *src_unit;
	const void *dst_unit;
	const struct copyoff_extent *ext;
	u32 nr;
	u32 sectors;
	u64 dst;
};

struct copyoff_window_entry {
	const void *src_unit;
	const void *dst_unit;
	u64 dst;
	u64 src_low;		/* bounds of all its extents */
	u64 src_high;
	u32 sectors;
	u32 first;		/* its extents in the arena */
	u32 nr;
	u32 skipped;		/* arena places left empty before them */
	bool done;
};

/*
 * Both arrays are rings and the caller's; entries leave in the order in which
 * they came.
 */
struct copyoff_window {
	struct copyoff_window_entry *entry;
	u32 size;
	u32 head;
	u32 count;
	struct copyoff_extent *arena;
	u32 arena_size;
	u32 arena_next;
	u32 arena_used;
};

void copyoff_window_init(struct copyoff_window *w,
			 struct copyoff_window_entry *entry, u32 size,
			 struct copyoff_extent *arena, u32 arena_size);

/* Is there room for a command with @nr extents? */
bool copyoff_window_room(const struct copyoff_window *w, u32 nr);

/*
 * copyoff_window_conflicts() - must this wait for the prefix?
 *
 * True if it reads or writes what an entry writes, or writes what one reads.
 */
bool copyoff_window_conflicts(const struct copyoff_window *w,
			      const struct copyoff_access *a);

/*
 * copyoff_window_push() - a command is about to be issued
 *
 * The extents are copied. Returns its place, which stays its own until it
 * leaves. The caller has asked copyoff_window_room().
 */
u32 copyoff_window_push(struct copyoff_window *w,
			const struct copyoff_access *a);

/* The command at @place is finished, for good. */
void copyoff_window_done(struct copyoff_window *w, u32 place);

/* If the oldest command is finished, take it out and give its sectors. */
bool copyoff_window_pop(struct copyoff_window *w, u32 *sectors);

#endif /* COPYOFF_WINDOW_H */
