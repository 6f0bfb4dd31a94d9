// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether a copy went where it should: the trial of a pair, and samples.
 */
#include <linux/hash.h>
#include <linux/ktime.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "scsi_copy.h"
#include "scsi_trial.h"

/* The kernel's own for what is read or written. */
#define OTHER_TIMEOUT	(60 * HZ)

/* So often a sample has to be wrong. */
#define SAMPLE_TIMES	3

/* ---- the trial: a pair's first command ---- */

struct trial {
	u32 lba_shift;
	u32 bytes;		/* that are looked at */
	u8 *src;		/* what is to be copied */
	u8 *dst;		/* what is there in its place */
};

static void trial_free(struct trial *t)
{
	kfree(t->src);
	kfree(t->dst);
}

static bool trial_alloc(struct trial *t, u32 bytes)
{
	t->bytes = bytes;
	t->src = kmalloc(t->bytes, GFP_NOIO | __GFP_NOWARN);
	t->dst = kmalloc(t->bytes, GFP_NOIO | __GFP_NOWARN);
	return t->src && t->dst;
}

/* The last block, other than it is: both sides are the same. */
static void fill_mark(const struct copyoff_scsi_message *m)
{
	const struct trial *t = m->arg;
	const u8 *is = t->src + t->bytes - m->bytes;
	u8 *buf = m->buf;
	u32 i;

	for (i = 0; i < m->bytes; i++)
		buf[i] = ~is[i];
}

/* False: with the verdict set. */
static bool transfer(struct copyoff_cmd *cmd, const struct trial *t,
		     struct copyoff_unit *unit, bool write, u64 sector,
		     u32 sectors, void *buf)
{
	struct copyoff_scsi_message m = {
		.fill = write ? fill_mark : NULL,
		.arg = t,
		.one_path = write,
		.buf = buf,
		.bytes = sectors << SECTOR_SHIFT,
		.timeout = OTHER_TIMEOUT,
	};
	struct copyoff_scsi_result r;
	u32 shift = t->lba_shift - SECTOR_SHIFT;
	bool doubt = cmd->verdict.doubt;

	copyoff_scsi_cdb_transfer(write, sector >> shift, sectors >> shift,
				  m.cdb);
	copyoff_scsi_send(unit->priv, &m, &r);
	copyoff_scsi_take_verdict(cmd, &r);
	/* What was only read never is in doubt; what was written is no copy. */
	cmd->verdict.foul = write && cmd->verdict.doubt;
	cmd->verdict.doubt = doubt || cmd->verdict.foul;
	/* A unit that reads and writes no better: the host will find out. */
	if (cmd->verdict.kind == COPYOFF_UNSUPPORTED)
		cmd->verdict.kind = COPYOFF_REDO;
	return cmd->verdict.kind == COPYOFF_DONE;
}

static bool read_source(struct copyoff_cmd *cmd, const struct trial *t,
			u8 *buf)
{
	u32 i;

	for (i = 0; i < cmd->nr; i++) {
		const struct copyoff_extent *e = &cmd->ext[i];

		if (!transfer(cmd, t, cmd->src_unit, false, e->src, e->sectors,
			      buf))
			return false;
		buf += e->sectors << SECTOR_SHIFT;
	}
	return true;
}

static bool read_destination(struct copyoff_cmd *cmd, const struct trial *t)
{
	return transfer(cmd, t, cmd->dst_unit, false, cmd->dst, cmd->sectors,
			t->dst);
}

/*
 * Both sides are the same already: then nobody could see where the copy goes.
 * So make one block differ, which is about to be overwritten anyway.
 */
static bool mark(struct copyoff_cmd *cmd, const struct trial *t)
{
	u32 block = 1U << t->lba_shift, sectors = block >> SECTOR_SHIFT;

	return transfer(cmd, t, cmd->dst_unit, true,
			cmd->dst + cmd->sectors - sectors, sectors,
			t->dst + t->bytes - block);
}

/* The copy is said to be done. Is it? */
static void compare(struct copyoff_cmd *cmd, const struct trial *t)
{
	if (!read_destination(cmd, t) || !memcmp(t->src, t->dst, t->bytes))
		return;
	/* Somebody may have written to the source meanwhile. */
	if (!read_source(cmd, t, t->dst))
		return;
	cmd->verdict.untold = memcmp(t->src, t->dst, t->bytes);
	cmd->verdict.kind = cmd->verdict.untold ? COPYOFF_REDO : COPYOFF_ASTRAY;
}

