// SPDX-License-Identifier: GPL-2.0-only
/*
 * What copy managers say, byte by byte. "SPC-3" is INCITS 408-2005.
 */
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/types.h>

#include "scsi_params.h"
#include "t.h"

/* On its own: what is tested has helpers like that, too. */
static u64 be(const u8 *p, u32 bytes)
{
	u64 v = 0;

	while (bytes--)
		v = v << 8 | *p++;
	return v;
}

static void put_be(u8 *p, u32 bytes, u64 v)
{
	while (bytes--) {
		p[bytes] = v;
		v >>= 8;
	}
}

/* ---- third-party copies: INQUIRY, and VPD page 8Fh ---- */

static void has_3pc(void)
{
	u8 data[6] = { 0 };
	u32 i;

	for (i = 0; i < 256; i++) {
		data[5] = i;
		T_EQ(copyoff_scsi_has_3pc(data, 6), (i & 0x08) != 0);
		T_TRUE(!copyoff_scsi_has_3pc(data, 5));
	}
	T_TRUE(!copyoff_scsi_has_3pc(NULL, 0));
}

/*
 * A Block Device ROD Token Limits descriptor, Supported Commands, Parameter
 * Data. EXTENDED COPY (LID1), POPULATE and WRITE USING TOKEN, COPY OPERATION
 * ABORT; and what RECEIVE COPY... there is.
 */
static const u8 page_8f[64] = {
	0x00, 0x8f, 0x00, 0x3c,
	0x00, 0x00, 0x00, 0x04, 0x83, 0x01, 0x1c, 0x00,
	0x00, 0x01, 0x00, 0x14, 0x0c,
	0x83, 0x04, 0x00, 0x10, 0x11, 0x1c, 0x84, 0x04, 0x00, 0x03, 0x05, 0x07,
	0x00, 0, 0, 0, 0, 0, 0,
	0x00, 0x04, 0x00, 0x18,
};

/* Byte by byte what else could be there. */
static const struct listed_row {
	const char *what;
	u32 at;
	u8 value;
	enum copyoff_scsi_listed copy, abort;
} listed_rows[] = {
	{ "as it is", 0, 0, COPYOFF_SCSI_LISTED, COPYOFF_SCSI_LISTED },
	{ "another device type", 0, 0x1f, COPYOFF_SCSI_LISTED, COPYOFF_SCSI_LISTED },
	{ "no such unit", 0, 0x20, COPYOFF_SCSI_UNSTATED, COPYOFF_SCSI_UNSTATED },
	{ "another page", 1, 0x8e, COPYOFF_SCSI_UNSTATED, COPYOFF_SCSI_UNSTATED },
	{ "no list", 13, 0x08, COPYOFF_SCSI_UNSTATED, COPYOFF_SCSI_UNSTATED },
	{ "tokens only", 19, 0x01, COPYOFF_SCSI_NOT_LISTED, COPYOFF_SCSI_LISTED },
	{ "no abort", 22, 0x1d, COPYOFF_SCSI_LISTED, COPYOFF_SCSI_NOT_LISTED },
	{ "other commands", 17, 0x82, COPYOFF_SCSI_NOT_LISTED, COPYOFF_SCSI_NOT_LISTED },
	{ "an empty list", 16, 0, COPYOFF_SCSI_NOT_LISTED, COPYOFF_SCSI_NOT_LISTED },
	{ "half a list", 16, 6, COPYOFF_SCSI_LISTED, COPYOFF_SCSI_LISTED },
	{ "cut within actions", 16, 5, COPYOFF_SCSI_UNSTATED, COPYOFF_SCSI_UNSTATED },
	{ "cut within a command", 16, 1, COPYOFF_SCSI_UNSTATED, COPYOFF_SCSI_UNSTATED },
	{ "cut behind it", 16, 7, COPYOFF_SCSI_LISTED, COPYOFF_SCSI_LISTED },
	{ "longer than its descriptor", 16, 0x14, COPYOFF_SCSI_UNSTATED, COPYOFF_SCSI_UNSTATED },
	{ "no room for its length", 15, 0, COPYOFF_SCSI_UNSTATED, COPYOFF_SCSI_UNSTATED },
	{ "longer than the page", 14, 1, COPYOFF_SCSI_UNSTATED, COPYOFF_SCSI_UNSTATED },
	{ "behind one that is too long", 6, 1, COPYOFF_SCSI_UNSTATED, COPYOFF_SCSI_UNSTATED },
	{ "fewer actions", 18, 2, COPYOFF_SCSI_LISTED, COPYOFF_SCSI_UNSTATED },
};

