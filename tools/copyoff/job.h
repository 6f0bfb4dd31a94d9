/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One copy: its ranges, slice by slice, with progress, and what came of it.
 */
#ifndef JOB_H
#define JOB_H

#include <copyoff.h>

#include "device.h"

struct total {
	uint64_t done;
	uint64_t bytes[3];	/* by enum copyoff_method */
	uint64_t commands_offload;
	uint64_t commands_host;
	uint64_t reasons;
	uint32_t detail;
	uint32_t result_flags;
};

struct ranges {
	uint32_t nr;
	struct copyoff_range *range;
};

struct job {
	struct copyoff_ctl *ctl;
	struct device src;
	struct device dst;
	struct ranges ranges;	/* all of them */
	uint64_t skipped;	/* bytes that earlier runs did */
	uint32_t flags;		/* COPYOFF_COPY_* */
	bool progress;
	const char *resume;	/* file, or NULL */
	struct total total;
	double began;
	double took;
	int error;		/* errno, positive */
};

/* Prints what no copy can do without: false after a complaint. */
enum status job_control(struct copyoff_ctl **ctl);

/* Copies what is left of the ranges. Complains of nothing; see job_failed. */
void job_run(struct job *job);

/* The sentence for job->error, which is not 0. */
enum status job_failed(const struct job *job);

uint64_t job_length(const struct job *job);

void job_free(struct job *job);

/* ---- report.c ---- */

void report_progress(const struct job *job);
void report_summary(const struct job *job);
void report_keys(const struct job *job);
void report_reasons(uint64_t reasons, uint32_t detail);

/* ---- ranges.c ---- */

void ranges_add(struct ranges *r, uint64_t src, uint64_t dst, uint64_t length);
/* Lines "SRC DST LENGTH"; "-" is standard input. */
enum status ranges_read(struct ranges *r, const char *file);

/* ---- resume.c ---- */

/* Is there such a file? */
bool resume_exists(const char *file);

/* Takes ranges and what is done from job->resume, if it is of these devices. */
enum status resume_load(struct job *job);
int resume_save(const struct job *job);

#endif /* JOB_H */
