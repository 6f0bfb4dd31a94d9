/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What goes over the wire for NVMe Copy, by the NVM Command Set Specification
 * 1.0c and the NVMe Base Specification 2.0c. Pure: any context.
 */
#ifndef COPYOFF_NVME_WIRE_H
#define COPYOFF_NVME_WIRE_H

#include <linux/types.h>

#include "limits.h"
#include "range.h"
#include "verdict.h"

#define COPYOFF_NVME_OP_COPY		0x19	/* NVM figure 22 */
#define COPYOFF_NVME_OP_IDENTIFY	0x06	/* Base figure 138 */
#define COPYOFF_NVME_ID_BYTES		4096

/* Source range descriptor, format 0: NVM 3.2.2, figure 39. */
struct copyoff_nvme_desc {
	u8 rsvd0[8];
	__le64 slba;
	__le16 nlb;		/* 0-based */
	u8 rsvd18[6];
	__le32 eilbrt;
	__le16 elbat;
	__le16 elbatm;
};

/* Command dwords 10 to 15 of Copy: NVM 3.2.2, figures 32 to 37. */
struct copyoff_nvme_cdw {
	u32 cdw10;
	u32 cdw11;
	u32 cdw12;
	u32 cdw13;
	u32 cdw14;
	u32 cdw15;
};

/* What we need of Identify Namespace: NVM 4.1.5.1, figure 97. */
struct copyoff_nvme_ns {
	struct copyoff_limits limits;
	u32 metadata_bytes;	/* of each block */
	bool protection;	/* protection information is enabled */
	bool lbaf_known;	/* the current format is one that is described */
};

/* Does Identify Controller (CNS 01h) say that Copy is there? ONCS bit 8. */
bool copyoff_nvme_has_copy(const u8 *id_ctrl);

/* Take Identify Namespace (CNS 00h) apart. */
void copyoff_nvme_parse_ns(const u8 *id_ns, struct copyoff_nvme_ns *ns);

/*
 * copyoff_nvme_identity() - what is the same by all ways to a namespace
 * @id_ctrl, @id_ns: Identify Controller and Namespace
 * @identity: COPYOFF_IDENTITY_BYTES
 *
 * False if there is but one way to it, as the namespace says (NMIC bit 0). No
 * single name would do: many a device has none, or that of its brothers.
 */
bool copyoff_nvme_identity(const u8 *id_ctrl, const u8 *id_ns, u32 nsid,
			   u8 *identity);

/*
 * copyoff_nvme_build() - a Copy command, descriptor format 0
 * @ext, @nr: its sources; multiples of the block size, none over 65536 blocks
 * @dst: where they go, in sectors
 * @lba_shift: log2 of the block size
 * @desc: room for @nr descriptors
 *
 * Returns the exact bytes of descriptors to send: some fabrics targets check
 * the length.
 */
u32 copyoff_nvme_build(const struct copyoff_extent *ext, u32 nr, u64 dst,
		       u32 lba_shift, struct copyoff_nvme_desc *desc,
		       struct copyoff_nvme_cdw *cdw);

/*
 * copyoff_nvme_verdict() - what to do after a completion
 * @result: 0, an NVMe status with or without its MORE, DNR and CRD bits, or a
 *	negative errno of the transport
 * @pci: the controller is on PCI
 * @only: there is no other way to the namespace
 *
 * A command that the host gave up may go on, where the controller lives on
 * behind a fabric. On PCI it was disabled before; unless that has failed, which
 * the driver does not tell. Then only a reset brings the path back, but what was
 * cancelled may meet what is sent by another path.
 */
void copyoff_nvme_verdict(int result, bool pci, bool only,
			  struct copyoff_verdict *v);

#endif /* COPYOFF_NVME_WIRE_H */
