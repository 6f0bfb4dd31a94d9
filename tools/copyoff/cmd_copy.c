// SPDX-License-Identifier: GPL-2.0-only
/*
 * copyoff copy
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "explain.h"
#include "guard.h"
#include "identity.h"
#include "job.h"

struct options {
	uint64_t src_offset;
	uint64_t dst_offset;
	uint64_t length;	/* 0: to the end of the source */
	uint64_t skip;
	const char *ranges;
	bool given;		/* offsets or a length */
	bool again;		/* there is a file of --resume */
	bool keys;
	bool dry_run;
	bool force;
	bool signature;		/* DST may have one */
	bool strict;
};

/* ---- before ---- */

/* From the source's offset to its end, unless a length was given. */
static enum status one_range(struct job *job, const struct options *o)
{
	uint64_t length = o->length;

	if (!length && o->src_offset >= job->src.size)
		return complain(STATUS_FAILED, "%s ends before --src %" PRIu64 ": it has %" PRIu64 " bytes",
				job->src.word, o->src_offset, job->src.size);
	if (!length)
		length = job->src.size - o->src_offset;
	ranges_add(&job->ranges, o->src_offset, o->dst_offset, length);
	return STATUS_DONE;
}

static bool fits(uint64_t offset, uint64_t length, uint64_t size)
{
	return offset <= size && length <= size - offset;
}

static enum status too_long(const struct device *d, uint64_t offset, uint64_t length)
{
	return complain(STATUS_FAILED,
			"%s has %" PRIu64 " bytes, and the range of %" PRIu64 " from %" PRIu64 " ends beyond: give a --length, or lvextend it",
			d->word, d->size, length, offset);
}

static enum status check_ranges(const struct job *job)
{
	const struct copyoff_range *r;

	for (r = job->ranges.range; r < job->ranges.range + job->ranges.nr; r++) {
		if (!fits(r->src_offset, r->length, job->src.size))
			return too_long(&job->src, r->src_offset, r->length);
		if (!fits(r->dst_offset, r->length, job->dst.size))
			return too_long(&job->dst, r->dst_offset, r->length);
	}
	return STATUS_DONE;
}

/* What goes on with a file of its own need not be told again, but may be. */
static enum status find_ranges(struct job *job, const struct options *o)
{
	enum status status = STATUS_DONE;

	if (o->ranges)
		status = ranges_read(&job->ranges, o->ranges);
	else if (o->given || !o->again)
		status = one_range(job, o);
	if (!status && o->again)
		status = resume_load(job);
	else
		job->skipped = o->skip;
	/* Of nothing that is there the earlier run can say that it has copied it. */
	if (!status && o->again && !job->skipped && !o->signature && !o->force)
		status = check_signature(&job->dst);
	if (!status)
		status = check_ranges(job);
	if (!status && job->skipped > job_length(job))
		status = complain(STATUS_USAGE,
				  "--skip %" PRIu64 " is more than there is to copy, %" PRIu64 " bytes",
				  job->skipped, job_length(job));
	return status;
}

/*
 * What an earlier run has copied there may well have a signature: that is nothing to
 * refuse it for, if it is sure to be that device.
 */
static enum status open_dst(struct job *job, const struct options *o, const char *word)
{
	struct device d;
	bool sure = o->signature;

	if (!sure && o->again && !device_find(&d, word)) {
		sure = !identity_is_weak(&d);
		device_close(&d);
	}
	return sure ? reopen_destination(&job->dst, word, o->force) :
		      open_destination(&job->dst, word, o->force);
}

static enum status open_devices(struct job *job, const struct options *o, char **word)
{
	enum status status = device_open(&job->src, word[0], O_RDONLY);

	if (!status && job->src.fd < 0)
		status = complain(STATUS_FAILED, "%s: %s", word[0], strerror(EBUSY));
	if (!status)
		status = open_dst(job, o, word[1]);
	if (!status)
		status = check_layers(&job->src);
	return status ? status : check_layers(&job->dst);
}

/* ---- after ---- */

static void put_words(const char *option, const char *word)
{
	char *text = quoted(word);

	fprintf(stderr, "%s%s", option, text);
	free(text);
}

static void put_list(const char *file, uint64_t done)
{
	put_words(" --ranges ", file);
	fprintf(stderr, " --skip %" PRIu64, done);
}

