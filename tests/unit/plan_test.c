// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands out of pieces: nothing lost, nothing twice, nothing out of order.
 */
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/types.h>

#include "plan.h"
#include "t.h"

/* ---- single steps ---- */

/* A plan with room for exactly as many extents as its caps say. */
static struct copyoff_extent *begin(struct copyoff_plan *p, u32 extent_sectors,
				    u32 command_sectors, u32 extents,
				    bool one_unit)
{
	const struct copyoff_caps caps = {
		.extent_sectors = extent_sectors,
		.command_sectors = command_sectors,
		.extents = extents,
		.align_sectors = 1,
		.granule_sectors = 1,
	};
	struct copyoff_extent *ext = t_alloc(extents * sizeof(*ext));

	copyoff_plan_begin(p, ext, &caps, one_unit);
	return ext;
}

static void one_piece(void)
{
	struct copyoff_plan p;
	struct copyoff_extent *ext = begin(&p, 8, 100, 4, true);

	T_EQ(copyoff_plan_add(&p, 1000, 2000, 8), 8);
	T_EQ(p.nr, 1);
	T_EQ(p.sectors, 8);
	T_EQ(p.dst, 2000);
	T_EQ(ext[0].src, 1000);
	T_EQ(ext[0].sectors, 8);
	t_free(ext);
}

static void cut_into_extents(void)
{
	struct copyoff_plan p;
	struct copyoff_extent *ext = begin(&p, 8, 100, 4, false);

	T_EQ(copyoff_plan_add(&p, 1000, 2000, 20), 20);
	T_EQ(p.nr, 3);
	T_EQ(ext[1].src, 1008);
	T_EQ(ext[1].sectors, 8);
	T_EQ(ext[2].src, 1016);
	T_EQ(ext[2].sectors, 4);
	t_free(ext);
}

static void adjoining_sources_merge(void)
{
	struct copyoff_plan p;
	struct copyoff_extent *ext = begin(&p, 8, 100, 4, false);

	T_EQ(copyoff_plan_add(&p, 1000, 2000, 3), 3);
	T_EQ(copyoff_plan_add(&p, 1003, 2003, 3), 3);
	T_EQ(p.nr, 1);
	T_EQ(ext[0].sectors, 6);
	/* Fills the first up, the rest begins another. */
	T_EQ(copyoff_plan_add(&p, 1006, 2006, 3), 3);
	T_EQ(p.nr, 2);
	T_EQ(ext[0].sectors, 8);
	T_EQ(ext[1].src, 1008);
	T_EQ(ext[1].sectors, 1);
	t_free(ext);
}

/* Only in this order: what comes before is not joined to what comes after. */
static void others_do_not_merge(void)
{
	struct copyoff_plan p;
	struct copyoff_extent *ext = begin(&p, 8, 100, 4, false);

	T_EQ(copyoff_plan_add(&p, 1003, 2000, 3), 3);
	T_EQ(copyoff_plan_add(&p, 1000, 2003, 3), 3);
	T_EQ(copyoff_plan_add(&p, 1004, 2006, 3), 3);
	T_EQ(p.nr, 3);
	t_free(ext);
}

/* A full last extent is merged into even when there is no other left. */
static void merge_without_extents_left(void)
{
	struct copyoff_plan p;
	struct copyoff_extent *ext = begin(&p, 8, 100, 1, false);

	T_EQ(copyoff_plan_add(&p, 1000, 2000, 3), 3);
	T_EQ(copyoff_plan_add(&p, 1003, 2003, 9), 5);
	T_EQ(copyoff_plan_add(&p, 1008, 2008, 9), 0);
	T_EQ(p.nr, 1);
	T_EQ(p.sectors, 8);
	t_free(ext);
}

static void full_by_sectors(void)
{
	struct copyoff_plan p;
	struct copyoff_extent *ext = begin(&p, 8, 20, 9, false);

	T_EQ(copyoff_plan_add(&p, 1000, 2000, 16), 16);
	T_EQ(copyoff_plan_add(&p, 3000, 2016, 16), 4);
	T_EQ(copyoff_plan_add(&p, 3004, 2020, 12), 0);
	T_EQ(p.sectors, 20);
	T_EQ(p.nr, 3);
	t_free(ext);
}

