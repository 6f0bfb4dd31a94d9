/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * dm-copyoff: copy offload through device-mapper tables.
 *
 * The interface of /dev/copyoff-ctl. Documentation/uapi.rst has the meaning of
 * every errno and reason.
 */
#ifndef _UAPI_LINUX_DM_COPYOFF_H
#define _UAPI_LINUX_DM_COPYOFF_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * DOC: General ioctl format
 *
 * Every command takes a pointer to a structure whose first member is its size
 * in bytes, as the caller knows it. A longer structure than the module knows
 * is taken if all that it does not know is zero, else the answer is E2BIG, as
 * it is for more than a page; a shorter one than the first version is EINVAL.
 * Members that the caller's size does not reach count as zero. Unknown flags
 * are EINVAL, unknown commands ENOTTY. Once the structure has been taken,
 * members marked "out" are written on success and on error alike, as far as
 * the caller's size reaches; all others are never written.
 *
 * All offsets and lengths are in bytes.
 */
#define COPYOFF_IOC_TYPE	0xBB

#define COPYOFF_IOC_FEATURES	_IO(COPYOFF_IOC_TYPE, 0x00)
#define COPYOFF_IOC_QUERY	_IO(COPYOFF_IOC_TYPE, 0x01)
#define COPYOFF_IOC_COPY	_IO(COPYOFF_IOC_TYPE, 0x02)
#define COPYOFF_IOC_SUBMIT	_IO(COPYOFF_IOC_TYPE, 0x03)
#define COPYOFF_IOC_STATUS	_IO(COPYOFF_IOC_TYPE, 0x04)
#define COPYOFF_IOC_CANCEL	_IO(COPYOFF_IOC_TYPE, 0x05)

/**
 * enum copyoff_method - who moves the bytes
 * @COPYOFF_METHOD_HOST: this host reads and writes them
 * @COPYOFF_METHOD_NVME: the device, by the NVMe Copy command
 * @COPYOFF_METHOD_SCSI: the device, by SCSI EXTENDED COPY
 */
enum copyoff_method {
	COPYOFF_METHOD_HOST = 0,
	COPYOFF_METHOD_NVME = 1,
	COPYOFF_METHOD_SCSI = 2,
};

/**
 * enum copyoff_reason - why bytes went by the host (or would go)
 * @COPYOFF_REASON_NONE: they did not
 * @COPYOFF_REASON_FLAG: the caller asked for it (COPYOFF_COPY_NO_OFFLOAD)
 * @COPYOFF_REASON_TARGET_OFF: a target's offload option forbids it
 * @COPYOFF_REASON_TOO_SMALL: below a target's min_offload_kib
 * @COPYOFF_REASON_MISALIGNED: no multiple of what the unit copies: blocks, granules
 * @COPYOFF_REASON_NOT_COPYOFF: one side is no copyoff target, or not any more
 * @COPYOFF_REASON_DIFFERENT_TRANSPORT: the two units do not speak one protocol
 * @COPYOFF_REASON_DIFFERENT_UNIT: no command serves this pair of units
 * @COPYOFF_REASON_NO_COPY_COMMAND: the unit has none
 * @COPYOFF_REASON_NO_LIMITS: it claims one, but its limits are zero
 * @COPYOFF_REASON_BLOCK_SIZE: the block sizes of the two units differ, or the
 *	unit's own is not the one that the kernel has for it
 * @COPYOFF_REASON_PROTECTION_INFO: metadata or protection information
 * @COPYOFF_REASON_ZONED: sequential zones
 * @COPYOFF_REASON_ENCRYPTED: inline encryption
 * @COPYOFF_REASON_NO_DESIGNATOR: no name by which the unit can be addressed
 * @COPYOFF_REASON_DESIGNATOR_CLASH: another unit goes by the same name
 * @COPYOFF_REASON_LOWER_IS_STACKED: the lower device is itself a dm device
 * @COPYOFF_REASON_NO_PATH: no path to the unit is live
 * @COPYOFF_REASON_QUARANTINED: repeated errors; it is tried again later
 * @COPYOFF_REASON_DEVICE_ERROR: the command failed (see reason_detail)
 * @COPYOFF_REASON_SLOWER: measured to be slower than the host
 * @COPYOFF_REASON_DOUBT: waited, for a command that got no answer may run on
 */
