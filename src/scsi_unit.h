/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A SCSI unit: commands to it, what it says that it is, and whether another one
 * goes by its name.
 */
#ifndef COPYOFF_SCSI_UNIT_H
#define COPYOFF_SCSI_UNIT_H

#include <linux/bitmap.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "route.h"
#include "scsi_sense.h"
#include "scsi_vpd.h"
#include "scsi_wire.h"

#define COPYOFF_SCSI_LIST_IDS	256

struct copyoff_scsi_unit {
	struct scsi_device *sdev;	/* stays as long as its disk is open */
	struct copyoff_unit *unit;
	struct list_head node;		/* under the lock of all */

	spinlock_t lock;		/* protects what follows */
	struct copyoff_scsi_identity id;
	u64 seen;			/* changes of its peers */
	/* The backend's: list identifiers in use. */
	DECLARE_BITMAP(ids, COPYOFF_SCSI_LIST_IDS);
	unsigned int nr_ids;
	unsigned int last_id;
	struct wait_queue_head wait;	/* for one of them */
};

/* What is sent; all of @buf is to be transferred. */
struct copyoff_scsi_message {
	u8 cdb[COPYOFF_SCSI_CDB_BYTES];
	bool write;
	void *buf;
	u32 bytes;
	int timeout;
};

/* NULL for want of memory. */
struct copyoff_scsi_unit *copyoff_scsi_unit_create(struct copyoff_unit *unit,
						   struct scsi_device *sdev);
void copyoff_scsi_unit_destroy(struct copyoff_scsi_unit *su);

/*
 * copyoff_scsi_send() - send a command and wait for the answer
 *
 * Again, if all that came back is news that somebody had to be told; but not if
 * it is news that the unit may have become another. Sleeps.
 */
void copyoff_scsi_send(struct copyoff_scsi_unit *su,
		       const struct copyoff_scsi_message *m,
		       struct copyoff_scsi_result *r);

/*
 * copyoff_scsi_ask() - ask the unit about itself; whatever its news is
 * @m: with its cdb set
 * @got: set to how much has come, at most @bytes
 *
 * False: there was no good answer. Sleeps.
 */
bool copyoff_scsi_ask(struct copyoff_scsi_unit *su,
		      struct copyoff_scsi_message *m, u8 *buf, u32 bytes,
		      struct copyoff_scsi_result *r, u32 *got);

/*
 * copyoff_scsi_ask_id() - ask what it is
 * @page: room for COPYOFF_SCSI_INQUIRY_BYTES
 *
 * A good answer may be that it has no name. False: there was none, and @r says
 * why. Sleeps.
 */
bool copyoff_scsi_ask_id(struct copyoff_scsi_unit *su, u8 *page,
			 struct copyoff_scsi_identity *id,
			 struct copyoff_scsi_result *r);

/*
 * Note what it is. True if this is another than it was: what was tried with that
 * is no use.
 */
bool copyoff_scsi_set_id(struct copyoff_scsi_unit *su,
			 const struct copyoff_scsi_identity *id);

void copyoff_scsi_name_of(struct copyoff_scsi_unit *su,
			  struct copyoff_designator *name);

/*
 * Is another unit known by its name? Asks no device; the second one looks only
 * if some have come or gone. Process context.
 */
bool copyoff_scsi_clashes(struct copyoff_scsi_unit *su);
bool copyoff_scsi_is_alone(struct copyoff_scsi_unit *su);

#endif /* COPYOFF_SCSI_UNIT_H */