static void full_by_extents(void)
{
	struct copyoff_plan p;
	struct copyoff_extent *ext = begin(&p, 8, 1000, 2, false);

	T_EQ(copyoff_plan_add(&p, 1000, 2000, 30), 16);
	T_EQ(copyoff_plan_add(&p, 5000, 2016, 1), 0);
	T_EQ(p.nr, 2);
	T_EQ(p.sectors, 16);
	t_free(ext);
}

static void destination_must_adjoin(void)
{
	struct copyoff_plan p;
	struct copyoff_extent *ext = begin(&p, 8, 100, 4, false);

	T_EQ(copyoff_plan_add(&p, 1000, 2000, 4), 4);
	T_EQ(copyoff_plan_add(&p, 1004, 2003, 4), 0);
	T_EQ(copyoff_plan_add(&p, 1004, 2005, 4), 0);
	T_EQ(copyoff_plan_add(&p, 1004, 1996, 4), 0);
	T_EQ(copyoff_plan_add(&p, 1004, 2000, 4), 0);
	T_EQ(copyoff_plan_add(&p, 1004, 2004 + (1ULL << 32), 4), 0);
	T_EQ(copyoff_plan_add(&p, 1004, 2004, 4), 4);
	t_free(ext);
}

static void reads_what_is_written(void)
{
	struct copyoff_plan p;
	struct copyoff_extent *ext = begin(&p, 8, 100, 4, true);

	T_EQ(copyoff_plan_add(&p, 1000, 2000, 4), 4);
	T_EQ(copyoff_plan_add(&p, 2003, 2004, 4), 0);
	T_EQ(copyoff_plan_add(&p, 1997, 2004, 4), 0);
	/* What it would write itself is written by the command, too. */
	T_EQ(copyoff_plan_add(&p, 2007, 2004, 4), 0);
	/* Touching is not overlapping. */
	T_EQ(copyoff_plan_add(&p, 1996, 2004, 4), 4);
	T_EQ(copyoff_plan_add(&p, 2012, 2008, 4), 4);
	t_free(ext);
}

static void writes_what_is_read(void)
{
	struct copyoff_plan p;
	struct copyoff_extent *ext = begin(&p, 8, 100, 4, true);

	T_EQ(copyoff_plan_add(&p, 2005, 2000, 4), 4);
	T_EQ(copyoff_plan_add(&p, 100, 2004, 1), 1);
	T_EQ(copyoff_plan_add(&p, 200, 2005, 1), 0);
	copyoff_plan_begin(&p, ext, &p.caps, true);
	/* Not only by the first. */
	T_EQ(copyoff_plan_add(&p, 100, 2000, 4), 4);
	T_EQ(copyoff_plan_add(&p, 2011, 2004, 4), 4);
	T_EQ(copyoff_plan_add(&p, 300, 2008, 4), 0);
	T_EQ(copyoff_plan_add(&p, 300, 2008, 3), 3);
	t_free(ext);
}

static void two_units_do_not_conflict(void)
{
	struct copyoff_plan p;
	struct copyoff_extent *ext = begin(&p, 8, 100, 4, false);

	T_EQ(copyoff_plan_add(&p, 2000, 2000, 4), 4);
	T_EQ(copyoff_plan_add(&p, 2000, 2004, 4), 4);
	T_EQ(copyoff_plan_add(&p, 2000, 2008, 4), 4);
	T_EQ(p.nr, 3);
	t_free(ext);
}

/* What cannot be taken does not matter. */
static void conflict_beyond_the_command(void)
{
	struct copyoff_plan p;
	struct copyoff_extent *ext = begin(&p, 64, 12, 4, true);

	T_EQ(copyoff_plan_add(&p, 1000, 2000, 4), 4);
	T_EQ(copyoff_plan_add(&p, 1992, 2004, 8), 8);
	copyoff_plan_begin(&p, ext, &p.caps, true);
	T_EQ(copyoff_plan_add(&p, 1000, 2000, 4), 4);
	T_EQ(copyoff_plan_add(&p, 1992, 2004, 100), 8);
	t_free(ext);
}

