// SPDX-License-Identifier: GPL-2.0-only
/*
 * SCSI EXTENDED COPY, by passthrough to the destination's logical unit.
 *
 * The copy manager finds both units by the names that the command has for them.
 * Names lie: arrays give one to two units, and LUNs are mapped anew below an
 * open disk. So the first command of a pair is a trial: the names are asked for
 * afresh, and the destination is compared with the source when it is over. And
 * they are asked for again every second or so.
 */
#include <linux/blkdev.h>
#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include "backend.h"
#include "delay.h"
#include "longwait.h"
#include "scsi_unit.h"

/* That long sg_xcopy waits for a copy; the kernel for what is read or written. */
#define COPY_TIMEOUT	(600 * HZ)
#define OTHER_TIMEOUT	(60 * HZ)

static unsigned int scsi_inflight = 4;
module_param(scsi_inflight, uint, 0644);
MODULE_PARM_DESC(scsi_inflight, "EXTENDED COPY commands at a time for one logical unit, 1 to 128 (4)");

static_assert(COPYOFF_WIRE_BYTES >= 16 + 2 * 32 + COPYOFF_MAX_EXTENTS * 28);
static_assert(COPYOFF_WIRE_BYTES >= COPYOFF_SCSI_INQUIRY_BYTES);

/* ---- list identifiers: one for each copy, and so few copies at a time ---- */

static bool try_id(struct copyoff_scsi_unit *su, u8 *id)
{
	unsigned int most = clamp(READ_ONCE(scsi_inflight), 1U,
				  COPYOFF_SCSI_LIST_IDS / 2U);
	bool found = false;

	spin_lock(&su->lock);
	if (su->nr_ids < most) {
		/* One that was not used for long: who knows what goes on there. */
		do {
			su->last_id = (su->last_id + 1) % COPYOFF_SCSI_LIST_IDS;
		} while (test_bit(su->last_id, su->ids));
		__set_bit(su->last_id, su->ids);
		su->nr_ids++;
		*id = su->last_id;
		found = true;
	}
	spin_unlock(&su->lock);
	return found;
}

static void put_id(struct copyoff_scsi_unit *su, u8 id)
{
	spin_lock(&su->lock);
	__clear_bit(id, su->ids);
	su->nr_ids--;
	spin_unlock(&su->lock);
	wake_up(&su->wait);
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
	};
	struct copyoff_scsi_message m = {
		.fill = fill_list, .arg = &x,
		.buf = cmd->wire, .timeout = COPY_TIMEOUT,
	};
	struct copyoff_scsi_result r;

	copyoff_scsi_name_of(cmd->src_unit->priv, &src_name);
	copyoff_scsi_name_of(dst, &dst_name);
	copyoff_wait_long(dst->wait, try_id(dst, &x.list_id));
	m.bytes = copyoff_scsi_build(&x, cmd->wire, m.cdb);
	if (!m.bytes) {
		put_id(dst, x.list_id);
		cmd->verdict.kind = unsaid(cmd, lba_shift);
		return;
	}
	cmd->began = ktime_get_ns();
	copyoff_scsi_send(dst, &m, &r);
	cmd->ns = ktime_get_ns() - cmd->began;
	put_id(dst, x.list_id);
	cmd->sent = r.error != -ENODEV || r.lost;
	take_verdict(cmd, &r);
}

/* ---- the trial ---- */

struct trial {
	u32 lba_shift;
	u32 bytes;
	u8 *src;		/* what is to be copied */
	u8 *dst;		/* what is there in its place */
};

static void trial_free(struct trial *t)
{
	kfree(t->src);
	kfree(t->dst);
}

static bool trial_alloc(const struct copyoff_cmd *cmd, struct trial *t)
{
	t->bytes = cmd->sectors << SECTOR_SHIFT;
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
	cmd->verdict.kind = memcmp(t->src, t->dst, t->bytes) ?
			    COPYOFF_REDO : COPYOFF_ASTRAY;
}

/* ---- names ---- */

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
	if (trial_alloc(cmd, &t))
		try(cmd, &t);
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
	else if (cmd->trial)
		run_trial(cmd, lba_shift);
	else if (names_last(cmd))
		copy(cmd, lba_shift);
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
	cmd->end(cmd);
}

static void scsi_submit(struct copyoff_cmd *cmd)
{
	INIT_WORK(&cmd->work, scsi_work);
	if (cmd->run_here)
		scsi_work(&cmd->work);
	else
		queue_work(copyoff_wq, &cmd->work);
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

/* The disk itself, or by a path to it. NULL: there is none. */
static struct scsi_device *sdev_of(struct copyoff_unit *unit)
{
	struct scsi_device *sdev = copyoff_scsi_sdev_of(unit->disk);
	bool checked;

	if (sdev)
		get_device(&sdev->sdev_gendev);
	else if (unit->priv)
		sdev = copyoff_scsi_path_get(unit->priv, 0, 0, &checked);
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