enum copyoff_reason {
	COPYOFF_REASON_NONE = 0,
	COPYOFF_REASON_FLAG = 1,
	COPYOFF_REASON_TARGET_OFF = 2,
	COPYOFF_REASON_TOO_SMALL = 3,
	COPYOFF_REASON_MISALIGNED = 4,
	COPYOFF_REASON_NOT_COPYOFF = 5,
	COPYOFF_REASON_DIFFERENT_TRANSPORT = 6,
	COPYOFF_REASON_DIFFERENT_UNIT = 7,
	COPYOFF_REASON_NO_COPY_COMMAND = 8,
	COPYOFF_REASON_NO_LIMITS = 9,
	COPYOFF_REASON_BLOCK_SIZE = 10,
	COPYOFF_REASON_PROTECTION_INFO = 11,
	COPYOFF_REASON_ZONED = 12,
	COPYOFF_REASON_ENCRYPTED = 13,
	COPYOFF_REASON_NO_DESIGNATOR = 14,
	COPYOFF_REASON_DESIGNATOR_CLASH = 15,
	COPYOFF_REASON_LOWER_IS_STACKED = 16,
	COPYOFF_REASON_NO_PATH = 17,
	COPYOFF_REASON_QUARANTINED = 18,
	COPYOFF_REASON_DEVICE_ERROR = 19,
	COPYOFF_REASON_SLOWER = 20,
	COPYOFF_REASON_DOUBT = 21,
};

/**
 * struct copyoff_range - one range to copy
 * @src_offset: where it starts on the source
 * @dst_offset: where it starts on the destination
 * @length: how long it is; not zero
 *
 * All three are multiples of the larger logical block size of the two devices.
 */
struct copyoff_range {
	__aligned_u64 src_offset;
	__aligned_u64 dst_offset;
	__aligned_u64 length;
};

/* Most ranges that one COPYOFF_IOC_COPY takes. */
#define COPYOFF_MAX_RANGES		(1U << 20)
/* Most ranges that one COPYOFF_IOC_SUBMIT takes. */
#define COPYOFF_MAX_JOB_RANGES		(1U << 14)

/* copyoff_copy.flags: what no device can do is EOPNOTSUPP. */
#define COPYOFF_COPY_NO_FALLBACK	(1U << 0)
/* copyoff_copy.flags: all of it by the host. */
#define COPYOFF_COPY_NO_OFFLOAD		(1U << 1)
/* copyoff_copy.flags: flush the destination before returning. */
#define COPYOFF_COPY_SYNC		(1U << 2)

/* copyoff_copy.result_flags: a command may still run in the device. */
#define COPYOFF_RESULT_IN_DOUBT		(1U << 0)
/* copyoff_copy.result_flags: bytes beyond bytes_done may hold anything. */
#define COPYOFF_RESULT_DST_UNDEFINED	(1U << 1)

/**
 * struct copyoff_copy - COPYOFF_IOC_COPY, returns when all is done
 * @size: sizeof(struct copyoff_copy)
 * @flags: COPYOFF_COPY_*
 * @src_fd: a block device, open for reading
 * @dst_fd: a block device, open for writing; may be the same
 * @ranges: pointer to the first struct copyoff_range
 * @nr_ranges: how many; 1 to COPYOFF_MAX_RANGES
 * @range_size: bytes from one range to the next; at least
 *	sizeof(struct copyoff_range) and at most a page; what is beyond the
 *	range must be zero
 * @timeout_ns: give up at a command border after this time; 0: never
 * @bytes_done: out: the completed prefix, in list order; resume there
 * @bytes_nvme: out: bytes moved by NVMe Copy
 * @bytes_scsi: out: bytes moved by SCSI EXTENDED COPY
 * @bytes_host: out: bytes moved by this host
 * @reasons: out: 1 << reason for every enum copyoff_reason met
 * @commands_offload: out: NVMe or SCSI copy commands sent
 * @commands_host: out: copies by the host
 * @reason: out: the first enum copyoff_reason met
 * @reason_range: out: index of the range where it was met
 * @reason_detail: out: the device's word for it: NVMe status code type and
 *	status code (SCT << 8 | SC), or SCSI sense key << 16 | ASC << 8 | ASCQ
 * @failed_range: out: index of the first range that failed, or @nr_ranges
 * @error: out: its errno, positive; 0 if none failed
 * @result_flags: out: COPYOFF_RESULT_*
 *
 * The ranges behave as if copied one after another in list order. A range that
 * overlaps itself, however the blocks are reached through copyoff targets,
 * partitions and disks, is EINVAL. What another dm device hides below itself
 * is not looked into: it counts as a disk of its own. A request that is refused
 * as a whole has @error set and @failed_range equal to @nr_ranges. The bytes by
 * method can add up to more than @bytes_done if later ranges had finished when
 * an earlier one failed.
 */
