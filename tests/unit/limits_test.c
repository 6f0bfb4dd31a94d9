// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits of units, from none to all that a u32 holds.
 */
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/types.h>

#include "limits.h"
#include "t.h"
#include "tableargs.h"

static void override_each(void)
{
	const struct copyoff_limits units = { 9, 1, 2, 3, 0 };
	const struct copyoff_opts none = { .max_command_kib = 7 };
	struct copyoff_limits l = units;

	copyoff_limits_override(&l, &none);
	T_BYTES(&l, &units, sizeof(l));

	copyoff_limits_override(&l, &(struct copyoff_opts){ .mssrl = 65536 });
	T_BYTES(&l, (&(struct copyoff_limits){ 9, 65536, 2, 3, 0 }), sizeof(l));

	copyoff_limits_override(&l, &(struct copyoff_opts){ .mcl = U32_MAX });
	T_BYTES(&l, (&(struct copyoff_limits){ 9, 65536, U32_MAX, 3, 0 }),
		sizeof(l));

	copyoff_limits_override(&l, &(struct copyoff_opts){ .msrc = 256 });
	T_BYTES(&l, (&(struct copyoff_limits){ 9, 65536, U32_MAX, 256, 0 }),
		sizeof(l));
}

/* What the table says counts even where it is less than the unit's. */
static void override_all_lowers(void)
{
	struct copyoff_limits l = { 12, U32_MAX, U32_MAX, U32_MAX, 0 };
	const struct copyoff_opts all = { .mssrl = 1, .mcl = 1, .msrc = 1 };

	copyoff_limits_override(&l, &all);
	T_BYTES(&l, (&(struct copyoff_limits){ 12, 1, 1, 1, 0 }), sizeof(l));
}

static void usable_needs_all_three(void)
{
	u32 i;

	for (i = 0; i < 8; i++) {
		const struct copyoff_limits l = {
			.lba_shift = 9,
			.extent_lbas = i & 1 ? 1 : 0,
			.command_lbas = i & 2 ? U32_MAX : 0,
			.extents = i & 4 ? 1 : 0,
		};

		T_EQ(copyoff_limits_usable(&l), i == 7);
	}
}

static void usable_has_a_granule(void)
{
	const struct copyoff_limits fits = { 9, 8, 8, 1, 8 };
	const struct copyoff_limits extent = { 9, 7, 8, 1, 8 };
	const struct copyoff_limits command = { 9, 8, 7, 1, 8 };

	T_TRUE(copyoff_limits_usable(&fits));
	T_TRUE(!copyoff_limits_usable(&extent));
	T_TRUE(!copyoff_limits_usable(&command));
}

