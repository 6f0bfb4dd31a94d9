/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a logical unit says of itself in INQUIRY data and in vital product data,
 * by SPC-4 (INCITS 513-2015), clause 7.8. Pure: any context.
 *
 * A length is always that of what the unit has sent: no byte of the buffer
 * behind it is looked at.
 */
#ifndef COPYOFF_SCSI_VPD_H
#define COPYOFF_SCSI_VPD_H

#include <linux/types.h>

#include "limits.h"

/* ---- names: VPD page 83h, Device Identification ---- */

/* A name by which a copy manager finds a logical unit: NAA 2, 5 or 6. */
struct copyoff_designator {
	u8 bytes[16];
	u32 len;		/* 0: none */
};

/* Why there is none, the better the later. */
enum copyoff_scsi_naming {
	COPYOFF_SCSI_NO_PAGE,	/* not that page, or not of this unit */
	COPYOFF_SCSI_UNNAMED,	/* no name of the unit in it */
	COPYOFF_SCSI_OTHER_NAMES, /* only of kinds that are not used: EUI, T10... */
	COPYOFF_SCSI_LOCAL_NAME, /* only NAA 3, which others may have, too */
	COPYOFF_SCSI_NAMED,
};

/*
 * copyoff_scsi_naming() - the best name in a Device Identification page
 *
 * Names of the logical unit only, NAA 6 before 5 before 2. @d is empty if what
 * is returned is not COPYOFF_SCSI_NAMED. What comes before a damage counts.
 */
enum copyoff_scsi_naming copyoff_scsi_naming(const u8 *page, u32 len,
					     struct copyoff_designator *d);

/* The same, without the reason. */
bool copyoff_scsi_designator(const u8 *page, u32 len,
			     struct copyoff_designator *d);

/* An empty name is nobody's. */
bool copyoff_designator_equal(const struct copyoff_designator *a,
			      const struct copyoff_designator *b);

/* Is that, best or not, a name of the logical unit whose page 83h this is? */
bool copyoff_scsi_lists_name(const u8 *page, u32 len,
			     const struct copyoff_designator *d);

/* ---- serial number: VPD page 80h ---- */

/* Longer ones are taken for none. */
#define COPYOFF_SCSI_SERIAL_BYTES	256

/*
 * copyoff_scsi_serial() - Unit Serial Number, without the space around it
 * @serial: set to its first byte in @page
 *
 * Returns its length; 0 for none, and also if the page is cut short: of some
 * units' serials only the last digits differ.
 */
u32 copyoff_scsi_serial(const u8 *page, u32 len, const u8 **serial);

/* ---- identity ---- */

/* What a unit has sent; NULL and 0 for what it did not. */
struct copyoff_scsi_pages {
	const u8 *inquiry;	/* standard data */
	u32 inquiry_len;
	const u8 *names;	/* page 83h */
	u32 names_len;
	const u8 *serial;	/* page 80h */
	u32 serial_len;
};

/* More than a name: that can be had by two. */
struct copyoff_scsi_identity {
	struct copyoff_designator name;
	u8 vendor[8];
	u8 product[16];
	u64 names;		/* a digest of all its names, in any order */
	u32 serial_len;		/* 0: it has none */
	u8 serial[COPYOFF_SCSI_SERIAL_BYTES];
};

void copyoff_scsi_identify(const struct copyoff_scsi_pages *p,
			   struct copyoff_scsi_identity *id);

enum copyoff_scsi_kin {
	COPYOFF_SCSI_STRANGER,	/* does not go by that name */
	COPYOFF_SCSI_SAME,	/* another path to the same unit */
	COPYOFF_SCSI_CLASH,	/* goes by that name, and is another */
};

/*
 * copyoff_scsi_kin() - would a copy manager take @b for the unit of @a?
 *
 * The same is only what is the same in all that can be told; so units without
 * a serial clash. Whose page 83h could not be had is a stranger: it is for the
 * caller to know that it has asked in vain.
 */
enum copyoff_scsi_kin copyoff_scsi_kin(const struct copyoff_scsi_identity *a,
				       const struct copyoff_scsi_pages *b);

/*
 * copyoff_scsi_identity_bytes() - an identity as the registry of units has it
 * @identity: COPYOFF_IDENTITY_BYTES
 *
 * The same by all paths to a unit. A long serial is in it as a digest and with
 * its end, where serials differ.
 */
void copyoff_scsi_identity_bytes(const struct copyoff_scsi_identity *id,
				 u8 *identity);

#endif /* COPYOFF_SCSI_VPD_H */
