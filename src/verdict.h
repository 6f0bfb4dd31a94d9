/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What to do after a command has ended. Pure.
 */
#ifndef COPYOFF_VERDICT_H
#define COPYOFF_VERDICT_H

#include <linux/types.h>

#include "../include/uapi/linux/dm-copyoff.h"

enum copyoff_verdict_kind {
	COPYOFF_DONE,		/* the bytes are there */
	COPYOFF_PATH,		/* another path may do; else redo */
	COPYOFF_REDO,		/* the host does all of it again */
	COPYOFF_LIMIT,		/* as REDO; and commands must get smaller */
	COPYOFF_UNSUPPORTED,	/* as REDO; and never ask again */
	COPYOFF_CHANGED,	/* not done: what is known of a unit is old */
	COPYOFF_ASTRAY,		/* as REDO; it has written somewhere else */
	COPYOFF_FAIL,		/* the job ends with the errno */
};

struct copyoff_verdict {
	enum copyoff_verdict_kind kind;
	int err;		/* for COPYOFF_FAIL: negative errno */
	u32 detail;		/* the device's word for it */
	bool pair;		/* UNSUPPORTED: only from this very source */
	bool untold;		/* REDO: it says nothing of the pair that was tried */
	bool spoiled;		/* ASTRAY: and others of the pair, before, may have */
	/*
	 * The device has not said that the command is over: it may go on to
	 * write. Whatever the kind: another path may have done it meanwhile.
	 */
	bool doubt;
	/* And then other bytes than the copy's: not to be redone before that. */
	bool foul;
};

/* Not a byte is written: another command may do it, planned anew. */
static inline bool copyoff_verdict_is_again(const struct copyoff_verdict *v)
{
	return v->kind == COPYOFF_LIMIT || v->kind == COPYOFF_CHANGED;
}

/* Why the host has to do it. */
static inline enum copyoff_reason
copyoff_verdict_reason(const struct copyoff_verdict *v)
{
	switch (v->kind) {
	case COPYOFF_PATH:
		return COPYOFF_REASON_NO_PATH;
	case COPYOFF_ASTRAY:
		return COPYOFF_REASON_DESIGNATOR_CLASH;
	default:
		return COPYOFF_REASON_DEVICE_ERROR;
	}
}

#endif /* COPYOFF_VERDICT_H */
