// SPDX-License-Identifier: GPL-2.0-only
/*
 * copyoff events: the module's tracepoints, in words. They are read in an instance
 * of tracefs of our own, so that other tracing goes on.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <copyoff.h>

#include "device.h"

#define TRACEFS	"/sys/kernel/tracing"

static volatile sig_atomic_t ended;

static void on_signal(int signal)
{
	(void)signal;
	ended = 1;
}

/* The value after "KEY " in an event's text; 0 if there is none. */
static uint64_t number(const char *text, const char *key)
{
	size_t n = strlen(key);
	const char *at = text;

	while ((at = strstr(at, key))) {
		if ((at == text || at[-1] == ' ') && at[n] == ' ')
			return strtoull(at + n + 1, NULL, 0);
		at += n;
	}
	return 0;
}

static const char *device_name(unsigned int ma, unsigned int mi, char *buf)
{
	char kname[KNAME];

	if (!device_attr(makedev(ma, mi), "dm/name", buf))
		snprintf(buf, ATTR, "%s", kname_of(makedev(ma, mi), kname) ? kname : "?");
	return buf;
}

static void job_start(const char *text)
{
	unsigned int src[2] = { 0 }, dst[2] = { 0 };
	char a[ATTR], b[ATTR];

	if (sscanf(text, "job %*u %u:%u -> %u:%u", &src[0], &src[1], &dst[0], &dst[1]) != 4)
		return;
	printf("job %" PRIu64 " begins: %s to %s, %" PRIu64 " range(s)\n", number(text, "job"),
	       device_name(src[0], src[1], a), device_name(dst[0], dst[1], b),
	       number(text, "ranges"));
}

static void command_start(const char *text)
{
	char size[HUMAN];

	printf("job %" PRIu64 " sends %s from sector %" PRIu64 " to %" PRIu64 " by %s\n",
	       number(text, "job"), human(number(text, "sectors") * 512, size),
	       number(text, "src"), number(text, "dst"), strstr(text, " host ") ? "host" :
	       strstr(text, " scsi ") ? "scsi" : "nvme");
}

static void command_done(const char *text)
{
	const char *verdict = strstr(text, "verdict ");
	char size[HUMAN], word[32] = "?";

	if (verdict)
		sscanf(verdict + 8, "%31s", word);
	printf("job %" PRIu64 " %s %s at sector %" PRIu64 " after %.1f ms", number(text, "job"),
	       strcmp(word, "done") ? "FAILED" : "has", human(number(text, "sectors") * 512, size),
	       number(text, "dst"), number(text, "ns") / 1e6);
	if (strcmp(word, "done"))
		printf(": %s, status 0x%" PRIx64, word, number(text, "detail"));
	putchar('\n');
}

static void fallback(const char *text)
{
	uint32_t reason = number(text, "reason");

	printf("job %" PRIu64 " range %" PRIu64 " goes by the host, %s: %s\n", number(text, "job"),
	       number(text, "range"), copyoff_reason_name(reason), copyoff_reason_text(reason));
}

static void doubt_begin(const char *text)
{
	char size[HUMAN];

	printf("no answer for %s at sector %" PRIu64 ": counts as running for %.0f s\n",
	       human(number(text, "sectors") * 512, size), number(text, "dst"),
	       number(text, "ns") / 1e9);
}

static void doubt_end(const char *text)
{
	char size[HUMAN];

	printf("%s at sector %" PRIu64 " can no longer be overwritten\n",
	       human(number(text, "sectors") * 512, size), number(text, "dst"));
}

static void job_done(const char *text)
{
	char done[HUMAN], device[HUMAN], host[HUMAN];
	const char *error = strstr(text, "error -");

	printf("job %" PRIu64 " ends: %s, %s by the device, %s by the host", number(text, "job"),
	       human(number(text, "bytes_done"), done), human(number(text, "offload"), device),
	       human(number(text, "host"), host));
	if (error)
		printf(", %s", strerror(atoi(error + 7)));
	putchar('\n');
}

