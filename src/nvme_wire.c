// SPDX-License-Identifier: GPL-2.0-only
/*
 * What goes over the wire for NVMe Copy.
 */
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/types.h>
#include <asm/byteorder.h>

#include "nvme_wire.h"

static_assert(sizeof(struct copyoff_nvme_desc) == 32);

/* Identify Controller: Base figure 275. */
#define ID_CTRL_SN		4
#define ID_CTRL_SN_MN_BYTES	60
#define ID_CTRL_ONCS		520
#define ONCS_COPY		BIT(8)

/* Identify Namespace: NVM figure 97. */
#define ID_NS_NLBAF		25
#define ID_NS_FLBAS		26
#define ID_NS_DPS		29
#define ID_NS_NMIC		30
#define ID_NS_MSSRL		74
#define ID_NS_MCL		76
#define ID_NS_MSRC		80
#define ID_NS_NGUID		104
#define ID_NS_NGUID_EUI64_BYTES	24
#define ID_NS_LBAF0		128
#define LBAF_BYTES		4
#define DPS_PIT_MASK		0x7
#define NMIC_SHARED		BIT(0)

static_assert(ID_CTRL_SN_MN_BYTES + ID_NS_NGUID_EUI64_BYTES + 4 ==
	      COPYOFF_IDENTITY_BYTES);

/* Status code type and status code; CRD, MORE and DNR are above. */
#define STATUS_MASK		0x7ff
#define STATUS_SCT_MASK		0x700
#define SCT_PATH		0x300
/* Path related status that the host itself gives: Base figure 103. */
#define SC_HOST_PATH_ERROR	0x370
#define SC_HOST_ABORTED		0x371

/* Generic command status: Base figure 94. */
#define SC_INVALID_OPCODE	0x001
#define SC_INVALID_FIELD	0x002
#define SC_SQ_DELETED		0x008
#define SC_NS_WRITE_PROTECTED	0x020
#define SC_CAP_EXCEEDED		0x081
#define SC_RESERVATION_CONFLICT	0x083
/* Command specific status of Copy: NVM figure 38. */
#define SC_ATTEMPTED_READ_ONLY	0x182
#define SC_CMD_SIZE_LIMIT	0x183

static u32 get16(const u8 *p)
{
	return p[0] | p[1] << 8;
}

static u32 get32(const u8 *p)
{
	return get16(p) | get16(p + 2) << 16;
}

bool copyoff_nvme_has_copy(const u8 *id_ctrl)
{
	return get16(id_ctrl + ID_CTRL_ONCS) & ONCS_COPY;
}

/* FLBAS bits 3:0 and, above them, bits 6:5. */
static u32 format_index(const u8 *id_ns)
{
	u8 flbas = id_ns[ID_NS_FLBAS];

	/* With 16 formats or fewer the upper bits are reserved. */
	if (id_ns[ID_NS_NLBAF] < 16)
		return flbas & 0xf;
	return (flbas & 0xf) | (flbas & 0x60) >> 1;
}

void copyoff_nvme_parse_ns(const u8 *id_ns, struct copyoff_nvme_ns *ns)
{
	const u8 *lbaf = id_ns + ID_NS_LBAF0 + LBAF_BYTES * format_index(id_ns);

	memset(ns, 0, sizeof(*ns));
	ns->limits.lba_shift = lbaf[2];
	ns->lbaf_known = format_index(id_ns) <= id_ns[ID_NS_NLBAF] &&
			 lbaf[2] >= 9 && lbaf[2] <= 16;
	ns->metadata_bytes = get16(lbaf);
	ns->protection = id_ns[ID_NS_DPS] & DPS_PIT_MASK;
	ns->limits.extent_lbas = get16(id_ns + ID_NS_MSSRL);
	ns->limits.command_lbas = get32(id_ns + ID_NS_MCL);
	/* MSRC is 0-based: it cannot state that there is no limit. */
	ns->limits.extents = id_ns[ID_NS_MSRC] + 1;
}