static void listed_table(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(listed_rows); i++) {
		const struct listed_row *r = &listed_rows[i];
		u8 *page = t_alloc(sizeof(page_8f));

		t_about(r->what);
		memcpy(page, page_8f, sizeof(page_8f));
		if (r->at || r->value)
			page[r->at] = r->value;
		T_EQ(copyoff_scsi_3pc_lists(page, 64, 0x83, 0x00), r->copy);
		T_EQ(copyoff_scsi_3pc_lists(page, 64, 0x83, 0x1c), r->abort);
		/* To be trusted with no word against it; only with its word. */
		T_EQ(copyoff_scsi_3pc_page(page, 64),
		     r->copy != COPYOFF_SCSI_NOT_LISTED);
		T_EQ(copyoff_scsi_3pc_has_abort(page, 64),
		     r->abort == COPYOFF_SCSI_LISTED);
		t_about("");
		t_free(page);
	}
}

/* Each command and action, and all that are none. */
static void listed_each(void)
{
	u32 sa;

	for (sa = 0; sa < 256; sa++) {
		bool out = sa == 0x00 || sa == 0x10 || sa == 0x11 || sa == 0x1c;
		bool in = sa == 0x00 || sa == 0x03 || sa == 0x05 || sa == 0x07;

		T_EQ(copyoff_scsi_3pc_lists(page_8f, 64, 0x83, sa),
		     out ? COPYOFF_SCSI_LISTED : COPYOFF_SCSI_NOT_LISTED);
		T_EQ(copyoff_scsi_3pc_lists(page_8f, 64, 0x84, sa),
		     in ? COPYOFF_SCSI_LISTED : COPYOFF_SCSI_NOT_LISTED);
		T_EQ(copyoff_scsi_3pc_lists(page_8f, 64, 0x04, sa),
		     COPYOFF_SCSI_NOT_LISTED);
	}
}

/* Without the whole descriptor there is no list, by either count. */
static void listed_cut_short(void)
{
	u8 copy[64];
	u32 len;

	memcpy(copy, page_8f, 64);
	for (len = 0; len <= 64; len++) {
		u8 *page = t_alloc(len ? len : 1);

		memcpy(page, page_8f, len);
		T_EQ(copyoff_scsi_3pc_has_abort(page, len), len >= 36);
		T_TRUE(copyoff_scsi_3pc_page(page, len));
		t_free(page);
		copy[3] = len;
		T_EQ(copyoff_scsi_3pc_has_abort(copy, 64), len >= 32);
	}
}

/* ---- RECEIVE COPY OPERATING PARAMETERS: SPC-3 6.17.4 ---- */

/* What Linux' own target answers. */
static const u8 lio[46] = {
	0, 0, 0, 42, 0x01, [8] = 0, 2, 0, 1, 0, 0, 0x04, 0x00,
	0x10, 0x00, 0x00, 0x00, [34] = 0, 1, 1, 9, 9, 9, [43] = 2, 0x02, 0xe4,
};

static bool usable(const struct copyoff_limits *l)
{
	return l->extents && l->extent_lbas && l->command_lbas;
}

static bool parse(const u8 *data, u32 len, u32 lba_shift,
		  struct copyoff_scsi_parameters *p)
{
	u8 *exact = t_alloc(len ? len : 1);
	bool ok;

	memcpy(exact, data, len);
	memset(p, 0xa5, sizeof(*p));
	ok = copyoff_scsi_parse_parameters(exact, len, lba_shift, p);
	t_free(exact);
	return ok;
}

static void parameters_of_lio(void)
{
	struct copyoff_scsi_parameters p;

	T_TRUE(parse(lio, 46, 9, &p));
	T_EQ(p.limits.lba_shift, 9);
	T_EQ(p.limits.extent_lbas, 65535);
	T_EQ(p.limits.extents, 1);
	T_EQ(p.limits.command_lbas, 65535);
	T_EQ(p.concurrent, 1);
	T_EQ(p.limits.granule_lbas, 1);
	T_TRUE(p.no_list_id && p.types_known && p.types_wanted);
	T_TRUE(parse(lio, 46, 12, &p));
	T_EQ(p.limits.lba_shift, 12);
	T_EQ(p.limits.extent_lbas, 65535);
	T_EQ(p.limits.granule_lbas, 1);
}