static const struct caps_row {
	const char *name;
	struct copyoff_limits l;	/* shift, extent, command, extents, granule */
	u32 grown;
	u32 kib;
	struct copyoff_caps want;	/* extent, command, extents, align; granule */
} caps_rows[] = {
	/* What binds. */
	{ "the unit's", { 9, 128, 1024, 16, 0 }, 2048, 0,
	  { 128, 1024, 16, 1, 0 } },
	{ "growth", { 9, 128, 65536, 16, 0 }, 2048, 0, { 128, 2048, 16, 1, 0 } },
	{ "growth, exactly", { 9, 128, 2048, 16, 0 }, 2048, 0,
	  { 128, 2048, 16, 1, 0 } },
	{ "the table", { 9, 128, 65536, 16, 0 }, 2048, 512,
	  { 128, 1024, 16, 1, 0 } },
	{ "table larger than growth", { 9, 128, 65536, 16, 0 }, 2048, 2097152,
	  { 128, 2048, 16, 1, 0 } },
	{ "extent larger than command", { 9, 4096, 1024, 16, 0 }, 2048, 0,
	  { 1024, 1024, 16, 1, 0 } },
	{ "extent larger than growth", { 9, 4096, 65536, 16, 0 }, 2048, 0,
	  { 2048, 2048, 16, 1, 0 } },

	/* Small. */
	{ "all ones, 512", { 9, 1, 1, 1, 0 }, 1, 1, { 1, 1, 1, 1, 0 } },
	{ "all ones, 4096", { 12, 1, 1, 1, 0 }, 1, 1, { 8, 8, 1, 8, 0 } },
	{ "all ones, 65536", { 16, 1, 1, 1, 0 }, 1, 1, { 128, 128, 1, 128, 0 } },
	{ "growth below a block", { 12, 16, 16, 1, 0 }, 7, 0, { 8, 8, 1, 8, 0 } },
	{ "no growth at all", { 16, 16, 16, 1, 0 }, 0, 0, { 128, 128, 1, 128, 0 } },
	{ "growth between blocks", { 12, 16, 16, 1, 0 }, 23, 0,
	  { 16, 16, 1, 8, 0 } },
	{ "1 KiB of 512", { 9, 16, 16, 1, 0 }, 2048, 1, { 2, 2, 1, 1, 0 } },
	{ "1 KiB of 4096", { 12, 16, 16, 1, 0 }, 2048, 1, { 8, 8, 1, 8, 0 } },
	{ "3 KiB of 4096", { 12, 16, 16, 1, 0 }, 2048, 3, { 8, 8, 1, 8, 0 } },
	{ "4 KiB of 4096", { 12, 16, 16, 1, 0 }, 2048, 4, { 8, 8, 1, 8, 0 } },
	{ "7 KiB of 4096", { 12, 16, 16, 1, 0 }, 2048, 7, { 8, 8, 1, 8, 0 } },
	{ "8 KiB of 4096", { 12, 16, 16, 1, 0 }, 2048, 8, { 16, 16, 1, 8, 0 } },
	{ "63 KiB of 65536", { 16, 16, 16, 1, 0 }, 2048, 63,
	  { 128, 128, 1, 128, 0 } },

	/* Large. */
	{ "all that a u32 holds, 512",
	  { 9, U32_MAX, U32_MAX, U32_MAX, 0 }, U32_MAX, U32_MAX,
	  { 65536, U32_MAX, 256, 1, 0 } },
	{ "all that a u32 holds, 4096",
	  { 12, U32_MAX, U32_MAX, U32_MAX, 0 }, U32_MAX, U32_MAX,
	  { 524288, 0xfffffff8, 256, 8, 0 } },
	{ "all that a u32 holds, 65536",
	  { 16, U32_MAX, U32_MAX, U32_MAX, 0 }, U32_MAX, U32_MAX,
	  { 8388608, 0xffffff80, 256, 128, 0 } },
	{ "blocks that just fit, 4096", { 12, 1, 0x1fffffff, 1, 0 }, U32_MAX, 0,
	  { 8, 0xfffffff8, 1, 8, 0 } },
	{ "blocks that just do not, 4096", { 12, 1, 0x20000000, 1, 0 }, U32_MAX,
	  0, { 8, 0xfffffff8, 1, 8, 0 } },
	{ "65536 blocks believed", { 9, 65536, U32_MAX, 256, 0 }, U32_MAX, 0,
	  { 65536, U32_MAX, 256, 1, 0 } },
	{ "65537 are not", { 9, 65537, U32_MAX, 257, 0 }, U32_MAX, 0,
	  { 65536, U32_MAX, 256, 1, 0 } },
	{ "KiB beyond 32 bits of sectors", { 9, 128, U32_MAX, 1, 0 }, 2048,
	  0x80000000, { 128, 2048, 1, 1, 0 } },

	/* In granules. */
	{ "whole granules", { 9, 100, 1000, 16, 32 }, 2048, 0,
	  { 96, 992, 16, 1, 32 } },
	{ "growth of whole granules", { 9, 100, 65536, 16, 32 }, 2047, 0,
	  { 96, 2016, 16, 1, 32 } },
	{ "a granule is less than growth", { 12, 16, 16, 1, 16 }, 7, 0,
	  { 128, 128, 1, 8, 128 } },
	{ "a granule is more than the table has", { 9, 128, 128, 1, 128 }, 2048, 4,
	  { 128, 128, 1, 1, 128 } },
	{ "granules of large blocks", { 12, 17, 35, 2, 4 }, 2048, 0,
	  { 128, 256, 2, 8, 32 } },
	{ "a granule of 1", { 12, 3, 6, 2, 1 }, 2048, 0, { 24, 48, 2, 8, 8 } },
};

