/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Units, and which method serves a pair of them.
 *
 * A unit is the physical thing below a lower device: the same for a disk and
 * its partitions. It is found when a constructor opens the first lower device
 * on it and lives until the last one is closed.
 */
#ifndef COPYOFF_ROUTE_H
#define COPYOFF_ROUTE_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "backend.h"
#include "limits.h"
#include "pair.h"
#include "tableargs.h"

/* How long a first quarantine takes. */
#define COPYOFF_QUARANTINE_FIRST_NS	(10ULL * NSEC_PER_SEC)

struct copyoff_unit {
	/* Under the lock of all units. */
	struct list_head node;
	unsigned int users;

	struct gendisk *disk;	/* pinned by whoever has the device open */

	/*
	 * Shared by all units that are the same thing. NULL until a probe finds
	 * that there may be others; constant from then on.
	 */
	struct copyoff_identity *identity;

	struct mutex probe_mutex;	/* one probe at a time */
	bool asked;		/* under probe_mutex; and has answered */
	bool probed;		/* under probe_mutex; and it told all */

	/* Constant from the first probe on. */
	const struct copyoff_backend *backend;	/* NULL: no method but the host */
	void *priv;		/* the backend's */
	/*
	 * For commands to it: each waits for the unit, and who waits for another
	 * unit must not be in their way. Constant from the first constructor on
	 * that finds the unit to have a backend.
	 */
	struct workqueue_struct *wq;

	spinlock_t lock;	/* protects what follows; taken in interrupts */
	struct copyoff_limits limits;	/* as the last probe found them */
	enum copyoff_reason reason;	/* why it cannot copy, or NONE */
	enum copyoff_reason refused;	/* or just now, until that changes */
	u32 grown;		/* sectors that a command may have by now */
	u32 ceiling;		/* that it was refused with more than this */
	bool off;		/* found unable, until "offload retry" */
	u32 off_detail;		/* the device's word for that */
	unsigned int errors;	/* in a row */
	u64 retry_at;		/* ns; quarantined until then, 0: is not */
	u64 retry_after;	/* ns; length of the next quarantine */
	u64 longest;		/* ns; that the device took for an answer */
	u64 number;		/* of the unit as it is known; never 0 */
	struct copyoff_pairs pairs;	/* with it as the destination */
};

/*
 * copyoff_unit_get() - the unit below an open block device
 *
 * Sleeps, does I/O; for constructors. What an earlier probe could not tell, or
 * what has changed since, is asked again. Returns an ERR_PTR only for want of
 * memory: a device without any copy command is a unit, too.
 */
struct copyoff_unit *copyoff_unit_get(struct block_device *bdev,
				      blk_mode_t mode);

/*
 * copyoff_unit_add_path() - name a path to the unit below a dm device
 * @path: open until copyoff_unit_del_path()
 * @error: on failure a sentence, constant
 *
 * Asks no device: the constructor that has named the first ones then has the unit
 * asked. Returns 0 or a negative errno, a different one for each thing that may
 * be wrong. For messages, too: does not sleep for long, but with a unit that has
 * no path yet.
 */
int copyoff_unit_add_path(struct copyoff_unit *unit, struct block_device *path,
			  const char **error);
void copyoff_unit_del_path(struct copyoff_unit *unit,
			   struct block_device *path);

/* Ask again what could not be told, or what has changed. 0 or -ENOMEM. Sleeps. */
int copyoff_unit_ask(struct copyoff_unit *unit, struct block_device *bdev,
		     blk_mode_t mode);

/*
 * copyoff_unit_get_plain() - the same for a device without a target
 *
 * For comparing it with others. Asks the device only if nobody has it yet, and
 * without the rights for that does not know its identity.
 */
struct copyoff_unit *copyoff_unit_get_plain(struct block_device *bdev);

/* Sleeps. Nothing may be in flight if this was the last user. */
void copyoff_unit_put(struct copyoff_unit *unit);

/*
 * What became of a command that was claimed; any context. True if the state of
 * a unit or of the pair has changed for the worse: a dm event is due.
 */
bool copyoff_route_report(const struct copyoff_cmd *cmd);

/*
 * The unit may not be what it was: no pair with it is trusted any more. Any
 * context.
 */
void copyoff_unit_renew(struct copyoff_unit *unit);

/* What it is known as: another one whenever it was renewed. Any context. */
u64 copyoff_unit_number(struct copyoff_unit *unit);

/*
 * As things are now the unit is not to copy, or (COPYOFF_REASON_NONE) it may
 * again. True if that is news. Any context.
 */
bool copyoff_unit_refuse(struct copyoff_unit *unit, enum copyoff_reason reason);

/* Forget that the unit was found unable; any context. */
void copyoff_unit_retry(struct copyoff_unit *unit);

/* How long the device has taken for a command at most, in ns; any context. */
u64 copyoff_unit_longest(struct copyoff_unit *unit);

/*
 * Equal for units that are the same thing, reached in two ways; for comparing
 * only. Any context.
 */
const void *copyoff_unit_identity(const struct copyoff_unit *unit);

/* log2 of the block size that the limits are in; any context. */
u32 copyoff_unit_lba_shift(struct copyoff_unit *unit);

/* One side of a pair, for copyoff_route(). */
struct copyoff_end {
	struct copyoff_unit *unit;	/* NULL: no copyoff target there */
	const struct copyoff_opts *opts;
	bool stacked;
};

/*
 * copyoff_route() - can the device copy from @src to @dst?
 * @caps: set to the limits of the next command, if it can
 * @trial: set if that is to be a trial, and so better small
 * @detail: set to the device's word for a refusal, where it has one
 *
 * Returns the reason if not. Any context. What is returned holds for as long
 * as both sides' gates are entered.
 */
enum copyoff_reason copyoff_route(const struct copyoff_end *src,
				  const struct copyoff_end *dst,
				  struct copyoff_caps *caps, bool *trial,
				  u32 *detail);

/*
 * copyoff_route_claim() - may this command be sent?
 *
 * Its units are set. COPYOFF_TRUSTED, or COPYOFF_UNTRIED if it is a trial: then
 * it must be sent, and reported. Else it has to wait for the end of a trial
 * since copyoff_trials_ended() had that value, and to be planned anew. Any
 * context.
 */
enum copyoff_trust copyoff_route_claim(struct copyoff_cmd *cmd);

u64 copyoff_trials_ended(void);
struct wait_queue_head *copyoff_trials_wait(void);

/* Module exit: nothing may be left. Warns of what somebody has not given back. */
void copyoff_units_exit(void);

#endif /* COPYOFF_ROUTE_H */
