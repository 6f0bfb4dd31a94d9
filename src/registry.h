/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which targets are live on which dm device, and the gates through which every
 * command has to go, so that a suspend can wait for it.
 *
 * There is one record per dm device (its gendisk), from the first constructor
 * to the last destructor or the last job that looks at it. Targets come into
 * it by their constructor, are published by preresume, opened by resume, and
 * closed by presuspend. dm calls all of a table's preresume before the first
 * resume: until then the table is partial, and nobody is let in anywhere. The
 * targets of the old one are out by then, long before their destructors.
 *
 * Lock order: a record's lock is the innermost but for wait queues; no two
 * records' locks are ever held together.
 */
#ifndef COPYOFF_REGISTRY_H
#define COPYOFF_REGISTRY_H

#include <linux/kref.h>
#include <linux/rbtree.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "route.h"
#include "stats.h"
#include "tableargs.h"

struct copyoff_record {
	struct list_head node;		/* under the lock of all records */
	struct kref refs;		/* one a target, one a job's side */
	struct gendisk *disk;		/* the key; pinned by its users */

	spinlock_t lock;		/* protects what follows; irqsave */
	struct rb_root live;		/* the live table's targets by begin */
	struct dm_table *table;		/* only compared, never followed */
	bool partial;			/* and not all of it is in live yet */
	u64 generation;			/* unique for every live table */
	u64 events;			/* gates opened, targets gone, room */
	unsigned int flush_errors;	/* flushes for SYNC jobs that failed */
	struct wait_queue_head wait;	/* for events, and for drains */
};

struct copyoff_target {
	/* Constant from the constructor to the destructor. */
	struct dm_target *ti;
	struct dm_dev *lower;
	struct block_device *bdev;	/* of @lower */
	u64 start;			/* first sector on @bdev */
	u64 unit_start;			/* the same on the unit */
	struct copyoff_unit *unit;
	bool stacked;			/* the lower device is a dm device */
	struct copyoff_record *rec;

	/*
	 * Paths to a unit below a dm-multipath device, for copy commands; see
	 * via.c. Once there are any there always are: READ_ONCE().
	 */
	unsigned int nr_paths;
	struct dm_dev *path[COPYOFF_VIA_MAX];

	/* offload and max_inflight change by message: READ_ONCE(). */
	struct copyoff_opts opts;
	struct copyoff_stats stats;

	/* Under rec->lock. */
	struct rb_node node;
	bool live;			/* in rec->live */
	bool open;			/* the gate */
	u64 written;			/* commands of SYNC jobs that wrote */
	u64 flushed;			/* how many of these a flush covers */
	unsigned int inflight;		/* commands in the gate */
	unsigned int doubts;		/* ended ones that still hold it */
};

/* Must a copy command leave it alone, as other devices may be below? */
static inline bool copyoff_target_stacked(const struct copyoff_target *t)
{
	return t->stacked && !READ_ONCE(t->nr_paths);
}

/* ---- for the target ---- */

/* Constructor; sleeps. 0 or -ENOMEM. */
int copyoff_registry_add(struct copyoff_target *t, struct gendisk *disk);

/* Destructor; sleeps until nothing is in flight. */
void copyoff_registry_remove(struct copyoff_target *t);

/* preresume: the target is live, its gate still closed. Cannot fail. */
void copyoff_registry_publish(struct copyoff_target *t);

/* resume: so is its gate now open, and that of all others will be. */
void copyoff_registry_open(struct copyoff_target *t);

/*
 * presuspend: close the gate, wait for all commands in it, flush for SYNC jobs,
 * and wait for doubt. Sleeps as long as the lower device's own error handling takes.
 */
void copyoff_registry_close(struct copyoff_target *t);

/* presuspend_undo: as before. */
void copyoff_registry_reopen(struct copyoff_target *t);

/* max_inflight by message. Whoever waits for room looks again. Any context. */
void copyoff_registry_set_inflight(struct copyoff_target *t, u32 max_inflight);

/* Commands in flight, for a status line. */
void copyoff_registry_load(struct copyoff_target *t, unsigned int *inflight,
			   unsigned int *doubts);

/* ---- for jobs ---- */

