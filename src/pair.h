/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From which sources a unit has been seen to copy what it should to where it
 * should.
 *
 * A SCSI command names both units, and names lie. So a pair's first command is
 * a trial, looked at closely, and its second one, of any size, is sampled; until
 * they are over there is no other one. Kept
 * by the destination. Sources go by numbers that are given once only, so nobody
 * has to keep one alive that is remembered here; what falls out for want of
 * room is tried again. Pure: any context; the caller sees to exclusion.
 */
#ifndef COPYOFF_PAIR_H
#define COPYOFF_PAIR_H

#include <linux/types.h>

/* Sources that a destination remembers. */
#define COPYOFF_PAIRS	16

/* A pair of which so many trials have failed is of no use. */
#define COPYOFF_PAIR_TRIALS	3

/* Every so manieth command of a trusted pair is looked at. */
#define COPYOFF_PAIR_SAMPLE	64U

/* Sectors that a trial copies at most, unless a block or granule is larger. */
#define COPYOFF_TRIAL_SECTORS	16U

enum copyoff_trust {
	COPYOFF_UNTRIED,
	COPYOFF_ON_TRIAL,	/* a command of the pair is just being tried */
	COPYOFF_TRUSTED,
	COPYOFF_REFUSED,	/* the pair is of no use */
};

struct copyoff_pair {
	u64 src;		/* the source's number; 0: free */
	u64 used;		/* when, by the count of uses */
	u64 trial;		/* the number of its trial */
	u32 failed;		/* trials, in a row */
	bool passed;		/* the first trial; the second one makes it trusted */
	u32 sent;		/* commands since then */
	enum copyoff_trust trust;
	u32 reason;		/* if refused: enum copyoff_reason, */
	u32 detail;		/* and the device's word for that */
};

/* All zero to begin with. */
struct copyoff_pairs {
	struct copyoff_pair pair[COPYOFF_PAIRS];
	u64 uses;
};

/* What is known of the source; NULL: nothing, it is untried. */
const struct copyoff_pair *copyoff_pair_find(const struct copyoff_pairs *p,
					     u64 src);

/*
 * copyoff_pair_claim() - a command from @src is about to be sent
 * @trial: set to the number of its trial, if it is to be one, else to 0
 *
 * COPYOFF_TRUSTED or COPYOFF_UNTRIED: it is; the latter as a trial, which
 * copyoff_pair_tried() has to end. COPYOFF_ON_TRIAL: not before another's trial
 * is over; or that of any, if there is no room to remember one more.
 */
enum copyoff_trust copyoff_pair_claim(struct copyoff_pairs *p, u64 src,
				      u64 *trial);

/*
 * copyoff_pair_sample() - is any block of a command that was claimed to be compared?
 *
 * A first trial sees but a few blocks, and those of another unit may be the same
 * there. So of the second one, and of the 1st, 2nd, 4th and so on, and every 64th
 * since then. False for a first trial: all of it is. Counts the command.
 */
bool copyoff_pair_sample(struct copyoff_pairs *p, u64 src);

/* The trial is over, with this; COPYOFF_UNTRIED: and has told nothing. */
void copyoff_pair_tried(struct copyoff_pairs *p, u64 src, u64 trial,
			enum copyoff_trust trust);

/*
 * So it is, by an error of the device that says nothing about the pair as such.
 * True if it was one too many: it is refused.
 */
bool copyoff_pair_failed(struct copyoff_pairs *p, u64 src, u64 trial,
			 u32 reason, u32 detail);

/* The pair is of no use. True if that is news. */
bool copyoff_pair_refuse(struct copyoff_pairs *p, u64 src, u32 reason,
			 u32 detail);

/* All of it counts for nothing any more. Trials under way tell nothing. */
void copyoff_pairs_forget(struct copyoff_pairs *p);

#endif /* COPYOFF_PAIR_H */