/* What is where, with nothing but noise around it. */
static void parameters_members(void)
{
	struct copyoff_scsi_parameters p;
	u8 data[52];

	memset(data, 0xee, sizeof(data));
	put_be(data, 4, 48);
	data[4] = 0xfe;
	put_be(data + 8, 2, 0x0200);
	put_be(data + 10, 2, 0x00fe);
	put_be(data + 12, 4, 64 + 28 * 200 + 27);
	put_be(data + 16, 4, 0x00123fff);
	put_be(data + 34, 2, 0x0300);
	data[36] = 17;
	data[37] = 14;
	data[43] = 8;
	put_be(data + 44, 8, 0x00010204e0e2e4f0ULL);
	T_TRUE(parse(data, 52, 9, &p));
	T_EQ(p.limits.lba_shift, 9);
	T_EQ(p.limits.extents, 200);
	/* 0x91f blocks, less what is no multiple of 32 */
	T_EQ(p.limits.extent_lbas, 0x900);
	T_EQ(p.limits.command_lbas, 0x900 * 200);
	T_EQ(p.concurrent, 17);
	T_EQ(p.limits.granule_lbas, 32);
	T_TRUE(!p.no_list_id);
	T_TRUE(p.types_known && p.types_wanted);
}

/* One number at a time is another than LIO's. */
static const struct parameters_row {
	const char *what;
	u32 at, bytes, value, lba_shift;
	u32 extents, extent_lbas, granularity;
} parameters_rows[] = {
	{ "one CSCD", 8, 2, 1, 9, 0, 65535, 1 },
	{ "many CSCDs", 8, 2, 0xffff, 9, 1, 65535, 1 },
	{ "no segments", 10, 2, 0, 9, 0, 65535, 1 },
	{ "as many as fit", 10, 2, 0xffff, 9, 34, 65535, 1 },
	{ "any length of list", 12, 4, 0, 9, 1, 65535, 1 },
	{ "no room for CSCDs", 12, 4, 63, 9, 0, 65535, 1 },
	{ "no room for a segment", 12, 4, 64 + 27, 9, 0, 65535, 1 },
	{ "room for one", 12, 4, 64 + 28, 9, 1, 65535, 1 },
	{ "any length of segment", 16, 4, 0, 9, 1, 8192, 1 },
	{ "any length, large blocks", 16, 4, 0, 12, 1, 1024, 1 },
	{ "less than a block", 16, 4, 4095, 12, 1, 0, 1 },
	{ "one block", 16, 4, 8191, 12, 1, 1, 1 },
	{ "the longest", 16, 4, U32_MAX, 9, 1, 65535, 1 },
	{ "granularity 1 byte", 37, 1, 0, 9, 1, 65535, 1 },
	{ "granularity 4 KiB", 37, 1, 12, 9, 1, 65528, 8 },
	{ "granularity 8 KiB of large blocks", 37, 1, 13, 12, 1, 65534, 2 },
	{ "granularity 64 KiB", 37, 1, 16, 9, 1, 65408, 128 },
	{ "granularity of more than a trial", 37, 1, 17, 9, 1, 0, 0 },
	{ "granularity of no segment", 37, 1, 25, 9, 1, 0, 0 },
	{ "granularity out of this world", 37, 1, 255, 9, 1, 0, 0 },
};

static void parameters_table(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parameters_rows); i++) {
		const struct parameters_row *r = &parameters_rows[i];
		struct copyoff_scsi_parameters p;
		u8 data[46];

		t_about(r->what);
		memcpy(data, lio, sizeof(data));
		put_be(data + r->at, r->bytes, r->value);
		T_TRUE(parse(data, 46, r->lba_shift, &p));
		T_EQ(p.limits.extents, r->extents);
		T_EQ(p.limits.extent_lbas, r->extent_lbas);
		T_EQ(p.limits.command_lbas, r->extents * r->extent_lbas);
		T_EQ(p.limits.granule_lbas, r->granularity);
		T_EQ(usable(&p.limits),
		     r->extents && r->extent_lbas);
		t_about("");
	}
}

