// SPDX-License-Identifier: GPL-2.0-only
/*
 * EXTENDED COPY (LID1) on the wire, byte by byte. "SPC-4" is INCITS 513-2015.
 */
#include <linux/kernel.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include "scsi_wire.h"
#include "t.h"

/* On its own: what is tested has helpers like that, too. */
static u64 be(const u8 *p, u32 bytes)
{
	u64 v = 0;

	while (bytes--)
		v = v << 8 | *p++;
	return v;
}

/* ---- the parameter list: SPC-4 6.4.3, 6.4.5, 6.4.6 ---- */

/* IEEE Registered Extended, IEEE Registered. */
static const struct copyoff_designator naa6 = {
	{ 0x60, 0x01, 0x40, 0x5a, 0xbc, 0xde, 0xf0, 0x12, 0x34, 0x56, 0x78,
	  0x9a, 0xbc, 0xde, 0xf0, 0x01 }, 16
};
static const struct copyoff_designator naa5 = {
	{ 0x50, 0x01, 0x43, 0x80, 0x12, 0x34, 0x56, 0x78 }, 8
};

static void members(void)
{
	T_EQ(offsetof(struct copyoff_xcopy_header, cscd_bytes), 2);
	T_EQ(offsetof(struct copyoff_xcopy_header, segment_bytes), 8);
	T_EQ(offsetof(struct copyoff_xcopy_header, inline_bytes), 12);
	T_EQ(offsetof(struct copyoff_xcopy_cscd, initiator_port), 2);
	T_EQ(offsetof(struct copyoff_xcopy_cscd, designator), 8);
	T_EQ(offsetof(struct copyoff_xcopy_cscd, pad), 28);
	T_EQ(offsetof(struct copyoff_xcopy_segment, rsvd8), 8);
	T_EQ(offsetof(struct copyoff_xcopy_segment, src_lba), 12);
	T_EQ(offsetof(struct copyoff_xcopy_segment, dst_lba), 20);
}

static void list_sizes(void)
{
	T_EQ(copyoff_scsi_list_bytes(0), 80);
	T_EQ(copyoff_scsi_list_bytes(1), 108);
	T_EQ(copyoff_scsi_list_bytes(256), 7248);
}

/* Two units, two segments, 512 byte blocks, a list identifier. */
static void golden_512(void)
{
	static const struct copyoff_extent ext[] = {
		{ 0x0807060504030201ULL, 65535 },
		{ 0x1122334455667788ULL, 1 },
	};
	static const struct copyoff_xcopy x = {
		.src = &naa6, .dst = &naa5, .ext = ext, .nr = 2,
		.dst_sector = 0x2122232425262728ULL, .lba_shift = 9,
		.list_id = 0x5a, .use_list_id = true,
	};
	static const u8 want[136] = {
		/* LIST ID USAGE 10b; lengths of the two lists of descriptors */
		0x5a, 0x10, 0x00, 0x40, 0, 0, 0, 0,
		0x00, 0x00, 0x00, 0x38, 0x00, 0x00, 0x00, 0x00,
		/* E4h: binary; logical unit, NAA; 16 bytes; 512 */
		0xe4, 0x00, 0x00, 0x00, 0x01, 0x03, 0x00, 0x10,
		0x60, 0x01, 0x40, 0x5a, 0xbc, 0xde, 0xf0, 0x12,
		0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 0x01,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00,
		0xe4, 0x00, 0x00, 0x00, 0x01, 0x03, 0x00, 0x08,
		0x50, 0x01, 0x43, 0x80, 0x12, 0x34, 0x56, 0x78,
		[72] = 0, [77] = 0x00, 0x02, 0x00,
		/* 02h: 24 bytes follow; from the first unit to the second */
		[80] = 0x02, 0x00, 0x00, 0x18, 0x00, 0x00, 0x00, 0x01,
		0x00, 0x00, 0xff, 0xff,
		0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01,
		0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28,
		[108] = 0x02, 0x00, 0x00, 0x18, 0x00, 0x00, 0x00, 0x01,
		0x00, 0x00, 0x00, 0x01,
		0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,
		0x21, 0x22, 0x23, 0x24, 0x25, 0x27, 0x27, 0x27,
	};
	static const u8 want_cdb[16] = { 0x83, [10] = 0, 0, 0, 136 };
	u8 *list = t_alloc(136), *cdb = t_alloc(16);

	T_EQ(copyoff_scsi_build(&x, list, cdb), 136);
	T_BYTES(list, want, 136);
	T_BYTES(cdb, want_cdb, 16);
	t_free(list);
	t_free(cdb);
}

