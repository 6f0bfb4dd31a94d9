/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * linear <-> copyoff in live tables.
 */
#ifndef SWAP_H
#define SWAP_H

#include "core.h"
#include "dm.h"
#include "lvm.h"

/* A device whose table is to be swapped. */
struct volume {
	const char *word;	/* as it was named */
	struct dm_dev old;	/* its table now */
	struct dm_dev new;
	struct lvm_name lvm;	/* vg NULL: not LVM's */
	bool is_lvm;
	bool swap;		/* false: it is so already */
};

struct swap {
	const char *from;	/* types of table lines */
	const char *to;
	const char *options;	/* words after the start sector; "" for none */
	bool force;		/* also under / and swap */
	bool quiet;
	int nr;
	struct volume *volume;
};

/*
 * All of the volumes named, or none: under LVM's lock, and undone if any step
 * fails.
 */
enum status swap_tables(struct swap *swap, int nr, char **words);
void swap_free(struct swap *swap);

/* "max_inflight=4,offload=off" or "max_inflight 4" as table words with a count. */
char *option_words(const char *text);

#endif /* SWAP_H */
