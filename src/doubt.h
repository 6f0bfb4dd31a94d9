/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands that have ended without an answer from the device.
 *
 * Such a command may still be executing there, and may write its destination
 * after it was redone. So for as long as that cannot be ruled out, it holds the
 * gates that it was in, nothing that conflicts with it may start, and what it
 * was part of is not complete. Its job may go, though: it leaves the doubt
 * behind, which then lives until its time is over.
 *
 * Doubt has nothing of its own to allocate: it is part of a job's slot, and the
 * slot is left behind with it.
 */
#ifndef COPYOFF_DOUBT_H
#define COPYOFF_DOUBT_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "registry.h"
#include "window.h"

/* Zeroed by its owner before it is used for the first time. */
struct copyoff_doubt {
	bool begun;		/* the owner's; set by copyoff_doubt_begin() */

	/* Under the lock of all doubts. */
	struct list_head node;	/* valid while active */
	bool active;
	u64 until;		/* ns */
	/* Whose gates it holds; both, or twice the same. */
	struct copyoff_target *src;
	struct copyoff_target *dst;
	/* What it may read and write; its extents within bounds. */
	const void *src_unit;
	const void *dst_unit;
	u64 src_low;
	u64 src_high;
	u64 dst_low;
	u64 dst_high;
	void (*release)(struct copyoff_doubt *d);
};

/*
 * copyoff_doubt_begin() - a command that is in both gates is in doubt
 * @ns: for how long
 *
 * The command leaves the gates with that, and the doubt is in them instead. If
 * @d is active already, it grows: the command was a part of the same place in
 * the window, tried again. Process context, never sleeps.
 */
void copyoff_doubt_begin(struct copyoff_doubt *d,
			 const struct copyoff_access *access,
			 struct copyoff_target *src,
			 struct copyoff_target *dst, u64 ns);

/* Process context, never sleeps. */
bool copyoff_doubt_active(struct copyoff_doubt *d);

/*
 * copyoff_doubt_abandon() - the owner goes
 *
 * True: @release is called with @d when the doubt is over. Else it is not
 * active, and the owner's to free.
 */
bool copyoff_doubt_abandon(struct copyoff_doubt *d,
			   void (*release)(struct copyoff_doubt *d));

/* End all doubts that hold the target's gate. Any process context. */
void copyoff_doubts_clear(struct copyoff_target *t);

/* Must this wait for a doubt other than @own? Never sleeps. */
bool copyoff_doubts_conflict(const struct copyoff_access *a,
			     const struct copyoff_doubt *own);

/* Is there any at all, but for @own? Never sleeps. */
bool copyoff_doubts_any(const struct copyoff_doubt *own);

/*
 * To wait until a doubt has ended since copyoff_doubts_ended() had that value.
 */
u64 copyoff_doubts_ended(void);
struct wait_queue_head *copyoff_doubts_wait(void);

/* Module exit, when there are no targets any more. Sleeps. */
void copyoff_doubts_exit(void);

#endif /* COPYOFF_DOUBT_H */
