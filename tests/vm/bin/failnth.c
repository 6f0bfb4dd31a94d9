// SPDX-License-Identifier: GPL-2.0-only
/*
 * failnth [-r TIMES | -s STEP] WORD ARGS...: a system call with its first allocation
 * failing, then with its second, and so on, until one call has no failure any more.
 * Each must end as if there had been none, or with an errno that says what is the matter,
 * and must leave things as it says.
 *
 *   features | query SRC DST
 *   copy|submit ...                                see failnth_copy.c
 *   job-status|job-cancel|job-read SRC DST         see failnth_job.c
 *   load|resume|suspend|status|table|remove ...    see failnth_dm.c
 *   message NAME WORD...
 *   insmod FILE [PARAMETER...]
 *
 * Prints sites= (allocations that were made to fail), ok= (calls that went well
 * all the same) and for every errno how often it came. What counts as one is what
 * /sys/kernel/debug/fail* is set to.
 *
 * -r: the same TIMES over, while somebody else sees to it that something fails.
 * -s: one in STEP of the allocations only, from any of the first on; prints first=
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <linux/dm-copyoff.h>

#include "failnth.h"

/* ---- the loop ---- */

static int nth_fd;
static unsigned int repeat;
static unsigned int step = 1;

static void nth_set(unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	if (pwrite(nth_fd, text, len, 0) != len)
		err(1, "fail-nth");
}

/* How many allocations were left until the failure; 0: it came. */
static unsigned int nth_left(void)
{
	char text[16] = "";

	if (pread(nth_fd, text, sizeof(text) - 1, 0) <= 0)
		err(1, "fail-nth");
	nth_set(0);
	return strtoul(text, NULL, 10);
}

static void print_counts(unsigned int sites, const unsigned int *count)
{
	int e;

	printf("sites=%u ok=%u", sites, count[0]);
	for (e = 1; e < 256; e++)
		if (count[e])
			printf(" %s=%u", strerrorname_np(e), count[e]);
	printf("\n");
}

static void repeat_all(const struct action *action, void *arg)
{
	unsigned int count[256] = { 0 }, n;

	for (n = 1; n <= repeat; n++) {
		int error;

		if (action->before)
			action->before(arg, n);
		error = action->call(arg);
		if (action->after)
			action->after(arg, error);
		count[error & 255]++;
	}
	print_counts(0, count);
}

void fail_all(const struct action *action, void *arg)
{
	fail_behind(0, action, arg);
}

void fail_behind(unsigned int spare, const struct action *action, void *arg)
{
	unsigned int count[256] = { 0 }, first = 0, calls = 0, n;

	if (repeat) {
		repeat_all(action, arg);
		return;
	}

	if (step > 1) {
		first = time(NULL) % step;
		printf("first=%u\n", first);
	}
	for (n = spare + 1 + first; n <= MAX_SITES; n += step, calls++) {
		unsigned int left;
		int error;

		if (action->before)
			action->before(arg, n);
		nth_set(n);
		error = action->call(arg);
		left = nth_left();
		if (left && error)
			errx(1, "%s without any failing allocation",
			     strerrorname_np(error));
		if (action->after)
			action->after(arg, error);
		if (left) {
			print_counts(calls, count);
			return;
		}
		count[error & 255]++;
	}
	errx(1, "no end after %u", MAX_SITES);
}

/* ---- the small ioctls ---- */

struct small {
	int ctl;
	unsigned long cmd;
	union {
		struct copyoff_query query;
		struct copyoff_features features;
	};
};

static int small_call(void *arg)
{
	struct small *s = arg;

	return ioctl(s->ctl, s->cmd, &s->query) ? errno : 0;
}

static void query_after(void *arg, int error)
{
	const struct copyoff_query *q = &((struct small *)arg)->query;

	if (error)
		errx(1, "query: %s", strerrorname_np(error));
	if (q->method != COPYOFF_METHOD_NVME || q->span != q->length)
		errx(1, "query: method %u, reason %u, span %llu", q->method,
		     q->reason, q->span);
}

static void features_after(void *arg, int error)
{
	if (error || !((struct small *)arg)->features.methods)
		errx(1, "features: %s", strerrorname_np(error));
}

