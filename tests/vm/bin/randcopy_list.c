// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random lists of ranges, many of which depend on those before them.
 */
#include <errno.h>
#include <inttypes.h>

#include "randcopy.h"

#define RANGE_MOST	8192		/* 4 MiB */
#define LIST_MOST	20480		/* 10 MiB */

static uint64_t round_to(const struct list *l, uint64_t sectors)
{
	return sectors / l->block * l->block;
}

/* ---- what is wrong with a range ---- */

static int side_error(uint64_t offset, uint64_t length, uint64_t sectors)
{
	uint64_t end;

	if (__builtin_add_overflow(offset, length, &end))
		return EOVERFLOW;
	return end > sectors * SECTOR ? ERANGE : 0;
}

int range_error(const struct list *l, const struct copyoff_range *r)
{
	uint64_t src = r->src_offset, dst = r->dst_offset, len = r->length;
	int err;

	if (!len || (src | dst | len) % (l->block * SECTOR))
		return EINVAL;
	err = side_error(src, len, l->src->sectors);
	if (!err)
		err = side_error(dst, len, l->dst->sectors);
	/* Two tables share nothing below: only one device overlaps itself. */
	if (!err && l->src == l->dst && src < dst + len && dst < src + len)
		err = EINVAL;
	return err;
}

/* ---- adding ---- */

static void put(struct list *l, uint64_t src, uint64_t dst, uint64_t len)
{
	l->range[l->nr++] = (struct copyoff_range) {
		.src_offset = src * SECTOR,
		.dst_offset = dst * SECTOR,
		.length = len * SECTOR,
	};
}

/* Only if it is a good one, and not too much. */
static bool add(struct list *l, uint64_t src, uint64_t dst, uint64_t len)
{
	if (l->nr == MAX_RANGES || len > l->left)
		return false;
	put(l, round_to(l, src), round_to(l, dst), round_to(l, len));
	if (range_error(l, &l->range[l->nr - 1])) {
		l->nr--;
		return false;
	}
	l->left -= len;
	return true;
}

static uint64_t smaller_side(const struct list *l)
{
	return l->src->sectors < l->dst->sectors ? l->src->sectors :
						   l->dst->sectors;
}

static uint64_t pick_range_length(struct chance *c, const struct list *l,
				  uint64_t most)
{
	uint64_t limit = smaller_side(l) < most ? smaller_side(l) : most;

	return round_to(l, pick_length(c, limit - l->block + 1) +
			   l->block - 1);
}

static uint64_t pick_place(struct chance *c, const struct table *t,
			   uint64_t len)
{
	return pick(c, t->sectors - len + 1);
}

/* ---- kinds of ranges ---- */

static void independent(struct chance *c, struct list *l)
{
	uint64_t len = pick_range_length(c, l, RANGE_MOST);

	add(l, pick_place(c, l->src, len), pick_place(c, l->dst, len), len);
}

/* Over a border of either table. */
static void across(struct chance *c, struct list *l)
{
	uint64_t len = pick_range_length(c, l, RANGE_MOST / 4), back;
	uint64_t src = pick_place(c, l->src, len);
	uint64_t dst = pick_place(c, l->dst, len);
	struct table *t = one_in(c, 2) ? l->src : l->dst;
	uint64_t border = t->line[pick(c, t->nr)].begin;

	back = pick(c, len + 1);
	if (border < back)
		return;
	if (t == l->src)
		add(l, border - back, dst, len);
	else
		add(l, src, border - back, len);
}

/* Small ones from anywhere whose destinations adjoin: they gather. */
static void chain(struct chance *c, struct list *l)
{
	unsigned int nr = 2 + pick(c, 15);
	uint64_t dst = round_to(l, pick_place(c, l->dst, l->block));

	while (nr--) {
		uint64_t len = pick_range_length(c, l, 64);

		if (!add(l, pick_place(c, l->src, len), dst, len))
			return;
		dst += len;
	}
}

/* Each reads what the one before wrote, or writes what it has read. */
static void ripple(struct chance *c, struct list *l)
{
	uint64_t len = pick_range_length(c, l, 200);
	uint64_t at = round_to(l, pick_place(c, l->src, len));
	unsigned int nr = 2 + pick(c, 10);
	bool up = one_in(c, 2);

	while (nr--) {
		uint64_t next = up ? at + len : at - len;

		if ((!up && at < len) || !add(l, at, next, len))
			return;
		/* Downwards, the next one fills the gap that this one left. */
		at = up || one_in(c, 4) ? next : at + len;
	}
}

/* A place that shares something with [at, at + len) on @t. */
static uint64_t touching(struct chance *c, const struct table *t, uint64_t at,
			 uint64_t len, uint64_t own)
{
	uint64_t place = at + pick(c, len + own);

	place = place > own ? place - own : 0;
	return place + own > t->sectors ? t->sectors - own : place;
}