static void t_caps(const struct copyoff_caps *got,
		   const struct copyoff_caps *want)
{
	T_EQ(got->extent_sectors, want->extent_sectors);
	T_EQ(got->command_sectors, want->command_sectors);
	T_EQ(got->extents, want->extents);
	T_EQ(got->align_sectors, want->align_sectors);
	T_EQ(got->granule_sectors, want->granule_sectors ? : want->align_sectors);
}

static void caps_table(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(caps_rows); i++) {
		const struct caps_row *r = &caps_rows[i];
		struct copyoff_caps caps;

		t_about(r->name);
		copyoff_limits_caps(&r->l, r->grown, r->kib, &caps);
		t_caps(&caps, &r->want);
	}
}

/* 1, the most, a power of two, or anything: where arithmetic goes wrong. */
static u32 random_u32(void)
{
	switch (t_between(0, 3)) {
	case 0:
		return t_between(1, 300);
	case 1:
		return U32_MAX - t_between(0, 300);
	case 2:
		return 1U << t_between(0, 31);
	default:
		return t_between(1, U32_MAX);
	}
}

static void t_caps_are_sane(const struct copyoff_caps *caps,
			    const struct copyoff_limits *l, u32 grown, u32 kib)
{
	u64 align = 1ULL << (l->lba_shift - 9);
	u64 granule = align * max(l->granule_lbas, 1U);

	T_EQ(caps->align_sectors, align);
	T_EQ(caps->granule_sectors, granule);
	T_TRUE(caps->extent_sectors && caps->command_sectors && caps->extents);
	T_EQ(caps->extent_sectors % granule, 0);
	T_EQ(caps->command_sectors % granule, 0);
	T_TRUE(caps->extent_sectors <= caps->command_sectors);
	T_TRUE(caps->extent_sectors <= l->extent_lbas * align);
	T_TRUE(caps->extent_sectors <= COPYOFF_MAX_EXTENT_LBAS * align);
	T_TRUE(caps->command_sectors <= l->command_lbas * align);
	T_TRUE(caps->command_sectors <= max_t(u64, grown, granule));
	T_TRUE(caps->extents <= l->extents);
	T_TRUE(caps->extents <= COPYOFF_MAX_EXTENTS);
	if (kib)
		T_TRUE(caps->command_sectors <= max_t(u64, 2ULL * kib, granule));
}

static void random_limits(struct copyoff_limits *l)
{
	do {
		l->lba_shift = t_between(9, 16);
		l->extent_lbas = random_u32();
		l->command_lbas = random_u32();
		l->extents = random_u32();
		l->granule_lbas = t_chance(50) ? 1U << t_between(0, 7) : 0;
	} while (!copyoff_limits_usable(l));
}

static void caps_random(void)
{
	u32 round, rounds = t_rounds(200000);

	for (round = 0; round < rounds; round++) {
		struct copyoff_limits l;
		u32 grown = t_chance(90) ? random_u32() : 0;
		u32 kib = t_chance(50) ? random_u32() : 0;
		struct copyoff_caps caps;

		random_limits(&l);
		copyoff_limits_caps(&l, grown, kib, &caps);
		t_caps_are_sane(&caps, &l, grown, kib);
	}
}

static void min_by_member(void)
{
	const struct copyoff_caps a = { 1, 20, 3, 8, 1 };
	const struct copyoff_caps b = { 10, 2, 30, 1, 1 };
	const struct copyoff_caps want = { 1, 2, 3, 8, 1 };
	struct copyoff_caps c = a, d = b;

	copyoff_caps_min(&c, &b);
	t_caps(&c, &want);
	copyoff_caps_min(&d, &a);
	t_caps(&d, &want);
	copyoff_caps_min(&d, &d);
	t_caps(&d, &want);
}

static const struct cut_row {
	const char *name;
	u32 align, granule;
	u64 src, dst, sectors, want;
} cut_rows[] = {
	{ "all of it", 1, 1, 3, 5, 7, 7 },
	{ "whole blocks", 8, 8, 16, 8, 24, 24 },
	{ "from within a block", 8, 8, 17, 8, 24, 0 },
	{ "to within a block", 8, 8, 16, 12, 24, 0 },
	{ "part of a block", 8, 8, 16, 8, 25, 0 },
	{ "granules begin anywhere", 1, 32, 3, 5, 64, 64 },
	{ "the rest of a granule", 1, 32, 3, 5, 95, 64 },
	{ "less than a granule", 1, 32, 0, 0, 31, 0 },
	{ "granules of blocks", 8, 32, 8, 16, 104, 96 },
	{ "no u32", 1, 32, 0, 0, (1ULL << 40) + 1, 1ULL << 40 },
};