int open_or_die(const char *path, int flags)
{
	int fd, tries = 0;

	/* Whose own allocations may be failing already. */
	do
		fd = open(path, flags);
	while (fd < 0 && errno == ENOMEM && ++tries < 1000);

	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

static void features_main(void)
{
	static const struct action action = {
		.call = small_call, .after = features_after,
	};
	struct small s = {
		.ctl = open_or_die("/dev/copyoff-ctl", O_RDWR),
		.cmd = COPYOFF_IOC_FEATURES,
	};

	s.features.size = sizeof(s.features);
	fail_all(&action, &s);
}

static void query_main(const char *src, const char *dst)
{
	static const struct action action = {
		.call = small_call, .after = query_after,
	};
	struct small s = {
		.ctl = open_or_die("/dev/copyoff-ctl", O_RDWR),
		.cmd = COPYOFF_IOC_QUERY,
	};

	s.query.size = sizeof(s.query);
	s.query.src_fd = open_or_die(src, O_RDONLY);
	s.query.dst_fd = open_or_die(dst, O_RDWR);
	s.query.dst_offset = 1 << 20;
	s.query.length = 1 << 16;
	fail_all(&action, &s);
}

/* ---- the module itself ---- */

struct insmod {
	int fd;
	char params[256];
};

static int insmod_call(void *arg)
{
	const struct insmod *i = arg;

	return syscall(SYS_finit_module, i->fd, i->params, 0) ? errno : 0;
}

static void insmod_after(void *arg, int error)
{
	(void)arg;
	if (error && error != ENOMEM)
		errx(1, "insmod: %s", strerrorname_np(error));
	if (!error && syscall(SYS_delete_module, "dm_copyoff", O_NONBLOCK))
		err(1, "the module cannot be removed");
	if (!access("/sys/module/dm_copyoff", F_OK))
		errx(1, "the module is still there");
}

/*
 * What the kernel's loader asks for before it looks at the parameters is none of
 * ours; and it warns where some of that fails.
 */
static unsigned int loader_sites(const struct insmod *i)
{
	unsigned int left;

	nth_set(MAX_SITES);
	if (!syscall(SYS_finit_module, i->fd, "max_jobs=x", 0) ||
	    errno != EINVAL)
		err(1, "insmod with a parameter that is wrong");
	left = nth_left();
	if (!left)
		errx(1, "no end after %u", MAX_SITES);
	return MAX_SITES - left;
}

static void insmod_main(int argc, char **argv)
{
	static const struct action action = {
		.call = insmod_call, .after = insmod_after,
	};
	unsigned int spare;
	struct insmod i = { .fd = open_or_die(argv[0], O_RDONLY) };
	int a;

	for (a = 1; a < argc; a++) {
		strncat(i.params, argv[a], sizeof(i.params) - 2 - strlen(i.params));
		strcat(i.params, " ");
	}
	spare = loader_sites(&i);
	printf("spared=%u\n", spare);
	fail_behind(spare, &action, &i);
}

int main(int argc, char **argv)
{
	const char *word;

	if (argc > 2 && !strcmp(argv[1], "-r")) {
		repeat = strtoul(argv[2], NULL, 10);
		argc -= 2;
		argv += 2;
	} else if (argc > 2 && !strcmp(argv[1], "-s")) {
		step = strtoul(argv[2], NULL, 10);
		if (!step)
			errx(2, "'%s' is no step", argv[2]);
		argc -= 2;
		argv += 2;
	}
	word = argc > 1 ? argv[1] : "";
	nth_fd = open_or_die("/proc/thread-self/fail-nth", O_RDWR);
	if (!strcmp(word, "features"))
		features_main();
	else if (!strcmp(word, "query") && argc == 4)
		query_main(argv[2], argv[3]);
	else if (!strcmp(word, "copy") || !strcmp(word, "submit"))
		copy_main(argc - 2, argv + 2, !strcmp(word, "submit"));
	else if (!strcmp(word, "insmod") && argc > 2)
		insmod_main(argc - 2, argv + 2);
	else if (!job_main(word, argc - 2, argv + 2) &&
		 !dm_main(word, argc - 2, argv + 2))
		errx(2, "usage: see the head of failnth.c");
	return 0;
}
