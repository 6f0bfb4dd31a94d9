/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An attempt to issue the next command: what issue.c, which sees to the gates,
 * and choose.c, which makes the command, have in common.
 */
#ifndef COPYOFF_ATTEMPT_H
#define COPYOFF_ATTEMPT_H

#include "place.h"

/* What is tried, and in the course of it, what comes of it. */
struct copyoff_attempt {
	struct copyoff_job *job;
	struct copyoff_slot *slot;
	struct copyoff_cursor at;
	u32 most;		/* sectors at most */
	bool again;		/* what has its place already is redone */
	bool issued;
	u32 align;		/* sectors: no piece is cut within a block */
	struct copyoff_place src;
	struct copyoff_place dst;
	struct copyoff_caps caps;
	struct copyoff_plan plan;
	enum copyoff_reason reason;
	u32 detail;
};

/*
 * copyoff_choose() - cut and gather a command, and choose who runs it
 *
 * In the gates of both places, which it may leave if it goes another way.
 * COPYOFF_GO: the slot's state and method, and the plan, are set, and a buffer
 * is taken if need be. Else what to wait for, or COPYOFF_STOP. Never waits.
 */
enum copyoff_wait copyoff_choose(struct copyoff_attempt *a);

#endif /* COPYOFF_ATTEMPT_H */