struct copyoff_copy {
	__u32 size;
	__u32 flags;
	__s32 src_fd;
	__s32 dst_fd;
	__aligned_u64 ranges;
	__u32 nr_ranges;
	__u32 range_size;
	__aligned_u64 timeout_ns;
	__aligned_u64 bytes_done;
	__aligned_u64 bytes_nvme;
	__aligned_u64 bytes_scsi;
	__aligned_u64 bytes_host;
	__aligned_u64 reasons;
	__aligned_u64 commands_offload;
	__aligned_u64 commands_host;
	__u32 reason;
	__u32 reason_range;
	__u32 reason_detail;
	__u32 failed_range;
	__s32 error;
	__u32 result_flags;
};

/**
 * struct copyoff_submit - COPYOFF_IOC_SUBMIT, starts a job and returns
 * @size: sizeof(struct copyoff_submit)
 * @flags: must be zero
 * @copy: pointer to a struct copyoff_copy, which says what to do. Its in
 *	members mean what they mean to COPYOFF_IOC_COPY; there may be up to
 *	COPYOFF_MAX_JOB_RANGES ranges. Read before the call returns, as are the
 *	ranges; never written
 * @user_data: for struct copyoff_completion
 * @job_id: out: the job; no other one ever has the same while the module is
 *	loaded
 *
 * The job belongs to the open file of the control device. It ends by itself, by
 * COPYOFF_IOC_CANCEL, or when that file is closed for the last time. Then a
 * struct copyoff_completion can be read. Both descriptors may be closed
 * meanwhile: the job keeps what they were open on, until it ends.
 */
struct copyoff_submit {
	__u32 size;
	__u32 flags;
	__aligned_u64 copy;
	__aligned_u64 user_data;
	__aligned_u64 job_id;
};

/**
 * struct copyoff_completion - a record that read() gives for each ended job
 * @job_id: of the job
 * @user_data: as it was submitted
 * @bytes_done: this and what follows: as in struct copyoff_copy
 * @reserved: zero; to be ignored
 *
 * In the order in which jobs end. A read() gives as many whole records as there
 * are and fit.
 */
struct copyoff_completion {
	__aligned_u64 job_id;
	__aligned_u64 user_data;
	__aligned_u64 bytes_done;
	__aligned_u64 bytes_nvme;
	__aligned_u64 bytes_scsi;
	__aligned_u64 bytes_host;
	__aligned_u64 reasons;
	__aligned_u64 commands_offload;
	__aligned_u64 commands_host;
	__u32 reason;
	__u32 reason_range;
	__u32 reason_detail;
	__u32 failed_range;
	__s32 error;
	__u32 result_flags;
	__aligned_u64 reserved[4];
};

/**
 * enum copyoff_job_state - what a job is doing
 * @COPYOFF_JOB_RUNNING: it copies, or is about to
 * @COPYOFF_JOB_WAIT_DEVICE: a device is suspended, or busy with other copies
 * @COPYOFF_JOB_WAIT_BUFFER: other copies have all of the host's buffers
 * @COPYOFF_JOB_WAIT_DOUBT: a command that got no answer may still run
 * @COPYOFF_JOB_ENDED: its record has not been read yet
 */