static void cut_table(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cut_rows); i++) {
		const struct cut_row *r = &cut_rows[i];
		const struct copyoff_caps caps = {
			.align_sectors = r->align,
			.granule_sectors = r->granule,
		};

		t_about(r->name);
		T_EQ(copyoff_caps_cut(&caps, r->src, r->dst, r->sectors), r->want);
	}
}

static const struct grow_row {
	const char *name;
	u32 grown;
	u32 sectors;
	u64 ns;
	u32 want;
} grow_rows[] = {
	{ "fast and full", 2048, 2048, 1, 4096 },
	{ "more than full", 2048, 4096, 1, 4096 },
	{ "a sector short", 2048, 2047, 1, 2048 },
	{ "tiny", 2048, 1, 1, 2048 },
	{ "no time at all", 2048, 2048, 0, 4096 },
	{ "just in time", 2048, 2048, COPYOFF_GROW_BELOW_NS - 1, 4096 },
	{ "just not", 2048, 2048, COPYOFF_GROW_BELOW_NS, 2048 },
	{ "too long", 2048, 2048, COPYOFF_GROW_BELOW_NS + 1, 2048 },
	{ "for ever", 2048, 2048, U64_MAX, 2048 },
	/* Whose low 32 bits are a short time. */
	{ "4.3 s", 2048, 2048, 1ULL << 32, 2048 },
	{ "last doubling", 0x7fffffff, U32_MAX, 1, 0xfffffffe },
	{ "no further", 0x80000000, U32_MAX, 1, 0x80000000 },
	{ "at the end", U32_MAX, U32_MAX, 1, U32_MAX },
	{ "nothing grows to nothing", 0, 0, 1, 0 },
};

static void grow_table(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(grow_rows); i++) {
		const struct grow_row *r = &grow_rows[i];

		t_about(r->name);
		T_EQ(copyoff_limits_grow(r->grown, r->sectors, r->ns),
		     r->want);
	}
}

static void grow_random(void)
{
	u32 round, rounds = t_rounds(200000);

	for (round = 0; round < rounds; round++) {
		u32 grown = random_u32(), sectors = random_u32();
		u64 ns = t_rand() >> t_between(0, 63);
		u32 next = copyoff_limits_grow(grown, sectors, ns);

		T_TRUE(next >= grown);
		T_TRUE(next == grown || next == 2 * (u64)grown);
		T_TRUE(next == grown || (sectors >= grown &&
					 ns < COPYOFF_GROW_BELOW_NS));
	}
}

/* Full, fast commands from the first size on: how many until all is used? */
static u32 grow_to_the_end(const struct copyoff_limits *l)
{
	struct copyoff_caps caps, end;
	u32 grown = COPYOFF_FIRST_SECTORS, steps;

	copyoff_limits_caps(l, U32_MAX, 0, &end);
	for (steps = 0; steps < 100; steps++) {
		copyoff_limits_caps(l, grown, 0, &caps);
		if (caps.command_sectors == end.command_sectors)
			break;
		grown = copyoff_limits_grow(grown, caps.command_sectors, 1);
	}
	return steps;
}

static void grow_reaches_the_unit(void)
{
	struct copyoff_limits l = { .extent_lbas = 65536, .extents = 256 };

	for (l.lba_shift = 9; l.lba_shift <= 16; l.lba_shift++)
		for (l.command_lbas = 1; l.command_lbas < 1U << 23;
		     l.command_lbas = l.command_lbas * 2 + 1)
			T_TRUE(grow_to_the_end(&l) <= 20);
}

#define CASES(X)			\
	X(override_each)		\
	X(override_all_lowers)		\
	X(usable_needs_all_three)	\
	X(usable_has_a_granule)		\
	X(caps_table)			\
	X(caps_random)			\
	X(min_by_member)		\
	X(cut_table)			\
	X(grow_table)			\
	X(grow_random)			\
	X(grow_reaches_the_unit)

T_SUITE(limits, CASES);
