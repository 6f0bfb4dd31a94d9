// SPDX-License-Identifier: GPL-2.0-only
/*
 * What logical units say of themselves, byte by byte: VPD pages of SPC-4
 * (INCITS 513-2015), clause 7.8.
 */
#include <linux/kernel.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include "scsi_vpd.h"
#include "t.h"

/* ---- pages 83h and how they are made ---- */

#define BINARY	1
#define ASCII	2
#define UTF8	3

struct vpd {
	u8 b[512];
	u32 len;
};

static void page_begin(struct vpd *p, u8 code)
{
	memset(p, 0, sizeof(*p));
	p->b[1] = code;
	p->len = 4;
}

static void page_size(struct vpd *p)
{
	p->b[2] = (p->len - 4) >> 8;
	p->b[3] = p->len - 4;
}

/* @type with ASSOCIATION in its bits 5:4. */
static void page_add(struct vpd *p, u8 code_set, u8 type, const void *name,
		     u8 len)
{
	u8 *d = p->b + p->len;

	d[0] = code_set;
	d[1] = type;
	d[2] = 0;
	d[3] = len;
	memcpy(d + 4, name, len);
	p->len += 4 + len;
	page_size(p);
}

/* In memory that ends where the page does. */
static enum copyoff_scsi_naming naming(const u8 *page, u32 len,
				       struct copyoff_designator *d)
{
	u8 *exact = t_alloc(len ? len : 1);
	enum copyoff_scsi_naming found;

	memcpy(exact, page, len);
	memset(d, 0xa5, sizeof(*d));
	found = copyoff_scsi_naming(exact, len, d);
	T_EQ(found == COPYOFF_SCSI_NAMED, d->len != 0);
	t_free(exact);
	return found;
}

#define LEN16	"\x01\x40\x5a\xbc\xde\xf0\x12\x34\x56\x78\x9a\xbc\xde\xf0\x01"
#define NAA6	"\x60" LEN16
#define NAA6B	"\x6f" LEN16
#define NAA5	"\x50\x01\x43\x80\x12\x34\x56\x78"
#define NAA3	"\x30\x01\x43\x80\x12\x34\x56\x78"
#define NAA2	"\x21\x23\x45\x67\x89\xab\xcd\xef"

/* The kinds of names there are, one by one. */
static const struct naming_row {
	const char *what;
	u8 code_set, type;
	const char *name;
	u8 len;
	enum copyoff_scsi_naming found;
} naming_rows[] = {
	{ "NAA 6", BINARY, 3, NAA6, 16, COPYOFF_SCSI_NAMED },
	{ "NAA 5", BINARY, 3, NAA5, 8, COPYOFF_SCSI_NAMED },
	{ "NAA 2", BINARY, 3, NAA2, 8, COPYOFF_SCSI_NAMED },
	{ "NAA 3", BINARY, 3, NAA3, 8, COPYOFF_SCSI_LOCAL_NAME },
	{ "protocol and PIV", 0x51, 0x83, NAA5, 8, COPYOFF_SCSI_NAMED },
	{ "of a port", BINARY, 0x13, NAA5, 8, COPYOFF_SCSI_UNNAMED },
	{ "of a target", BINARY, 0x23, NAA5, 8, COPYOFF_SCSI_UNNAMED },
	{ "of nobody knows", BINARY, 0x33, NAA5, 8, COPYOFF_SCSI_UNNAMED },
	{ "NAA in ASCII", ASCII, 3, NAA5, 8, COPYOFF_SCSI_OTHER_NAMES },
	{ "NAA without a byte", BINARY, 3, "", 0, COPYOFF_SCSI_OTHER_NAMES },
	{ "NAA 6, half", BINARY, 3, NAA6, 8, COPYOFF_SCSI_OTHER_NAMES },
	{ "NAA 6, too long", BINARY, 3, NAA6 "x", 17, COPYOFF_SCSI_OTHER_NAMES },
	{ "NAA 5, long", BINARY, 3, "\x50" LEN16, 16, COPYOFF_SCSI_OTHER_NAMES },
	{ "NAA 2, long", BINARY, 3, "\x20" LEN16, 16, COPYOFF_SCSI_OTHER_NAMES },
	{ "NAA 4", BINARY, 3, "\x40" LEN16, 16, COPYOFF_SCSI_OTHER_NAMES },
	{ "vendor", BINARY, 0, "\x60" LEN16, 16, COPYOFF_SCSI_OTHER_NAMES },
	{ "T10", ASCII, 1, "LIO-ORG disk:42", 15, COPYOFF_SCSI_OTHER_NAMES },
	{ "EUI-64", BINARY, 2, NAA5, 8, COPYOFF_SCSI_OTHER_NAMES },
	{ "SCSI name", UTF8, 8, "naa.5001438012345678", 20, COPYOFF_SCSI_OTHER_NAMES },
	{ "UUID", BINARY, 0xa, "\x10\0" LEN16, 17, COPYOFF_SCSI_OTHER_NAMES },
};

