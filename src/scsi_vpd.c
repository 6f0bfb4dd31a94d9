// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a logical unit says of itself.
 */
#include <linux/build_bug.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/types.h>

#include "scsi_bytes.h"
#include "scsi_vpd.h"

/* Standard INQUIRY data: byte offsets. */
#define INQUIRY_VENDOR		8
#define INQUIRY_PRODUCT		16
#define INQUIRY_PRODUCT_END	32

#define PAGE_HEADER		COPYOFF_VPD_HEADER
#define PAGE_SERIAL		0x80
#define PAGE_NAMES		0x83

/* Designation descriptors of page 83h. */
#define DESIGNATOR_HEADER	4
#define CODE_SET_MASK		0x0f
#define CODE_SET_BINARY		1
#define ASSOCIATION_MASK	0x30	/* 0: the logical unit */
#define TYPE_MASK		0x0f
#define TYPE_T10		1
#define TYPE_EUI64		2
#define TYPE_NAA		3
#define TYPE_SCSI_NAME		8
#define TYPE_UUID		0xa
#define NAA_LOCAL		3

/* ---- names ---- */

struct name {
	u8 code_set;
	u8 type;
	const u8 *bytes;
	u32 len;
};

/* The next name of the logical unit, from @at on; false: no more. */
static bool next_name(const u8 *page, u32 end, u32 *at, struct name *n)
{
	while (*at + DESIGNATOR_HEADER <= end) {
		const u8 *head = page + *at;
		u32 next = *at + DESIGNATOR_HEADER + head[3];

		if (next > end)
			return false;
		*at = next;
		if (head[1] & ASSOCIATION_MASK)
			continue;
		n->code_set = head[0] & CODE_SET_MASK;
		n->type = head[1] & TYPE_MASK;
		n->bytes = head + DESIGNATOR_HEADER;
		n->len = head[3];
		return true;
	}
	return false;
}

/* The digit that says which kind of NAA it is; 0: not any. */
static u32 naa_of(const struct name *n)
{
	if (n->type != TYPE_NAA || n->code_set != CODE_SET_BINARY || !n->len)
		return 0;
	return n->bytes[0] >> 4;
}

/* How good is it for an address? 0: of no use. */
static u32 rank(const struct name *n)
{
	switch (naa_of(n)) {
	case 6:
		return n->len == 16 ? 3 : 0;
	case 5:
		return n->len == 8 ? 2 : 0;
	case 2:
		return n->len == 8 ? 1 : 0;
	default:
		return 0;
	}
}

static enum copyoff_scsi_naming naming_of(const struct name *n)
{
	if (rank(n))
		return COPYOFF_SCSI_NAMED;
	return naa_of(n) == NAA_LOCAL ? COPYOFF_SCSI_LOCAL_NAME :
					COPYOFF_SCSI_OTHER_NAMES;
}

enum copyoff_scsi_naming copyoff_scsi_naming(const u8 *page, u32 len,
					     struct copyoff_designator *d)
{
	u32 best = 0, at = PAGE_HEADER, end = copyoff_vpd_end(page, len, PAGE_NAMES);
	enum copyoff_scsi_naming found = COPYOFF_SCSI_UNNAMED;
	struct name n;

	memset(d, 0, sizeof(*d));
	if (!end)
		return COPYOFF_SCSI_NO_PAGE;
	while (next_name(page, end, &at, &n)) {
		found = max(found, naming_of(&n));
		if (rank(&n) <= best)
			continue;
		best = rank(&n);
		memset(d, 0, sizeof(*d));
		memcpy(d->bytes, n.bytes, n.len);
		d->len = n.len;
	}
	return found;
}

bool copyoff_scsi_designator(const u8 *page, u32 len,
			     struct copyoff_designator *d)
{
	return copyoff_scsi_naming(page, len, d) == COPYOFF_SCSI_NAMED;
}

static bool equal(const u8 *a, u32 a_len, const u8 *b, u32 b_len)
{
	return a_len && a_len == b_len && !memcmp(a, b, a_len);
}

bool copyoff_designator_equal(const struct copyoff_designator *a,
			      const struct copyoff_designator *b)
{
	return equal(a->bytes, a->len, b->bytes, b->len);
}

bool copyoff_scsi_lists_name(const u8 *page, u32 len,
			     const struct copyoff_designator *d)
{
	u32 at = PAGE_HEADER, end = copyoff_vpd_end(page, len, PAGE_NAMES);
	struct name n;

	while (next_name(page, end, &at, &n))
		if (naa_of(&n) && equal(n.bytes, n.len, d->bytes, d->len))
			return true;
	return false;
}

