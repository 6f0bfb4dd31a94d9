// SPDX-License-Identifier: GPL-2.0-only
/*
 * How far a copy is, and what came of it.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <sys/ioctl.h>

#include "job.h"

static void time_left(double left, char *buf, size_t size)
{
	unsigned int s = left < 360000 ? left + 0.5 : 360000;

	if (s < 3600)
		snprintf(buf, size, "%u:%02u", s / 60, s % 60);
	else
		snprintf(buf, size, "%u:%02u:%02u", s / 3600, s / 60 % 60, s % 60);
}

void report_progress(const struct job *job)
{
	char done[HUMAN], all[HUMAN], rate[HUMAN], device[HUMAN], host[HUMAN], left[16];
	const struct total *t = &job->total;
	uint64_t length = job_length(job), at = job->skipped + t->done;
	double took = seconds() - job->began, speed = took > 0 ? t->done / took : 0;

	time_left(speed > 0 ? (length - at) / speed : 360000, left, sizeof(left));
	fprintf(stderr, "\r\033[K%3.0f%%  %s of %s  %s/s  %s left  device %s, host %s ",
		length ? 100.0 * at / length : 100.0, human(at, done), human(length, all),
		human(speed, rate), left,
		human(t->bytes[COPYOFF_METHOD_NVME] + t->bytes[COPYOFF_METHOD_SCSI], device),
		human(t->bytes[COPYOFF_METHOD_HOST], host));
	fflush(stderr);
}

void report_reasons(uint64_t reasons, uint32_t detail)
{
	unsigned int r;

	for (r = 1; r < 64; r++)
		if (reasons & (1ULL << r))
			printf(" %s", copyoff_reason_name(r));
	if (detail)
		printf(" (0x%x)", detail);
}

void report_summary(const struct job *job)
{
	const struct total *t = &job->total;
	char buf[HUMAN];

	printf("%s in %.1f s: ", human(t->done, buf), job->took);
	printf("%s by nvme", human(t->bytes[COPYOFF_METHOD_NVME], buf));
	if (t->bytes[COPYOFF_METHOD_SCSI])
		printf(", %s by scsi", human(t->bytes[COPYOFF_METHOD_SCSI], buf));
	printf(", %s by host", human(t->bytes[COPYOFF_METHOD_HOST], buf));
	if (t->reasons) {
		printf(", %sbecause:", paint(BAD));
		report_reasons(t->reasons, t->detail);
		fputs(paint(PLAIN), stdout);
	}
	putchar('\n');
}

void report_keys(const struct job *job)
{
	const struct total *t = &job->total;

	printf("bytes_done=%" PRIu64 "\n", t->done);
	printf("bytes_nvme=%" PRIu64 "\n", t->bytes[COPYOFF_METHOD_NVME]);
	printf("bytes_scsi=%" PRIu64 "\n", t->bytes[COPYOFF_METHOD_SCSI]);
	printf("bytes_host=%" PRIu64 "\n", t->bytes[COPYOFF_METHOD_HOST]);
	printf("commands_offload=%" PRIu64 "\n", t->commands_offload);
	printf("commands_host=%" PRIu64 "\n", t->commands_host);
	printf("reasons=");
	report_reasons(t->reasons, t->detail);
	printf("\nreason_detail=0x%x\n", t->detail);
	printf("result_flags=%u\n", t->result_flags);
	printf("error=%s\n", job->error ? error_name(job->error) : "0");
	printf("seconds=%.3f\n", job->took);
}