static void try(struct copyoff_cmd *cmd, struct trial *t)
{
	if (!copyoff_scsi_ask_names(cmd) ||
	    !read_source(cmd, t, t->src) || !read_destination(cmd, t))
		return;
	if (!memcmp(t->src, t->dst, t->bytes) && !mark(cmd, t))
		return;
	copyoff_scsi_copy(cmd, t->lba_shift);
	if (cmd->verdict.kind == COPYOFF_DONE)
		compare(cmd, t);
}

void copyoff_scsi_run_trial(struct copyoff_cmd *cmd, u32 lba_shift)
{
	struct trial t = { .lba_shift = lba_shift };

	/* Planned when the pair still was trusted: plan anew. */
	if (cmd->sectors > cmd->trial_sectors) {
		cmd->verdict.kind = COPYOFF_CHANGED;
		return;
	}
	cmd->verdict.kind = COPYOFF_REDO;
	cmd->verdict.untold = true;
	if (trial_alloc(&t, cmd->sectors << SECTOR_SHIFT))
		try(cmd, &t);
	trial_free(&t);
}

/* ---- samples: its second one, and later ones now and then ---- */

/* Any block of the command: where it is from, and where it goes to. */
static void pick(const struct copyoff_cmd *cmd, u64 *src, u64 *dst)
{
	u32 blocks = cmd->sectors / cmd->block_sectors;
	u32 at = hash_64(ktime_get_ns(), 32) % blocks * cmd->block_sectors;
	const struct copyoff_extent *e = cmd->ext;

	*dst = cmd->dst + at;
	for (; at >= e->sectors; e++)
		at -= e->sectors;
	*src = e->src + at;
}

static bool read_block(struct copyoff_cmd *cmd, const struct trial *t,
		       struct copyoff_unit *unit, u64 sector, u8 *buf)
{
	return transfer(cmd, t, unit, false, sector, cmd->block_sectors, buf);
}

/*
 * The command, with the block compared. True if that is not what it was copied from;
 * which may have been written to, but was not. Else with the verdict set.
 */
static bool copy_is_wrong(struct copyoff_cmd *cmd, const struct trial *t,
			  u64 src, u64 dst)
{
	if (!read_block(cmd, t, cmd->src_unit, src, t->src))
		return false;
	copyoff_scsi_copy(cmd, t->lba_shift);
	return cmd->verdict.kind == COPYOFF_DONE &&
	       read_block(cmd, t, cmd->dst_unit, dst, t->dst) &&
	       memcmp(t->src, t->dst, t->bytes) &&
	       read_block(cmd, t, cmd->src_unit, src, t->dst) &&
	       !memcmp(t->src, t->dst, t->bytes);
}

/*
 * Somebody else may have written to the destination: not each time. What is in
 * doubt is not sent again, nor is anything told by it.
 */
static void copy_sampled(struct copyoff_cmd *cmd, const struct trial *t)
{
	unsigned int i;
	u64 src, dst;

	pick(cmd, &src, &dst);
	for (i = 0; i < SAMPLE_TIMES; i++)
		if (!copy_is_wrong(cmd, t, src, dst) || cmd->verdict.doubt)
			return;
	cmd->verdict.kind = COPYOFF_ASTRAY;
	cmd->verdict.spoiled = !cmd->trial;
}

void copyoff_scsi_run_trusted(struct copyoff_cmd *cmd, u32 lba_shift)
{
	struct trial t = { .lba_shift = lba_shift };

	if (!copyoff_scsi_names_last(cmd))
		return;
	if (!cmd->sample) {
		copyoff_scsi_copy(cmd, lba_shift);
		return;
	}
	cmd->verdict.kind = COPYOFF_REDO;
	cmd->verdict.untold = true;
	if (trial_alloc(&t, cmd->block_sectors << SECTOR_SHIFT))
		copy_sampled(cmd, &t);
	else if (!cmd->trial)
		copyoff_scsi_copy(cmd, lba_shift);
	trial_free(&t);
}