static void naming_table(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(naming_rows); i++) {
		const struct naming_row *r = &naming_rows[i];
		struct copyoff_designator d;
		struct vpd p;

		t_about(r->what);
		page_begin(&p, 0x83);
		page_add(&p, r->code_set, r->type, r->name, r->len);
		T_EQ(naming(p.b, p.len, &d), r->found);
		T_EQ(copyoff_scsi_designator(p.b, p.len, &d),
		     r->found == COPYOFF_SCSI_NAMED);
		if (r->found == COPYOFF_SCSI_NAMED) {
			T_EQ(d.len, r->len);
			T_BYTES(d.bytes, r->name, r->len);
		}
		t_about("");
	}
}

/* All kinds in one page: the best of them, wherever it stands. */
static void best_name(void)
{
	static const char *const naa[] = { NAA2, NAA3, NAA5, NAA6 };
	static const u8 order[][4] = {
		{ 0, 1, 2, 3 }, { 3, 2, 1, 0 }, { 1, 3, 0, 2 }, { 2, 0, 3, 1 },
	};
	struct copyoff_designator d;
	struct vpd p;
	u32 i, j, most;

	/* With all four, without the last, and so on. */
	for (i = 0; i < ARRAY_SIZE(order); i++)
		for (most = 0; most < 4; most++) {
			page_begin(&p, 0x83);
			page_add(&p, ASCII, 1, "LIO-ORG", 7);
			for (j = 0; j < 4; j++)
				if (order[i][j] <= most)
					page_add(&p, BINARY, 3, naa[order[i][j]],
						 order[i][j] == 3 ? 16 : 8);
			T_EQ(naming(p.b, p.len, &d), COPYOFF_SCSI_NAMED);
			j = most == 1 ? 0 : most;
			T_EQ(d.len, j == 3 ? 16 : 8);
			T_BYTES(d.bytes, naa[j], d.len);
			/* Nothing left of a longer one. */
			T_EQ(d.bytes[15], j == 3 ? 1 : 0);
		}
	/* Of two the first. */
	page_begin(&p, 0x83);
	page_add(&p, BINARY, 3, NAA6B, 16);
	page_add(&p, BINARY, 3, NAA6, 16);
	T_EQ(naming(p.b, p.len, &d), COPYOFF_SCSI_NAMED);
	T_BYTES(d.bytes, NAA6B, 16);
}

