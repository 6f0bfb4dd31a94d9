// SPDX-License-Identifier: GPL-2.0-only
/*
 * What goes over the wire, byte by byte. "NVM" is the NVM Command Set
 * Specification 1.0c, "Base" the NVMe Base Specification 2.0c.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include "nvme_wire.h"
#include "t.h"

/* ---- Copy: NVM 3.2.2 ---- */

/* NVM 3.2.2, figure 39: byte offsets in a descriptor of format 0. */
static void descriptor_members(void)
{
	T_EQ(sizeof(struct copyoff_nvme_desc), 32);
	T_EQ(offsetof(struct copyoff_nvme_desc, slba), 8);
	T_EQ(offsetof(struct copyoff_nvme_desc, nlb), 16);
	T_EQ(offsetof(struct copyoff_nvme_desc, eilbrt), 24);
}

/*
 * NVM 3.2.2, figure 39: ELBAT is bytes 29:28, ELBATM is 31:30. Both are zero in
 * what is sent today, so that no other test tells one from the other.
 */
static void descriptor_tag_before_mask(void)
{
	T_EQ(offsetof(struct copyoff_nvme_desc, elbat), 28);
	T_EQ(offsetof(struct copyoff_nvme_desc, elbatm), 30);
}

struct copy {
	struct copyoff_nvme_desc *desc;	/* no more than there have to be */
	struct copyoff_nvme_cdw cdw;
	u32 bytes;
};

static void build(struct copy *c, const struct copyoff_extent *ext, u32 nr,
		  u64 dst, u32 lba_shift)
{
	c->desc = t_alloc(nr * sizeof(*c->desc));
	memset(&c->cdw, 0xa5, sizeof(c->cdw));
	c->bytes = copyoff_nvme_build(ext, nr, dst, lba_shift, c->desc,
				      &c->cdw);
}

static void t_cdw(const struct copyoff_nvme_cdw *cdw, u32 cdw10, u32 cdw11,
		  u32 cdw12)
{
	T_EQ(cdw->cdw10, cdw10);
	T_EQ(cdw->cdw11, cdw11);
	T_EQ(cdw->cdw12, cdw12);
	T_EQ(cdw->cdw13, 0);
	T_EQ(cdw->cdw14, 0);
	T_EQ(cdw->cdw15, 0);
}

/* NVM 3.2.2, figure 39: 512 byte blocks; the most and the fewest of them. */
static void golden_512(void)
{
	static const struct copyoff_extent ext[] = {
		{ 0x0807060504030201ULL, 65536 },
		{ 0x1122334455667788ULL, 1 },
	};
	static const u8 want[64] = {
		[8] = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
		[16] = 0xff, 0xff,
		[40] = 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11,
		[48] = 0x00, 0x00,
	};
	struct copy c;

	build(&c, ext, 2, 0x2122232425262728ULL, 9);
	T_EQ(c.bytes, 64);
	T_BYTES(c.desc, want, 64);
	/* Figures 33 and 34: SDLBA; figure 35: NR is 0-based, format 0. */
	t_cdw(&c.cdw, 0x25262728, 0x21222324, 1);
	t_free(c.desc);
}

/* NVM 3.2.2, figure 39: 4096 byte blocks; all in the block's own numbers. */
static void golden_4096(void)
{
	static const struct copyoff_extent ext[] = {
		{ 0x80, 2048 },
		{ 0x123456789abcdef0ULL, 8 },
		{ 8, 524288 },
	};
	static const u8 want[96] = {
		[8] = 0x10,
		[16] = 0xff, 0x00,
		[40] = 0xde, 0x9b, 0x57, 0x13, 0xcf, 0x8a, 0x46, 0x02,
		[48] = 0x00, 0x00,
		[72] = 0x01,
		[80] = 0xff, 0xff,
	};
	struct copy c;

	build(&c, ext, 3, 0x1000000000ULL * 8, 12);
	T_EQ(c.bytes, 96);
	T_BYTES(c.desc, want, 96);
	t_cdw(&c.cdw, 0, 0x10, 2);
	t_free(c.desc);
}