bool copyoff_nvme_identity(const u8 *id_ctrl, const u8 *id_ns, u32 nsid,
			   u8 *identity)
{
	if (!(id_ns[ID_NS_NMIC] & NMIC_SHARED))
		return false;
	memcpy(identity, id_ctrl + ID_CTRL_SN, ID_CTRL_SN_MN_BYTES);
	identity += ID_CTRL_SN_MN_BYTES;
	memcpy(identity, id_ns + ID_NS_NGUID, ID_NS_NGUID_EUI64_BYTES);
	memcpy(identity + ID_NS_NGUID_EUI64_BYTES, &nsid, sizeof(nsid));
	return true;
}

u32 copyoff_nvme_build(const struct copyoff_extent *ext, u32 nr, u64 dst,
		       u32 lba_shift, struct copyoff_nvme_desc *desc,
		       struct copyoff_nvme_cdw *cdw)
{
	u32 shift = lba_shift - 9;
	u64 sdlba = dst >> shift;
	u32 i;

	memset(desc, 0, nr * sizeof(*desc));
	for (i = 0; i < nr; i++) {
		desc[i].slba = cpu_to_le64(ext[i].src >> shift);
		desc[i].nlb = cpu_to_le16((ext[i].sectors >> shift) - 1);
	}
	memset(cdw, 0, sizeof(*cdw));
	cdw->cdw10 = sdlba;
	cdw->cdw11 = sdlba >> 32;
	cdw->cdw12 = nr - 1;	/* 0-based; descriptor format 0 in bits 11:8 */
	return nr * sizeof(*desc);
}

static enum copyoff_verdict_kind kind_of(u32 status)
{
	if ((status & STATUS_SCT_MASK) == SCT_PATH)
		return COPYOFF_PATH;
	switch (status) {
	case SC_SQ_DELETED:
		/* Its controller is being reset: nothing is wrong with it. */
		return COPYOFF_PATH;
	case SC_INVALID_OPCODE:
	case SC_INVALID_FIELD:
		return COPYOFF_UNSUPPORTED;
	case SC_CMD_SIZE_LIMIT:
		return COPYOFF_LIMIT;
	case SC_RESERVATION_CONFLICT:
	case SC_NS_WRITE_PROTECTED:
	case SC_ATTEMPTED_READ_ONLY:
	case SC_CAP_EXCEEDED:
		return COPYOFF_FAIL;
	default:
		return COPYOFF_REDO;
	}
}

static int errno_of(u32 status)
{
	switch (status) {
	case SC_RESERVATION_CONFLICT:
		return -EBADE;
	case SC_CAP_EXCEEDED:
		return -ENOSPC;
	default:
		return -EROFS;
	}
}

/* Was it sent, perhaps, and then cancelled by the host? */
static bool is_cancelled(int result)
{
	return result == -EINTR ||
	       (result > 0 && (result & STATUS_MASK) == SC_HOST_ABORTED);
}

/* The same of what failed on its way, or was never sent: no one can tell. */
static bool is_path_error(int result)
{
	return result > 0 && (result & STATUS_MASK) == SC_HOST_PATH_ERROR;
}

void copyoff_nvme_verdict(int result, bool pci, bool only,
			  struct copyoff_verdict *v)
{
	u32 status = result & STATUS_MASK;

	memset(v, 0, sizeof(*v));
	v->doubt = (is_cancelled(result) && !(pci && only)) ||
		   (is_path_error(result) && !pci);
	if (!result) {
		v->kind = COPYOFF_DONE;
	} else if (result == -ENODEV || result == -EINTR) {
		/* A dead queue, or cancelled by a reset of its controller. */
		v->kind = COPYOFF_PATH;
	} else if (result < 0 || !status) {
		v->kind = COPYOFF_REDO;
	} else {
		v->kind = kind_of(status);
		v->detail = status;
		if (v->kind == COPYOFF_FAIL)
			v->err = errno_of(status);
	}
}