static void parameters_concurrent(void)
{
	static const u32 rows[][3] = {
		{ 0, 0, 0 }, { 0, 5, 5 }, { 7, 0, 7 }, { 4, 9, 4 }, { 0x4000, 255, 255 },
	};
	struct copyoff_scsi_parameters p;
	u8 data[46];
	size_t i;

	memcpy(data, lio, sizeof(data));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		put_be(data + 34, 2, rows[i][0]);
		data[36] = rows[i][1];
		T_TRUE(parse(data, 46, 9, &p));
		T_EQ(p.concurrent, rows[i][2]);
	}
}

/* What a list that is cut short does not say is not said. */
static void parameters_types(void)
{
	static const struct {
		u32 nr, sent;
		u8 type[3];
		bool known, wanted;
	} rows[] = {
		{ 0, 0, { 0 }, false, false },
		{ 2, 2, { 0x02, 0xe4 }, true, true },
		{ 3, 3, { 0xe4, 0x00, 0x02 }, true, true },
		{ 2, 2, { 0x02, 0xe0 }, true, false },
		{ 2, 2, { 0x03, 0xe4 }, true, false },
		{ 1, 3, { 0x02, 0xe4 }, true, false },
		{ 3, 2, { 0x02, 0xe4 }, true, true },
		{ 3, 2, { 0x02, 0xe0, 0xe4 }, false, false },
		{ 255, 1, { 0x02 }, false, false },
	};
	struct copyoff_scsi_parameters p;
	u8 data[47];
	size_t i;

	memcpy(data, lio, 44);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		data[43] = rows[i].nr;
		memcpy(data + 44, rows[i].type, 3);
		put_be(data, 4, 40 + 255);
		T_TRUE(parse(data, 44 + rows[i].sent, 9, &p));
		T_EQ(p.types_known, rows[i].known);
		T_EQ(p.types_wanted, rows[i].wanted);
		/* The same by the device's own count, and noise behind. */
		put_be(data, 4, 40 + rows[i].sent);
		T_TRUE(parse(data, 47, 9, &p));
		T_EQ(p.types_known, rows[i].known);
		T_EQ(p.types_wanted, rows[i].wanted);
	}
}

/* Too short, by either count; then the limits are those of a mute device. */
static void parameters_cut_short(void)
{
	struct copyoff_scsi_parameters p;
	u8 data[46];
	u32 len;

	memcpy(data, lio, sizeof(data));
	for (len = 0; len <= 46; len++) {
		T_EQ(parse(lio, len, 9, &p), len >= 44);
		T_EQ(p.limits.extents, 1);
		T_EQ(p.limits.extent_lbas, len >= 44 ? 65535 : 8192);
		T_EQ(p.limits.granule_lbas, 1);
		T_TRUE(len >= 44 || !p.types_known);
		put_be(data, 4, len);
		T_EQ(parse(data, 46, 9, &p), len >= 40);
	}
	put_be(data, 4, U32_MAX);
	T_TRUE(parse(data, 46, 9, &p));
}

static void default_limits(void)
{
	struct copyoff_limits l;

	copyoff_scsi_default_limits(9, &l);
	T_EQ(l.lba_shift, 9);
	T_EQ(l.extent_lbas, 8192);
	T_EQ(l.command_lbas, 8192);
	T_EQ(l.extents, 1);
	copyoff_scsi_default_limits(16, &l);
	T_EQ(l.lba_shift, 16);
	T_EQ(l.extent_lbas, 64);
}

/* ---- RECEIVE COPY STATUS (LID1): SPC-3 6.17.2 ---- */

static void status_table(void)
{
	u8 data[12] = { 0, 0, 0, 8 };
	u32 i;

	for (i = 0; i < 256; i++) {
		u32 s = i & 0x7f;

		/* Bit 7 is about held data. */
		data[4] = i;
		T_EQ(copyoff_scsi_parse_status(data, 12),
		     !s ? COPYOFF_SCSI_RUNNING :
		     s <= 2 ? COPYOFF_SCSI_OVER : COPYOFF_SCSI_UNKNOWN);
	}
}

static void status_cut_short(void)
{
	u8 data[12] = { 0, 0, 0, 8, 1 };
	u32 len;

	for (len = 0; len <= 12; len++) {
		u8 *exact = t_alloc(len ? len : 1);

		memcpy(exact, data, len);
		T_EQ(copyoff_scsi_parse_status(exact, len),
		     len == 12 ? COPYOFF_SCSI_OVER : COPYOFF_SCSI_UNKNOWN);
		t_free(exact);
		data[3] = len;
		T_EQ(copyoff_scsi_parse_status(data, 12),
		     len >= 8 ? COPYOFF_SCSI_OVER : COPYOFF_SCSI_UNKNOWN);
		data[3] = 8;
	}
}

