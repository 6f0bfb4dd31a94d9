/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all that SCSI devices send and take is made of: big-endian numbers, at any
 * address, and VPD pages. Pure.
 */
#ifndef COPYOFF_SCSI_BYTES_H
#define COPYOFF_SCSI_BYTES_H

#include <linux/minmax.h>
#include <linux/types.h>

static inline u32 copyoff_get_be16(const u8 *p)
{
	return (u32)p[0] << 8 | p[1];
}

static inline u32 copyoff_get_be32(const u8 *p)
{
	return copyoff_get_be16(p) << 16 | copyoff_get_be16(p + 2);
}

static inline void copyoff_put_be16(u8 *p, u32 v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static inline void copyoff_put_be32(u8 *p, u32 v)
{
	copyoff_put_be16(p, v >> 16);
	copyoff_put_be16(p + 2, v);
}

static inline void copyoff_put_be64(u8 *p, u64 v)
{
	copyoff_put_be32(p, v >> 32);
	copyoff_put_be32(p + 4, v);
}

#define COPYOFF_VPD_HEADER	4U

/*
 * Where a VPD page ends, as far as it was sent; 0 if it is another than @code, or
 * has a PERIPHERAL QUALIFIER: then there is no such unit.
 */
static inline u32 copyoff_vpd_end(const u8 *page, u32 len, u8 code)
{
	if (len < COPYOFF_VPD_HEADER || (page[0] & 0xe0) || page[1] != code)
		return 0;
	return min(len, COPYOFF_VPD_HEADER + copyoff_get_be16(page + 2));
}

#endif /* COPYOFF_SCSI_BYTES_H */
