/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a method has to offer: find out what a unit can do, and run a command.
 */
#ifndef COPYOFF_BACKEND_H
#define COPYOFF_BACKEND_H

#include <linux/atomic.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "../include/uapi/linux/dm-copyoff.h"
#include "compat/compat.h"
#include "limits.h"
#include "range.h"
#include "verdict.h"

struct copyoff_unit;

/* Room for what a method sends along with a command. */
#define COPYOFF_WIRE_BYTES	8192

enum copyoff_op {
	COPYOFF_OP_COPY,	/* all of it */
	COPYOFF_OP_READ,	/* host only: the sources into the buffer */
	COPYOFF_OP_WRITE,	/* host only: the buffer to the destination */
};

/*
 * One copy, from the gates' entry to their exit. Whoever submits it owns it,
 * and whatever it points to, until @end is called.
 */
struct copyoff_cmd {
	enum copyoff_op op;
	/* Sectors of the units, as in the plan. */
	const struct copyoff_extent *ext;
	u32 nr;
	u32 sectors;
	u64 dst;
	/* The devices to read and write, for the host... */
	struct block_device *src_bdev;
	struct block_device *dst_bdev;
	void *buf;
	bool src_above;		/* other devices may be below that one, */
	bool dst_above;		/* for whose suspension it has to wait */
	/* ...and the units that copy by themselves: the command goes to @dst. */
	struct copyoff_unit *src_unit;
	struct copyoff_unit *dst_unit;
	u32 block_sectors;	/* their block size when it was planned, */
	u32 granule_sectors;	/* what each extent is a multiple of, */
	u32 trial_sectors;	/* and what a trial may have at most */
	u64 src_number;		/* the units as they were when it was claimed... */
	u64 dst_number;
	u64 trial;		/* ...and the number of the trial, or 0, */
	u64 trial_src;		/* and of its source when it was begun, */
	bool sample;		/* or one block is to be compared */
	void *wire;		/* COPYOFF_WIRE_BYTES, contiguous */
	bool run_here;		/* the submitter has nothing better to do */

	/*
	 * Called once, with @verdict, @ns and, by a method that has units,
	 * @sent set; may free the command. In process context by a method
	 * that has units, by the host in any, also in interrupts.
	 */
	void (*end)(struct copyoff_cmd *cmd);
	struct copyoff_verdict verdict;
	u64 ns;
	bool sent;		/* any device was told to do it */

	/* The method's own, while the command runs. */
	u64 began;
	struct work_struct work;
	struct list_head node;
	u8 list_id;
	atomic_t pending;
	unsigned long failed;
};

/* What a probe finds out. */
struct copyoff_found {
	struct copyoff_limits limits;
	enum copyoff_reason reason;	/* why the unit cannot copy, or NONE */
	bool complete;			/* false: worth asking again */
	bool no_memory;			/* nothing of this counts */
	bool shared;			/* other disks may lead to it, too, */
	u8 identity[COPYOFF_IDENTITY_BYTES];	/* if they have the same */
};

struct copyoff_backend {
	enum copyoff_method method;
	const char *name;

	/*
	 * Copies between two units, too. Then the first command of a pair is a
	 * trial: COPYOFF_DONE says that the bytes were seen to be there.
	 */
	bool pairs;

	/*
	 * Is this a unit of ours? If so, say what it can do. Called from
	 * constructors, with the device open, one at a time for a unit; again
	 * if the last one was not complete, perhaps while commands run.
	 * Sleeps and does I/O.
	 */
	bool (*probe)(struct copyoff_unit *unit, struct block_device *bdev,
		      blk_mode_t mode, struct copyoff_found *found);

	/*
	 * NULL, or for units below dm devices: a path to the unit, perhaps the
	 * first thing that is known of it. Asks no device. Returns 0, or what is
	 * wrong with the path, and a sentence in @error.
	 */
	int (*add_path)(struct copyoff_unit *unit, struct block_device *path,
			const char **error);
	void (*del_path)(struct copyoff_unit *unit, struct block_device *path);

	/* Give back what probe and add_path took. Nothing is in flight. Sleeps. */
	void (*release)(struct copyoff_unit *unit);

	/* Start a command. May sleep, but for the destination's unit only. */
	void (*submit)(struct copyoff_cmd *cmd);
};

extern const struct copyoff_backend copyoff_backend_nvme;
extern const struct copyoff_backend copyoff_backend_scsi;

/* It watches which units come and go. */
int copyoff_scsi_init(void);
void copyoff_scsi_exit(void);

/* Work of the host's: a gate may be waiting for it. */
extern struct workqueue_struct *copyoff_host_wq;

/*
 * The host's own engine. copyoff_host_submit() never waits for anything but
 * the two devices of the command; copyoff_host_kcopyd() does the same without
 * a buffer, and slower.
 */
int copyoff_host_init(void);
void copyoff_host_exit(void);
void copyoff_host_submit(struct copyoff_cmd *cmd);
void copyoff_host_kcopyd(struct copyoff_cmd *cmd);

/* Was kcopyd asked for by the administrator, or is memory that short? */
bool copyoff_host_wants_kcopyd(void);

/*
 * The buffers are a reserve that all jobs share, taken without waiting and
 * before anything is submitted. copyoff_host_buffer_wait() is where those
 * sleep who got none. A parked job holds none.
 */
void *copyoff_host_buffer_get(void);
void copyoff_host_buffer_put(void *buf);
u32 copyoff_host_buffer_sectors(void);
struct wait_queue_head *copyoff_host_buffer_wait(void);
bool copyoff_host_buffer_free(void);

#endif /* COPYOFF_BACKEND_H */
