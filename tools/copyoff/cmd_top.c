// SPDX-License-Identifier: GPL-2.0-only
/*
 * copyoff top
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "copyoff.h"
#include "device.h"
#include "status.h"

static volatile sig_atomic_t ended;

static void on_signal(int signal)
{
	(void)signal;
	ended = 1;
}

struct screen {
	struct status_list before;
	double at;
	bool terminal;
};

static uint64_t all_bytes(const struct line_status *s)
{
	return s->bytes_nvme + s->bytes_scsi + s->bytes_host;
}

/* The same line a moment ago, unless its counters began anew since. */
static const struct line_status *earlier(const struct screen *screen, const struct line_status *s)
{
	const struct line_status *e;
	int i;

	for (i = 0; i < screen->before.nr; i++) {
		e = &screen->before.line[i];
		if (!strcmp(e->name, s->name) && e->start == s->start &&
		    e->commands <= s->commands && all_bytes(e) <= all_bytes(s))
			return e;
	}
	return NULL;
}

static void print_line(const struct screen *screen, const struct line_status *s, double took)
{
	const struct line_status *e = earlier(screen, s);
	uint64_t device = 0, host = 0, commands = 0;
	char a[HUMAN], b[HUMAN];

	if (e && took > 0) {
		device = (s->bytes_nvme + s->bytes_scsi - e->bytes_nvme - e->bytes_scsi) / took;
		host = (s->bytes_host - e->bytes_host) / took;
		commands = (s->commands - e->commands) / took;
	}
	printf("%-20s %-12s %s%-6s%s %-11s %8u %6u %12s %12s %8" PRIu64 " %6" PRIu64 "  %s\n",
	       s->name, *s->lower ? s->lower : "?", paint(strcmp(s->method, "host") ? GOOD : BAD),
	       s->method, paint(PLAIN), s->state, s->inflight, s->doubts, human(device, a),
	       human(host, b), commands, s->errors, s->reason);
}

/* ---- who has the control device open, and the jobs there ---- */

static const char *const states[] = {
	[COPYOFF_JOB_RUNNING] = "copies",
	[COPYOFF_JOB_WAIT_DEVICE] = "waits for a device",
	[COPYOFF_JOB_WAIT_BUFFER] = "waits for a buffer",
	[COPYOFF_JOB_WAIT_DOUBT] = "waits for the end of a doubt",
	[COPYOFF_JOB_ENDED] = "has ended",
};

static const char *name_of(unsigned int ma, unsigned int mi, char *name)
{
	dev_t dev = makedev(ma, mi);

	if (!device_attr(dev, "dm/name", name) && !kname_of(dev, name))
		snprintf(name, ATTR, "%u:%u", ma, mi);
	return name;
}

static void print_progress(unsigned int ma[2], unsigned int mi[2], uint64_t done, uint64_t total,
			   uint64_t device, uint64_t host)
{
	char src[ATTR], dst[ATTR], a[HUMAN], b[HUMAN];

	printf("%s to %s, %s", name_of(ma[0], mi[0], src), name_of(ma[1], mi[1], dst),
	       human(done, a));
	if (total)
		printf(" of %s (%u %%)", human(total, a),
		       (unsigned int)(100.0 * done / total));
	printf(", %s by the device, %s%s by the host%s", human(device, a),
	       paint(host ? BAD : PLAIN), human(host, b), paint(PLAIN));
}

/* As the module writes them: Documentation/uapi.rst. */
static void print_job(const char *line)
{
	uint64_t id, total, done, nvme, scsi, host;
	unsigned int ma[2], mi[2], state;

	if (sscanf(line, "copyoff-job: %" SCNu64 " %u:%u %u:%u %u %" SCNu64 " %" SCNu64 " %" SCNu64
		   " %" SCNu64 " %" SCNu64, &id, &ma[0], &mi[0], &ma[1], &mi[1], &state, &total,
		   &done, &nvme, &scsi, &host) == 11) {
		printf("%8s  job %" PRIu64 ": ", "", id);
		print_progress(ma, mi, done, total, nvme + scsi, host);
		printf(", %s\n", state < sizeof(states) / sizeof(*states) ? states[state] : "?");
	}
	if (sscanf(line, "copyoff-copy: - %u:%u %u:%u - - %" SCNu64 " %" SCNu64 " %" SCNu64
		   " %" SCNu64, &ma[0], &mi[0], &ma[1], &mi[1], &done, &nvme, &scsi, &host) == 8) {
		printf("%8s  copy: ", "");
		print_progress(ma, mi, done, 0, nvme + scsi, host);
		printf("\n");
	}
}