/* ---- serial number ---- */

static bool is_space(u8 c)
{
	return c == ' ' || !c;
}

u32 copyoff_scsi_serial(const u8 *page, u32 len, const u8 **serial)
{
	u32 at = PAGE_HEADER, end = copyoff_vpd_end(page, len, PAGE_SERIAL);

	if (!end || end < PAGE_HEADER + copyoff_get_be16(page + 2))
		return 0;
	while (at < end && is_space(page[at]))
		at++;
	while (at < end && is_space(page[end - 1]))
		end--;
	*serial = page + at;
	return end - at <= COPYOFF_SCSI_SERIAL_BYTES ? end - at : 0;
}

/* ---- identity ---- */

/* FNV-1a. */
#define DIGEST_BASIS	0xcbf29ce484222325ULL
#define DIGEST_PRIME	0x100000001b3ULL

static u64 digest(u64 h, const u8 *p, u32 len)
{
	while (len--)
		h = (h ^ *p++) * DIGEST_PRIME;
	return h;
}

/* Names that are the unit's own, by whatever port it is asked. */
static bool lasts(u8 type)
{
	return type == TYPE_T10 || type == TYPE_EUI64 || type == TYPE_NAA ||
	       type == TYPE_SCSI_NAME || type == TYPE_UUID;
}

static u64 digest_names(const u8 *page, u32 len)
{
	u32 at = PAGE_HEADER, end = copyoff_vpd_end(page, len, PAGE_NAMES);
	struct name n;
	u64 sum = 0;

	while (next_name(page, end, &at, &n)) {
		u8 head[2] = { n.code_set, n.type };

		if (lasts(n.type))
			sum += digest(digest(DIGEST_BASIS, head, sizeof(head)),
				      n.bytes, n.len);
	}
	return sum;
}

void copyoff_scsi_identify(const struct copyoff_scsi_pages *p,
			   struct copyoff_scsi_identity *id)
{
	const u8 *serial = NULL;

	memset(id, 0, sizeof(*id));
	copyoff_scsi_naming(p->names, p->names_len, &id->name);
	id->names = digest_names(p->names, p->names_len);
	if (p->inquiry_len >= INQUIRY_PRODUCT_END) {
		memcpy(id->vendor, p->inquiry + INQUIRY_VENDOR,
		       sizeof(id->vendor));
		memcpy(id->product, p->inquiry + INQUIRY_PRODUCT,
		       sizeof(id->product));
	}
	id->serial_len = copyoff_scsi_serial(p->serial, p->serial_len, &serial);
	if (id->serial_len)
		memcpy(id->serial, serial, id->serial_len);
}

static bool same(const struct copyoff_scsi_identity *a,
		 const struct copyoff_scsi_identity *b)
{
	return equal(a->serial, a->serial_len, b->serial, b->serial_len) &&
	       !memcmp(a->vendor, b->vendor, sizeof(a->vendor)) &&
	       !memcmp(a->product, b->product, sizeof(a->product)) &&
	       a->names == b->names;
}

enum copyoff_scsi_kin copyoff_scsi_kin(const struct copyoff_scsi_identity *a,
				       const struct copyoff_scsi_pages *b)
{
	struct copyoff_scsi_identity other;

	if (!copyoff_scsi_lists_name(b->names, b->names_len, &a->name))
		return COPYOFF_SCSI_STRANGER;
	copyoff_scsi_identify(b, &other);
	return same(a, &other) ? COPYOFF_SCSI_SAME : COPYOFF_SCSI_CLASH;
}

/* What is left for the end of a serial, behind all else. */
#define SERIAL_END	(COPYOFF_IDENTITY_BYTES - 16 - 8 - 16 - 8)

static_assert(SERIAL_END == 40);

void copyoff_scsi_identity_bytes(const struct copyoff_scsi_identity *id,
				 u8 *identity)
{
	u32 end = min_t(u32, id->serial_len, SERIAL_END);

	memset(identity, 0, COPYOFF_IDENTITY_BYTES);
	memcpy(identity, id->name.bytes, 16);
	memcpy(identity + 16, id->vendor, 8);
	memcpy(identity + 24, id->product, 16);
	copyoff_put_be64(identity + 40, digest(id->names, id->serial,
					       id->serial_len));
	memcpy(identity + 48, id->serial + id->serial_len - end, end);
}