/* Other pages, other units, and none of a unit's names. */
static void no_page(void)
{
	struct copyoff_designator d;
	struct vpd p;
	u32 i;

	page_begin(&p, 0x83);
	T_EQ(naming(p.b, 4, &d), COPYOFF_SCSI_UNNAMED);
	page_add(&p, BINARY, 3, NAA5, 8);
	for (i = 0; i < 256; i++) {
		p.b[1] = i;
		T_EQ(naming(p.b, p.len, &d), i == 0x83 ? COPYOFF_SCSI_NAMED :
							 COPYOFF_SCSI_NO_PAGE);
	}
	p.b[1] = 0x83;
	/* Device type in bits 4:0; PERIPHERAL QUALIFIER above. */
	for (i = 0; i < 256; i++) {
		p.b[0] = i;
		T_EQ(naming(p.b, p.len, &d), i < 0x20 ? COPYOFF_SCSI_NAMED :
							COPYOFF_SCSI_NO_PAGE);
	}
	T_EQ(copyoff_scsi_naming(NULL, 0, &d), COPYOFF_SCSI_NO_PAGE);
}

/* Cut at each byte, by either count: only whole names are names. */
static void names_cut_short(void)
{
	struct copyoff_designator d;
	struct vpd p;
	u32 len;

	page_begin(&p, 0x83);
	page_add(&p, BINARY, 3, NAA5, 8);
	page_add(&p, BINARY, 3, NAA6, 16);
	for (len = 0; len <= p.len; len++) {
		u32 want = len < 16 ? 0 : len < 36 ? 8 : 16;

		T_EQ(naming(p.b, len, &d), len < 4 ? COPYOFF_SCSI_NO_PAGE :
		     want ? COPYOFF_SCSI_NAMED : COPYOFF_SCSI_UNNAMED);
		T_EQ(d.len, want);
		if (len < 4)
			continue;
		p.b[3] = len - 4;
		naming(p.b, p.len, &d);
		T_EQ(d.len, want);
		p.b[3] = p.len - 4;
	}
	/* A length of 16 bits that does not fit. */
	p.b[2] = 0xff;
	naming(p.b, p.len, &d);
	T_EQ(d.len, 16);
	/* And a descriptor that goes on behind the end. */
	p.b[2] = 0;
	p.b[16 + 3] = 17;
	naming(p.b, p.len, &d);
	T_EQ(d.len, 8);
}

static void equality(void)
{
	struct copyoff_designator a = { { 0x50, 1, 2, 3, 4, 5, 6, 7 }, 8 };
	struct copyoff_designator b = a;
	u32 i;

	T_TRUE(copyoff_designator_equal(&a, &b));
	for (i = 0; i < 8; i++) {
		b.bytes[i] ^= 0x10;
		T_TRUE(!copyoff_designator_equal(&a, &b));
		b.bytes[i] ^= 0x10;
	}
	b.bytes[8] = 1;
	T_TRUE(copyoff_designator_equal(&a, &b));
	b.bytes[8] = 0;
	b.len = 16;
	T_TRUE(!copyoff_designator_equal(&a, &b));
	a.len = 0;
	b.len = 0;
	T_TRUE(!copyoff_designator_equal(&a, &b));
}

static void lists_name(void)
{
	struct copyoff_designator five, six, none = { { 0 }, 0 };
	struct vpd p;

	page_begin(&p, 0x83);
	page_add(&p, BINARY, 3, NAA5, 8);
	copyoff_scsi_designator(p.b, p.len, &five);
	page_add(&p, BINARY, 3, NAA6, 16);
	copyoff_scsi_designator(p.b, p.len, &six);
	T_TRUE(copyoff_scsi_lists_name(p.b, p.len, &six));
	/* Not the best, but one of its names. */
	T_TRUE(copyoff_scsi_lists_name(p.b, p.len, &five));
	T_TRUE(!copyoff_scsi_lists_name(p.b, p.len, &none));
	T_TRUE(!copyoff_scsi_lists_name(NULL, 0, &six));
	T_TRUE(!copyoff_scsi_lists_name(p.b, p.len - 1, &six));
	/* The same bytes as something else: of a port, or as EUI-64. */
	page_begin(&p, 0x83);
	page_add(&p, BINARY, 0x13, NAA5, 8);
	page_add(&p, BINARY, 2, NAA5, 8);
	T_TRUE(!copyoff_scsi_lists_name(p.b, p.len, &five));
}

