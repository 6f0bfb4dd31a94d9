// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a unit can do in one copy command.
 */
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/types.h>

#include "limits.h"
#include "tableargs.h"

void copyoff_limits_override(struct copyoff_limits *l,
			     const struct copyoff_opts *opts)
{
	if (opts->mssrl)
		l->extent_lbas = opts->mssrl;
	if (opts->mcl)
		l->command_lbas = opts->mcl;
	if (opts->msrc)
		l->extents = opts->msrc;
}

bool copyoff_limits_usable(const struct copyoff_limits *l)
{
	u32 least = max(l->granule_lbas, 1U);

	return l->extent_lbas >= least && l->command_lbas >= least && l->extents;
}

/* Sectors of @lbas blocks, as far as a u32 goes. */
static u32 lbas_to_sectors(u64 lbas, u32 lba_shift)
{
	u64 sectors = lbas << (lba_shift - 9);

	return min_t(u64, sectors, round_down(U32_MAX, 1U << (lba_shift - 9)));
}

void copyoff_limits_caps(const struct copyoff_limits *l, u32 grown,
			 u32 opts_kib, struct copyoff_caps *caps)
{
	u32 align = 1U << (l->lba_shift - 9);
	u32 granule = max(l->granule_lbas, 1U) * align;
	u32 most = lbas_to_sectors(l->command_lbas, l->lba_shift);

	most = min(most, max(grown, granule));
	if (opts_kib)
		most = min_t(u64, most, max_t(u64, (u64)opts_kib * 2, granule));
	caps->command_sectors = round_down(most, granule);
	caps->extent_sectors =
		lbas_to_sectors(min(l->extent_lbas, COPYOFF_MAX_EXTENT_LBAS),
				l->lba_shift);
	caps->extent_sectors = round_down(min(caps->extent_sectors,
					      caps->command_sectors), granule);
	caps->extents = min_t(u32, l->extents, COPYOFF_MAX_EXTENTS);
	caps->align_sectors = align;
	caps->granule_sectors = granule;
}

void copyoff_caps_min(struct copyoff_caps *caps, const struct copyoff_caps *b)
{
	caps->extent_sectors = min(caps->extent_sectors, b->extent_sectors);
	caps->command_sectors = min(caps->command_sectors, b->command_sectors);
	caps->extents = min(caps->extents, b->extents);
	caps->align_sectors = max(caps->align_sectors, b->align_sectors);
	caps->granule_sectors = max(caps->granule_sectors, b->granule_sectors);
}

u64 copyoff_caps_cut(const struct copyoff_caps *caps, u64 src, u64 dst, u64 sectors)
{
	if ((src | dst | sectors) & (caps->align_sectors - 1))
		return 0;
	return sectors & ~(caps->granule_sectors - 1ULL);
}

u32 copyoff_limits_grow(u32 grown, u32 sectors, u64 ns)
{
	/* Only a command of full size says anything about a larger one. */
	if (sectors < grown || ns >= COPYOFF_GROW_BELOW_NS)
		return grown;
	return grown > U32_MAX / 2 ? grown : grown * 2;
}