/* A reference to the disk's record, or NULL if it never had a target. */
struct copyoff_record *copyoff_record_find(struct gendisk *disk);
void copyoff_record_put(struct copyoff_record *rec);

/* Does the live table have any copyoff line? */
bool copyoff_record_live(struct copyoff_record *rec);

/*
 * copyoff_record_closed() - is the device suspended, or about to be?
 * @events: to wait for a change of, if so
 *
 * What goes through the device itself would wait for the resume. Any context.
 */
bool copyoff_record_closed(struct copyoff_record *rec, u64 *events);

/* What lies at a sector of a device. */
struct copyoff_map {
	struct copyoff_target *target;	/* NULL: no live copyoff line */
	struct copyoff_record *rec;	/* whose events to wait for */
	u64 begin;			/* the mapping holds from here... */
	u64 end;			/* ...to here, sectors of the device */
	u64 generation;			/* of the table; 0: never had one */
	u64 events;			/* to wait for a change of */
};

enum copyoff_enter {
	COPYOFF_ENTERED,	/* a target, pinned until copyoff_gate_exit() */
	COPYOFF_PLAIN,		/* no target, nothing to exit */
	COPYOFF_CLOSED,		/* suspended, or enough in flight: wait */
};

/*
 * copyoff_gate_enter() - find the target at @sector and pin it
 * @rec: may be NULL
 *
 * Never waits. Any context.
 */
enum copyoff_enter copyoff_gate_enter(struct copyoff_record *rec, u64 sector,
				      struct copyoff_map *map);

/*
 * copyoff_gates_enter() - enter the gates of both sides, or of neither
 *
 * A target on both sides is entered once, and to be exited once. Returns
 * COPYOFF_CLOSED with the map to wait by in @closed, else COPYOFF_ENTERED: each
 * map says for itself whether there is a target. Never waits. Any context.
 */
enum copyoff_enter copyoff_gates_enter(struct copyoff_record *src_rec,
				       u64 src_sector,
				       struct copyoff_map *src,
				       struct copyoff_record *dst_rec,
				       u64 dst_sector,
				       struct copyoff_map *dst,
				       const struct copyoff_map **closed);

/* Any context. The target may be gone when this returns. */
void copyoff_gate_exit(struct copyoff_target *t);

/*
 * copyoff_gate_doubt() - a command in the gate has ended without an answer
 *
 * From now on it takes no room in the gate, but holds it: what would wait for
 * the command waits until copyoff_gate_doubt_end(). Any context.
 */
void copyoff_gate_doubt(struct copyoff_target *t);

/* Any context. The target may be gone when this returns. */
void copyoff_gate_doubt_end(struct copyoff_target *t);

/* Has anything happened since @events was read? For wait_event(). */
bool copyoff_record_changed(struct copyoff_record *rec, u64 events);

/*
 * copyoff_map_units() - where @sector is on its unit, without the gate
 * @unit: set to the identity of the unit
 * @unit_sector: set to the sector there
 *
 * Returns false if there is no live line. Nothing is pinned: for comparing.
 */
bool copyoff_map_units(struct copyoff_record *rec, u64 sector,
		       struct copyoff_map *map, const void **unit,
		       u64 *unit_sector);

/*
 * copyoff_target_flush() - flush a lower device
 * @written: of the target, as it was when the last of that had ended
 *
 * Sleeps. Nothing else may take the target away: the caller is in its gate, or
 * is the one who closed it.
 */
void copyoff_target_flush(struct copyoff_target *t, u64 written);

/* A SYNC job has written through this gate, which it is still in. */
void copyoff_gate_wrote(struct copyoff_target *t);

/*
 * copyoff_record_flush() - flush every lower device that SYNC jobs wrote to
 * @errors: rec->flush_errors when the job began
 *
 * Sleeps, also for a presuspend that is about to flush. Returns 0, or -EIO if
 * any flush has failed since, whoever asked for it.
 */
int copyoff_record_flush(struct copyoff_record *rec, unsigned int errors);
unsigned int copyoff_record_flush_errors(struct copyoff_record *rec);

/* Module exit: nothing may be left. Warns of what somebody has not given back. */
void copyoff_registry_exit(void);

#endif /* COPYOFF_REGISTRY_H */