/* ---- page 80h ---- */

static const struct serial_row {
	const char *page;
	u32 page_len, len;
	const char *serial;
} serial_rows[] = {
	{ "\0\x80\0\x04" "ABCD", 8, 4, "ABCD" },
	{ "\0\x80\0\x04" "ABCDE", 9, 4, "ABCD" },
	{ "\0\x80\0\x08" "  A  D  ", 12, 4, "A  D" },
	{ "\0\x80\0\x06" "\0 AB \0", 10, 2, "AB" },
	{ "\0\x80\0\x01" "7", 5, 1, "7" },
	/* None: not stated, empty, another page, no such unit. */
	{ "\0\x80\0\x04" "    ", 8, 0, "" },
	{ "\0\x80\0\x04" "\0\0\0\0", 8, 0, "" },
	{ "\0\x80\0\0", 4, 0, "" },
	{ "\0\x83\0\x04" "ABCD", 8, 0, "" },
	{ "\x60\x80\0\x04" "ABCD", 8, 0, "" },
	/* Cut short: where its last digit was may have been the difference. */
	{ "\0\x80\0\x05" "ABCD", 8, 0, "" },
	{ "\0\x80\x01\x04" "ABCD", 8, 0, "" },
	{ "\0\x80\0", 3, 0, "" },
	{ "", 0, 0, "" },
};

static void serial_table(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(serial_rows); i++) {
		const struct serial_row *r = &serial_rows[i];
		u8 *page = t_alloc(r->page_len ? r->page_len : 1);
		const u8 *serial = NULL;

		memcpy(page, r->page, r->page_len);
		T_EQ(copyoff_scsi_serial(page, r->page_len, &serial), r->len);
		if (r->len)
			T_BYTES(serial, r->serial, r->len);
		t_free(page);
	}
}

static void serial_lengths(void)
{
	u8 *page = t_alloc(4 + 300);
	const u8 *serial;
	u32 len;

	memset(page, 'x', 304);
	memcpy(page, "\0\x80", 2);
	for (len = 250; len <= 300; len++) {
		page[2] = len >> 8;
		page[3] = len;
		T_EQ(copyoff_scsi_serial(page, 4 + len, &serial),
		     len <= 256 ? len : 0);
	}
	t_free(page);
}

/* ---- identity ---- */

/* A unit that says all there is to say, as one of Linux' own target does. */
struct unit {
	u8 inquiry[36];
	struct vpd names, serial;
	struct copyoff_scsi_pages p;
};

static void unit_pages(struct unit *u)
{
	u->p.inquiry = u->inquiry;
	u->p.inquiry_len = sizeof(u->inquiry);
	u->p.names = u->names.b;
	u->p.names_len = u->names.len;
	u->p.serial = u->serial.b;
	u->p.serial_len = u->serial.len;
}

static void unit_make(struct unit *u, const char *serial)
{
	memset(u, 0, sizeof(*u));
	memcpy(u->inquiry + 8, "LIO-ORG rd_mcp          4.0 ", 28);
	page_begin(&u->names, 0x83);
	page_add(&u->names, BINARY, 3, NAA6, 16);
	page_add(&u->names, ASCII, 1, serial, strlen(serial));
	page_add(&u->names, BINARY, 0x14, "\0\0\0\1", 4);
	page_add(&u->names, UTF8, 0x28, "naa.1", 5);
	page_begin(&u->serial, 0x80);
	memcpy(u->serial.b + 4, serial, strlen(serial));
	u->serial.len += strlen(serial);
	page_size(&u->serial);
	unit_pages(u);
}

