// SPDX-License-Identifier: GPL-2.0-only
/*
 * How would it go? The module is asked for each piece; pieces that follow each
 * other and have one answer are told of as one.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "explain.h"

struct piece {
	struct copyoff_range range;
	uint32_t method;
	uint32_t reason;
	uint32_t detail;
	uint32_t alignment;
	uint64_t max_command_bytes;
};

struct telling {
	struct job *job;
	struct piece last;	/* length 0: none yet */
	uint64_t bytes[3];
	uint64_t reasons;
	uint32_t detail;
	bool sums;
	bool titled;
};

/* Which of the two it is about is known of one reason only. */
static char *advice_for(const struct job *job, uint32_t reason)
{
	const char *advice = copyoff_reason_advice(reason);

	if (reason == COPYOFF_REASON_NOT_COPYOFF)
		return how_to_enable(has_copyoff(&job->src) ? &job->dst : &job->src);
	return advice ? duplicate(advice) : NULL;
}

static void print_piece(struct telling *t, const struct piece *p)
{
	char *advice = advice_for(t->job, p->reason);
	char buf[HUMAN];

	if (!t->titled)
		printf("%s%-14s %-14s %-10s %s%s\n", paint(BOLD), "SRC", "DST", "LENGTH", "BY",
		       paint(PLAIN));
	t->titled = true;
	printf("%-14llu %-14llu %-10s %s%s%s", p->range.src_offset, p->range.dst_offset,
	       human(p->range.length, buf), paint(p->reason ? BAD : GOOD),
	       copyoff_method_name(p->method), paint(PLAIN));
	if (!p->reason) {
		printf(" in commands of up to %s\n", human(p->max_command_bytes, buf));
		free(advice);
		return;
	}
	printf(", because %s", copyoff_reason_name(p->reason));
	if (p->detail)
		printf(" (0x%x)", p->detail);
	printf(": %s\n", copyoff_reason_text(p->reason));
	if (advice)
		printf("%43s %s\n", "->", advice);
	free(advice);
}

static bool follows(const struct piece *a, const struct piece *b)
{
	return a->range.length && a->method == b->method && a->reason == b->reason &&
	       a->detail == b->detail && a->max_command_bytes == b->max_command_bytes &&
	       a->range.src_offset + a->range.length == b->range.src_offset &&
	       a->range.dst_offset + a->range.length == b->range.dst_offset;
}

static void take_piece(struct telling *t, const struct piece *p)
{
	if (p->method < COUNT(t->bytes))
		t->bytes[p->method] += p->range.length;
	if (p->reason)
		t->reasons |= 1ULL << p->reason;
	if (!t->detail)
		t->detail = p->detail;
	if (follows(&t->last, p)) {
		t->last.range.length += p->range.length;
		return;
	}
	if (t->last.range.length && !t->sums)
		print_piece(t, &t->last);
	t->last = *p;
}

static int ask(struct telling *t, struct copyoff_range left, struct piece *p)
{
	struct copyoff_query q = COPYOFF_QUERY_INIT;
	int err;

	q.src_fd = t->job->src.fd;
	q.dst_fd = t->job->dst.fd;
	q.src_offset = left.src_offset;
	q.dst_offset = left.dst_offset;
	q.length = left.length;
	err = copyoff_ctl_query(t->job->ctl, &q);
	if (!err && !q.span)
		err = -EIO;
	*p = (struct piece){
		.range = { left.src_offset, left.dst_offset, q.span },
		.method = q.method,
		.reason = q.reason,
		.detail = q.reason_detail,
		.alignment = q.alignment,
		.max_command_bytes = q.max_command_bytes,
	};
	/* It knows nothing of the flags of a copy. */
	if (t->job->flags & COPYOFF_COPY_NO_OFFLOAD) {
		p->method = COPYOFF_METHOD_HOST;
		p->reason = COPYOFF_REASON_FLAG;
		p->detail = 0;
	}
	return err;
}

static int tell_range(struct telling *t, struct copyoff_range left)
{
	struct piece p;
	int err = 0;

	while (left.length && !err) {
		err = ask(t, left, &p);
		if (err)
			break;
		take_piece(t, &p);
		left.src_offset += p.range.length;
		left.dst_offset += p.range.length;
		left.length -= p.range.length;
	}
	return err;
}

static void print_sums(const struct telling *t)
{
	char buf[HUMAN];

	printf("would copy %s: ", human(job_length(t->job), buf));
	printf("%s by nvme", human(t->bytes[COPYOFF_METHOD_NVME], buf));
	if (t->bytes[COPYOFF_METHOD_SCSI])
		printf(", %s by scsi", human(t->bytes[COPYOFF_METHOD_SCSI], buf));
	printf(", %s by host", human(t->bytes[COPYOFF_METHOD_HOST], buf));
	if (t->reasons) {
		printf(", because:");
		report_reasons(t->reasons, t->detail);
	}
	putchar('\n');
}

enum status explain_job(struct job *job, bool sums)
{
	struct telling t = { .job = job, .sums = sums };
	uint32_t i;
	int err = 0;

	for (i = 0; i < job->ranges.nr && !err; i++)
		err = tell_range(&t, job->ranges.range[i]);
	if (t.last.range.length && !sums)
		print_piece(&t, &t.last);
	if (err) {
		job->error = -err;
		return job_failed(job);
	}
	if ((job->flags & COPYOFF_COPY_NO_FALLBACK) && t.bytes[COPYOFF_METHOD_HOST]) {
		print_sums(&t);
		job->error = EOPNOTSUPP;
		return job_failed(job);
	}
	print_sums(&t);
	return STATUS_DONE;
}