/* NVM 3.2.2, figure 39: 65536 byte blocks, the largest that is taken. */
static void golden_65536(void)
{
	static const struct copyoff_extent ext = { 0x8000, 65536U * 128 };
	static const u8 want[32] = {
		[8] = 0x00, 0x01,
		[16] = 0xff, 0xff,
	};
	struct copy c;

	build(&c, &ext, 1, 128, 16);
	T_EQ(c.bytes, 32);
	T_BYTES(c.desc, want, 32);
	t_cdw(&c.cdw, 1, 0, 0);
	t_free(c.desc);
}

/* NVM 3.2.2, figure 35: NR has eight bits, and the format is above them. */
static void all_256_descriptors(void)
{
	struct copyoff_extent *ext = t_alloc(256 * sizeof(*ext));
	struct copy c;
	u32 i;

	for (i = 0; i < 256; i++)
		ext[i] = (struct copyoff_extent){ 1000 + i, 1 + i };
	build(&c, ext, 256, 7, 9);
	T_EQ(c.bytes, 8192);
	t_cdw(&c.cdw, 7, 0, 0xff);
	for (i = 0; i < 256; i++) {
		const u8 *d = (const u8 *)&c.desc[i];

		T_EQ(d[8] | d[9] << 8, 1000 + i);
		T_EQ(d[16], i);
		T_EQ(d[17], 0);
	}
	t_free(c.desc);
	t_free(ext);
}

/* NVM figure 22, Base figure 138. */
static void opcodes(void)
{
	T_EQ(COPYOFF_NVME_OP_COPY, 0x19);
	T_EQ(COPYOFF_NVME_OP_IDENTIFY, 0x06);
	T_EQ(COPYOFF_NVME_ID_BYTES, 4096);
}

/* ---- Identify ---- */

static u8 *identify(u8 fill)
{
	u8 *id = t_alloc(COPYOFF_NVME_ID_BYTES);

	memset(id, fill, COPYOFF_NVME_ID_BYTES);
	return id;
}

/* Base figure 275: ONCS is bytes 521:520, Copy is its bit 8, no other. */
static void has_copy_is_one_bit(void)
{
	u8 *id = identify(0);

	T_TRUE(!copyoff_nvme_has_copy(id));
	id[521] = 0x01;
	T_TRUE(copyoff_nvme_has_copy(id));
	memset(id, 0xff, COPYOFF_NVME_ID_BYTES);
	T_TRUE(copyoff_nvme_has_copy(id));
	id[521] = 0xfe;
	T_TRUE(!copyoff_nvme_has_copy(id));
	t_free(id);
}

/* NVM figure 97: what is where, with nothing but noise around it. */
static void ns_members(void)
{
	u8 *id = identify(0xee);
	struct copyoff_nvme_ns ns;

	id[25] = 0;		/* NLBAF */
	id[26] = 0x00;		/* FLBAS */
	id[29] = 0x00;		/* DPS */
	id[74] = 0x34;		/* MSSRL */
	id[75] = 0x12;
	id[76] = 0x78;		/* MCL */
	id[77] = 0x56;
	id[78] = 0x34;
	id[79] = 0xf2;
	id[80] = 0x7f;		/* MSRC */
	id[128] = 0x00;		/* LBAF0: MS, LBADS, RP */
	id[129] = 0x00;
	id[130] = 12;
	id[131] = 0x03;
	copyoff_nvme_parse_ns(id, &ns);
	T_EQ(ns.limits.lba_shift, 12);
	T_EQ(ns.limits.extent_lbas, 0x1234);
	T_EQ(ns.limits.command_lbas, 0xf2345678);
	T_EQ(ns.limits.extents, 128);
	T_EQ(ns.metadata_bytes, 0);
	T_TRUE(!ns.protection);
	T_TRUE(ns.lbaf_known);
	t_free(id);
}

