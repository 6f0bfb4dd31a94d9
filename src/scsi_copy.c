// SPDX-License-Identifier: GPL-2.0-only
/*
 * One EXTENDED COPY: the names that it has for the units, the list, the answer.
 */
#include <linux/kernel.h>
#include <linux/ktime.h>

#include "scsi_copy.h"

/* That long sg_xcopy waits for a copy. */
#define COPY_TIMEOUT	(600 * HZ)

static_assert(COPYOFF_WIRE_BYTES >= 16 + 2 * 32 + COPYOFF_MAX_EXTENTS * 28);

void copyoff_scsi_take_verdict(struct copyoff_cmd *cmd,
			       const struct copyoff_scsi_result *r)
{
	copyoff_scsi_verdict(r, &cmd->verdict);
	if (copyoff_scsi_is_changed(r))
		cmd->verdict.kind = COPYOFF_CHANGED;
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
		copyoff_scsi_take_verdict(cmd, &r);
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

bool copyoff_scsi_ask_names(struct copyoff_cmd *cmd)
{
	return refresh_id(cmd, cmd->src_unit) && refresh_id(cmd, cmd->dst_unit);
}

bool copyoff_scsi_names_last(struct copyoff_cmd *cmd)
{
	return (copyoff_scsi_is_fresh(cmd->src_unit->priv) ||
		refresh_id(cmd, cmd->src_unit)) &&
	       (copyoff_scsi_is_fresh(cmd->dst_unit->priv) ||
		refresh_id(cmd, cmd->dst_unit));
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

/* ---- copying ---- */

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

void copyoff_scsi_copy(struct copyoff_cmd *cmd, u32 lba_shift)
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
		.granularity_lbas = cmd->granule_sectors / cmd->block_sectors,
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
	copyoff_scsi_take_verdict(cmd, &r);
}
