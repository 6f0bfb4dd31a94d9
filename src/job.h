/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One copy request, from its ranges to its result.
 *
 * The job takes its ranges from a front, a few at a time, and runs as a loop
 * in process context that never blocks but where it says so: copyoff_job_run()
 * waits for it. Nothing of the front is called while the loop is in a gate, so
 * the front may touch user memory and the page cache.
 */
#ifndef COPYOFF_JOB_H
#define COPYOFF_JOB_H

#include <linux/blkdev.h>
#include <linux/types.h>

#include "../include/uapi/linux/dm-copyoff.h"

struct copyoff_job;

/*
 * What a front provides. fetch and retire may sleep and are called in no gate;
 * all get copyoff_job_params.front.
 */
struct copyoff_front {
	/*
	 * Give up to @nr ranges from index @first on, each read once, checked
	 * and ready to be copied below the page cache. Returns how many, at
	 * least one; or a negative errno for the range at @first.
	 */
	int (*fetch)(void *front, u32 first, u32 nr,
		     struct copyoff_range *range);

	/* May this still be copied? Asked in the gates: never sleeps. */
	int (*check)(void *front);

	/* All of a range is on the destination. */
	void (*retire)(void *front, const struct copyoff_range *range);
};

struct copyoff_job_params {
	const struct copyoff_front *ops;
	void *front;
	struct block_device *src;	/* both are held open by the front */
	struct block_device *dst;
	u32 flags;			/* COPYOFF_COPY_* */
	u32 nr_ranges;			/* not zero */
	u64 timeout_ns;			/* 0: none */
	/*
	 * What ends the job before its time: NULL, a signal to the caller of
	 * copyoff_job_run(); else this, once it is true.
	 */
	const bool *stop;
};

/* The out members of struct copyoff_copy that a job fills in. */
struct copyoff_result {
	u64 bytes_done;
	u64 bytes[3];			/* by enum copyoff_method */
	u64 commands_offload;
	u64 commands_host;
	u64 reasons;
	u32 reason;
	u32 reason_range;
	u32 reason_detail;
	u32 failed_range;
	u32 result_flags;
};

/*
 * copyoff_job_run() - do it all, in the caller's context
 *
 * Any signal ends it at a command border. Returns 0 or the errno with which it
 * ended; @result is filled in whatever that is.
 */
int copyoff_job_run(const struct copyoff_job_params *params,
		    struct copyoff_result *result);

/* What copyoff_job_query() answers. */
struct copyoff_answer {
	u64 span;			/* bytes */
	u64 max_command_bytes;
	enum copyoff_method method;
	enum copyoff_reason reason;
	u32 reason_detail;
	u32 alignment;
	u32 max_src_ranges;
	u32 max_inflight;
};

/*
 * copyoff_job_query() - how would the start of this range be copied?
 *
 * Waits, interruptibly, while one of the two devices is suspended. Returns 0,
 * -EINTR, or what makes the range impossible.
 */
int copyoff_job_query(struct block_device *src, struct block_device *dst,
		      const struct copyoff_range *range,
		      struct copyoff_answer *answer);

/* What offsets and lengths have to be multiples of. */
u32 copyoff_job_alignment(struct block_device *src, struct block_device *dst);

#endif /* COPYOFF_JOB_H */