/* A length, and a sector, of more than 32 bits. */
static void wide_numbers(void)
{
	const u64 far = 1ULL << 54;
	struct copyoff_plan p;
	struct copyoff_extent *ext = begin(&p, 0x80000000, U32_MAX, 3, true);

	T_EQ(copyoff_plan_add(&p, far, 5, (1ULL << 32) + 5), U32_MAX);
	T_EQ(p.nr, 2);
	T_EQ(p.sectors, U32_MAX);
	T_EQ(ext[0].sectors, 0x80000000);
	T_EQ(ext[1].src, far + 0x80000000);
	T_EQ(ext[1].sectors, 0x7fffffff);
	T_EQ(copyoff_plan_add(&p, 7, 5 + (u64)U32_MAX, 1), 0);

	copyoff_plan_begin(&p, ext, &p.caps, true);
	T_EQ(copyoff_plan_add(&p, 1ULL << 40, 0, 1ULL << 32), U32_MAX);
	T_EQ(p.sectors, U32_MAX);
	t_free(ext);
}

/* The low 32 bits of two sectors are not their place. */
static void no_conflict_by_low_bits(void)
{
	struct copyoff_plan p;
	struct copyoff_extent *ext = begin(&p, 8, 100, 4, true);

	T_EQ(copyoff_plan_add(&p, 1000, 2000, 4), 4);
	T_EQ(copyoff_plan_add(&p, 2000 + (1ULL << 32), 2004, 4), 4);
	t_free(ext);
}

static void begin_forgets(void)
{
	const struct copyoff_caps small = { 4, 4, 1, 1, 1 };
	struct copyoff_plan p;
	struct copyoff_extent *ext = begin(&p, 8, 100, 4, true);

	T_EQ(copyoff_plan_add(&p, 1000, 2000, 30), 30);
	copyoff_plan_begin(&p, ext, &small, true);
	T_EQ(p.nr, 0);
	T_EQ(p.sectors, 0);
	T_EQ(copyoff_plan_add(&p, 2000, 1000, 30), 4);
	T_EQ(p.dst, 1000);
	T_EQ(ext[0].src, 2000);
	T_EQ(ext[0].sectors, 4);
	t_free(ext);
}

/* ---- random lists of pieces ---- */

#define MOST_PIECES	12
#define MOST_LEN	40
#define SPACE		400

struct piece {
	u64 src;
	u64 dst;
	u64 len;
};

struct list {
	struct piece piece[MOST_PIECES];
	u32 nr;
	u32 unit;	/* all numbers are multiples of this */
	bool one_unit;
	struct copyoff_caps caps;
};

static void random_caps(struct list *l)
{
	u32 extent = t_between(1, 20);

	l->unit = t_chance(50) ? 1 : 8;
	l->one_unit = t_chance(60);
	l->caps.extent_sectors = extent * l->unit;
	l->caps.command_sectors = t_between(extent, 60) * l->unit;
	l->caps.extents = t_between(1, 6);
	l->caps.align_sectors = l->unit;
	l->caps.granule_sectors = l->unit;
}

/* Often next to the one before, on either side. */
static void random_piece(const struct list *l, const struct piece *before,
			 struct piece *p)
{
	do {
		p->len = t_between(1, MOST_LEN);
		p->src = t_between(0, SPACE);
		p->dst = t_between(0, SPACE);
		if (before && t_chance(80))
			p->dst = before->dst / l->unit +
				 before->len / l->unit;
		if (before && t_chance(50))
			p->src = before->src / l->unit +
				 before->len / l->unit;
		p->src *= l->unit;
		p->dst *= l->unit;
		p->len *= l->unit;
		/* Ranges that overlap themselves do not get this far. */
	} while (l->one_unit && copyoff_overlap(p->src, p->len, p->dst,
						p->len));
}

static void random_list(struct list *l)
{
	u32 i;

	random_caps(l);
	l->nr = t_between(1, MOST_PIECES);
	for (i = 0; i < l->nr; i++)
		random_piece(l, i ? &l->piece[i - 1] : NULL, &l->piece[i]);
}

/* ---- the same command, one sector after another ---- */

struct model {
	u16 src[64 * 8];	/* as many as caps.command_sectors ever are */
	u32 start[8];		/* of each extent, in src[] */
	u32 sectors;
	u32 nr;
	u64 dst;
};

