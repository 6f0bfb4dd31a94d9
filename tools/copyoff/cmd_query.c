// SPDX-License-Identifier: GPL-2.0-only
/*
 * copyoff explain, and for scripts: copyoff query, copyoff features
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "explain.h"

struct place {
	uint64_t src;
	uint64_t dst;
	uint64_t length;
};

/* The destination is only asked about: it may be in use. */
static enum status open_pair(struct job *job, struct place *at, char **word)
{
	enum status status = job_control(&job->ctl);

	if (!status)
		status = device_open(&job->src, word[0], O_RDONLY);
	if (!status)
		status = device_open(&job->dst, word[1], O_RDWR);
	if (!status && (job->src.fd < 0 || job->dst.fd < 0))
		status = complain(STATUS_FAILED, "%s: %s", word[job->src.fd >= 0],
				  strerror(EBUSY));
	if (status || at->length)
		return status;
	if (at->src >= job->src.size)
		return complain(STATUS_FAILED, "%s ends before --src %llu", word[0],
				(unsigned long long)at->src);
	at->length = job->src.size - at->src;
	return STATUS_DONE;
}

static bool parse(const struct command *me, int argc, char **argv, struct place *at)
{
	static const struct option longs[] = {
		VALUE_OPTION("src", 's'), VALUE_OPTION("dst", 'd'), VALUE_OPTION("length", 'l'),
		LAST_OPTION,
	};
	int c;

	while ((c = next_option(me, argc, argv, longs)) != -1)
		if (c == '?' ||
		    !bytes_option(me, c == 's' ? &at->src : c == 'd' ? &at->dst : &at->length))
			return false;
	if (argc - optind == 2)
		return true;
	misused(me, "a source and a destination are needed, %d given", argc - optind);
	return false;
}

static void print_query(const struct copyoff_query *q)
{
	printf("method=%s\nreason=%s\nreason_detail=0x%x\n", copyoff_method_name(q->method),
	       copyoff_reason_name(q->reason), q->reason_detail);
	printf("span=%llu\nalignment=%u\n", q->span, q->alignment);
	printf("max_command_bytes=%llu\nmax_src_ranges=%u\nmax_inflight=%u\n",
	       q->max_command_bytes, q->max_src_ranges, q->max_inflight);
}

static enum status query(const struct command *me, int argc, char **argv)
{
	struct job job = { .src.fd = -1, .dst.fd = -1 };
	struct copyoff_query q = COPYOFF_QUERY_INIT;
	struct place at = { 0 };
	enum status status;

	if (!parse(me, argc, argv, &at))
		return STATUS_USAGE;
	status = open_pair(&job, &at, argv + optind);
	q.src_fd = job.src.fd;
	q.dst_fd = job.dst.fd;
	q.src_offset = at.src;
	q.dst_offset = at.dst;
	q.length = at.length;
	if (!status)
		job.error = -copyoff_ctl_query(job.ctl, &q);
	if (!status && job.error)
		status = job_failed(&job);
	if (!status)
		print_query(&q);
	job_free(&job);
	return status;
}

const struct command cmd_query = {
	.name = "query",
	.args = "[OPTION...] SRC DST",
	.summary = "How would the start of a copy go? For scripts: key=value lines",
	.help =
	"  --src OFFSET     where to begin on SRC (0)\n"
	"  --dst OFFSET     where to begin on DST (0)\n"
	"  --length BYTES   how much (to the end of SRC)\n"
	"\n"
	"  copyoff query --dst 512M --length 256M /dev/mapper/fast /dev/mapper/fast\n",
	.run = query,
};

static enum status explain(const struct command *me, int argc, char **argv)
{
	struct job job = { .src.fd = -1, .dst.fd = -1 };
	struct place at = { 0 };
	enum status status;

	if (!parse(me, argc, argv, &at))
		return STATUS_USAGE;
	status = open_pair(&job, &at, argv + optind);
	if (!status) {
		ranges_add(&job.ranges, at.src, at.dst, at.length);
		status = explain_job(&job, false);
	}
	job_free(&job);
	return status;
}

const struct command cmd_explain = {
	.name = "explain",
	.args = "[OPTION...] SRC DST",
	.summary = "How would a copy go, piece by piece, and what would change that?",
	.help =
	"  --src OFFSET     where to begin on SRC (0)\n"
	"  --dst OFFSET     where to begin on DST (0)\n"
	"  --length BYTES   how much (to the end of SRC)\n"
	"\n"
	"  copyoff explain vg/golden vg/vm42\n",
	.run = explain,
};

static enum status features(const struct command *me, int argc, char **argv)
{
	static const struct option longs[] = { LAST_OPTION };
	struct copyoff_features f = COPYOFF_FEATURES_INIT;
	struct copyoff_ctl *ctl;
	enum status status;
	int err;

	if (next_option(me, argc, argv, longs) != -1)
		return STATUS_USAGE;
	if (optind != argc)
		return misused(me, "'%s' is one word too many", argv[optind]);
	status = job_control(&ctl);
	if (status)
		return status;
	err = copyoff_ctl_features(ctl, &f);
	copyoff_ctl_close(ctl);
	if (err)
		return complain(STATUS_FAILED, "/dev/copyoff-ctl: %s", strerror(-err));
	printf("copy_flags=0x%llx\nresult_flags=0x%llx\nreasons=0x%llx\n", f.copy_flags,
	       f.result_flags, f.reasons);
	printf("methods=0x%x\nmax_ranges=%u\n", f.methods, f.max_ranges);
	printf("commands=0x%llx\nmax_job_ranges=%u\nmax_jobs=%u\n", f.commands,
	       f.max_job_ranges, f.max_jobs);
	return STATUS_DONE;
}

const struct command cmd_features = {
	.name = "features",
	.args = "",
	.summary = "What this build of the module knows. For scripts: key=value lines",
	.help = "",
	.run = features,
};
