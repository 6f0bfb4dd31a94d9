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

#include "route.h"
#include "scsi_sense.h"
#include "scsi_vpd.h"
#include "scsi_wire.h"

#define COPYOFF_SCSI_LIST_IDS	256
#define COPYOFF_SCSI_PATHS	16

/*
 * What a unit has said of itself, or of a path, is asked again after that long: the
 * news that it has changed may have been told to somebody else.
 */
#define COPYOFF_SCSI_LASTS	HZ

struct copyoff_scsi_path {
	struct scsi_device *sdev;	/* stays as long as its disk is open */
	unsigned int users;		/* who have it open */
	bool checked;			/* it was seen to lead to the unit, */
	unsigned long checked_at;	/* then, in jiffies */
};

struct copyoff_scsi_unit {
	struct copyoff_unit *unit;
	bool via;			/* below a dm device, by named paths */
	struct list_head node;		/* under the lock of all */

	spinlock_t lock;		/* protects what follows */
	struct copyoff_scsi_path path[COPYOFF_SCSI_PATHS];
	unsigned int nr;
	unsigned int next;		/* the one that did it last */
	struct copyoff_scsi_identity id;
	u64 seen;			/* changes of its peers */
	unsigned long named_at;		/* when it said so, in jiffies */
	/* The backend's: list identifiers in use, and commands that wait for one. */
	DECLARE_BITMAP(ids, COPYOFF_SCSI_LIST_IDS);
	unsigned int nr_ids;
	unsigned int last_id;
	struct list_head waiting;
};

/*
 * What is sent; all of @buf is to be transferred. If it is to be written @fill makes
 * it, anew each time that it is sent: the kernel clears what was not transferred of
 * a buffer, whichever way that was to go. And a list of nothing is no error.
 */
struct copyoff_scsi_message {
	u8 cdb[COPYOFF_SCSI_CDB_BYTES];
	void (*fill)(const struct copyoff_scsi_message *m);	/* NULL: read */
	const void *arg;	/* for @fill */
	bool one_path;		/* if that is lost no other one is to do it */
	void *buf;
	u32 bytes;
	int timeout;
};

/*
 * With one path for ever, its own disk; or without any (NULL): they come by
 * copyoff_scsi_add_path(). NULL for want of memory.
 */
struct copyoff_scsi_unit *copyoff_scsi_unit_create(struct copyoff_unit *unit,
						   struct scsi_device *sdev);
void copyoff_scsi_unit_destroy(struct copyoff_scsi_unit *su);

/* ---- paths ---- */

/* NULL: it is no disk of ours. */
struct scsi_device *copyoff_scsi_sdev_of(struct gendisk *disk);

/*
 * copyoff_scsi_path_add() - one more, or one more user of it
 * @path: open until copyoff_scsi_path_del()
 * @error: on failure a sentence, constant
 *
 * Asks no device. Returns 0 or what is wrong with it, each by an errno of its own.
 */
int copyoff_scsi_path_add(struct copyoff_scsi_unit *su,
			  struct block_device *path, const char **error);
void copyoff_scsi_path_del(struct copyoff_scsi_unit *su,
			   struct block_device *path);

/*
 * copyoff_scsi_path_get() - the path after @skip others
 * @first: the preferred one, when that was looked at: su->next
 * @sdev: to be put; NULL: that one is being removed
 * @checked: set if it was seen to lead to the unit, a moment ago
 *
 * False: there are no more.
 */
bool copyoff_scsi_path_get(struct copyoff_scsi_unit *su, unsigned int first,
			   unsigned int skip, struct scsi_device **sdev,
			   bool *checked);
void copyoff_scsi_path_put(struct scsi_device *sdev);

/* From now on others begin with it. */
void copyoff_scsi_path_prefer(struct copyoff_scsi_unit *su,
			      const struct scsi_device *sdev);
/* It was seen to lead to the unit; or it may not any more. */
void copyoff_scsi_path_check(struct copyoff_scsi_unit *su,
			     const struct scsi_device *sdev, bool checked);

/* Are the blocks of that size, by each path? */
bool copyoff_scsi_has_blocks(struct copyoff_scsi_unit *su, u32 bytes);

/* ---- commands ---- */

/*
 * copyoff_scsi_send() - send a command and wait for the answer
 *
 * Again, if all that came back is news that somebody had to be told; but not if
 * it is news that the unit may have become another. By each path once, until
 * one gives an answer of the unit's own. Sleeps.
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

/* Did it say so but a moment ago? */
bool copyoff_scsi_is_fresh(struct copyoff_scsi_unit *su);

void copyoff_scsi_id_of(struct copyoff_scsi_unit *su,
			struct copyoff_scsi_identity *id);
void copyoff_scsi_name_of(struct copyoff_scsi_unit *su,
			  struct copyoff_designator *name);

/*
 * Is another unit known by its name? Asks no device; the second one looks only
 * if some have come or gone. Process context.
 */
bool copyoff_scsi_clashes(struct copyoff_scsi_unit *su);
bool copyoff_scsi_is_alone(struct copyoff_scsi_unit *su);

#endif /* COPYOFF_SCSI_UNIT_H */
