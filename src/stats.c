// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a target has done so far.
 */
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "stats.h"

static const char * const method_names[] = {
	[COPYOFF_METHOD_HOST] = "host",
	[COPYOFF_METHOD_NVME] = "nvme",
	[COPYOFF_METHOD_SCSI] = "scsi",
};

static const char * const reason_names[] = {
	[COPYOFF_REASON_NONE] = "-",
	[COPYOFF_REASON_FLAG] = "FLAG",
	[COPYOFF_REASON_TARGET_OFF] = "TARGET_OFF",
	[COPYOFF_REASON_TOO_SMALL] = "TOO_SMALL",
	[COPYOFF_REASON_MISALIGNED] = "MISALIGNED",
	[COPYOFF_REASON_NOT_COPYOFF] = "NOT_COPYOFF",
	[COPYOFF_REASON_DIFFERENT_TRANSPORT] = "DIFFERENT_TRANSPORT",
	[COPYOFF_REASON_DIFFERENT_UNIT] = "DIFFERENT_UNIT",
	[COPYOFF_REASON_NO_COPY_COMMAND] = "NO_COPY_COMMAND",
	[COPYOFF_REASON_NO_LIMITS] = "NO_LIMITS",
	[COPYOFF_REASON_BLOCK_SIZE] = "BLOCK_SIZE",
	[COPYOFF_REASON_PROTECTION_INFO] = "PROTECTION_INFO",
	[COPYOFF_REASON_ZONED] = "ZONED",
	[COPYOFF_REASON_ENCRYPTED] = "ENCRYPTED",
	[COPYOFF_REASON_NO_DESIGNATOR] = "NO_DESIGNATOR",
	[COPYOFF_REASON_DESIGNATOR_CLASH] = "DESIGNATOR_CLASH",
	[COPYOFF_REASON_LOWER_IS_STACKED] = "LOWER_IS_STACKED",
	[COPYOFF_REASON_NO_PATH] = "NO_PATH",
	[COPYOFF_REASON_QUARANTINED] = "QUARANTINED",
	[COPYOFF_REASON_DEVICE_ERROR] = "DEVICE_ERROR",
	[COPYOFF_REASON_SLOWER] = "SLOWER",
	[COPYOFF_REASON_DOUBT] = "DOUBT",
};

const char *copyoff_method_name(enum copyoff_method method)
{
	return method < ARRAY_SIZE(method_names) ? method_names[method] : "?";
}

const char *copyoff_reason_name(enum copyoff_reason reason)
{
	return reason < ARRAY_SIZE(reason_names) ? reason_names[reason] : "?";
}

void copyoff_stats_reset(struct copyoff_stats *s)
{
	unsigned int m, b;

	atomic64_set(&s->commands, 0);
	atomic64_set(&s->ranges, 0);
	atomic64_set(&s->fallbacks, 0);
	atomic64_set(&s->errors, 0);
	WRITE_ONCE(s->last_reason, COPYOFF_REASON_NONE);
	for (m = 0; m < COPYOFF_METHODS; m++) {
		atomic64_set(&s->bytes[m], 0);
		for (b = 0; b < COPYOFF_BUCKETS; b++)
			atomic64_set(&s->latency[m][b], 0);
	}
}

static unsigned int bucket_of(u64 ns)
{
	u64 us = div_u64(ns, NSEC_PER_USEC);

	return us ? min_t(unsigned int, ilog2(us), COPYOFF_BUCKETS - 1) : 0;
}

void copyoff_stats_command(struct copyoff_stats *s, enum copyoff_method method,
			   u32 extents, u32 sectors, u64 ns, bool ok)
{
	atomic64_inc(&s->commands);
	atomic64_add(extents, &s->ranges);
	if (ok)
		atomic64_add((u64)sectors << 9, &s->bytes[method]);
	else
		atomic64_inc(&s->errors);
	atomic64_inc(&s->latency[method][bucket_of(ns)]);
}

void copyoff_stats_fallback(struct copyoff_stats *s)
{
	atomic64_inc(&s->fallbacks);
}

void copyoff_stats_reason(struct copyoff_stats *s, enum copyoff_reason reason)
{
	WRITE_ONCE(s->last_reason, reason);
}

int copyoff_stats_emit(struct copyoff_stats *s, enum copyoff_reason otherwise,
		       char *buf, size_t size)
{
	enum copyoff_reason last = READ_ONCE(s->last_reason);

	return scnprintf(buf, size, "%lld %lld %lld %lld %lld %lld %lld %s",
			 atomic64_read(&s->commands),
			 atomic64_read(&s->ranges),
			 atomic64_read(&s->bytes[COPYOFF_METHOD_NVME]),
			 atomic64_read(&s->bytes[COPYOFF_METHOD_SCSI]),
			 atomic64_read(&s->bytes[COPYOFF_METHOD_HOST]),
			 atomic64_read(&s->fallbacks),
			 atomic64_read(&s->errors),
			 copyoff_reason_name(last ? last : otherwise));
}

int copyoff_stats_emit_latency(struct copyoff_stats *s, char *buf, size_t size)
{
	unsigned int m, b;
	int len = 0;

	for (m = 0; m < COPYOFF_METHODS; m++) {
		len += scnprintf(buf + len, size - len, "%s%s", m ? "\n" : "",
				 copyoff_method_name(m));
		for (b = 0; b < COPYOFF_BUCKETS; b++) {
			s64 n = atomic64_read(&s->latency[m][b]);

			if (n)
				len += scnprintf(buf + len, size - len,
						 " %lu:%lld", 1UL << b, n);
		}
	}
	return len;
}