static void print_jobs(const char *pid, const char *fd)
{
	char path[64 + 256], line[512];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%.16s/fdinfo/%s", pid, fd);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		print_job(line);
	if (f)
		fclose(f);
}

/* fn for each descriptor of the control device that the process has; NULL: count them. */
static int each_control(const char *pid, void (*fn)(const char *pid, const char *fd))
{
	char path[64 + 256], target[64];
	struct dirent *entry;
	int found = 0;
	ssize_t n;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%.16s/fd", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%.16s/fd/%s", pid, entry->d_name);
		n = readlink(path, target, sizeof(target) - 1);
		target[n > 0 ? n : 0] = 0;
		if (strcmp(target, "/dev/copyoff-ctl"))
			continue;
		found++;
		if (fn)
			fn(pid, entry->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

static void print_command(const char *pid)
{
	char path[64], text[160];
	size_t i, n;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%.16s/cmdline", pid);
	f = fopen(path, "re");
	n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;
	if (f)
		fclose(f);
	for (i = 0; i < n; i++)
		if (!isprint((unsigned char)text[i]))
			text[i] = ' ';
	text[n] = 0;
	printf("%8s  %s\n", pid, text);
}

static void print_users(void)
{
	struct dirent *entry;
	DIR *dir = opendir("/proc");
	bool titled = false;

	while (dir && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)*entry->d_name) || !each_control(entry->d_name, NULL))
			continue;
		if (!titled)
			printf("\n%s%8s  %s%s\n", paint(BOLD), "PID", "COMMAND", paint(PLAIN));
		titled = true;
		print_command(entry->d_name);
		each_control(entry->d_name, print_jobs);
	}
	if (dir)
		closedir(dir);
}

static enum status show(struct screen *screen)
{
	struct status_list now;
	enum status status = status_read(&now, 0, NULL);
	double at = seconds();
	int i;

	if (status)
		return status;
	if (screen->terminal)
		fputs("\033[H\033[2J", stdout);
	printf("%s%-20s %-12s %-6s %-11s %8s %6s %12s %12s %8s %6s  %s%s\n", paint(BOLD), "DEVICE",
	       "BELOW", "METHOD", "STATE", "INFLIGHT", "DOUBTS", "DEVICE/s", "HOST/s", "COMMANDS/s",
	       "ERRORS", "REASON", paint(PLAIN));
	for (i = 0; i < now.nr; i++)
		print_line(screen, &now.line[i], at - screen->at);
	print_users();
	if (!screen->terminal)
		putchar('\n');
	fflush(stdout);
	status_free(&screen->before);
	screen->before = now;
	screen->at = at;
	return STATUS_DONE;
}

static void pause_for(double time)
{
	struct timespec t = { .tv_sec = time, .tv_nsec = (time - (time_t)time) * 1e9 };

	nanosleep(&t, NULL);
}

static enum status top(const struct command *me, int argc, char **argv)
{
	static const struct option longs[] = {
		VALUE_OPTION("interval", 'i'), VALUE_OPTION("count", 'n'), LAST_OPTION,
	};
	struct screen screen = { .terminal = terminal_width(STDOUT_FILENO) };
	struct sigaction action = { .sa_handler = on_signal };
	unsigned long count = 0, n = 0;
	enum status status = STATUS_DONE;
	double interval = 1;
	char *end = "";
	int c;

	while ((c = next_option(me, argc, argv, longs)) != -1) {
		if (c == '?')
			return STATUS_USAGE;
		if (c == 'i')
			interval = strtod(optarg, &end);
		else
			count = strtoul(optarg, &end, 10);
		if (*end || !isdigit((unsigned char)*optarg) || interval < 0.1)
			return misused(me, "'%s' is no %s", optarg,
				       c == 'i' ? "interval of at least 0.1 seconds" :
						  "number of times");
	}
	if (optind != argc)
		return misused(me, "'%s' is one word too many", argv[optind]);
	status = status_read(&screen.before, 0, NULL);
	if (!status && !dmt_has_target("copyoff"))
		status = status_none(false);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	while (!status && !ended) {
		status = show(&screen);
		if (count && ++n == count)
			break;
		if (!status && !ended)
			pause_for(interval);
	}
	status_free(&screen.before);
	return status;
}

const struct command cmd_top = {
	.name = "top",
	.args = "[--interval SECONDS] [--count N]",
	.summary = "Watch the copyoff lines, and the jobs",
	.help =
	"Rates are those of the last interval. Ctrl-C ends it.\n"
	"\n"
	"  --interval SECONDS   how often (1)\n"
	"  --count N            end after so many times\n"
	"\n"
	"  copyoff top\n"
	"  copyoff top --count 2 --interval 10\n",
	.run = top,
};
