// SPDX-License-Identifier: GPL-2.0-only
/*
 * What came of a copy.
 */
#define _GNU_SOURCE
#include <inttypes.h>

#include "job.h"

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