/* NVM figure 97: MSRC is 0-based, MSSRL and MCL are not. */
static void ns_limits_at_extremes(void)
{
	u8 *id = identify(0);
	struct copyoff_nvme_ns ns;

	id[130] = 9;
	copyoff_nvme_parse_ns(id, &ns);
	T_EQ(ns.limits.extent_lbas, 0);
	T_EQ(ns.limits.command_lbas, 0);
	T_EQ(ns.limits.extents, 1);
	memset(id + 74, 0xff, 7);
	copyoff_nvme_parse_ns(id, &ns);
	T_EQ(ns.limits.extent_lbas, 0xffff);
	T_EQ(ns.limits.command_lbas, 0xffffffff);
	T_EQ(ns.limits.extents, 256);
	T_EQ(ns.limits.lba_shift, 9);
	t_free(id);
}

/*
 * NVM figure 97, FLBAS: bits 3:0 and 6:5 choose the format, the latter only
 * where there are more than 16 of them (NLBAF is 0-based). Bit 4 says where
 * metadata goes, bit 7 nothing.
 */
static const struct flbas_row {
	u8 nlbaf;
	u8 flbas;
	u8 index;
	bool known;
} flbas_rows[] = {
	{ 0, 0x00, 0, true },
	{ 0, 0x01, 1, false },
	{ 1, 0x01, 1, true },
	{ 1, 0x11, 1, true },
	{ 1, 0x91, 1, true },
	{ 1, 0x02, 2, false },
	{ 15, 0x0f, 15, true },
	{ 14, 0x0f, 15, false },
	{ 15, 0x60, 0, true },
	{ 15, 0x23, 3, true },
	{ 16, 0x20, 16, true },
	{ 16, 0x00, 0, true },
	{ 16, 0x21, 17, false },
	{ 16, 0x40, 32, false },
	{ 32, 0x40, 32, true },
	{ 48, 0x60, 48, true },
	{ 47, 0x60, 48, false },
	{ 63, 0x6f, 63, true },
	{ 63, 0xff, 63, true },
	{ 63, 0x3f, 31, true },
	{ 62, 0x6f, 63, false },
};

/* Each format has metadata of its own number and 512 byte blocks. */
static void ns_format_index(void)
{
	u8 *id = identify(0);
	size_t i;

	for (i = 0; i < 64; i++) {
		id[128 + 4 * i] = i;
		id[129 + 4 * i] = 1;
		id[130 + 4 * i] = 9;
	}
	for (i = 0; i < ARRAY_SIZE(flbas_rows); i++) {
		const struct flbas_row *r = &flbas_rows[i];
		struct copyoff_nvme_ns ns;
		char row[32];

		snprintf(row, sizeof(row), "NLBAF %u FLBAS %#x", r->nlbaf,
			 r->flbas);
		t_about(row);
		id[25] = r->nlbaf;
		id[26] = r->flbas;
		copyoff_nvme_parse_ns(id, &ns);
		T_EQ(ns.metadata_bytes, 256 + r->index);
		T_EQ(ns.lbaf_known, r->known);
		t_about("");
	}
	t_free(id);
}

/* NVM figure 98, LBADS: below 9 is reserved or "not available". */
static void ns_block_sizes(void)
{
	u8 *id = identify(0);
	u32 lbads;

	for (lbads = 0; lbads < 256; lbads++) {
		struct copyoff_nvme_ns ns;

		id[130] = lbads;
		copyoff_nvme_parse_ns(id, &ns);
		T_EQ(ns.limits.lba_shift, lbads);
		T_EQ(ns.lbaf_known, lbads >= 9 && lbads <= 16);
	}
	t_free(id);
}

