/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One copy: its ranges, how it is done, with progress, and what came of it.
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
	bool stale;		/* it could not be written, but is right for earlier */
	struct total total;
	double began;
	double took;
	int error;		/* errno, positive; EINTR after any signal that ends it */
};

/* What is left of the ranges, to be taken from the front. */
struct rest {
	struct copyoff_range *range;
	uint32_t nr;
};

/* Prints what no copy can do without: false after a complaint. */
enum status job_control(struct copyoff_ctl **ctl);

/* Copies what is left of the ranges. Complains of nothing; see job_failed. */
void job_run(struct job *job);

/* Is there a copyoff line in its table? And what to do if not. */
bool has_copyoff(const struct device *d);
char *how_to_enable(const struct device *d);

/* The sentence for job->error, which is not 0. */
enum status job_failed(const struct job *job);

uint64_t job_length(const struct job *job);

void job_free(struct job *job);

/* A signal to end has come; they are caught from the first job on, or from here on. */
bool job_interrupted(void);
void job_catch_signals(void);

/* What copyoff_copy, _status and _completion have in common. */
#define TOTAL_OF(results) ({						\
	__auto_type c = (results);					\
	(struct total){							\
		.done = c->bytes_done,					\
		.bytes = {						\
			[COPYOFF_METHOD_HOST] = c->bytes_host,		\
			[COPYOFF_METHOD_NVME] = c->bytes_nvme,		\
			[COPYOFF_METHOD_SCSI] = c->bytes_scsi,		\
		},							\
		.commands_offload = c->commands_offload,		\
		.commands_host = c->commands_host,			\
		.reasons = c->reasons,					\
		.detail = c->reason_detail,				\
	};								\
})

void total_add(struct total *t, const struct total *more);
void rest_advance(struct rest *rest, uint64_t bytes);

/* ---- slices.c: requests that block, for modules that know no others ---- */

void copy_blocking(struct job *job, struct rest *rest);

/* ---- follow.c: jobs that do not block ---- */

/* Does the module know them? Then how many ranges may one have, else 0. */
uint32_t submit_room(struct copyoff_ctl *ctl);
void copy_submitted(struct job *job, struct rest *rest, uint32_t room);

/* ---- progress.c ---- */

struct progress {
	double told;		/* when it was shown last; 0: not yet */
	double at;		/* when the rate was taken last, */
	uint64_t done;		/* and what was done then */
	double rate;		/* bytes a second, lately; 0: not known yet */
};

/* No more often than is good for people. @what: what it waits for, or NULL. */
void progress_show(struct progress *p, const struct job *job, const char *what);
/* The last of it, whenever that was shown. */
void progress_end(struct progress *p, const struct job *job);

/* ---- report.c ---- */

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
/* Can it be written? Complains if not. */
enum status resume_try(const struct job *job);
/* What it says has to be on stable storage. A failure ends the keeping, not the copy. */
void resume_keep(struct job *job);

#endif /* JOB_H */