/* By both ways round, which has to be the same. */
static void t_kin(const struct unit *a, const struct unit *b,
		  enum copyoff_scsi_kin want)
{
	struct copyoff_scsi_identity *id = t_alloc(sizeof(*id));

	copyoff_scsi_identify(&a->p, id);
	T_EQ(copyoff_scsi_kin(id, &b->p), want);
	copyoff_scsi_identify(&b->p, id);
	T_EQ(copyoff_scsi_kin(id, &a->p), want);
	t_free(id);
}

static const char serial_a[] = "deadbeef-0000-0000-0000-00000000000a";
static const char serial_b[] = "deadbeef-0000-0000-0000-00000000000b";

static void identify(void)
{
	struct unit *u = t_alloc(sizeof(*u));
	struct copyoff_scsi_identity *id = t_alloc(sizeof(*id));

	unit_make(u, serial_a);
	memset(id, 0xa5, sizeof(*id));
	copyoff_scsi_identify(&u->p, id);
	T_EQ(id->name.len, 16);
	T_BYTES(id->name.bytes, NAA6, 16);
	T_BYTES(id->vendor, "LIO-ORG ", 8);
	T_BYTES(id->product, "rd_mcp          ", 16);
	T_EQ(id->serial_len, 36);
	T_BYTES(id->serial, serial_a, 36);
	T_EQ(id->serial[36], 0);
	/* Nothing of what was not sent. */
	u->p.inquiry_len = 31;
	u->p.names_len = 0;
	u->p.serial_len--;
	copyoff_scsi_identify(&u->p, id);
	T_EQ(id->name.len, 0);
	T_EQ(id->names, 0);
	T_EQ(id->vendor[0], 0);
	T_EQ(id->serial_len, 0);
	T_EQ(id->serial[0], 0);
	t_free(id);
	t_free(u);
}

/* Two that have the same name, and each thing that may tell them apart. */
static void kin(void)
{
	struct unit *a = t_alloc(sizeof(*a)), *b = t_alloc(sizeof(*b));

	unit_make(a, serial_a);
	unit_make(b, serial_a);
	t_kin(a, b, COPYOFF_SCSI_SAME);
	/* What LIO makes of two serials with the same begin. */
	unit_make(b, serial_b);
	t_kin(a, b, COPYOFF_SCSI_CLASH);
	unit_make(b, serial_a);
	b->serial.b[4 + 35] = 'b';
	t_kin(a, b, COPYOFF_SCSI_CLASH);
	unit_make(b, serial_a);
	b->names.b[4 + 20 + 4] = 'D';
	t_kin(a, b, COPYOFF_SCSI_CLASH);
	unit_make(b, serial_a);
	b->inquiry[15] = 'x';
	t_kin(a, b, COPYOFF_SCSI_CLASH);
	unit_make(b, serial_a);
	b->inquiry[31] = 'x';
	t_kin(a, b, COPYOFF_SCSI_CLASH);
	/* Its revision is not it. */
	unit_make(b, serial_a);
	b->inquiry[32] = 'x';
	t_kin(a, b, COPYOFF_SCSI_SAME);
	/* Another name, and all else the same. */
	b->names.b[4 + 4 + 15] = 2;
	t_kin(a, b, COPYOFF_SCSI_STRANGER);
	b->p.names_len = 0;
	t_kin(a, b, COPYOFF_SCSI_STRANGER);
	t_free(a);
	t_free(b);
}

/* Without serials nobody can tell. */
static void kin_without_serial(void)
{
	struct unit *a = t_alloc(sizeof(*a)), *b = t_alloc(sizeof(*b));

	unit_make(a, serial_a);
	unit_make(b, serial_a);
	b->p.serial_len = 0;
	t_kin(a, b, COPYOFF_SCSI_CLASH);
	a->p.serial_len = 0;
	t_kin(a, b, COPYOFF_SCSI_CLASH);
	t_free(a);
	t_free(b);
}

