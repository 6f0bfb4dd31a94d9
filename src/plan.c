// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cuts and gathers pieces of ranges into one command.
 */
#include <linux/minmax.h>
#include <linux/types.h>

#include "plan.h"

void copyoff_plan_begin(struct copyoff_plan *p, struct copyoff_extent *ext,
			const struct copyoff_caps *caps, bool one_unit)
{
	p->ext = ext;
	p->nr = 0;
	p->sectors = 0;
	p->dst = 0;
	p->caps = *caps;
	p->one_unit = one_unit;
}

/*
 * Would the piece read what the command writes, or write what it reads? The
 * order in which a device works through one command is its own affair.
 */
static bool conflicts(const struct copyoff_plan *p, u64 src, u64 dst, u64 len)
{
	u32 i;

	if (!p->one_unit)
		return false;
	if (copyoff_overlap(src, len, p->dst, p->sectors + len))
		return true;
	for (i = 0; i < p->nr; i++)
		if (copyoff_overlap(dst, len, p->ext[i].src, p->ext[i].sectors))
			return true;
	return false;
}

/* The extent that the next sectors go into, or NULL if there is none left. */
static struct copyoff_extent *tail(struct copyoff_plan *p, u64 src)
{
	struct copyoff_extent *e;

	if (p->nr) {
		e = &p->ext[p->nr - 1];
		if (e->src + e->sectors == src &&
		    e->sectors < p->caps.extent_sectors)
			return e;
	}
	if (p->nr == p->caps.extents)
		return NULL;
	e = &p->ext[p->nr++];
	e->src = src;
	e->sectors = 0;
	return e;
}

u32 copyoff_plan_add(struct copyoff_plan *p, u64 src, u64 dst, u64 sectors)
{
	u32 want = min_t(u64, sectors, p->caps.command_sectors - p->sectors);
	u32 left = want;

	if (p->nr && dst != p->dst + p->sectors)
		return 0;
	if (!p->nr)
		p->dst = dst;
	if (p->nr && want && conflicts(p, src, dst, want))
		return 0;
	while (left) {
		struct copyoff_extent *e = tail(p, src);
		u32 n;

		if (!e)
			break;
		n = min(left, p->caps.extent_sectors - e->sectors);
		e->sectors += n;
		p->sectors += n;
		src += n;
		left -= n;
	}
	return want - left;
}

void copyoff_plan_trim(struct copyoff_plan *p, u32 align)
{
	u32 excess = p->sectors % align;

	p->sectors -= excess;
	while (excess) {
		struct copyoff_extent *e = &p->ext[p->nr - 1];
		u32 n = min(excess, e->sectors);

		e->sectors -= n;
		excess -= n;
		if (!e->sectors)
			p->nr--;
	}
}
