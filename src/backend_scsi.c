// SPDX-License-Identifier: GPL-2.0-only
/*
 * SCSI EXTENDED COPY, by passthrough to the destination's logical unit.
 *
 * The copy manager finds both units by the names that the command has for them.
 * Names lie: arrays give one to two units, and LUNs are mapped anew below an
 * open disk. So the first command of a pair is a trial: the names are asked for
 * afresh, and the destination is compared with the source when it is over. Of
 * later ones a block is compared now and then. And the names are asked for again
 * every second or so.
 */
#include <linux/blkdev.h>
#include <linux/device.h>
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "backend.h"
#include "delay.h"
#include "scsi_unit.h"

/* That long sg_xcopy waits for a copy; the kernel for what is read or written. */
#define COPY_TIMEOUT	(600 * HZ)
#define OTHER_TIMEOUT	(60 * HZ)

/* So often a sample has to be wrong. */
#define SAMPLE_TIMES	3

static unsigned int scsi_inflight = 4;
module_param(scsi_inflight, uint, 0644);
MODULE_PARM_DESC(scsi_inflight, "EXTENDED COPY commands at a time for one logical unit, 1 to 128 (4)");

static_assert(COPYOFF_WIRE_BYTES >= 16 + 2 * 32 + COPYOFF_MAX_EXTENTS * 28);
static_assert(COPYOFF_WIRE_BYTES >= COPYOFF_SCSI_INQUIRY_BYTES);

/* ---- list identifiers: one for each copy, and so few copies at a time ---- */

/* Under su->lock. */
static bool take_id(struct copyoff_scsi_unit *su, u8 *id)
{
	unsigned int most = clamp(READ_ONCE(scsi_inflight), 1U,
				  COPYOFF_SCSI_LIST_IDS / 2U);

	if (su->nr_ids >= most)
		return false;
	/* One that was not used for long: who knows what goes on there. */
	do {
		su->last_id = (su->last_id + 1) % COPYOFF_SCSI_LIST_IDS;
	} while (test_bit(su->last_id, su->ids));
	__set_bit(su->last_id, su->ids);
	su->nr_ids++;
	*id = su->last_id;
	return true;
}

/*
 * Before anything is looked at for the command: what was seen is not to be old
 * by the time that it is sent. False: it is queued when there is one for it.
 */
static bool get_id(struct copyoff_scsi_unit *su, struct copyoff_cmd *cmd)
{
	bool got;

	spin_lock(&su->lock);
	got = take_id(su, &cmd->list_id);
	if (!got)
		list_add_tail(&cmd->node, &su->waiting);
	spin_unlock(&su->lock);
	return got;
}

static void put_id(struct copyoff_scsi_unit *su, u8 id)
{
	struct copyoff_cmd *next;

	spin_lock(&su->lock);
	__clear_bit(id, su->ids);
	su->nr_ids--;
	for (;;) {
		next = list_first_entry_or_null(&su->waiting,
						struct copyoff_cmd, node);
		if (!next || !take_id(su, &next->list_id))
			break;
		list_del(&next->node);
		queue_work(su->unit->wq, &next->work);
	}
	spin_unlock(&su->lock);
}

/* ---- copying ---- */

/* What the command was made for may have changed below us. */
static bool same_blocks(const struct copyoff_unit *unit, u32 lba_shift)
{
	return copyoff_scsi_has_blocks(unit->priv, 1U << lba_shift) &&
	       queue_logical_block_size(unit->disk->queue) == 1U << lba_shift;
}

static bool inside(const struct copyoff_cmd *cmd)
{
	u64 size = get_capacity(cmd->src_unit->disk);
	u32 i;

	if (cmd->dst + cmd->sectors > get_capacity(cmd->dst_unit->disk))
		return false;
	for (i = 0; i < cmd->nr; i++)
		if (cmd->ext[i].src + cmd->ext[i].sectors > size)
			return false;
	return true;
}

static void take_verdict(struct copyoff_cmd *cmd,
			 const struct copyoff_scsi_result *r)
{
	copyoff_scsi_verdict(r, &cmd->verdict);
	if (copyoff_scsi_is_changed(r))
		cmd->verdict.kind = COPYOFF_CHANGED;
}

/*
 * A command that there is no list for. The table may have asked for extents that
 * are too long: then for shorter ones there is.
 */
static enum copyoff_verdict_kind unsaid(const struct copyoff_cmd *cmd,
					u32 lba_shift)
{
	u64 most = (u64)COPYOFF_SCSI_SEGMENT_LBAS << (lba_shift - SECTOR_SHIFT);
	u32 i;

	for (i = 0; i < cmd->nr; i++)
		if (cmd->ext[i].sectors > most)
			return COPYOFF_LIMIT;
	return COPYOFF_REDO;
}

