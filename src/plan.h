/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cuts and gathers pieces of ranges into one command. Pure: any context.
 */
#ifndef COPYOFF_PLAN_H
#define COPYOFF_PLAN_H

#include <linux/types.h>

#include "limits.h"
#include "range.h"

/*
 * A command in the making. Its owner begins it, adds pieces in list order as
 * long as they are taken, and may begin it anew at any time.
 */
struct copyoff_plan {
	struct copyoff_extent *ext;	/* caps.extents of them, the caller's */
	u32 nr;				/* extents so far */
	u32 sectors;			/* sectors so far */
	u64 dst;			/* where they go */
	struct copyoff_caps caps;
	bool one_unit;			/* source and destination may overlap */
};

/*
 * copyoff_plan_begin() - an empty command
 * @ext: room for @caps->extents extents
 * @one_unit: are both sides the same unit?
 */
void copyoff_plan_begin(struct copyoff_plan *p, struct copyoff_extent *ext,
			const struct copyoff_caps *caps, bool one_unit);

/*
 * copyoff_plan_add() - take as much of a piece as fits
 * @src, @dst: where it is and where it goes, sectors of the units
 * @sectors: how long it is; not zero. A piece that overlaps itself is not for
 *	us to find: its range was refused before.
 *
 * Returns how many sectors were taken, from the start of the piece. Zero: the
 * command is full, or the piece does not adjoin its destination, or it reads
 * or writes what the command writes or reads.
 */
u32 copyoff_plan_add(struct copyoff_plan *p, u64 src, u64 dst, u64 sectors);

/*
 * copyoff_plan_trim() - take back what is beyond a multiple of @align sectors
 *
 * The limits of a unit may cut where the next command must not begin. May
 * leave nothing.
 */
void copyoff_plan_trim(struct copyoff_plan *p, u32 align);

#endif /* COPYOFF_PLAN_H */
