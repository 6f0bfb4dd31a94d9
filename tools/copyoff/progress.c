// SPDX-License-Identifier: GPL-2.0-only
/*
 * How far a copy is: one line that is written over on a terminal, else a line from
 * time to time.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <unistd.h>

#include "job.h"

#define TERMINAL_EVERY	0.2	/* seconds */
#define OTHER_EVERY	5.0

/* The rate is that of about so many seconds. */
#define RATE_OVER	5.0

static void time_left(double left, char *buf, size_t size)
{
	unsigned int s = left < 360000 ? left + 0.5 : 360000;

	if (s < 3600)
		snprintf(buf, size, "%u:%02u", s / 60, s % 60);
	else
		snprintf(buf, size, "%u:%02u:%02u", s / 3600, s / 60 % 60, s % 60);
}

static void take_rate(struct progress *p, const struct job *job)
{
	double now = seconds(), took = now - (p->at ? p->at : job->began), weight, rate;

	/* Until then it is not known at all. */
	if (!job->total.done || took <= 0)
		return;
	/* It can go back, if a flush fails. */
	rate = job->total.done > p->done ? (job->total.done - p->done) / took : 0;
	weight = p->rate ? took / (took + RATE_OVER) : 1;
	p->rate += (rate - p->rate) * weight;
	p->at = now;
	p->done = job->total.done;
}

/* "1.5 GiB by nvme, 0 B by host because NOT_COPYOFF" */
static char *by_method(const struct total *t)
{
	unsigned int reason = t->reasons ? __builtin_ctzll(t->reasons) : 0;
	char nvme[HUMAN], scsi[HUMAN], host[HUMAN];
	uint64_t by_scsi = t->bytes[COPYOFF_METHOD_SCSI], by_nvme = t->bytes[COPYOFF_METHOD_NVME];

	human(by_nvme, nvme);
	human(by_scsi, scsi);
	human(t->bytes[COPYOFF_METHOD_HOST], host);
	return format("%s%s%s%s%s by host%s%s", by_nvme || !by_scsi ? nvme : "",
		      by_nvme || !by_scsi ? " by nvme, " : "", by_scsi ? scsi : "",
		      by_scsi ? " by scsi, " : "", host, reason ? " because " : "",
		      reason ? copyoff_reason_name(reason) : "");
}

static char *line_of(const struct progress *p, const struct job *job, const char *what)
{
	uint64_t length = job_length(job), at = job->skipped + job->total.done;
	char done[HUMAN], all[HUMAN], rate[HUMAN], left[16] = "-:--";
	char *methods = by_method(&job->total), *speed, *line;

	if (p->rate >= 1)
		time_left((length - at) / p->rate, left, sizeof(left));
	speed = what ? duplicate(what) : format("%s/s  %s left", human(p->rate, rate), left);
	line = format("%3.0f%%  %s of %s  %s  %s", length ? 100.0 * at / length : 100.0,
		      human(at, done), human(length, all), speed, methods);
	free(methods);
	free(speed);
	return line;
}

/* What does not fit into one line could not be written over. */
static void print(const struct progress *p, const struct job *job, const char *what)
{
	char *line = line_of(p, job, what);
	int room = terminal_width(STDERR_FILENO);

	if (room)
		fprintf(stderr, "\r\033[K%.*s", room - 1, line);
	else
		fprintf(stderr, "%s\n", line);
	fflush(stderr);
	line_open = room;
	free(line);
}

void progress_show(struct progress *p, const struct job *job, const char *what)
{
	double every = isatty(STDERR_FILENO) ? TERMINAL_EVERY : OTHER_EVERY;

	if (!job->progress || seconds() - p->told < every)
		return;
	take_rate(p, job);
	print(p, job, what);
	p->told = seconds();
}

void progress_end(struct progress *p, const struct job *job)
{
	/* What could not begin has its sentence. */
	if (!job->progress || (job->error && !job->total.done && !p->told))
		return;
	take_rate(p, job);
	print(p, job, NULL);
	if (line_open)
		fputc('\n', stderr);
	line_open = false;
}