/* NVM figure 98, MS: 16 bits. */
static void ns_metadata(void)
{
	u8 *id = identify(0);
	struct copyoff_nvme_ns ns;

	id[128] = 0x08;
	copyoff_nvme_parse_ns(id, &ns);
	T_EQ(ns.metadata_bytes, 8);
	id[129] = 0x80;
	copyoff_nvme_parse_ns(id, &ns);
	T_EQ(ns.metadata_bytes, 0x8008);
	t_free(id);
}

/* NVM figure 97, DPS: bits 2:0 are the type, 0 is none; bit 3 is where. */
static void ns_protection(void)
{
	u8 *id = identify(0);
	u32 dps;

	for (dps = 0; dps < 256; dps++) {
		struct copyoff_nvme_ns ns;

		id[29] = dps;
		copyoff_nvme_parse_ns(id, &ns);
		T_EQ(ns.protection, (dps & 7) != 0);
	}
	t_free(id);
}

/* ---- status: Base figures 93 to 98, NVM figure 38 ---- */

#define CRD	0x1800
#define MORE	0x2000
#define DNR	0x4000

static const struct verdict_row {
	int result;
	enum copyoff_verdict_kind kind;
	int err;
	u32 detail;
} verdict_rows[] = {
	{ 0, COPYOFF_DONE, 0, 0 },

	/* No such command, or not in this form. */
	{ 0x001, COPYOFF_UNSUPPORTED, 0, 0x001 },
	{ 0x001 | DNR, COPYOFF_UNSUPPORTED, 0, 0x001 },
	{ 0x6001, COPYOFF_UNSUPPORTED, 0, 0x001 },
	{ 0x002, COPYOFF_UNSUPPORTED, 0, 0x002 },
	{ 0x4002, COPYOFF_UNSUPPORTED, 0, 0x002 },

	/* Command Size Limit Exceeded. */
	{ 0x183, COPYOFF_LIMIT, 0, 0x183 },
	{ 0x4183, COPYOFF_LIMIT, 0, 0x183 },
	{ 0x183 | DNR | MORE | CRD, COPYOFF_LIMIT, 0, 0x183 },

	/* Path related: all of them, also those that are not known yet. */
	{ 0x300, COPYOFF_PATH, 0, 0x300 },
	{ 0x301, COPYOFF_PATH, 0, 0x301 },
	{ 0x2302, COPYOFF_PATH, 0, 0x302 },
	{ 0x303, COPYOFF_PATH, 0, 0x303 },
	{ 0x360, COPYOFF_PATH, 0, 0x360 },
	{ 0x370, COPYOFF_PATH, 0, 0x370 },
	{ 0x371, COPYOFF_PATH, 0, 0x371 },
	{ 0x4371, COPYOFF_PATH, 0, 0x371 },
	{ 0x3ff, COPYOFF_PATH, 0, 0x3ff },

	/* What the host must not get round. */
	{ 0x083, COPYOFF_FAIL, -EBADE, 0x083 },
	{ 0x4083, COPYOFF_FAIL, -EBADE, 0x083 },
	{ 0x020, COPYOFF_FAIL, -EROFS, 0x020 },
	{ 0x4020, COPYOFF_FAIL, -EROFS, 0x020 },
	{ 0x182, COPYOFF_FAIL, -EROFS, 0x182 },
	{ 0x4182, COPYOFF_FAIL, -EROFS, 0x182 },
	{ 0x081, COPYOFF_FAIL, -ENOSPC, 0x081 },
	{ 0x4081, COPYOFF_FAIL, -ENOSPC, 0x081 },

	/* All else: the host tries. */
	{ 0x004, COPYOFF_REDO, 0, 0x004 },	/* data transfer error */
	{ 0x006, COPYOFF_REDO, 0, 0x006 },	/* internal error */
	{ 0x4006, COPYOFF_REDO, 0, 0x006 },
	{ 0x007, COPYOFF_REDO, 0, 0x007 },	/* abort requested */
	{ 0x00b, COPYOFF_REDO, 0, 0x00b },	/* invalid namespace */
	{ 0x080, COPYOFF_REDO, 0, 0x080 },	/* LBA out of range */
	{ 0x082, COPYOFF_REDO, 0, 0x082 },	/* namespace not ready */
	{ 0x180, COPYOFF_REDO, 0, 0x180 },
	{ 0x181, COPYOFF_REDO, 0, 0x181 },	/* protection information */
	{ 0x280, COPYOFF_REDO, 0, 0x280 },	/* write fault */
	{ 0x281, COPYOFF_REDO, 0, 0x281 },	/* unrecovered read */
	{ 0x700, COPYOFF_REDO, 0, 0x700 },	/* vendor specific */
	{ 0x7ff, COPYOFF_REDO, 0, 0x7ff },
	/* The same codes in another type are something else. */
	{ 0x101, COPYOFF_REDO, 0, 0x101 },
	{ 0x283, COPYOFF_REDO, 0, 0x283 },
	{ 0x783, COPYOFF_REDO, 0, 0x783 },
	{ 0x120, COPYOFF_REDO, 0, 0x120 },

	/* Not zero, but says nothing: certainly not "done". */
	{ DNR, COPYOFF_REDO, 0, 0 },
	{ MORE, COPYOFF_REDO, 0, 0 },
	{ CRD, COPYOFF_REDO, 0, 0 },
	{ 0x0800, COPYOFF_REDO, 0, 0 },

	/* The transport's. */
	{ -ENODEV, COPYOFF_PATH, 0, 0 },
	{ -EINTR, COPYOFF_PATH, 0, 0 },
	{ -EIO, COPYOFF_REDO, 0, 0 },
	{ -ENOMEM, COPYOFF_REDO, 0, 0 },
	{ -EINVAL, COPYOFF_REDO, 0, 0 },
	{ -EAGAIN, COPYOFF_REDO, 0, 0 },
	{ -ETIMEDOUT, COPYOFF_REDO, 0, 0 },
	{ -EROFS, COPYOFF_REDO, 0, 0 },
	{ -EPERM, COPYOFF_REDO, 0, 0 },
	/* Whose low bits would be a status that says more. */
	{ -0x67f, COPYOFF_REDO, 0, 0 },
	{ -0x800, COPYOFF_REDO, 0, 0 },
	{ INT_MIN, COPYOFF_REDO, 0, 0 },
};

