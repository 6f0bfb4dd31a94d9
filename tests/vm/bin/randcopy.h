/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * randcopy: random tables and ranges against a model in memory.
 *
 * A round builds two dm devices over random places of the disks, has the
 * module copy a random list of ranges, does the same to an image of every disk
 * in memory, and compares all of every disk with its image. All that a round
 * does follows from the seed and the number of the round.
 *
 * All places and lengths are in sectors of 512 bytes unless said otherwise.
 */
#ifndef RANDCOPY_H
#define RANDCOPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <linux/dm-copyoff.h>

#define SECTOR		512ULL
#define MAX_DISKS	8
#define MAX_LINES	6
#define MAX_RANGES	64
#define PARTITIONS	3

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* Complain and exit. */
void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* ---- chance ---- */

struct chance {
	uint64_t state;
};

/* From now on all that comes depends on the two numbers only. */
void chance_begin(struct chance *c, uint64_t seed, uint64_t stream);
uint64_t chance_next(struct chance *c);

/* 0 to @n - 1; @n is not zero. */
uint64_t pick(struct chance *c, uint64_t n);

/* From 1 to @most, all orders of magnitude alike. */
uint64_t pick_length(struct chance *c, uint64_t most);

/* True one time in @n. */
bool one_in(struct chance *c, unsigned int n);

/* ---- disks ---- */

/* What the disk can do, as far as reasons depend on it. */
enum disk_kind {
	DISK_COPY,		/* NVMe with Copy */
	DISK_NO_LIMITS,		/* NVMe with Copy, all limits zero */
	DISK_SCSI,		/* EXTENDED COPY among all of these, of one session */
	DISK_SCSI_PLAIN,	/* SCSI without it */
	DISK_PLAIN,		/* neither NVMe nor SCSI */
};

struct disk;

/* What a line of a table can name: a disk or a partition. */
struct lower {
	struct disk *disk;
	char path[72];
	uint64_t start;		/* on the disk */
	uint64_t sectors;
};

struct disk {
	unsigned int index;
	enum disk_kind kind;
	int fd;			/* past the page cache */
	uint64_t sectors;
	uint64_t block;		/* the logical block, in sectors */
	uint8_t *image;		/* the model of all of it */
	struct lower whole;
	struct lower part[PARTITIONS];
	bool parted;		/* use the partitions and not the whole */
};

struct disks {
	struct disk disk[MAX_DISKS];
	unsigned int nr;
	uint64_t key;		/* from the seed, in all contents */
	uint8_t *buf;		/* for reading */
};

/* "copy:/dev/x" is the next disk; "nolimits:", "scsi:", "scsiplain:" or "plain:". */
void disk_add(struct disks *ds, const char *word);

/* Fill all disks and images with contents of their own. */
void disks_fill(struct disks *ds, uint64_t seed);

/* New contents for a stretch of a disk and of its image. */
void disk_refill(struct disks *ds, struct disk *d, uint64_t at,
		 uint64_t sectors, uint64_t round);

/* Is all of every disk as in its image? If not, says where to @out. */
bool disks_compare(struct disks *ds, FILE *out);

/* ---- tables ---- */

enum offload {
	OFFLOAD_DEFAULT,
	OFFLOAD_METHOD,		/* by the disk's own, named */
	OFFLOAD_OFF,
};

struct line {
	const struct lower *lower;
	uint64_t start;			/* on @lower */
	uint64_t begin;			/* on the dm device */
	uint64_t sectors;
	bool copyoff;			/* else linear */
	enum offload offload;
	/* Options; 0: not given. */
	unsigned int max_inflight;
	unsigned int max_command_kib;
	unsigned int min_offload_kib;
	unsigned int mssrl;
	unsigned int msrc;
};

struct table {
	const char *name;
	struct line line[MAX_LINES];
	unsigned int nr;
	uint64_t sectors;
	uint64_t block;			/* the device's logical block */
	bool wide;			/* keeps to the largest logical block */
	int fd;				/* of the device */
};

/*
 * Random tables for both; they share no sector of any disk, but may share
 * disks. @pure: nothing in them keeps the device from copying by itself, but
 * for one line at most.
 */
void tables_build(struct chance *c, struct disks *ds, struct table t[2],
		  bool pure);

/* The line at a sector of the dm device. */
const struct line *table_line(const struct table *t, uint64_t sector);

void table_print(const struct table *t, FILE *out);

/* Make the device, or load the table into the one there is; open it. */
void table_start(struct table *t, bool create);

void table_close(struct table *t);

/* Remove the device if it is there. */
void table_remove(const struct table *t);

/* ---- a list of ranges ---- */

struct list {
	struct table *src, *dst;	/* may be the same */
	uint32_t flags;			/* COPYOFF_COPY_* */
	struct copyoff_range range[MAX_RANGES];	/* bytes */
	unsigned int nr;
	uint64_t block;			/* alignment of all */
	uint64_t left;			/* sectors to spend */
	/* May a border lie inside of a logical block of the other device? */
	bool split_blocks;
};

/* @pure as for the tables. */
void list_build(struct chance *c, struct list *l, struct table t[2], bool pure);

/* The errno, positive, that the range as such is worth. */
int range_error(const struct list *l, const struct copyoff_range *r);

void list_print(const struct list *l, FILE *out);

/* ---- the model ---- */

/* Part of a range inside one line of either table. */
struct piece {
	const struct line *src, *dst;
	uint64_t src_at, dst_at;	/* on the disks */
	uint64_t sectors;
	enum copyoff_reason reason;	/* none: by the device */
};

/* The piece at @offset (bytes) of range @index. */
void piece_at(const struct list *l, unsigned int index, uint64_t offset,
	      struct piece *p);

/* What the module should say. */
struct expect {
	int error;
	uint64_t bytes_done;
	uint64_t bytes_nvme;
	uint64_t bytes_scsi;
	uint32_t failed_range;
	uint64_t reasons;
	uint32_t reason;
	uint32_t reason_range;
	/* min_offload_kib is met: some of both may go by the host. */
	bool vague;
};

void predict(const struct list *l, struct expect *e);

/* Do the first @bytes of the list to the images, one range after another. */
void model_copy(const struct list *l, uint64_t bytes);

#endif /* RANDCOPY_H */