static void fill_list(const struct copyoff_scsi_message *m)
{
	u8 cdb[COPYOFF_SCSI_CDB_BYTES];

	copyoff_scsi_build(m->arg, m->buf, cdb);
}

static bool is_as_claimed(struct copyoff_unit *u, u64 number)
{
	return copyoff_unit_number(u) == number;
}

/*
 * The names that the command will have. False: one of the units is another since it
 * was claimed; then the names may be, too, and nobody has tried them.
 */
static bool take_names(struct copyoff_cmd *cmd, struct copyoff_designator *src,
		       struct copyoff_designator *dst)
{
	copyoff_scsi_name_of(cmd->src_unit->priv, src);
	copyoff_scsi_name_of(cmd->dst_unit->priv, dst);
	/* A name is not changed before the number was. */
	return is_as_claimed(cmd->src_unit, cmd->src_number) &&
	       is_as_claimed(cmd->dst_unit, cmd->dst_number);
}

static void copy(struct copyoff_cmd *cmd, u32 lba_shift)
{
	struct copyoff_scsi_unit *dst = cmd->dst_unit->priv;
	struct copyoff_designator src_name, dst_name;
	struct copyoff_xcopy x = {
		.src = &src_name,
		.dst = &dst_name,
		.ext = cmd->ext,
		.nr = cmd->nr,
		.dst_sector = cmd->dst,
		.lba_shift = lba_shift,
		.use_list_id = true,
		.list_id = cmd->list_id,
	};
	struct copyoff_scsi_message m = {
		.fill = fill_list, .arg = &x,
		.buf = cmd->wire, .timeout = COPY_TIMEOUT,
	};
	struct copyoff_scsi_result r;

	if (!take_names(cmd, &src_name, &dst_name)) {
		cmd->verdict.kind = COPYOFF_CHANGED;
		return;
	}
	m.bytes = copyoff_scsi_build(&x, cmd->wire, m.cdb);
	if (!m.bytes) {
		cmd->verdict.kind = unsaid(cmd, lba_shift);
		return;
	}
	cmd->began = ktime_get_ns();
	copyoff_scsi_send(dst, &m, &r);
	cmd->ns = ktime_get_ns() - cmd->began;
	cmd->sent = r.error != -ENODEV || r.lost;
	take_verdict(cmd, &r);
}

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
	take_verdict(cmd, &r);
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

/* ---- names ---- */

/* It was this command that found it to be another: so that is counted here. */
static void seen_here(struct copyoff_cmd *cmd, struct copyoff_unit *unit)
{
	u64 number = copyoff_unit_number(unit);

	if (unit == cmd->src_unit)
		cmd->src_number = number;
	if (unit == cmd->dst_unit)
		cmd->dst_number = number;
}

/*
 * Is it what it was? Asked with what the command will be made in. False: with the
 * verdict set.
 */
static bool refresh_id(struct copyoff_cmd *cmd, struct copyoff_unit *unit)
{
	struct copyoff_scsi_unit *su = unit->priv;
	struct copyoff_scsi_result r;
	struct copyoff_scsi_identity id;

	if (!copyoff_scsi_ask_id(su, cmd->wire, &id, &r)) {
		take_verdict(cmd, &r);
		cmd->verdict.doubt = false;
		return false;
	}
	if (!copyoff_scsi_set_id(su, &id))
		return true;
	cmd->verdict.kind = id.name.len ? COPYOFF_CHANGED :
					  COPYOFF_UNSUPPORTED;
	/* That the source has none says nothing of the destination. */
	cmd->verdict.pair = unit != cmd->dst_unit;
	seen_here(cmd, unit);
	return false;
}

/*
 * That a LUN leads to another unit is told once: maybe to whoever else used the
 * disk just then, and the command would be for the one of before. So a name does
 * not last.
 */
static bool names_last(struct copyoff_cmd *cmd)
{
	return (copyoff_scsi_is_fresh(cmd->src_unit->priv) ||
		refresh_id(cmd, cmd->src_unit)) &&
	       (copyoff_scsi_is_fresh(cmd->dst_unit->priv) ||
		refresh_id(cmd, cmd->dst_unit));
}

/* ---- a command ---- */