/* 4096 byte blocks; no list identifier, so that is 0 whatever was given. */
static void golden_4096(void)
{
	static const struct copyoff_extent ext = { 0x123456789abcdef0ULL, 2048 };
	static const struct copyoff_xcopy x = {
		.src = &naa6, .dst = &naa6, .ext = &ext, .nr = 1,
		.dst_sector = 0x1000000000ULL * 8, .lba_shift = 12,
		.list_id = 0x5a,
	};
	static const u8 want_segment[28] = {
		0x02, 0x00, 0x00, 0x18, 0x00, 0x00, 0x00, 0x01,
		0x00, 0x00, 0x01, 0x00,
		0x02, 0x46, 0x8a, 0xcf, 0x13, 0x57, 0x9b, 0xde,
		0x00, 0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00,
	};
	u8 *list = t_alloc(108), *cdb = t_alloc(16);

	T_EQ(copyoff_scsi_build(&x, list, cdb), 108);
	T_EQ(list[0], 0);
	T_EQ(list[1], 0x18);
	T_EQ(be(list + 8, 4), 28);
	T_EQ(be(list + 16 + 29, 3), 4096);
	T_EQ(be(list + 48 + 29, 3), 4096);
	T_BYTES(list + 80, want_segment, 28);
	T_EQ(be(cdb + 10, 4), 108);
	t_free(list);
	t_free(cdb);
}

/* 65536 byte blocks: a size of more than 16 bits. */
static void golden_65536(void)
{
	static const struct copyoff_extent ext = { 128, 65535U * 128 };
	static const struct copyoff_xcopy x = {
		.src = &naa5, .dst = &naa6, .ext = &ext, .nr = 1,
		.dst_sector = 256, .lba_shift = 16,
	};
	u8 *list = t_alloc(108), *cdb = t_alloc(16);

	T_EQ(copyoff_scsi_build(&x, list, cdb), 108);
	T_EQ(be(list + 16 + 29, 3), 65536);
	T_EQ(be(list + 80 + 10, 2), 65535);
	T_EQ(be(list + 80 + 12, 8), 1);
	T_EQ(be(list + 80 + 20, 8), 2);
	t_free(list);
	t_free(cdb);
}

static void all_256_segments(void)
{
	struct copyoff_extent *ext = t_alloc(256 * sizeof(*ext));
	struct copyoff_xcopy x = {
		.src = &naa6, .dst = &naa5, .ext = ext, .nr = 256,
		.dst_sector = 7, .lba_shift = 9,
	};
	u8 *list = t_alloc(7248), *cdb = t_alloc(16);
	u64 dst = 7;
	u32 i;

	for (i = 0; i < 256; i++)
		ext[i] = (struct copyoff_extent){ 1000 * i, 1 + i };
	T_EQ(copyoff_scsi_build(&x, list, cdb), 7248);
	T_EQ(be(list + 2, 2), 64);
	T_EQ(be(list + 8, 4), 7168);
	for (i = 0; i < 256; i++) {
		const u8 *s = list + 80 + 28 * i;

		T_EQ(be(s + 10, 2), 1 + i);
		T_EQ(be(s + 12, 8), 1000 * i);
		T_EQ(be(s + 20, 8), dst);
		dst += 1 + i;
	}
	t_free(list);
	t_free(cdb);
	t_free(ext);
}

/* Some machines do not like words at odd addresses, and UBSan none of them. */
static void at_any_address(void)
{
	static const struct copyoff_extent ext = { 24, 8 };
	static const struct copyoff_xcopy x = {
		.src = &naa6, .dst = &naa5, .ext = &ext, .nr = 1,
		.dst_sector = 32, .lba_shift = 9,
	};
	u8 *list = t_alloc(108), *odd = t_alloc(109), *cdb = t_alloc(17);

	T_EQ(copyoff_scsi_build(&x, list, cdb), 108);
	T_EQ(copyoff_scsi_build(&x, odd + 1, cdb + 1), 108);
	T_BYTES(odd + 1, list, 108);
	t_free(list);
	t_free(odd);
	t_free(cdb);
}

static const struct copyoff_designator no_name;
static const struct copyoff_designator long_name = { { 0x60 }, 17 };