/* By another port: what is said of ports differs, and so may the order. */
static void kin_by_another_port(void)
{
	struct unit *a = t_alloc(sizeof(*a)), *b = t_alloc(sizeof(*b));

	unit_make(a, serial_a);
	unit_make(b, serial_a);
	page_begin(&b->names, 0x83);
	page_add(&b->names, BINARY, 0, "port two", 8);
	page_add(&b->names, ASCII, 1, serial_a, 36);
	page_add(&b->names, BINARY, 0x14, "\0\0\0\2", 4);
	page_add(&b->names, BINARY, 3, NAA6, 16);
	unit_pages(b);
	t_kin(a, b, COPYOFF_SCSI_SAME);
	/* One name more makes it another. */
	page_add(&b->names, BINARY, 3, NAA5, 8);
	unit_pages(b);
	t_kin(a, b, COPYOFF_SCSI_CLASH);
	t_free(a);
	t_free(b);
}

/* Each kind of name that lasts is one that counts. */
static void kin_by_each_name(void)
{
	static const struct {
		u8 type;
		enum copyoff_scsi_kin kin;
	} rows[] = {
		{ 0, COPYOFF_SCSI_SAME }, { 1, COPYOFF_SCSI_CLASH },
		{ 2, COPYOFF_SCSI_CLASH }, { 3, COPYOFF_SCSI_CLASH },
		{ 4, COPYOFF_SCSI_SAME }, { 5, COPYOFF_SCSI_SAME },
		{ 6, COPYOFF_SCSI_SAME }, { 7, COPYOFF_SCSI_SAME },
		{ 8, COPYOFF_SCSI_CLASH }, { 9, COPYOFF_SCSI_SAME },
		{ 10, COPYOFF_SCSI_CLASH }, { 11, COPYOFF_SCSI_SAME },
	};
	struct unit *a = t_alloc(sizeof(*a)), *b = t_alloc(sizeof(*b));
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		unit_make(a, serial_a);
		page_add(&a->names, BINARY, rows[i].type, NAA3, 8);
		unit_pages(a);
		unit_make(b, serial_a);
		page_add(&b->names, BINARY, rows[i].type, NAA2, 8);
		unit_pages(b);
		t_kin(a, b, rows[i].kin);
		/* The same bytes as another code set, or kind, are others. */
		if (rows[i].kin == COPYOFF_SCSI_SAME)
			continue;
		a->names.b[a->names.len - 12] = ASCII;
		memcpy(b->names.b + b->names.len - 8, NAA3, 8);
		t_kin(a, b, COPYOFF_SCSI_CLASH);
	}
	t_free(a);
	t_free(b);
}

/* Each byte of it makes another identity; in a long serial, too. */
static void identity_bytes(void)
{
	struct copyoff_scsi_identity *id = t_alloc(sizeof(*id));
	u8 a[COPYOFF_IDENTITY_BYTES], b[COPYOFF_IDENTITY_BYTES];
	static const struct {
		u32 at, len;
	} part[] = {
		{ offsetof(struct copyoff_scsi_identity, name.bytes), 16 },
		{ offsetof(struct copyoff_scsi_identity, vendor), 8 },
		{ offsetof(struct copyoff_scsi_identity, product), 16 },
		{ offsetof(struct copyoff_scsi_identity, names), 8 },
		{ offsetof(struct copyoff_scsi_identity, serial), 200 },
	};
	size_t i, j;

	memset(id, 0x33, sizeof(*id));
	id->serial_len = 200;
	copyoff_scsi_identity_bytes(id, a);
	for (i = 0; i < ARRAY_SIZE(part); i++)
		for (j = 0; j < part[i].len; j++) {
			u8 *byte = (u8 *)id + part[i].at + j;

			*byte ^= 0x40;
			copyoff_scsi_identity_bytes(id, b);
			T_TRUE(memcmp(a, b, sizeof(a)));
			*byte ^= 0x40;
		}
	copyoff_scsi_identity_bytes(id, b);
	T_BYTES(b, a, sizeof(a));
	for (id->serial_len = 0; id->serial_len < 200; id->serial_len++) {
		copyoff_scsi_identity_bytes(id, b);
		T_TRUE(memcmp(a, b, sizeof(a)));
	}
	t_free(id);
}