/* It reads or writes what one before it read or wrote. */
static void depend(struct chance *c, struct list *l)
{
	uint64_t len = pick_range_length(c, l, RANGE_MOST / 4);
	uint64_t src = pick_place(c, l->src, len);
	uint64_t dst = pick_place(c, l->dst, len);
	uint64_t other_src, other_dst, other_len;
	const struct copyoff_range *o;

	if (!l->nr)
		return;
	o = &l->range[one_in(c, 2) ? l->nr - 1 : pick(c, l->nr)];
	other_src = o->src_offset / SECTOR;
	other_dst = o->dst_offset / SECTOR;
	other_len = o->length / SECTOR;
	switch (l->src == l->dst ? pick(c, 3) : 0) {
	case 0:
		dst = touching(c, l->dst, other_dst, other_len, len);
		break;
	case 1:
		src = touching(c, l->src, other_dst, other_len, len);
		break;
	default:
		dst = touching(c, l->dst, other_src, other_len, len);
	}
	add(l, src, dst, len);
}

static void add_some(struct chance *c, struct list *l)
{
	switch (pick(c, 8)) {
	case 0:
		chain(c, l);
		break;
	case 1:
		if (l->src == l->dst)
			ripple(c, l);
		break;
	case 2:
	case 3:
		across(c, l);
		break;
	case 4:
	case 5:
		depend(c, l);
		break;
	default:
		independent(c, l);
	}
}

/* ---- one that has to be refused ---- */

/* By less than its length, or not at all: then it is copied onto itself. */
static void overlap_itself(struct chance *c, struct list *l,
			   struct copyoff_range *r)
{
	uint64_t len = pick_range_length(c, l, RANGE_MOST / 4);
	uint64_t src = round_to(l, pick_place(c, l->src, len));
	uint64_t dst = round_to(l, pick_place(c, l->dst, len));

	if (dst < src && dst + len <= src)
		dst = src - round_to(l, pick(c, len));
	else if (dst >= src + len)
		dst = src + round_to(l, pick(c, len));
	if (dst + len > l->dst->sectors)
		dst = src;
	r->src_offset = src * SECTOR;
	r->dst_offset = dst * SECTOR;
	r->length = len * SECTOR;
}

static void spoil(struct chance *c, struct list *l, struct copyoff_range *r)
{
	if (l->src == l->dst && !one_in(c, 4)) {
		overlap_itself(c, l, r);
		return;
	}
	switch (pick(c, 5)) {
	case 0:
		r->length = 0;
		break;
	case 1:
		r->src_offset += l->block * SECTOR / 2;
		break;
	case 2:
		r->dst_offset = -r->length;
		break;
	case 3:
		r->src_offset = l->src->sectors * SECTOR - r->length +
				l->block * SECTOR;
		break;
	default:
		r->dst_offset = l->dst->sectors * SECTOR;
	}
}

/* ---- all of it ---- */

static uint32_t pick_flags(struct chance *c, bool pure)
{
	uint32_t flags = one_in(c, 4) ? COPYOFF_COPY_SYNC : 0;

	if (one_in(c, 12))
		return flags | COPYOFF_COPY_NO_OFFLOAD;
	return one_in(c, pure ? 2 : 12) ? flags | COPYOFF_COPY_NO_FALLBACK :
					  flags;
}

/* Has it a border inside of what is one logical block of the other? */
static bool splits_blocks(const struct table *t, const struct table *other)
{
	return !t->wide && t->block < other->block;
}

static void pick_sides(struct chance *c, struct list *l, struct table t[2],
		       bool one)
{
	unsigned int src = one_in(c, 3);
	unsigned int dst = one || one_in(c, 2) ? src : !src;

	if (!l->split_blocks && (splits_blocks(&t[src], &t[dst]) ||
				 splits_blocks(&t[dst], &t[src])))
		dst = src;
	l->src = &t[src];
	l->dst = &t[dst];
	l->block = l->src->block > l->dst->block ? l->src->block :
						   l->dst->block;
}

void list_build(struct chance *c, struct list *l, struct table t[2], bool pure)
{
	bool bad = one_in(c, 8);
	unsigned int nr = one_in(c, 3) ? 1 + pick(c, 8) :
					 1 + pick(c, MAX_RANGES);

	pick_sides(c, l, t, bad && !one_in(c, 4));
	l->flags = pick_flags(c, pure);
	l->left = LIST_MOST;
	l->nr = 0;
	do
		add_some(c, l);
	while (l->nr < nr && l->left > RANGE_MOST);
	while (!l->nr)
		independent(c, l);
	if (bad)
		spoil(c, l, &l->range[(l->nr + pick(c, l->nr)) / 2]);
}

void list_print(const struct list *l, FILE *out)
{
	unsigned int i;

	fprintf(out, "from %s to %s, flags %#x, ranges (source, destination, length in sectors):\n",
		l->src->name, l->dst->name, l->flags);
	for (i = 0; i < l->nr; i++)
		fprintf(out, " %3u: %10.10g %10.10g %8.8g\n", i,
			(double)l->range[i].src_offset / SECTOR,
			(double)l->range[i].dst_offset / SECTOR,
			(double)l->range[i].length / SECTOR);
}