/* What would say something else: nothing is built. */
static const struct refused_row {
	const char *what;
	struct copyoff_extent ext;
	u64 dst;
	u32 lba_shift;
	u32 granularity;
	bool taken;
} refused_rows[] = {
	{ "one block", { 0, 1 }, 0, 9, 0, true },
	{ "the most blocks", { 0, 65535 }, 0, 9, 0, true },
	{ "more would be none", { 0, 65536 }, 0, 9, 0, false },
	{ "more would be one", { 0, 65537 }, 0, 9, 0, false },
	{ "none", { 0, 0 }, 0, 9, 0, false },
	{ "the most large ones", { 0, 65535 * 8 }, 0, 12, 0, true },
	{ "too many large ones", { 0, 65536 * 8 }, 0, 12, 0, false },
	{ "less than a block", { 0, 7 }, 0, 12, 0, false },
	{ "part of a block", { 0, 9 }, 0, 12, 0, false },
	{ "source within a block", { 1, 8 }, 0, 12, 0, false },
	{ "destination within a block", { 0, 8 }, 4, 12, 0, false },
	{ "granularity 1", { 0, 3 }, 0, 9, 1, true },
	{ "granularity 4", { 0, 12 }, 0, 9, 4, true },
	{ "not of granularity 4", { 0, 14 }, 0, 9, 4, false },
	{ "granularity in blocks", { 0, 32 }, 0, 12, 4, true },
	{ "granularity not in sectors", { 0, 8 }, 0, 12, 4, false },
};

/* @x is refused, or not; and then its buffers are left alone. */
static void try(const struct copyoff_xcopy *x, bool taken)
{
	u32 room = copyoff_scsi_list_bytes(x->nr), i;
	u8 *list = t_alloc(room), *cdb = t_alloc(16);

	T_EQ(copyoff_scsi_build(x, list, cdb), taken ? room : 0);
	for (i = 0; !taken && i < room; i++)
		T_EQ(list[i], 0xa5);
	for (i = 0; !taken && i < 16; i++)
		T_EQ(cdb[i], 0xa5);
	t_free(list);
	t_free(cdb);
}

static void refused_table(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refused_rows); i++) {
		const struct refused_row *r = &refused_rows[i];
		struct copyoff_extent ext[2] = { { 0, 0 }, r->ext };
		struct copyoff_xcopy x = {
			.src = &naa6, .dst = &naa5, .ext = ext, .nr = 2,
			.dst_sector = r->dst, .lba_shift = r->lba_shift,
			.granularity_lbas = r->granularity,
		};

		/* The last of them counts as the first does. */
		t_about(r->what);
		ext[0].sectors = 48 << (r->lba_shift - 9);
		try(&x, r->taken);
		ext[1] = ext[0];
		ext[0] = r->ext;
		try(&x, r->taken);
		t_about("");
	}
}

static void refused_names(void)
{
	static const struct copyoff_extent ext = { 8, 8 };
	struct copyoff_xcopy x = {
		.src = &naa6, .dst = &naa5, .ext = &ext, .nr = 1,
		.lba_shift = 9,
	};

	try(&x, true);
	x.src = &no_name;
	try(&x, false);
	x.src = &long_name;
	try(&x, false);
	x.src = &naa6;
	x.dst = &no_name;
	try(&x, false);
	x.dst = &long_name;
	try(&x, false);
	x.dst = &naa5;
	/* No segments: that is no error for a device, but no copy either. */
	x.nr = 0;
	try(&x, false);
}

/* ---- the other commands ---- */

