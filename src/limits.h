/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a unit can do in one copy command. Pure: any context.
 */
#ifndef COPYOFF_LIMITS_H
#define COPYOFF_LIMITS_H

#include <linux/types.h>

struct copyoff_opts;

/* A command never gets more source extents than this, whatever a unit says. */
#define COPYOFF_MAX_EXTENTS	256

/* What tells a unit from all others, however it is reached. */
#define COPYOFF_IDENTITY_BYTES	88

/* Nor is a unit believed that takes more blocks in one extent. */
#define COPYOFF_MAX_EXTENT_LBAS	65536U

/* Where the growth of a command's size starts: 1 MiB in sectors. */
#define COPYOFF_FIRST_SECTORS	2048U

/* A command that takes longer than this is not made larger. */
#define COPYOFF_GROW_BELOW_NS	(250ULL * 1000 * 1000)

/*
 * Limits of a unit as it states them, in its logical blocks. A zero means that
 * it states none.
 */
struct copyoff_limits {
	u32 lba_shift;		/* log2 of the block size in bytes; >= 9 */
	u32 extent_lbas;	/* most blocks in one source extent */
	u32 command_lbas;	/* most blocks in one command */
	u32 extents;		/* most source extents in one command */
	u32 granule_lbas;	/* each extent is a multiple of; a power of two */
};

/* Limits of one command, in sectors, ready for the planner. */
struct copyoff_caps {
	u32 extent_sectors;
	u32 command_sectors;
	u32 extents;
	u32 align_sectors;	/* where extents may begin; power of two */
	u32 granule_sectors;	/* what they are multiples of; likewise */
};

/* Limits named in the table (@opts) take the place of the unit's own. */
void copyoff_limits_override(struct copyoff_limits *l,
			     const struct copyoff_opts *opts);

/* Are all limits there, and does an extent fit in? */
bool copyoff_limits_usable(const struct copyoff_limits *l);

/*
 * copyoff_limits_caps() - limits of the next command
 * @l: a usable unit's limits
 * @grown: how far the size of commands has grown, in sectors
 * @opts_kib: the table's max_command_kib; 0: none
 */
void copyoff_limits_caps(const struct copyoff_limits *l, u32 grown,
			 u32 opts_kib, struct copyoff_caps *caps);

/*
 * The smaller of two, member by member; the larger alignment. Both are of one
 * unit, or of two with the same blocks and granules.
 */
void copyoff_caps_min(struct copyoff_caps *caps, const struct copyoff_caps *b);

/*
 * copyoff_caps_cut() - how much of a piece a command may have
 *
 * From its beginning, in sectors; 0: none, for it does not begin or end where it
 * may, or is less than a granule.
 */
u64 copyoff_caps_cut(const struct copyoff_caps *caps, u64 src, u64 dst, u64 sectors);

/* The size that commands grow to after one of @sectors took @ns. */
u32 copyoff_limits_grow(u32 grown, u32 sectors, u64 ns);

#endif /* COPYOFF_LIMITS_H */
