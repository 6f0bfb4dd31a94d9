/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a target has done so far: counters and latency histograms.
 *
 * A command is counted once, at the target that it writes to, or if that side
 * is no target, at the one that it reads from. Any context.
 */
#ifndef COPYOFF_STATS_H
#define COPYOFF_STATS_H

#include <linux/atomic.h>
#include <linux/types.h>

#include "../include/uapi/linux/dm-copyoff.h"

#define COPYOFF_METHODS		3
/* Bucket b counts commands of 2^b to 2^(b+1) microseconds; the last, more. */
#define COPYOFF_BUCKETS		26

struct copyoff_stats {
	atomic64_t commands;
	atomic64_t ranges;	/* source extents */
	atomic64_t bytes[COPYOFF_METHODS];
	atomic64_t fallbacks;	/* commands that the host had to redo */
	atomic64_t errors;	/* commands that failed, of any method */
	u32 last_reason;
	atomic64_t latency[COPYOFF_METHODS][COPYOFF_BUCKETS];
};

void copyoff_stats_reset(struct copyoff_stats *s);

/* A command is over. Bytes count only if it did its work. */
void copyoff_stats_command(struct copyoff_stats *s, enum copyoff_method method,
			   u32 extents, u32 sectors, u64 ns, bool ok);

/* A command has to be redone by the host. */
void copyoff_stats_fallback(struct copyoff_stats *s);

/* Why the latest command did not go to the device. */
void copyoff_stats_reason(struct copyoff_stats *s, enum copyoff_reason reason);

/*
 * The counters of a status line, from <commands> on; @otherwise is the reason
 * shown as long as no command had any. As scnprintf().
 */
int copyoff_stats_emit(struct copyoff_stats *s, enum copyoff_reason otherwise,
		       char *buf, size_t size);

/* One line a method: "<method> <from us>:<commands> ...". As scnprintf(). */
int copyoff_stats_emit_latency(struct copyoff_stats *s, char *buf, size_t size);

/* The words of the documentation, for messages and status lines. */
const char *copyoff_method_name(enum copyoff_method method);
const char *copyoff_reason_name(enum copyoff_reason reason);

#endif /* COPYOFF_STATS_H */