/* SPC-4 and SBC-3: the CDBs, all of their 16 bytes. */
static void golden_cdbs(void)
{
	static const u8 parameters[16] = { 0x84, 0x03, [10] = 1, 2, 3, 4 };
	static const u8 status[16] = { 0x84, 0x00, 0xa7, [10] = 0, 0, 0x01, 0x0c };
	static const u8 abort[16] = { 0x83, 0x1c, 0, 0, 0, 0xa7 };
	static const u8 read[16] = { 0x88, 0x00, 1, 2, 3, 4, 5, 6, 7, 8,
				     9, 10, 11, 12 };
	static const u8 write[16] = { 0x8a, [9] = 0x11, [13] = 1 };
	static const u8 inquiry[16] = { 0x12, 0x00, 0x00, 0x12, 0x34 };
	static const u8 vpd[16] = { 0x12, 0x01, 0x83, 0x20, 0x01 };
	u8 *cdb = t_alloc(COPYOFF_SCSI_CDB_BYTES);

	T_EQ(COPYOFF_SCSI_CDB_BYTES, 16);
	copyoff_scsi_cdb_parameters(0x01020304, cdb);
	T_BYTES(cdb, parameters, 16);
	copyoff_scsi_cdb_status(0xa7, 0x10c, cdb);
	T_BYTES(cdb, status, 16);
	copyoff_scsi_cdb_abort(0xa7, cdb);
	T_BYTES(cdb, abort, 16);
	copyoff_scsi_cdb_transfer(false, 0x0102030405060708ULL, 0x090a0b0c, cdb);
	T_BYTES(cdb, read, 16);
	copyoff_scsi_cdb_transfer(true, 0x11, 1, cdb);
	T_BYTES(cdb, write, 16);
	copyoff_scsi_cdb_inquiry(0x1234, cdb);
	T_BYTES(cdb, inquiry, 16);
	copyoff_scsi_cdb_vpd(0x83, 0x2001, cdb);
	T_BYTES(cdb, vpd, 16);
	t_free(cdb);
}

/* ---- random: what was built taken apart again ---- */

/* Of a granularity, and everything that is on the way to the largest. */
static void random_extents(struct copyoff_xcopy *x, struct copyoff_extent *ext)
{
	u32 shift = x->lba_shift - 9, most = 65535 / x->granularity_lbas, i;

	for (i = 0; i < x->nr; i++) {
		ext[i].sectors = (t_chance(20) ? most : t_between(1, most)) *
				 x->granularity_lbas << shift;
		ext[i].src = t_rand() >> t_between(4, 60) << shift;
	}
	x->dst_sector = t_rand() >> t_between(4, 60) << shift;
}

/* Segment by segment against the sources: each byte once, without a gap. */
static void check_list(const u8 *list, const struct copyoff_xcopy *x)
{
	u32 bytes = 1U << x->lba_shift, i;
	u64 at = x->dst_sector / (bytes / 512);

	T_EQ(be(list + 2, 2), 64);
	T_EQ(be(list + 8, 4), x->nr * 28);
	T_EQ(be(list + 12, 4), 0);
	T_EQ(be(list + 16 + 29, 3), bytes);
	T_EQ(be(list + 48 + 29, 3), bytes);
	for (i = 0; i < x->nr; i++) {
		const u8 *s = list + 80 + 28 * i;
		u64 nr = be(s + 10, 2);

		T_TRUE(nr);
		T_EQ(nr * bytes, (u64)x->ext[i].sectors * 512);
		T_EQ(be(s + 12, 8) * (bytes / 512), x->ext[i].src);
		T_EQ(be(s + 20, 8), at);
		T_EQ(nr % x->granularity_lbas, 0);
		at += nr;
	}
}

static void random_lists(void)
{
	u32 rounds = t_rounds(20000), i;
	struct copyoff_extent *ext = t_alloc(256 * sizeof(*ext));
	u8 *list, *cdb = t_alloc(16);

	for (i = 0; i < rounds; i++) {
		struct copyoff_xcopy x = { .src = &naa6, .dst = &naa5, .ext = ext };
		u32 len;

		x.nr = t_chance(10) ? t_between(1, 256) : t_between(1, 4);
		x.lba_shift = t_chance(50) ? 9 : t_between(9, 16);
		x.granularity_lbas = 1U << t_between(0, t_chance(70) ? 0 : 15);
		random_extents(&x, ext);
		len = 80 + 28 * x.nr;
		list = t_alloc(len);
		T_EQ(copyoff_scsi_build(&x, list, cdb), len);
		check_list(list, &x);
		/* Nor is there one that would say less than was asked for. */
		ext[t_between(0, x.nr - 1)].sectors = 65536 << (x.lba_shift - 9);
		T_EQ(copyoff_scsi_build(&x, list, cdb), 0);
		t_free(list);
	}
	t_free(cdb);
	t_free(ext);
}

#define CASES(X)			\
	X(members)			\
	X(list_sizes)			\
	X(golden_512)			\
	X(golden_4096)			\
	X(golden_65536)			\
	X(all_256_segments)		\
	X(at_any_address)		\
	X(refused_table)		\
	X(refused_names)		\
	X(golden_cdbs)			\
	X(random_lists)

T_SUITE(scsi_wire, CASES);