/* What is where. */
static void identity_members(void)
{
	struct copyoff_scsi_identity id = {
		.name = { "0123456789abcdef", 16 }, .vendor = "vendor--",
		.product = "the product-----", .serial = "serial",
		.serial_len = 6,
	};
	u8 a[COPYOFF_IDENTITY_BYTES];
	u32 i;

	copyoff_scsi_identity_bytes(&id, a);
	T_BYTES(a, "0123456789abcdefvendor--the product-----", 40);
	T_BYTES(a + 48, "serial", 6);
	for (i = 54; i < sizeof(a); i++)
		T_EQ(a[i], 0);
	memset(id.serial, 's', 100);
	id.serial_len = 101;
	id.serial[61] = 'A';
	id.serial[100] = 'Z';
	copyoff_scsi_identity_bytes(&id, a);
	T_EQ(a[48], 'A');
	T_EQ(a[49], 's');
	T_EQ(a[87], 'Z');
}

/* ---- random: pages of names, many of them damaged ---- */

static void random_page(struct vpd *p)
{
	static const char name[][18] = { NAA2, NAA3, NAA5, NAA6, NAA6B };
	u32 nr = t_between(0, 6), i;

	page_begin(p, 0x83);
	for (i = 0; i < nr; i++)
		page_add(p, t_chance(80) ? BINARY : t_rand(),
			 t_chance(70) ? 3 : t_rand(), name[t_between(0, 4)],
			 t_chance(50) ? 16 : t_between(0, 17));
	while (t_chance(40))
		p->b[t_between(0, p->len - 1)] = t_rand();
}

/* Whatever was found is a name of the unit, and of a kind that is used. */
static void random_names(void)
{
	u32 rounds = t_rounds(50000), i;
	struct vpd *p = t_alloc(sizeof(*p));

	for (i = 0; i < rounds; i++) {
		u32 len, naa;
		u8 *exact;
		struct copyoff_designator d;
		struct copyoff_scsi_identity id;
		struct copyoff_scsi_pages pages = { 0 };

		random_page(p);
		len = t_chance(50) ? p->len : t_between(2, p->len);
		exact = t_alloc(len);
		memcpy(exact, p->b, len);
		copyoff_scsi_designator(exact, len, &d);
		naa = d.bytes[0] >> 4;
		T_EQ(d.len, !naa ? 0 : naa == 6 ? 16 : 8);
		T_TRUE(!naa || naa == 2 || naa == 5 || naa == 6);
		T_EQ(copyoff_scsi_lists_name(exact, len, &d), d.len != 0);
		pages.names = exact;
		pages.names_len = len;
		pages.serial = exact;
		pages.serial_len = len;
		exact[1] = t_chance(50) ? 0x83 : 0x80;
		copyoff_scsi_identify(&pages, &id);
		T_TRUE(copyoff_scsi_kin(&id, &pages) != COPYOFF_SCSI_SAME);
		t_free(exact);
	}
	t_free(p);
}

#define CASES(X)			\
	X(naming_table)			\
	X(best_name)			\
	X(no_page)			\
	X(names_cut_short)		\
	X(equality)			\
	X(lists_name)			\
	X(serial_table)			\
	X(serial_lengths)		\
	X(identify)			\
	X(kin)				\
	X(kin_without_serial)		\
	X(kin_by_another_port)		\
	X(kin_by_each_name)		\
	X(identity_bytes)		\
	X(identity_members)		\
	X(random_names)

T_SUITE(scsi_vpd, CASES);
