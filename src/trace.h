/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints. Jobs are told apart by a number of their own.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM copyoff

#if !defined(COPYOFF_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define COPYOFF_TRACE_H

#include <linux/tracepoint.h>

#include "verdict.h"

#define copyoff_show_method(m) __print_symbolic(m, \
	{ 0, "host" }, { 1, "nvme" }, { 2, "scsi" })

/* For those who read the events as they are. */
TRACE_DEFINE_ENUM(COPYOFF_DONE);
TRACE_DEFINE_ENUM(COPYOFF_PATH);
TRACE_DEFINE_ENUM(COPYOFF_REDO);
TRACE_DEFINE_ENUM(COPYOFF_LIMIT);
TRACE_DEFINE_ENUM(COPYOFF_UNSUPPORTED);
TRACE_DEFINE_ENUM(COPYOFF_CHANGED);
TRACE_DEFINE_ENUM(COPYOFF_ASTRAY);
TRACE_DEFINE_ENUM(COPYOFF_FAIL);

#define copyoff_show_verdict(v) __print_symbolic(v, \
	{ COPYOFF_DONE, "done" }, \
	{ COPYOFF_PATH, "path" }, \
	{ COPYOFF_REDO, "redo" }, \
	{ COPYOFF_LIMIT, "limit" }, \
	{ COPYOFF_UNSUPPORTED, "unsupported" }, \
	{ COPYOFF_CHANGED, "changed" }, \
	{ COPYOFF_ASTRAY, "astray" }, \
	{ COPYOFF_FAIL, "fail" })

TRACE_EVENT(job_start,
	TP_PROTO(u64 job, dev_t src, dev_t dst, u32 ranges, u32 flags),
	TP_ARGS(job, src, dst, ranges, flags),
	TP_STRUCT__entry(
		__field(u64, job)
		__field(dev_t, src)
		__field(dev_t, dst)
		__field(u32, ranges)
		__field(u32, flags)
	),
	TP_fast_assign(
		__entry->job = job;
		__entry->src = src;
		__entry->dst = dst;
		__entry->ranges = ranges;
		__entry->flags = flags;
	),
	TP_printk("job %llu %d:%d -> %d:%d ranges %u flags 0x%x",
		  __entry->job, MAJOR(__entry->src), MINOR(__entry->src),
		  MAJOR(__entry->dst), MINOR(__entry->dst), __entry->ranges,
		  __entry->flags)
);

/* Sectors are those of the units. */
TRACE_EVENT(command_start,
	TP_PROTO(u64 job, u32 method, u64 src, u64 dst, u32 sectors,
		 u32 extents),
	TP_ARGS(job, method, src, dst, sectors, extents),
	TP_STRUCT__entry(
		__field(u64, job)
		__field(u32, method)
		__field(u64, src)
		__field(u64, dst)
		__field(u32, sectors)
		__field(u32, extents)
	),
	TP_fast_assign(
		__entry->job = job;
		__entry->method = method;
		__entry->src = src;
		__entry->dst = dst;
		__entry->sectors = sectors;
		__entry->extents = extents;
	),
	TP_printk("job %llu %s src %llu dst %llu sectors %u extents %u",
		  __entry->job, copyoff_show_method(__entry->method),
		  __entry->src, __entry->dst, __entry->sectors,
		  __entry->extents)
);

TRACE_EVENT(command_done,
	TP_PROTO(u64 job, u32 method, u64 dst, u32 sectors, u32 verdict,
		 u32 detail, u64 ns),
	TP_ARGS(job, method, dst, sectors, verdict, detail, ns),
	TP_STRUCT__entry(
		__field(u64, job)
		__field(u32, method)
		__field(u64, dst)
		__field(u32, sectors)
		__field(u32, verdict)
		__field(u32, detail)
		__field(u64, ns)
	),
	TP_fast_assign(
		__entry->job = job;
		__entry->method = method;
		__entry->dst = dst;
		__entry->sectors = sectors;
		__entry->verdict = verdict;
		__entry->detail = detail;
		__entry->ns = ns;
	),
	TP_printk("job %llu %s dst %llu sectors %u verdict %s detail 0x%x ns %llu",
		  __entry->job, copyoff_show_method(__entry->method),
		  __entry->dst, __entry->sectors,
		  copyoff_show_verdict(__entry->verdict), __entry->detail, __entry->ns)
);

/* Bytes go by the host; also for every piece that never was sent. */
TRACE_EVENT(fallback,
	TP_PROTO(u64 job, u32 range, u32 reason, u32 detail),
	TP_ARGS(job, range, reason, detail),
	TP_STRUCT__entry(
		__field(u64, job)
		__field(u32, range)
		__field(u32, reason)
		__field(u32, detail)
	),
	TP_fast_assign(
		__entry->job = job;
		__entry->range = range;
		__entry->reason = reason;
		__entry->detail = detail;
	),
	TP_printk("job %llu range %u reason %u detail 0x%x", __entry->job,
		  __entry->range, __entry->reason, __entry->detail)
);

/* A command ended without an answer; for how long that counts, in ns. */
TRACE_EVENT(doubt_begin,
	TP_PROTO(u64 dst, u32 sectors, u64 ns),
	TP_ARGS(dst, sectors, ns),
	TP_STRUCT__entry(
		__field(u64, dst)
		__field(u32, sectors)
		__field(u64, ns)
	),
	TP_fast_assign(
		__entry->dst = dst;
		__entry->sectors = sectors;
		__entry->ns = ns;
	),
	TP_printk("dst %llu sectors %u ns %llu", __entry->dst,
		  __entry->sectors, __entry->ns)
);

TRACE_EVENT(doubt_end,
	TP_PROTO(u64 dst, u32 sectors),
	TP_ARGS(dst, sectors),
	TP_STRUCT__entry(
		__field(u64, dst)
		__field(u32, sectors)
	),
	TP_fast_assign(
		__entry->dst = dst;
		__entry->sectors = sectors;
	),
	TP_printk("dst %llu sectors %u", __entry->dst, __entry->sectors)
);

TRACE_EVENT(job_done,
	TP_PROTO(u64 job, int error, u64 bytes_done, u64 bytes_offload,
		 u64 bytes_host),
	TP_ARGS(job, error, bytes_done, bytes_offload, bytes_host),
	TP_STRUCT__entry(
		__field(u64, job)
		__field(int, error)
		__field(u64, bytes_done)
		__field(u64, bytes_offload)
		__field(u64, bytes_host)
	),
	TP_fast_assign(
		__entry->job = job;
		__entry->error = error;
		__entry->bytes_done = bytes_done;
		__entry->bytes_offload = bytes_offload;
		__entry->bytes_host = bytes_host;
	),
	TP_printk("job %llu error %d bytes_done %llu offload %llu host %llu",
		  __entry->job, __entry->error, __entry->bytes_done,
		  __entry->bytes_offload, __entry->bytes_host)
);

#endif /* COPYOFF_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