/* Will the next run take a signature for the copy's own? See open_dst(). */
static bool is_sure(const struct job *job)
{
	return job->resume && !identity_is_weak(&job->dst);
}

/* The command that goes on, as it can be pasted. */
static void how_to_resume(const struct job *job, const struct options *o, const char *ended)
{
	const struct copyoff_range *r = job->ranges.range;
	uint64_t done = job->skipped + job->total.done;
	char what[ATTR];

	fprintf(stderr, "copyoff: %s after %" PRIu64 " of %" PRIu64 " bytes; go on with: copyoff copy",
		ended, done, job_length(job));
	if (job->resume)
		put_words(" --resume ", job->resume);
	else if (o->ranges)
		put_list(o->ranges, done);
	else
		fprintf(stderr, " --src %" PRIu64 " --dst %" PRIu64 " --length %" PRIu64,
			(uint64_t)r->src_offset + done, (uint64_t)r->dst_offset + done,
			(uint64_t)r->length - done);
	if (!job->resume && (job->flags & COPYOFF_COPY_SYNC))
		fputs(" --sync", stderr);
	if (job->flags & COPYOFF_COPY_NO_FALLBACK)
		fputs(" --no-fallback", stderr);
	if (job->flags & COPYOFF_COPY_NO_OFFLOAD)
		fputs(" --no-offload", stderr);
	if (o->strict)
		fputs(" --strict", stderr);
	/* If it was found without, the copy has brought it. */
	if (o->force)
		fputs(" --force", stderr);
	else if (o->signature || (!is_sure(job) && find_signature(&job->dst, what, sizeof(what))))
		fputs(" --ignore-signature", stderr);
	put_words(" ", job->src.word);
	put_words(" ", job->dst.word);
	fputc('\n', stderr);
}

static enum status after(const struct job *job, const struct options *o)
{
	enum status status;

	if (o->keys)
		report_keys(job);
	else if (!job->error || job->total.done)
		report_summary(job);
	if (job->total.result_flags & COPYOFF_RESULT_IN_DOUBT)
		remark("%s: a command that got no answer may still write; wait until copyoff status %s shows no doubts",
		       job->dst.word, job->dst.word);
	if (job->error == EINTR) {
		how_to_resume(job, o, "interrupted");
		return STATUS_CANCELLED;
	}
	if (job->error) {
		status = job_failed(job);
		if (job->total.done)
			how_to_resume(job, o, "it ended");
		return status;
	}
	if (job->resume)
		unlink(job->resume);
	if (o->strict && job->total.bytes[COPYOFF_METHOD_HOST])
		return complain(STATUS_FALLBACK, "%s to %s: not all of it was copied by the device",
				job->src.word, job->dst.word);
	return STATUS_DONE;
}

static enum status run(struct job *job, const struct options *o, char **word)
{
	enum status status = job_control(&job->ctl);

	if (!status)
		status = open_devices(job, o, word);
	if (!status)
		status = find_ranges(job, o);
	if (!status && o->dry_run)
		status = explain_job(job, true);
	else if (!status && job->resume)
		status = resume_try(job);
	if (!status && !o->dry_run) {
		job_run(job);
		status = after(job, o);
	}
	job_free(job);
	return status;
}

/* ---- the command line ---- */

static bool take_flag(struct job *job, struct options *o, int c)
{
	switch (c) {
	case 'F':
		job->flags |= COPYOFF_COPY_NO_FALLBACK;
		return true;
	case 'O':
		job->flags |= COPYOFF_COPY_NO_OFFLOAD;
		return true;
	case 'S':
		job->flags |= COPYOFF_COPY_SYNC;
		return true;
	case 'p':
		job->progress = true;
		return true;
	case 'k':
		o->keys = true;
		return true;
	case 'n':
		o->dry_run = true;
		return true;
	case 'f':
		o->force = true;
		return true;
	case 'g':
		o->signature = true;
		return true;
	case 't':
		o->strict = true;
		return true;
	}
	return false;
}

