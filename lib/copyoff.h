/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libcopyoff: what /dev/copyoff-ctl does, as functions.
 *
 * The structures are those of <linux/dm-copyoff.h>. Begin them with the INIT
 * macros: the size in them is what this program was compiled with, and by it
 * module, library and program of different age understand each other.
 *
 * Functions that return int return 0 or a negative errno. None of them prints.
 */
#ifndef COPYOFF_H
#define COPYOFF_H

#include <stdint.h>

#include <linux/dm-copyoff.h>

#ifdef __cplusplus
extern "C" {
#endif

#define COPYOFF_FEATURES_INIT	{ .size = sizeof(struct copyoff_features) }
#define COPYOFF_QUERY_INIT	{ .size = sizeof(struct copyoff_query), \
				  .src_fd = -1, .dst_fd = -1 }
#define COPYOFF_COPY_INIT	{ .size = sizeof(struct copyoff_copy), \
				  .src_fd = -1, .dst_fd = -1, \
				  .range_size = sizeof(struct copyoff_range) }

#define COPYOFF_STATUS_INIT	{ .size = sizeof(struct copyoff_status) }

/* The control device, open. Several threads may use one at a time. */
struct copyoff_ctl;

/*
 * -ENOENT, -ENXIO: the module is not loaded; -EACCES, -EPERM: the control
 * device is for root.
 */
int copyoff_ctl_open(struct copyoff_ctl **ctl);

/* NULL is fine. */
void copyoff_ctl_close(struct copyoff_ctl *ctl);

/* Its descriptor, for what this library has no function for. */
int copyoff_ctl_fd(const struct copyoff_ctl *ctl);

/* What this build of the module knows. */
int copyoff_ctl_features(struct copyoff_ctl *ctl, struct copyoff_features *features);

/* How would the start of this range be copied? */
int copyoff_ctl_query(struct copyoff_ctl *ctl, struct copyoff_query *query);

/*
 * Copies, and returns when all is done; -EINTR after any signal. The results
 * in @copy are valid after errors, too: copyoff_advance() moves to what is left.
 */
int copyoff_ctl_copy(struct copyoff_ctl *ctl, struct copyoff_copy *copy);

/*
 * Starts the copy as a job and returns. @copy and its ranges are read before that,
 * and not written. The job ends by itself, by copyoff_ctl_cancel(), or with @ctl.
 */
int copyoff_ctl_submit(struct copyoff_ctl *ctl, const struct copyoff_copy *copy,
		       uint64_t user_data, uint64_t *job_id);

/* How far is status->job_id? */
int copyoff_ctl_status(struct copyoff_ctl *ctl, struct copyoff_status *status);

/* Does not wait: the job's record follows, mostly with ECANCELED. */
int copyoff_ctl_cancel(struct copyoff_ctl *ctl, uint64_t job_id);

/*
 * Waits until a job has ended, at most @timeout_ms (-1: for ever). Gives how many
 * records were put into @records, which has room for @nr of them; 0 if the time was
 * over; -EINTR after a signal.
 */
int copyoff_ctl_wait(struct copyoff_ctl *ctl, struct copyoff_completion *records, uint32_t nr,
		     int timeout_ms);

/*
 * Takes the first @bytes off a list of @nr ranges: returns how many of them are
 * done in full, and shortens the one that follows by the rest.
 */
uint32_t copyoff_advance(struct copyoff_range *ranges, uint32_t nr, uint64_t bytes);

/* "nvme", "DIFFERENT_UNIT"; "?" for one that this library does not know. */
const char *copyoff_method_name(uint32_t method);
const char *copyoff_reason_name(uint32_t reason);

/* A sentence: what it means. */
const char *copyoff_reason_text(uint32_t reason);

/* A sentence: what would change it; NULL if nothing would. */
const char *copyoff_reason_advice(uint32_t reason);

#ifdef __cplusplus
}
#endif

#endif /* COPYOFF_H */
