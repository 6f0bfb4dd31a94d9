// SPDX-License-Identifier: GPL-2.0-only
/*
 * copyoff clone: one volume to many new ones.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clone.h"
#include "guard.h"
#include "job.h"
#include "swap.h"

struct clone {
	char *vg;
	char *golden;		/* VG/LV */
	struct lvm_layout layout;
	int nr;
	char **word;		/* VG/LV of the new ones */
	bool verify;
	bool strict;
	bool progress;
	uint32_t flags;
};

/* "vg/lv" in two: false if it is something else. */
static bool split(const char *word, char **vg, const char **lv)
{
	const char *slash = strchr(word, '/');

	if (!slash || slash == word || !slash[1] || strchr(slash + 1, '/'))
		return false;
	*vg = strndup(word, slash - word);
	*lv = slash + 1;
	return *vg;
}

static enum status check_names(const struct command *me, struct clone *clone)
{
	const char *lv;
	char *vg;
	int i;

	if (!split(clone->golden, &clone->vg, &lv))
		return misused(me, "'%s' is not VG/LV", clone->golden);
	for (i = 0; i < clone->nr; i++) {
		if (!split(clone->word[i], &vg, &lv))
			return misused(me, "'%s' is not VG/LV", clone->word[i]);
		if (strcmp(vg, clone->vg))
			return complain(STATUS_USAGE,
					"%s is in another volume group than %s: no device would copy there; lvcreate it, and copyoff copy",
					clone->word[i], clone->golden);
		free(vg);
	}
	return STATUS_DONE;
}

/* ---- the new volumes ---- */

static enum status make_volumes(const struct clone *clone, int *made)
{
	const char *lv;
	char *vg;
	int err = 0;

	for (*made = 0; *made < clone->nr && !err && !job_interrupted(); ) {
		if (!split(clone->word[*made], &vg, &lv))
			return STATUS_USAGE;
		err = lvm_create_like(&clone->layout, vg, lv);
		free(vg);
		if (!err)
			++*made;
	}
	if (job_interrupted())
		return complain(STATUS_CANCELLED, "interrupted while volumes were made");
	return err ? complain(STATUS_FAILED,
			      "%s could not be made on the devices of %s: see above, and vgs %s",
			      clone->word[*made], clone->golden, clone->vg) :
		     STATUS_DONE;
}

static void drop_volumes(const struct clone *clone, int from, int to)
{
	for (; from < to; from++) {
		if (lvm_remove(clone->word[from]))
			remark("%s is not complete and could not be removed: lvremove %s",
			       clone->word[from], clone->word[from]);
		else
			remark("%s was not complete: it is removed", clone->word[from]);
	}
}

/* What is complete stays: the command for the others, as it can be pasted. */
static void how_to_go_on(const struct clone *clone, int from)
{
	char *text = format("copyoff clone%s%s%s %s", clone->verify ? " --verify" : "",
			    clone->strict ? " --strict" : "",
			    clone->flags & COPYOFF_COPY_NO_FALLBACK ? " --no-fallback" : "",
			    clone->golden), *more;

	for (; from < clone->nr; from++) {
		more = format("%s %s", text, clone->word[from]);
		free(text);
		text = more;
	}
	remark("go on with: %s", text);
	free(text);
}

static enum status enable_all(const struct clone *clone)
{
	struct swap swap = { .from = "linear", .to = "copyoff", .options = "", .quiet = true };
	char **words = allocate((clone->nr + 1) * sizeof(*words));
	enum status status;
	int i;

	words[0] = clone->golden;
	for (i = 0; i < clone->nr; i++)
		words[i + 1] = clone->word[i];
	status = swap_tables(&swap, clone->nr + 1, words);
	swap_free(&swap);
	free(words);
	return status;
}

/* ---- copying ---- */

#define VERIFY_BYTES	(4UL << 20)

static int differ(int a, int b, uint64_t length, char *buf, uint64_t *where)
{
	ssize_t n, m;

	for (*where = 0; *where < length; *where += n) {
		if (job_interrupted())
			return -EINTR;
		n = length - *where < VERIFY_BYTES ? length - *where : VERIFY_BYTES;
		m = pread(b, buf + VERIFY_BYTES, n, *where);
		if (pread(a, buf, n, *where) != n || m != n)
			return -EIO;
		if (memcmp(buf, buf + VERIFY_BYTES, n))
			return 1;
	}
	return 0;
}

/* Both are read from the devices, not from the page cache. */
static enum status verify(const struct job *job)
{
	int a = open(job->src.path, O_RDONLY | O_DIRECT | O_CLOEXEC);
	int b = open(job->dst.path, O_RDONLY | O_DIRECT | O_CLOEXEC);
	uint64_t where = 0;
	char *buf = NULL;
	int rc = -EIO;

	if (a >= 0 && b >= 0 && !posix_memalign((void **)&buf, 4096, 2 * VERIFY_BYTES))
		rc = differ(a, b, job->src.size, buf, &where);
	free(buf);
	if (a >= 0)
		close(a);
	if (b >= 0)
		close(b);
	if (rc > 0)
		return complain(STATUS_FAILED,
				"%s differs from %s near byte %" PRIu64 ": was %s written to meanwhile?",
				job->dst.word, job->src.word, where, job->src.word);
	if (rc == -EINTR)
		return complain(STATUS_CANCELLED, "interrupted while %s was verified",
				job->dst.word);
	return rc ? complain(STATUS_FAILED, "%s or %s cannot be read to verify",
			     job->dst.word, job->src.word) : STATUS_DONE;
}