static bool take_value(const struct command *me, struct job *job, struct options *o, int c)
{
	o->given |= c == 's' || c == 'd' || c == 'l';
	switch (c) {
	case 's':
		return bytes_option(me, &o->src_offset);
	case 'd':
		return bytes_option(me, &o->dst_offset);
	case 'l':
		if (!bytes_option(me, &o->length))
			return false;
		if (o->length)
			return true;
		misused(me, "--length 0 leaves nothing to copy; leave it out for all of SRC");
		return false;
	case 'i':
		return bytes_option(me, &o->skip);
	case 'r':
		o->ranges = optarg;
		return true;
	case 'R':
		job->resume = optarg;
		job->flags |= COPYOFF_COPY_SYNC;
		return true;
	}
	return false;
}

static enum status check_options(const struct command *me, const struct job *job,
				 const struct options *o, int names)
{
	const uint32_t both = COPYOFF_COPY_NO_FALLBACK | COPYOFF_COPY_NO_OFFLOAD;

	if (names != 2)
		return misused(me, "a source and a destination are needed, %d given", names);
	if ((job->flags & both) == both)
		return misused(me, "--no-fallback and --no-offload leave nobody to copy");
	if (o->ranges && o->given)
		return misused(me, "--ranges has the offsets: leave --src, --dst and --length out");
	if (o->skip && job->resume)
		return misused(me, "--resume knows what to skip: leave --skip out");
	return STATUS_DONE;
}

static enum status copy(const struct command *me, int argc, char **argv)
{
	static const struct option longs[] = {
		VALUE_OPTION("src", 's'), VALUE_OPTION("dst", 'd'), VALUE_OPTION("length", 'l'),
		VALUE_OPTION("ranges", 'r'), VALUE_OPTION("resume", 'R'), VALUE_OPTION("skip", 'i'),
		FLAG_OPTION("no-fallback", 'F'), FLAG_OPTION("no-offload", 'O'),
		FLAG_OPTION("sync", 'S'), FLAG_OPTION("dry-run", 'n'), FLAG_OPTION("force", 'f'),
		FLAG_OPTION("ignore-signature", 'g'), FLAG_OPTION("strict", 't'),
		FLAG_OPTION("progress", 'p'), FLAG_OPTION("keys", 'k'),
		LAST_OPTION,
	};
	struct job job = { .src.fd = -1, .dst.fd = -1, .progress = isatty(STDERR_FILENO) };
	struct options o = { 0 };
	enum status status;
	int c;

	while ((c = next_option(me, argc, argv, longs)) != -1)
		if (c == '?' || (!take_flag(&job, &o, c) && !take_value(me, &job, &o, c)))
			return STATUS_USAGE;
	o.again = job.resume && resume_exists(job.resume);
	status = check_options(me, &job, &o, argc - optind);
	return status ? status : run(&job, &o, argv + optind);
}

const struct command cmd_copy = {
	.name = "copy",
	.args = "[OPTION...] SRC DST",
	.summary = "Copy from one block device to another, or inside one",
	.help =
	"SRC and DST are paths, VG/LV, or names of dm devices; at least one has copyoff\n"
	"lines. A DST that is mounted, in use, or has a signature is refused.\n"
	"\n"
	"  --src OFFSET     where to begin on SRC (0)\n"
	"  --dst OFFSET     where to begin on DST (0)\n"
	"  --length BYTES   how much (to the end of SRC)\n"
	"  --ranges FILE    lines \"SRC-OFFSET DST-OFFSET LENGTH\" instead; - for standard input\n"
	"  --skip BYTES     so much of the list is done already\n"
	"  --resume FILE    keep in FILE how far it is; if there is one, go on from there\n"
	"  --no-fallback    fail rather than have the host copy\n"
	"  --no-offload     have the host copy\n"
	"  --strict         exit with 3 if the host copied any of it\n"
	"  --sync           flush DST before returning\n"
	"  --dry-run        copy nothing; say how each piece would go\n"
	"  --force          even if DST is mounted, in use, or has a signature\n"
	"  --ignore-signature   even if DST has a signature, and nothing else\n"
	"  --progress       show progress even if this is no terminal\n"
	"  --keys           print key=value lines\n"
	"\n"
	"OFFSET and BYTES take K, M, G and T.\n"
	"\n"
	"  copyoff copy vg/golden vg/vm42\n"
	"  copyoff copy --src 0 --dst 512M --length 256M /dev/mapper/fast /dev/mapper/fast\n"
	"  copyoff copy --resume ~/clone vg/golden vg/vm42\n",
	.run = copy,
};