enum copyoff_job_state {
	COPYOFF_JOB_RUNNING = 0,
	COPYOFF_JOB_WAIT_DEVICE = 1,
	COPYOFF_JOB_WAIT_BUFFER = 2,
	COPYOFF_JOB_WAIT_DOUBT = 3,
	COPYOFF_JOB_ENDED = 4,
};

/**
 * struct copyoff_status - COPYOFF_IOC_STATUS, how far is a job?
 * @size: sizeof(struct copyoff_status)
 * @flags: must be zero
 * @job_id: of the job; its record has not been read yet
 * @bytes_total: out: the length of all its ranges
 * @bytes_done: out: this and what follows: as in struct copyoff_copy, so far
 * @state: out: enum copyoff_job_state
 */
struct copyoff_status {
	__u32 size;
	__u32 flags;
	__aligned_u64 job_id;
	__aligned_u64 bytes_total;
	__aligned_u64 bytes_done;
	__aligned_u64 bytes_nvme;
	__aligned_u64 bytes_scsi;
	__aligned_u64 bytes_host;
	__aligned_u64 reasons;
	__aligned_u64 commands_offload;
	__aligned_u64 commands_host;
	__u32 reason;
	__u32 reason_range;
	__u32 reason_detail;
	__u32 state;
};

/**
 * struct copyoff_cancel - COPYOFF_IOC_CANCEL, end a job at a command border
 * @size: sizeof(struct copyoff_cancel)
 * @flags: must be zero
 * @job_id: of the job; its record has not been read yet
 *
 * Does not wait. The record has ECANCELED, or whatever the job ended with
 * before that.
 */
struct copyoff_cancel {
	__u32 size;
	__u32 flags;
	__aligned_u64 job_id;
};

/**
 * struct copyoff_query - COPYOFF_IOC_QUERY, copies nothing
 * @size: sizeof(struct copyoff_query)
 * @flags: must be zero
 * @src_fd: a block device, open for reading
 * @dst_fd: a block device, open for writing
 * @src_offset: as in struct copyoff_range
 * @dst_offset: as in struct copyoff_range
 * @length: as in struct copyoff_range
 * @span: out: the answer holds for this many bytes from the two offsets
 * @max_command_bytes: out: most bytes that one command moves now
 * @method: out: enum copyoff_method that a copy would use first
 * @reason: out: why it is the host, else COPYOFF_REASON_NONE
 * @reason_detail: out: the device's word for it, where it has one
 * @alignment: out: offsets and lengths must be multiples of this
 * @max_src_ranges: out: most source ranges in one command
 * @max_inflight: out: most commands at a time
 */
struct copyoff_query {
	__u32 size;
	__u32 flags;
	__s32 src_fd;
	__s32 dst_fd;
	__aligned_u64 src_offset;
	__aligned_u64 dst_offset;
	__aligned_u64 length;
	__aligned_u64 span;
	__aligned_u64 max_command_bytes;
	__u32 method;
	__u32 reason;
	__u32 reason_detail;
	__u32 alignment;
	__u32 max_src_ranges;
	__u32 max_inflight;
};

/**
 * struct copyoff_features - COPYOFF_IOC_FEATURES, what this build knows
 * @size: sizeof(struct copyoff_features)
 * @flags: must be zero
 * @copy_flags: out: every COPYOFF_COPY_* it takes
 * @result_flags: out: every COPYOFF_RESULT_* it may give
 * @reasons: out: 1 << reason for every enum copyoff_reason it may give
 * @methods: out: 1 << method for every enum copyoff_method built in
 * @max_ranges: out: most ranges in one request
 * @commands: out: 1 << number for every COPYOFF_IOC_* built in
 * @max_job_ranges: out: most ranges in one asynchronous job
 * @max_jobs: out: most asynchronous jobs of one user, ended ones included whose
 *	records have not been read
 */
struct copyoff_features {
	__u32 size;
	__u32 flags;
	__aligned_u64 copy_flags;
	__aligned_u64 result_flags;
	__aligned_u64 reasons;
	__u32 methods;
	__u32 max_ranges;
	__aligned_u64 commands;
	__u32 max_job_ranges;
	__u32 max_jobs;
};

#endif /* _UAPI_LINUX_DM_COPYOFF_H */
