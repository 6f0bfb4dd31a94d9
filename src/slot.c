// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of a command, in whatever context that comes: count it, leave the
 * gates, hand the slot back to the job's loop.
 */
#include <linux/device-mapper.h>
#include <linux/spinlock.h>

#include "job_priv.h"
#include "trace.h"

/*
 * The gates are the doubt's from now on. How long it may take until the device
 * is surely done: what the table says, and what a command may take there.
 */
static void begin_doubt(struct copyoff_slot *slot)
{
	const struct copyoff_cmd *cmd = &slot->cmd;
	u32 s = max(slot->src->opts.doubt_s, slot->dst->opts.doubt_s);
	struct copyoff_access access = {
		.src_unit = copyoff_unit_identity(slot->src->unit),
		.dst_unit = copyoff_unit_identity(slot->dst->unit),
		.ext = cmd->ext,
		.nr = cmd->nr,
		.sectors = cmd->sectors,
		.dst = cmd->dst,
	};

	copyoff_doubt_begin(&slot->doubt, &access, slot->src, slot->dst,
			    (u64)s * NSEC_PER_SEC +
			    copyoff_unit_longest(cmd->dst_unit));
}

static void exit_gates(struct copyoff_slot *slot)
{
	struct copyoff_target *s = slot->src, *d = slot->dst;

	if (s)
		copyoff_gate_exit(s);
	if (d && d != s)
		copyoff_gate_exit(d);
}

/* Will the host do again what the device could not? */
static bool will_redo(const struct copyoff_slot *slot)
{
	switch (slot->cmd.verdict.kind) {
	case COPYOFF_DONE:
	case COPYOFF_FAIL:
	case COPYOFF_LIMIT:
	case COPYOFF_CHANGED:
		return false;
	case COPYOFF_ASTRAY:
		if (slot->cmd.verdict.spoiled)
			return false;
		fallthrough;
	default:
		return !(slot->job->p.flags & COPYOFF_COPY_NO_FALLBACK);
	}
}

static void count(struct copyoff_slot *slot, bool ok)
{
	const struct copyoff_cmd *cmd = &slot->cmd;
	struct copyoff_stats *stats;
	bool native = slot->state == COPYOFF_SLOT_NATIVE;

	if (!slot->counts || (ok && slot->counts_later))
		return;
	stats = &slot->counts->stats;
	if (!native || cmd->sent)
		copyoff_stats_command(stats, native ? slot->method :
				      COPYOFF_METHOD_HOST, cmd->nr,
				      cmd->sectors, cmd->ns, ok);
	if (native && !ok && !copyoff_verdict_is_again(&cmd->verdict))
		copyoff_stats_reason(stats,
				     copyoff_verdict_reason(&cmd->verdict));
	if (cmd->verdict.doubt)
		copyoff_stats_reason(stats, COPYOFF_REASON_DOUBT);
	if (native && will_redo(slot))
		copyoff_stats_fallback(stats);
}

/* The devices whose gates we are in: are they still there? */
static bool device_gone(const struct copyoff_slot *slot)
{
	const struct copyoff_cmd *cmd = &slot->cmd;

	if (slot->state != COPYOFF_SLOT_WRITING &&
	    compat_disk_dead(cmd->src_bdev->bd_disk))
		return true;
	return slot->state != COPYOFF_SLOT_READING &&
	       compat_disk_dead(cmd->dst_bdev->bd_disk);
}

/* Native commands end in process context, so those who watch can be told. */
static void report(struct copyoff_slot *slot)
{
	const struct copyoff_cmd *cmd = &slot->cmd;

	if (!copyoff_route_report(cmd) && !cmd->verdict.doubt)
		return;
	dm_table_event(slot->src->ti->table);
	if (slot->dst->ti->table != slot->src->ti->table)
		dm_table_event(slot->dst->ti->table);
}

void copyoff_slot_end(struct copyoff_cmd *cmd)
{
	struct copyoff_slot *slot = container_of(cmd, struct copyoff_slot, cmd);
	bool ok = cmd->verdict.kind == COPYOFF_DONE;
	struct copyoff_job *job = slot->job;
	unsigned long flags;

	trace_command_done(job->id, slot->state == COPYOFF_SLOT_NATIVE ?
			   slot->method : COPYOFF_METHOD_HOST, cmd->dst,
			   cmd->sectors, cmd->verdict.kind,
			   cmd->verdict.detail, cmd->ns);
	count(slot, ok);
	if (slot->state == COPYOFF_SLOT_NATIVE)
		report(slot);
	else if (!ok && device_gone(slot))
		cmd->verdict.err = -ENODEV;
	if (slot->dst && (job->p.flags & COPYOFF_COPY_SYNC))
		copyoff_gate_wrote(slot->dst);
	slot->foul |= cmd->verdict.foul;
	if (cmd->verdict.doubt)
		begin_doubt(slot);
	else
		exit_gates(slot);
	/* Others need it, and the loop may be long in coming. */
	if (!ok || slot->state != COPYOFF_SLOT_READING) {
		copyoff_host_buffer_put(cmd->buf);
		cmd->buf = NULL;
	}

	spin_lock_irqsave(&job->lock, flags);
	list_add_tail(&slot->node, &job->ended);
	wake_up(&job->wait);
	spin_unlock_irqrestore(&job->lock, flags);
}
