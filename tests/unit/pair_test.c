// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whom a destination trusts.
 */
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/types.h>

#include "pair.h"
#include "t.h"

static enum copyoff_trust trust_of(const struct copyoff_pairs *p, u64 src)
{
	const struct copyoff_pair *one = copyoff_pair_find(p, src);

	return one ? one->trust : COPYOFF_UNTRIED;
}

static void pass_trial(struct copyoff_pairs *p, u64 src, bool sampled)
{
	u64 trial;

	T_EQ(copyoff_pair_claim(p, src, &trial), COPYOFF_UNTRIED);
	T_TRUE(trial);
	T_EQ(copyoff_pair_sample(p, src), sampled);
	copyoff_pair_tried(p, src, trial, COPYOFF_TRUSTED);
}

/* From nothing to trust, in two trials, the second of which is sampled. */
static void make_trusted(struct copyoff_pairs *p, u64 src)
{
	pass_trial(p, src, false);
	T_EQ(trust_of(p, src), COPYOFF_UNTRIED);
	pass_trial(p, src, true);
	T_EQ(trust_of(p, src), COPYOFF_TRUSTED);
}

static void one_trial(void)
{
	struct copyoff_pairs p = {};
	u64 first, other, other_7;

	T_EQ(copyoff_pair_claim(&p, 7, &first), COPYOFF_UNTRIED);
	T_TRUE(first);
	T_EQ(trust_of(&p, 7), COPYOFF_ON_TRIAL);
	/* Nobody else, until it is over; but from another source. */
	T_EQ(copyoff_pair_claim(&p, 7, &other), COPYOFF_ON_TRIAL);
	T_EQ(other, 0);
	T_EQ(copyoff_pair_claim(&p, 8, &other), COPYOFF_UNTRIED);
	T_TRUE(other && other != first);
	copyoff_pair_tried(&p, 7, first, COPYOFF_TRUSTED);
	/* And once more. */
	T_EQ(copyoff_pair_claim(&p, 7, &first), COPYOFF_UNTRIED);
	T_TRUE(first);
	T_EQ(copyoff_pair_claim(&p, 7, &other_7), COPYOFF_ON_TRIAL);
	copyoff_pair_tried(&p, 7, first, COPYOFF_TRUSTED);
	T_EQ(copyoff_pair_claim(&p, 7, &first), COPYOFF_TRUSTED);
	T_EQ(first, 0);
	/* It has told nothing: so the next one is another. */
	copyoff_pair_tried(&p, 8, other, COPYOFF_UNTRIED);
	T_EQ(copyoff_pair_claim(&p, 8, &first), COPYOFF_UNTRIED);
	T_TRUE(first && first != other);
}

/* The first ones most, and all that come now and then; anew after each trial. */
static void samples(void)
{
	struct copyoff_pairs p = {};
	u64 trial;
	u32 n;

	/* A trial that has told nothing was none. */
	T_EQ(copyoff_pair_claim(&p, 8, &trial), COPYOFF_UNTRIED);
	copyoff_pair_tried(&p, 8, trial, COPYOFF_UNTRIED);
	make_trusted(&p, 8);
	T_TRUE(!copyoff_pair_sample(&p, 7));
	make_trusted(&p, 7);
	for (n = 1; n <= 1000; n++)
		T_EQ(copyoff_pair_sample(&p, 7),
		     n == 1 || n == 2 || n == 4 || n == 8 || n == 16 ||
		     n == 32 || n % 64 == 0);
	copyoff_pairs_forget(&p);
	make_trusted(&p, 7);
	T_TRUE(copyoff_pair_sample(&p, 7));
	T_TRUE(copyoff_pair_sample(&p, 7));
	T_TRUE(!copyoff_pair_sample(&p, 7));
}

/* The end of a trial that nobody remembers is not the end of another. */
static void late_trial(void)
{
	struct copyoff_pairs p = {};
	u64 old, new;

	T_EQ(copyoff_pair_claim(&p, 7, &old), COPYOFF_UNTRIED);
	copyoff_pairs_forget(&p);
	copyoff_pair_tried(&p, 7, old, COPYOFF_TRUSTED);
	T_EQ(trust_of(&p, 7), COPYOFF_UNTRIED);
	T_EQ(copyoff_pair_claim(&p, 7, &new), COPYOFF_UNTRIED);
	copyoff_pair_tried(&p, 7, old, COPYOFF_TRUSTED);
	T_EQ(trust_of(&p, 7), COPYOFF_ON_TRIAL);
	T_TRUE(!copyoff_pair_failed(&p, 7, old, 1, 1));
	T_EQ(trust_of(&p, 7), COPYOFF_ON_TRIAL);
	copyoff_pair_tried(&p, 7, new, COPYOFF_TRUSTED);
	pass_trial(&p, 7, true);
	T_EQ(trust_of(&p, 7), COPYOFF_TRUSTED);
}

