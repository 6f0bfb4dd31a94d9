// SPDX-License-Identifier: GPL-2.0-only
/*
 * From which sources a unit has been seen to copy rightly.
 */
#include <linux/string.h>
#include <linux/types.h>

#include "pair.h"

static struct copyoff_pair *find(struct copyoff_pairs *p, u64 src)
{
	u32 i;

	for (i = 0; i < COPYOFF_PAIRS; i++)
		if (p->pair[i].src == src)
			return &p->pair[i];
	return NULL;
}

const struct copyoff_pair *copyoff_pair_find(const struct copyoff_pairs *p,
					     u64 src)
{
	return find((struct copyoff_pairs *)p, src);
}

/* Free, or not used for longest; NULL if all are on trial. */
static struct copyoff_pair *room(struct copyoff_pairs *p)
{
	struct copyoff_pair *best = NULL;
	u32 i;

	for (i = 0; i < COPYOFF_PAIRS; i++) {
		struct copyoff_pair *one = &p->pair[i];

		if (one->src && one->trust == COPYOFF_ON_TRIAL)
			continue;
		if (!best || one->used < best->used)
			best = one;
	}
	return best;
}

static struct copyoff_pair *find_or_make(struct copyoff_pairs *p, u64 src)
{
	struct copyoff_pair *one = find(p, src);

	if (one)
		return one;
	one = room(p);
	if (!one)
		return NULL;
	memset(one, 0, sizeof(*one));
	one->src = src;
	return one;
}

enum copyoff_trust copyoff_pair_claim(struct copyoff_pairs *p, u64 src,
				      u64 *trial)
{
	struct copyoff_pair *one = find_or_make(p, src);

	*trial = 0;
	if (!one)
		return COPYOFF_ON_TRIAL;
	one->used = ++p->uses;
	if (one->trust != COPYOFF_UNTRIED)
		return one->trust;
	one->trust = COPYOFF_ON_TRIAL;
	one->trial = one->used;
	*trial = one->trial;
	return COPYOFF_UNTRIED;
}

bool copyoff_pair_sample(struct copyoff_pairs *p, u64 src)
{
	struct copyoff_pair *one = find(p, src);
	u32 n;

	if (!one)
		return false;
	if (one->trust == COPYOFF_ON_TRIAL)
		return one->passed;
	n = ++one->sent;
	return !(n & (n - 1)) || !(n % COPYOFF_PAIR_SAMPLE);
}

/* It may have been forgotten, and another trial begun, since. */
static struct copyoff_pair *on_trial(struct copyoff_pairs *p, u64 src,
				     u64 trial)
{
	struct copyoff_pair *one = find(p, src);

	return one && one->trust == COPYOFF_ON_TRIAL && one->trial == trial ?
	       one : NULL;
}

void copyoff_pair_tried(struct copyoff_pairs *p, u64 src, u64 trial,
			enum copyoff_trust trust)
{
	struct copyoff_pair *one = on_trial(p, src, trial);

	if (!one)
		return;
	one->trust = trust;
	if (trust != COPYOFF_TRUSTED || one->passed)
		return;
	one->passed = true;
	one->trust = COPYOFF_UNTRIED;
}

bool copyoff_pair_failed(struct copyoff_pairs *p, u64 src, u64 trial,
			 u32 reason, u32 detail)
{
	struct copyoff_pair *one = on_trial(p, src, trial);

	if (!one)
		return false;
	one->trust = COPYOFF_UNTRIED;
	if (++one->failed < COPYOFF_PAIR_TRIALS)
		return false;
	return copyoff_pair_refuse(p, src, reason, detail);
}

bool copyoff_pair_refuse(struct copyoff_pairs *p, u64 src, u32 reason,
			 u32 detail)
{
	struct copyoff_pair *one = find_or_make(p, src);

	if (!one || one->trust == COPYOFF_REFUSED)
		return false;
	one->used = ++p->uses;
	one->trust = COPYOFF_REFUSED;
	one->reason = reason;
	one->detail = detail;
	return true;
}

void copyoff_pairs_forget(struct copyoff_pairs *p)
{
	/* But not the count: no trial is ever taken for another. */
	memset(p->pair, 0, sizeof(p->pair));
}
