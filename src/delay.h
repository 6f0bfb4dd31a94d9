/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Named places where a test can hold the module for a while, so that a race is
 * certain and not left to luck. Off, they cost one jump that is not taken.
 *
 * The module parameter delay_points takes "<point>=<ms>[,<point>=<ms>...]".
 * Whoever comes to such a point waits there for that long, or until the
 * parameter is written again; so "" lets all go. Read, it tells for each point
 * how long it holds, who waits there now, and how many have come to it since
 * it was set. For debugging: a wait at some of these points holds up a suspend,
 * as a slow device would.
 */
#ifndef COPYOFF_DELAY_H
#define COPYOFF_DELAY_H

#include <linux/jump_label.h>

enum copyoff_delay_point {
	/* The caller's context, in no gate: */
	COPYOFF_DELAY_RANGES_FETCHED,	/* their pages written out, dropped */
	COPYOFF_DELAY_RANGE_CHECKED,	/* against the tables as they were */
	COPYOFF_DELAY_READ_DONE,	/* a buffer full, its write to begin */
	COPYOFF_DELAY_REDO,		/* a command failed, or has a rest */
	COPYOFF_DELAY_RANGE_DONE,	/* and not yet counted as that */
	/* The context of an asynchronous job, in no gate: */
	COPYOFF_DELAY_JOB_WAITS,	/* it has to, and looks for news yet */
	/* In both gates: */
	COPYOFF_DELAY_GATES_ENTERED,	/* nothing sent yet */
	COPYOFF_DELAY_COMMAND_SEND,	/* a worker has the native command */
	COPYOFF_DELAY_COMMAND_ANSWERED,	/* it is over, and nobody knows */
	COPYOFF_DELAY_HOST_WRITE,	/* read by the host, not yet written */
	/* A table's change: */
	COPYOFF_DELAY_GATE_CLOSING,	/* presuspend, before it is closed */
	COPYOFF_DELAY_GATE_DRAINED,	/* presuspend, nothing in flight */
	COPYOFF_DELAY_PUBLISHED,	/* preresume, some or all of a table */
	COPYOFF_DELAY_POINTS,
};

DECLARE_STATIC_KEY_FALSE(copyoff_delay_key);

void copyoff_delay_wait(enum copyoff_delay_point point);

/* Process context; sleeps if so asked, uninterruptibly, for a minute at most. */
static inline void copyoff_delay(enum copyoff_delay_point point)
{
	if (static_branch_unlikely(&copyoff_delay_key))
		copyoff_delay_wait(point);
}

#endif /* COPYOFF_DELAY_H */