static void forget(void)
{
	struct copyoff_pairs p = {};
	u64 before, after;

	make_trusted(&p, 7);
	T_TRUE(copyoff_pair_refuse(&p, 8, 1, 1));
	T_EQ(copyoff_pair_claim(&p, 9, &before), COPYOFF_UNTRIED);
	copyoff_pairs_forget(&p);
	T_EQ(trust_of(&p, 7), COPYOFF_UNTRIED);
	T_EQ(trust_of(&p, 8), COPYOFF_UNTRIED);
	T_EQ(copyoff_pair_claim(&p, 9, &after), COPYOFF_UNTRIED);
	/* No number comes twice. */
	T_TRUE(after > before);
}

static void refuse(void)
{
	struct copyoff_pairs p = {};
	const struct copyoff_pair *one;
	u64 trial;

	make_trusted(&p, 7);
	T_TRUE(copyoff_pair_refuse(&p, 7, 15, 0xa0d02));
	T_TRUE(!copyoff_pair_refuse(&p, 7, 1, 1));
	one = copyoff_pair_find(&p, 7);
	T_EQ(one->reason, 15);
	T_EQ(one->detail, 0xa0d02);
	T_EQ(copyoff_pair_claim(&p, 7, &trial), COPYOFF_REFUSED);
	T_EQ(trial, 0);
	/* In the middle of a trial: that has nothing to say any more. */
	T_EQ(copyoff_pair_claim(&p, 8, &trial), COPYOFF_UNTRIED);
	T_TRUE(copyoff_pair_refuse(&p, 8, 15, 0));
	copyoff_pair_tried(&p, 8, trial, COPYOFF_TRUSTED);
	T_EQ(trust_of(&p, 8), COPYOFF_REFUSED);
}

static void three_trials(void)
{
	struct copyoff_pairs p = {};
	u64 trial;
	u32 i;

	for (i = 1; i <= COPYOFF_PAIR_TRIALS; i++) {
		T_EQ(copyoff_pair_claim(&p, 7, &trial), COPYOFF_UNTRIED);
		T_EQ(copyoff_pair_failed(&p, 7, trial, 7, i),
		     i == COPYOFF_PAIR_TRIALS);
	}
	T_EQ(copyoff_pair_claim(&p, 7, &trial), COPYOFF_REFUSED);
	T_EQ(copyoff_pair_find(&p, 7)->reason, 7);
	T_EQ(copyoff_pair_find(&p, 7)->detail, COPYOFF_PAIR_TRIALS);
}

static void oldest_goes(void)
{
	struct copyoff_pairs p = {};
	u64 src, trial;

	for (src = 1; src <= COPYOFF_PAIRS; src++)
		make_trusted(&p, src);
	/* The first is used again: so the second goes, and then the third. */
	T_EQ(copyoff_pair_claim(&p, 1, &trial), COPYOFF_TRUSTED);
	make_trusted(&p, 100);
	make_trusted(&p, 101);
	for (src = 1; src <= COPYOFF_PAIRS; src++)
		T_EQ(trust_of(&p, src), src == 2 || src == 3 ?
		     COPYOFF_UNTRIED : COPYOFF_TRUSTED);
	T_EQ(trust_of(&p, 100), COPYOFF_TRUSTED);
	T_EQ(trust_of(&p, 101), COPYOFF_TRUSTED);
}

/* Nothing that is on trial is forgotten: another has to wait. */
static void no_room(void)
{
	u64 trial[COPYOFF_PAIRS + 1], src, other;
	struct copyoff_pairs p = {};

	for (src = 1; src <= COPYOFF_PAIRS; src++)
		T_EQ(copyoff_pair_claim(&p, src, &trial[src]),
		     COPYOFF_UNTRIED);
	T_EQ(copyoff_pair_claim(&p, 100, &other), COPYOFF_ON_TRIAL);
	T_EQ(other, 0);
	T_TRUE(!copyoff_pair_refuse(&p, 100, 1, 1));
	copyoff_pair_tried(&p, 5, trial[5], COPYOFF_UNTRIED);
	T_EQ(copyoff_pair_claim(&p, 100, &other), COPYOFF_UNTRIED);
	for (src = 1; src <= COPYOFF_PAIRS; src++)
		T_EQ(trust_of(&p, src), src == 5 ? COPYOFF_UNTRIED :
						   COPYOFF_ON_TRIAL);
}

#define CASES(X)			\
	X(one_trial)			\
	X(samples)			\
	X(late_trial)			\
	X(forget)			\
	X(refuse)			\
	X(three_trials)			\
	X(oldest_goes)			\
	X(no_room)

T_SUITE(pair, CASES);
