/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What to do after a command has ended. Pure.
 */
#ifndef COPYOFF_VERDICT_H
#define COPYOFF_VERDICT_H

#include <linux/types.h>

enum copyoff_verdict_kind {
	COPYOFF_DONE,		/* the bytes are there */
	COPYOFF_PATH,		/* another path may do; else redo */
	COPYOFF_REDO,		/* the host does all of it again */
	COPYOFF_LIMIT,		/* as REDO; and commands must get smaller */
	COPYOFF_UNSUPPORTED,	/* as REDO; and never ask again */
	COPYOFF_FAIL,		/* the job ends with the errno */
};

struct copyoff_verdict {
	enum copyoff_verdict_kind kind;
	int err;		/* for COPYOFF_FAIL: negative errno */
	u32 detail;		/* the device's word for it */
	/*
	 * The device has not said that the command is over: it may go on to
	 * write. Whatever the kind: another path may have done it meanwhile.
	 */
	bool doubt;
};

#endif /* COPYOFF_VERDICT_H */