static void verdict_table(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(verdict_rows); i++) {
		const struct verdict_row *r = &verdict_rows[i];
		struct copyoff_verdict v;
		char row[32];

		snprintf(row, sizeof(row), "result %#x", (unsigned int)r->result);
		t_about(row);
		memset(&v, 0xa5, sizeof(v));
		copyoff_nvme_verdict(r->result, true, true, &v);
		T_EQ(v.kind, r->kind);
		T_EQ(v.err, r->err);
		T_EQ(v.detail, r->detail);
		T_TRUE(!v.doubt);
		t_about("");
	}
}

/* Every status there can be, with and without the bits above it. */
static void verdict_all(void)
{
	u32 status, above;

	for (status = 1; status <= 0x7ff; status++)
		for (above = 0; above < 16; above++) {
			struct copyoff_verdict v, plain;

			copyoff_nvme_verdict(status, true, true, &plain);
			copyoff_nvme_verdict(status | above << 11, false, above & 1, &v);
			T_EQ(v.kind, plain.kind);
			T_EQ(v.err, plain.err);
			T_EQ(v.detail, status);
			T_TRUE(v.kind != COPYOFF_DONE);
			T_EQ(v.kind == COPYOFF_FAIL, v.err < 0);
			T_TRUE(v.err <= 0);
			T_EQ(v.kind == COPYOFF_PATH,
			     status >> 8 == 3 || status == 0x008);
			/* All others are the controller's own words. */
			T_TRUE(!plain.doubt);
			T_EQ(v.doubt, status == 0x370 || status == 0x371);
		}
}

