/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How would it go?
 */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include "job.h"

/*
 * Asks for every piece of a job's ranges. @sums: only what they add up to, as
 * copy's summary says it afterwards; else piece by piece, with reasons.
 */
enum status explain_job(struct job *job, bool sums);

#endif /* EXPLAIN_H */