/* Does a command of these sectors read what it writes? */
static bool model_conflicts(const struct model *m)
{
	u32 i;

	for (i = 0; i < m->sectors; i++)
		if (m->src[i] >= m->dst && m->src[i] < m->dst + m->sectors)
			return true;
	return false;
}

/* Put one sector in, if there is an extent for it. */
static bool model_sector(struct model *m, const struct copyoff_caps *caps,
			 u64 src)
{
	bool joins = m->nr && m->src[m->sectors - 1] + 1U == src &&
		     m->sectors - m->start[m->nr - 1] < caps->extent_sectors;

	if (!joins && m->nr == caps->extents)
		return false;
	if (!joins)
		m->start[m->nr++] = m->sectors;
	m->src[m->sectors++] = src;
	return true;
}

static u32 model_add(struct model *m, const struct list *l,
		     const struct piece *p)
{
	u32 want = min_t(u64, p->len, l->caps.command_sectors - m->sectors);
	struct model all = *m;
	u32 i;

	if (!m->nr)
		m->dst = p->dst;
	else if (p->dst != m->dst + m->sectors)
		return 0;
	for (i = 0; i < want; i++)
		all.src[all.sectors++] = p->src + i;
	if (m->nr && want && l->one_unit && model_conflicts(&all))
		return 0;
	for (i = 0; i < want; i++)
		if (!model_sector(m, &l->caps, p->src + i))
			break;
	return i;
}

static void t_same(const struct copyoff_plan *p, const struct model *m)
{
	u32 i, k, n = 0;

	T_EQ(p->nr, m->nr);
	T_EQ(p->sectors, m->sectors);
	T_EQ(p->dst, m->dst);
	for (i = 0; i < p->nr && n < m->sectors; i++) {
		T_EQ(n, m->start[i]);
		for (k = 0; k < p->ext[i].sectors && n < m->sectors; k++)
			T_EQ(p->ext[i].src + k, m->src[n++]);
	}
	T_EQ(n, m->sectors);
}

/* What holds for every command, however it came about. */
static void t_command(const struct copyoff_plan *p, const struct list *l)
{
	u64 sum = 0;
	u32 i;

	T_TRUE(p->nr >= 1 && p->nr <= l->caps.extents);
	T_TRUE(p->sectors >= 1 && p->sectors <= l->caps.command_sectors);
	for (i = 0; i < p->nr; i++) {
		const struct copyoff_extent *e = &p->ext[i];

		T_TRUE(e->sectors >= 1 &&
		       e->sectors <= l->caps.extent_sectors);
		T_EQ((e->src | e->sectors) & (l->unit - 1), 0);
		if (l->one_unit)
			T_TRUE(!copyoff_overlap(e->src, e->sectors, p->dst,
						p->sectors));
		sum += e->sectors;
	}
	T_EQ(sum, p->sectors);
}

/* Where in the list we are; the next sector that nobody has taken. */
struct cursor {
	u32 piece;
	u64 offset;
};

static void step(const struct list *l, struct cursor *c, u64 sectors)
{
	c->offset += sectors;
	if (c->piece < l->nr && c->offset == l->piece[c->piece].len) {
		c->piece++;
		c->offset = 0;
	}
}

/* Walk the list along the command: each sector to where it belongs, once. */
static void t_in_order(const struct copyoff_plan *p, const struct list *l,
		       struct cursor *c)
{
	u64 dst = p->dst;
	u32 i, k;

	for (i = 0; i < p->nr; i++)
		for (k = 0; k < p->ext[i].sectors; k++) {
			const struct piece *piece = &l->piece[c->piece];

			T_TRUE(c->piece < l->nr);
			T_EQ(p->ext[i].src + k, piece->src + c->offset);
			T_EQ(dst++, piece->dst + c->offset);
			step(l, c, 1);
		}
}

/* Gather from @c what goes into one command. */
static void gather(struct copyoff_plan *p, struct model *m,
		   const struct list *l, struct cursor *c)
{
	while (c->piece < l->nr) {
		const struct piece *all = &l->piece[c->piece];
		const struct piece rest = {
			.src = all->src + c->offset,
			.dst = all->dst + c->offset,
			.len = all->len - c->offset,
		};
		u32 taken = copyoff_plan_add(p, rest.src, rest.dst, rest.len);

		T_EQ(taken, model_add(m, l, &rest));
		t_same(p, m);
		step(l, c, taken);
		if (taken < rest.len)
			break;
	}
}