/* No errno says that the bytes are there, or that it is all over. */
static void verdict_errnos(void)
{
	int err;

	for (err = 1; err < 4096; err++) {
		struct copyoff_verdict v;

		copyoff_nvme_verdict(-err, err & 1, err & 2, &v);
		T_EQ(v.kind, err == ENODEV || err == EINTR ? COPYOFF_PATH :
							     COPYOFF_REDO);
		T_EQ(v.err, 0);
		T_EQ(v.detail, 0);
	}
}

/* A byte of either page, or the namespace's number, makes another thing of it. */
static void identity(void)
{
	static const struct {
		u32 at, len;
		bool ctrl;
	} part[] = { { 4, 20, true }, { 24, 40, true }, { 104, 16, false },
		     { 120, 8, false } };
	u8 a[COPYOFF_IDENTITY_BYTES], b[COPYOFF_IDENTITY_BYTES];
	u8 *ctrl = identify(0x11), *ns = identify(0x22);
	size_t p, i;

	ns[30] = 0xfe;
	T_TRUE(!copyoff_nvme_identity(ctrl, ns, 1, a));
	ns[30] = 1;
	T_TRUE(copyoff_nvme_identity(ctrl, ns, 1, a));
	T_TRUE(copyoff_nvme_identity(ctrl, ns, 0x1000001, b));
	T_TRUE(memcmp(a, b, sizeof(a)));
	for (p = 0; p < ARRAY_SIZE(part); p++)
		for (i = 0; i < part[p].len; i++) {
			u8 *page = part[p].ctrl ? ctrl : ns;

			page[part[p].at + i] ^= 0x40;
			T_TRUE(copyoff_nvme_identity(ctrl, ns, 1, b));
			T_TRUE(memcmp(a, b, sizeof(a)));
			page[part[p].at + i] ^= 0x40;
		}
	/* The number of the controller does not. */
	ctrl[78] ^= 1;
	T_TRUE(copyoff_nvme_identity(ctrl, ns, 1, b));
	T_TRUE(!memcmp(a, b, sizeof(a)));
	t_free(ctrl);
	t_free(ns);
}

/*
 * What was cancelled may go on, unless the controller was disabled first and
 * nobody else leads there; a dead queue took nothing.
 */
static void verdict_doubt(void)
{
	int i;

	for (i = -4096; i <= 0x7ff; i++) {
		struct copyoff_verdict fabric, fabrics, pci, pcis;
		bool cancelled = i == -EINTR || i == 0x371;

		copyoff_nvme_verdict(i, false, true, &fabric);
		copyoff_nvme_verdict(i, false, false, &fabrics);
		copyoff_nvme_verdict(i, true, true, &pci);
		copyoff_nvme_verdict(i, true, false, &pcis);
		T_EQ(fabric.doubt, cancelled || i == 0x370);
		T_EQ(fabrics.doubt, fabric.doubt);
		T_EQ(pcis.doubt, cancelled);
		T_TRUE(!pci.doubt);
		T_EQ(fabric.kind, pci.kind);
		T_EQ(pcis.kind, pci.kind);
	}
}

#define CASES(X)			\
	X(descriptor_members)		\
	X(descriptor_tag_before_mask)	\
	X(golden_512)			\
	X(golden_4096)			\
	X(golden_65536)			\
	X(all_256_descriptors)		\
	X(opcodes)			\
	X(has_copy_is_one_bit)		\
	X(ns_members)			\
	X(ns_limits_at_extremes)	\
	X(ns_format_index)		\
	X(ns_block_sizes)		\
	X(ns_metadata)			\
	X(ns_protection)		\
	X(verdict_table)		\
	X(verdict_all)			\
	X(verdict_errnos)		\
	X(verdict_doubt)		\
	X(identity)

T_SUITE(nvme_wire, CASES);