static void try(struct copyoff_cmd *cmd, struct trial *t)
{
	if (!refresh_id(cmd, cmd->src_unit) ||
	    !refresh_id(cmd, cmd->dst_unit) ||
	    !read_source(cmd, t, t->src) || !read_destination(cmd, t))
		return;
	if (!memcmp(t->src, t->dst, t->bytes) && !mark(cmd, t))
		return;
	copy(cmd, t->lba_shift);
	if (cmd->verdict.kind == COPYOFF_DONE)
		compare(cmd, t);
}

static void run_trial(struct copyoff_cmd *cmd, u32 lba_shift)
{
	struct trial t = { .lba_shift = lba_shift };

	/* Planned when the pair still was trusted: plan anew. */
	if (cmd->sectors > max(COPYOFF_TRIAL_SECTORS, cmd->block_sectors)) {
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
	copy(cmd, t->lba_shift);
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

static void run_trusted(struct copyoff_cmd *cmd, u32 lba_shift)
{
	struct trial t = { .lba_shift = lba_shift };

	if (!names_last(cmd))
		return;
	if (!cmd->sample) {
		copy(cmd, lba_shift);
		return;
	}
	cmd->verdict.kind = COPYOFF_REDO;
	cmd->verdict.untold = true;
	if (trial_alloc(&t, cmd->block_sectors << SECTOR_SHIFT))
		copy_sampled(cmd, &t);
	else if (!cmd->trial)
		copy(cmd, lba_shift);
	trial_free(&t);
}

static void run(struct copyoff_cmd *cmd)
{
	u32 lba_shift = SECTOR_SHIFT + ilog2(cmd->block_sectors);

	memset(&cmd->verdict, 0, sizeof(cmd->verdict));
	cmd->ns = 0;
	cmd->sent = false;
	if (!same_blocks(cmd->src_unit, lba_shift) ||
	    !same_blocks(cmd->dst_unit, lba_shift))
		cmd->verdict.kind = COPYOFF_UNSUPPORTED;
	else if (!inside(cmd))
		cmd->verdict.kind = COPYOFF_REDO;
	else if (!copyoff_scsi_is_alone(cmd->src_unit->priv) ||
		 !copyoff_scsi_is_alone(cmd->dst_unit->priv))
		cmd->verdict.kind = COPYOFF_CHANGED;
	else if (cmd->trial && !cmd->sample)
		run_trial(cmd, lba_shift);
	else
		run_trusted(cmd, lba_shift);
}

static void scsi_work(struct work_struct *work)
{
	struct copyoff_cmd *cmd = container_of(work, struct copyoff_cmd, work);
	/* The gates are entered: reclaim must not wait for I/O above them. */
	unsigned int noio = memalloc_noio_save();

	copyoff_delay(COPYOFF_DELAY_COMMAND_SEND);
	run(cmd);
	copyoff_delay(COPYOFF_DELAY_COMMAND_ANSWERED);
	memalloc_noio_restore(noio);
	put_id(cmd->dst_unit->priv, cmd->list_id);
	cmd->end(cmd);
}

/* It waits for its turn without a thread: the queue is for those that have it. */
static void scsi_submit(struct copyoff_cmd *cmd)
{
	INIT_WORK(&cmd->work, scsi_work);
	if (!get_id(cmd->dst_unit->priv, cmd))
		return;
	if (cmd->run_here)
		scsi_work(&cmd->work);
	else
		queue_work(cmd->dst_unit->wq, &cmd->work);
}

/* ---- probing ---- */

/* What it says of EXTENDED COPY, if it says anything. */
static void probe_limits(struct copyoff_scsi_unit *su, u8 *buf,
			 struct copyoff_found *found)
{
	struct copyoff_scsi_parameters p;
	struct copyoff_scsi_result r;
	struct copyoff_scsi_message m;
	u32 got, align;

	copyoff_scsi_default_limits(found->limits.lba_shift, &found->limits);
	copyoff_scsi_cdb_vpd(0x8f, COPYOFF_SCSI_INQUIRY_BYTES, m.cdb);
	if (copyoff_scsi_ask(su, &m, buf, COPYOFF_SCSI_INQUIRY_BYTES, &r, &got) &&
	    !copyoff_scsi_3pc_page(buf, got))
		found->reason = COPYOFF_REASON_NO_COPY_COMMAND;
	copyoff_scsi_cdb_parameters(COPYOFF_SCSI_PARAMETERS_BYTES, m.cdb);
	if (!copyoff_scsi_ask(su, &m, buf, COPYOFF_SCSI_PARAMETERS_BYTES, &r, &got) ||
	    !copyoff_scsi_parse_parameters(buf, got, found->limits.lba_shift,
					   &p))
		return;
	if (p.types_known && !p.types_wanted)
		found->reason = COPYOFF_REASON_NO_COPY_COMMAND;
	found->limits = p.limits;
	/* 65535 blocks: the next command should not begin at an odd one. */
	align = max(PAGE_SIZE >> found->limits.lba_shift, 1UL);
	if (found->limits.extent_lbas > align)
		found->limits.extent_lbas =
			round_down(found->limits.extent_lbas, align);
}

/* Disks that say the same of themselves are paths of one unit. */
static void share(const struct copyoff_scsi_identity *id,
		  struct copyoff_found *found)
{
	found->shared = id->name.len && id->serial_len;
	if (found->shared)
		copyoff_scsi_identity_bytes(id, found->identity);
}

static void probe_copy(struct copyoff_unit *unit, struct copyoff_found *found)
{
	struct copyoff_scsi_unit *su = unit->priv;
	u8 *buf = kmalloc(COPYOFF_SCSI_INQUIRY_BYTES, GFP_KERNEL);
	struct copyoff_scsi_result r;
	struct copyoff_scsi_identity id;

	found->no_memory = !buf;
	if (!buf)
		return;
	found->reason = COPYOFF_REASON_NONE;
	if (!copyoff_scsi_ask_id(su, buf, &id, &r)) {
		found->reason = COPYOFF_REASON_NO_PATH;
		found->complete = false;
	} else if (!id.name.len) {
		found->reason = COPYOFF_REASON_NO_DESIGNATOR;
	} else {
		probe_limits(su, buf, found);
	}
	/* What is below a dm device is what its paths are, answered or not. */
	if (su->via)
		copyoff_scsi_id_of(su, &id);
	share(&id, found);
	copyoff_scsi_set_id(su, &id);
	copyoff_scsi_clashes(su);
	kfree(buf);
}

/* The disk itself, or by a path to it; to be put. NULL: there is none. */
static struct scsi_device *sdev_of(struct copyoff_unit *unit)
{
	struct scsi_device *sdev = copyoff_scsi_sdev_of(unit->disk);
	unsigned int skip;
	bool checked;

	if (sdev)
		return scsi_device_get(sdev) ? NULL : sdev;
	for (skip = 0; unit->priv && !sdev &&
	     copyoff_scsi_path_get(unit->priv, 0, skip, &sdev, &checked);)
		skip++;
	return sdev;
}

static void probe_sdev(struct copyoff_unit *unit, struct scsi_device *sdev,
		       struct block_device *bdev, struct copyoff_found *found)
{
	/* Many a disk that has nothing to say of copies chokes on questions. */
	if (!copyoff_scsi_has_3pc(sdev->inquiry, sdev->inquiry_len))
		return;
	if (sdev->sector_size != bdev_logical_block_size(bdev))
		found->reason = COPYOFF_REASON_BLOCK_SIZE;
	else
		probe_copy(unit, found);
}

static bool scsi_probe(struct copyoff_unit *unit, struct block_device *bdev,
		       blk_mode_t mode, struct copyoff_found *found)
{
	struct scsi_device *sdev = sdev_of(unit);

	if (!sdev && unit->priv) {
		found->reason = COPYOFF_REASON_NO_PATH;
		found->complete = false;
		return true;
	}
	if (!sdev)
		return false;
	if (!unit->priv)
		unit->priv = copyoff_scsi_unit_create(unit, sdev);
	if (unit->priv)
		probe_sdev(unit, sdev, bdev, found);
	else
		found->no_memory = true;
	copyoff_scsi_path_put(sdev);
	return unit->priv;
}

static int scsi_add_path(struct copyoff_unit *unit, struct block_device *path,
			 const char **error)
{
	if (!unit->priv)
		unit->priv = copyoff_scsi_unit_create(unit, NULL);
	if (unit->priv)
		return copyoff_scsi_path_add(unit->priv, path, error);
	*error = "Cannot allocate a unit";
	return -ENOMEM;
}

static void scsi_del_path(struct copyoff_unit *unit, struct block_device *path)
{
	copyoff_scsi_path_del(unit->priv, path);
}

static void scsi_release(struct copyoff_unit *unit)
{
	copyoff_scsi_unit_destroy(unit->priv);
}

const struct copyoff_backend copyoff_backend_scsi = {
	.method = COPYOFF_METHOD_SCSI,
	.name = "scsi",
	.pairs = true,
	.probe = scsi_probe,
	.add_path = scsi_add_path,
	.del_path = scsi_del_path,
	.release = scsi_release,
	.submit = scsi_submit,
};