static const struct kind {
	const char *name;
	void (*print)(const char *text);
} kinds[] = {
	{ ": job_start: ", job_start },
	{ ": command_start: ", command_start },
	{ ": command_done: ", command_done },
	{ ": fallback: ", fallback },
	{ ": doubt_begin: ", doubt_begin },
	{ ": doubt_end: ", doubt_end },
	{ ": job_done: ", job_done },
};

/* "copyoff-123 [000] ..... 12.345678: job_start: job 1 ..." */
static void print_event(const char *line)
{
	const struct kind *kind;
	const char *at;

	for (kind = kinds; kind < kinds + COUNT(kinds); kind++) {
		at = strstr(line, kind->name);
		if (!at)
			continue;
		while (at > line && at[-1] != ' ')
			at--;
		printf("%.*s  ", (int)strcspn(at, ":"), at);
		kind->print(strstr(line, kind->name) + strlen(kind->name));
		return;
	}
	at = strstr(line, ": ");
	printf("%s\n", at ? at + 2 : line);
}

static int put(const char *dir, const char *file, const char *text)
{
	char path[PATH_MAX];
	int fd, err = 0;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err = -errno;
	if (fd >= 0)
		close(fd);
	return err;
}

static void read_events(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char buf[16384], *line, *end;
	size_t used = 0;
	ssize_t n;

	while (!ended) {
		if (poll(&p, 1, -1) < 0)
			continue;
		n = read(fd, buf + used, sizeof(buf) - 1 - used);
		if (n <= 0)
			continue;
		used += n;
		buf[used] = 0;
		for (line = buf; (end = strchr(line, '\n')); line = end + 1) {
			*end = 0;
			print_event(line);
		}
		used -= line - buf;
		memmove(buf, line, used + 1);
		if (used == sizeof(buf) - 1)
			used = 0;
		fflush(stdout);
	}
}

/* Before there is anything to be left behind. */
static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal }, before;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGPIPE, &action, NULL);
	/* As nohup(1) wants it. */
	if (!sigaction(SIGHUP, NULL, &before) && before.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &action, NULL);
}

static enum status follow(const char *dir)
{
	char *pipe = format("%s/trace_pipe", dir);
	int fd, err = put(dir, "events/copyoff/enable", "1");

	if (err) {
		free(pipe);
		return complain(STATUS_NO_MODULE,
				"%s/events/copyoff: %s; load the module: modprobe dm-copyoff", dir,
				strerror(-err));
	}
	fd = open(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	free(pipe);
	if (fd < 0)
		return complain(STATUS_FAILED, "%s/trace_pipe: %s", dir, strerror(errno));
	read_events(fd);
	close(fd);
	put(dir, "events/copyoff/enable", "0");
	return STATUS_DONE;
}

static enum status events(const struct command *me, int argc, char **argv)
{
	static const struct option longs[] = { LAST_OPTION };
	enum status status;
	char *dir;

	if (next_option(me, argc, argv, longs) != -1)
		return STATUS_USAGE;
	if (optind != argc)
		return misused(me, "'%s' is one word too many", argv[optind]);
	catch_signals();
	dir = format(TRACEFS "/instances/copyoff-%d", getpid());
	if (mkdir(dir, 0700)) {
		status = complain(STATUS_FAILED, "%s: %s; is tracefs mounted, and are you root?",
				  dir, strerror(errno));
	} else {
		status = follow(dir);
		rmdir(dir);
	}
	free(dir);
	return status;
}

const struct command cmd_events = {
	.name = "events",
	.args = "",
	.summary = "Follow what jobs do: commands, fallbacks, ends",
	.help =
	"Ctrl-C ends it. The times are the kernel's, in seconds since boot.\n"
	"\n"
	"  copyoff events\n",
	.run = events,
};