/* ---- random ---- */

/* An answer that is not quite impossible. */
static void random_parameters(u8 *data)
{
	u32 i;

	for (i = 4; i < 46; i++)
		data[i] = t_rand();
	put_be(data, 4, 42);
	put_be(data + 8, 2, t_between(0, 3));
	put_be(data + 10, 2, t_chance(70) ? t_between(0, 12) : t_rand());
	put_be(data + 12, 4, t_chance(70) ? t_between(0, 1024) : t_rand());
	put_be(data + 16, 4, t_rand() >> t_between(32, 63));
	data[37] = t_between(0, 26);
}

/* The largest list that the limits allow against the device's own words. */
static void check_limits(const u8 *data, u32 lba_shift,
			 const struct copyoff_scsi_parameters *p)
{
	u64 most = be(data + 16, 4), list = be(data + 12, 4);
	u64 segment = (u64)p->limits.extent_lbas << lba_shift;

	T_TRUE(be(data + 8, 2) >= 2);
	T_TRUE(p->limits.extents <= be(data + 10, 2));
	T_TRUE(!list || 64 + 28 * p->limits.extents <= list);
	T_TRUE(!most || segment <= most);
	T_TRUE(!(segment & ((1ULL << data[37]) - 1)));
	T_TRUE(p->limits.granule_lbas << lba_shift >= 1ULL << data[37]);
	T_TRUE(!(p->limits.extent_lbas % p->limits.granule_lbas));
}

static void random_limits(void)
{
	u32 rounds = t_rounds(50000), i;
	u8 *data = t_alloc(46);

	for (i = 0; i < rounds; i++) {
		u32 lba_shift = t_chance(50) ? 9 : t_between(9, 16);
		struct copyoff_scsi_parameters p;

		random_parameters(data);
		T_TRUE(copyoff_scsi_parse_parameters(data, 46, lba_shift, &p));
		if (usable(&p.limits))
			check_limits(data, lba_shift, &p);
	}
	t_free(data);
}

/* Whatever comes: no byte behind it is read, and no limit exceeds the wire's. */
static void random_answers(void)
{
	u32 rounds = t_rounds(50000), i, j;

	for (i = 0; i < rounds; i++) {
		struct copyoff_scsi_parameters p;
		u32 len = t_between(1, 64);
		u8 *data = t_alloc(len);

		for (j = 0; j < len; j++)
			data[j] = t_chance(30) ? t_rand() : 0;
		if (copyoff_scsi_parse_parameters(data, len, t_between(9, 16), &p))
			T_TRUE(len >= 44);
		T_TRUE(p.limits.extents <= 256);
		T_TRUE(p.limits.extent_lbas <= 65535);
		T_EQ(p.limits.command_lbas,
		     p.limits.extents * p.limits.extent_lbas);
		if (copyoff_scsi_parse_status(data, len) != COPYOFF_SCSI_UNKNOWN)
			T_TRUE(len >= 12 && (data[4] & 0x7f) <= 2);
		t_free(data);
	}
}

/* Pages 8Fh, damaged in a few places or cut short. */
static void random_listed(void)
{
	u32 rounds = t_rounds(50000), i;

	for (i = 0; i < rounds; i++) {
		u32 len = t_chance(50) ? 64 : t_between(1, 64);
		u8 *page = t_alloc(len);

		memcpy(page, page_8f, len);
		while (t_chance(70))
			page[t_between(0, len - 1)] = t_chance(50) ? t_rand() :
							t_between(0, 32);
		if (copyoff_scsi_3pc_has_abort(page, len))
			T_TRUE(len >= 10 && memchr(page + 11, 0x1c, len - 11));
		copyoff_scsi_3pc_page(page, len);
		t_free(page);
	}
}

#define CASES(X)			\
	X(has_3pc)			\
	X(listed_table)			\
	X(listed_each)			\
	X(listed_cut_short)		\
	X(parameters_of_lio)		\
	X(parameters_members)		\
	X(parameters_table)		\
	X(parameters_concurrent)	\
	X(parameters_types)		\
	X(parameters_cut_short)		\
	X(default_limits)		\
	X(status_table)			\
	X(status_cut_short)		\
	X(random_limits)		\
	X(random_answers)		\
	X(random_listed)

T_SUITE(scsi_params, CASES);