/* Throw a command away halfway, as its owner may. */
static void abandon(struct copyoff_plan *p, struct copyoff_extent *ext,
		    const struct list *l, struct cursor from)
{
	struct model m = { .nr = 0 };

	copyoff_plan_begin(p, ext, &l->caps, l->one_unit);
	gather(p, &m, l, &from);
}

static void run_list(const struct list *l)
{
	struct copyoff_extent *ext = t_alloc(l->caps.extents * sizeof(*ext));
	struct cursor at = { 0, 0 };

	while (at.piece < l->nr) {
		struct cursor gathered = at, walked = at;
		struct model m = { .nr = 0 };
		struct copyoff_plan p;

		if (t_chance(20))
			abandon(&p, ext, l, at);
		copyoff_plan_begin(&p, ext, &l->caps, l->one_unit);
		gather(&p, &m, l, &gathered);
		t_command(&p, l);
		t_in_order(&p, l, &walked);
		T_EQ(walked.piece, gathered.piece);
		T_EQ(walked.offset, gathered.offset);
		T_TRUE(walked.piece != at.piece || walked.offset != at.offset);
		if (t_failures)
			break;
		at = walked;
	}
	t_free(ext);
}

static void random_pieces(void)
{
	u32 round, rounds = t_rounds(200000);

	for (round = 0; round < rounds && !t_failures; round++) {
		struct list l;

		random_list(&l);
		run_list(&l);
	}
}

/* A plan that takes nothing is as it was before. */
static void refusal_changes_nothing(void)
{
	u32 round, rounds = t_rounds(200000);

	for (round = 0; round < rounds && !t_failures; round++) {
		struct copyoff_extent *ext, before[6];
		struct copyoff_plan p, was;
		struct list l;
		u32 i;

		random_list(&l);
		ext = t_alloc(l.caps.extents * sizeof(*ext));
		copyoff_plan_begin(&p, ext, &l.caps, l.one_unit);
		for (i = 0; i < l.nr; i++) {
			memcpy(before, ext, l.caps.extents * sizeof(*ext));
			memcpy(&was, &p, sizeof(p));
			if (copyoff_plan_add(&p, l.piece[i].src,
					     l.piece[i].dst, l.piece[i].len))
				continue;
			T_BYTES(&p, &was, sizeof(p));
			T_BYTES(ext, before, l.caps.extents * sizeof(*ext));
		}
		t_free(ext);
	}
}

/* Whole extents go, and part of one; what is left is as it was. */
static void trim_takes_from_the_end(void)
{
	struct copyoff_plan p;
	struct copyoff_extent *ext = begin(&p, 3, 100, 9, false);

	T_EQ(copyoff_plan_add(&p, 1000, 2000, 14), 14);
	T_EQ(p.nr, 5);
	copyoff_plan_trim(&p, 7);
	T_EQ(p.sectors, 14);
	copyoff_plan_trim(&p, 8);
	T_EQ(p.sectors, 8);
	T_EQ(p.nr, 3);
	T_EQ(ext[2].src, 1006);
	T_EQ(ext[2].sectors, 2);
	/* It can be added to again. */
	T_EQ(copyoff_plan_add(&p, 1008, 2008, 1), 1);
	T_EQ(p.nr, 3);
	copyoff_plan_trim(&p, 16);
	T_EQ(p.sectors, 0);
	T_EQ(p.nr, 0);
	t_free(ext);
}

#define CASES(X)			\
	X(one_piece)			\
	X(cut_into_extents)		\
	X(adjoining_sources_merge)	\
	X(others_do_not_merge)		\
	X(merge_without_extents_left)	\
	X(full_by_sectors)		\
	X(full_by_extents)		\
	X(destination_must_adjoin)	\
	X(reads_what_is_written)	\
	X(writes_what_is_read)		\
	X(two_units_do_not_conflict)	\
	X(conflict_beyond_the_command)	\
	X(wide_numbers)			\
	X(no_conflict_by_low_bits)	\
	X(begin_forgets)		\
	X(random_pieces)		\
	X(refusal_changes_nothing)	\
	X(trim_takes_from_the_end)

T_SUITE(plan, CASES);