static enum status outcome(const struct clone *clone, const struct job *job)
{
	if (job->error == EINTR)
		return complain(STATUS_CANCELLED, "interrupted while copying to %s", job->dst.word);
	if (job->error)
		return job_failed(job);
	if (clone->verify)
		return verify(job);
	return STATUS_DONE;
}

static enum status copy_one(const struct clone *clone, const char *word, bool *by_host)
{
	struct job job = {
		.src.fd = -1, .dst.fd = -1, .flags = clone->flags, .progress = clone->progress,
	};
	enum status status = job_control(&job.ctl);

	if (!status)
		status = device_open(&job.src, clone->golden, O_RDONLY);
	if (!status)
		status = reopen_destination(&job.dst, word, false);
	if (!status)
		status = check_layers(&job.src);
	if (!status) {
		ranges_add(&job.ranges, 0, 0, job.src.size);
		job_run(&job);
		status = outcome(clone, &job);
		printf("%s: ", word);
		report_summary(&job);
		*by_host |= job.total.bytes[COPYOFF_METHOD_HOST] != 0;
	}
	job_free(&job);
	return status;
}

static enum status finish(const char *word)
{
	return lvm_complete(word) ? complain(STATUS_FAILED,
					     "%s could not be marked as complete: see above",
					     word) : STATUS_DONE;
}

static enum status copy_all(const struct clone *clone, int *complete)
{
	enum status status = STATUS_DONE;
	bool by_host = false;

	for (*complete = 0; *complete < clone->nr && !status; ) {
		status = copy_one(clone, clone->word[*complete], &by_host);
		if (!status)
			status = finish(clone->word[*complete]);
		if (!status)
			++*complete;
	}
	if (!status && clone->strict && by_host)
		status = complain(STATUS_FALLBACK,
				  "%s: not all of it was copied by the device; see copyoff explain %s %s",
				  clone->golden, clone->golden, clone->word[0]);
	return status;
}

static enum status make_all(struct clone *clone, int *made)
{
	struct copyoff_ctl *ctl = NULL;
	enum status status = job_control(&ctl);

	/* Before anything is made: could it be filled? */
	copyoff_ctl_close(ctl);
	if (!status)
		status = lvm_layout(&clone->layout, clone->golden);
	if (!status)
		status = make_volumes(clone, made);
	return status ? status : enable_all(clone);
}

static enum status run(struct clone *clone)
{
	int made = 0, complete = 0;
	enum status status;

	/* Neither a signal nor a reader that is gone may leave half of it behind. */
	job_catch_signals();
	signal(SIGPIPE, SIG_IGN);
	status = make_all(clone, &made);
	if (!status)
		status = copy_all(clone, &complete);
	else if (job_interrupted())
		status = STATUS_CANCELLED;
	/* The one that failed, and those behind it, hold nothing of use. */
	if (status)
		drop_volumes(clone, complete, made);
	if (status == STATUS_CANCELLED)
		how_to_go_on(clone, complete);
	lvm_layout_free(&clone->layout);
	free(clone->vg);
	return status;
}

static enum status clone(const struct command *me, int argc, char **argv)
{
	static const struct option longs[] = {
		FLAG_OPTION("verify", 'v'), FLAG_OPTION("strict", 't'),
		FLAG_OPTION("no-fallback", 'F'), FLAG_OPTION("progress", 'p'), LAST_OPTION,
	};
	/* What is cloned is there after a crash. */
	struct clone clone = { .progress = isatty(STDERR_FILENO), .flags = COPYOFF_COPY_SYNC };
	enum status status;
	int c;

	while ((c = next_option(me, argc, argv, longs)) != -1) {
		if (c == '?')
			return STATUS_USAGE;
		clone.verify |= c == 'v';
		clone.strict |= c == 't';
		clone.progress |= c == 'p';
		if (c == 'F')
			clone.flags |= COPYOFF_COPY_NO_FALLBACK;
	}
	if (argc - optind < 2)
		return misused(me, "a volume and the names of its clones are needed");
	clone.golden = argv[optind];
	clone.word = argv + optind + 1;
	clone.nr = argc - optind - 1;
	status = check_names(me, &clone);
	return status ? status : run(&clone);
}

const struct command cmd_clone = {
	.name = "clone",
	.args = "[OPTION...] VG/GOLDEN VG/NEW...",
	.summary = "Make new volumes that are copies of one",
	.help =
	"Makes the volumes with the size of GOLDEN and on the same physical volumes,\n"
	"piece by piece, so that the devices can copy; enables all; copies. What is not\n"
	"complete in the end is removed. GOLDEN must not be written to meanwhile.\n"
	"\n"
	"  --verify        read both afterwards and compare\n"
	"  --strict        exit with 3 if the host copied any of it\n"
	"  --no-fallback   fail rather than have the host copy\n"
	"  --progress      show progress even if this is no terminal\n"
	"\n"
	"  copyoff clone vg/golden vg/vm1 vg/vm2 vg/vm3 vg/vm4\n",
	.run = clone,
};
