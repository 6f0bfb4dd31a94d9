// SPDX-License-Identifier: GPL-2.0-only
/*
 * SCSI EXTENDED COPY, by passthrough to the destination's logical unit: what it can
 * do, and whose turn it is. The copy manager finds both units by the names that the
 * command has for them (scsi_copy.c), and names lie (scsi_trial.c).
 */
#include <linux/blkdev.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "backend.h"
#include "delay.h"
#include "scsi_trial.h"
#include "scsi_unit.h"

static unsigned int scsi_inflight = 4;
module_param(scsi_inflight, uint, 0644);
MODULE_PARM_DESC(scsi_inflight, "EXTENDED COPY commands at a time for one logical unit, 1 to 128 (4)");

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

/* ---- a command ---- */

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
		copyoff_scsi_run_trial(cmd, lba_shift);
	else
		copyoff_scsi_run_trusted(cmd, lba_shift);
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
	else if (!p.limits.granule_lbas)
		found->reason = COPYOFF_REASON_NO_LIMITS;
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
