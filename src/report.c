// SPDX-License-Identifier: GPL-2.0-only
/*
 * What commands tell of the units that run them: they are claimed before, and
 * reported after.
 */
#include <linux/blkdev.h>
#include <linux/device-mapper.h>
#include <linux/ktime.h>
#include <linux/module.h>

#include "route.h"

#define DM_MSG_PREFIX "copyoff"

/* Errors in a row that put a unit into quarantine, and for how long at most. */
#define QUARANTINE_ERRORS	8
#define QUARANTINE_MOST_NS	(3600ULL * NSEC_PER_SEC)

static atomic64_t nr_ended = ATOMIC64_INIT(0);
static DECLARE_WAIT_QUEUE_HEAD(ended_wait);

/* ---- before ---- */

u64 copyoff_unit_number(struct copyoff_unit *u)
{
	unsigned long flags;
	u64 number;

	spin_lock_irqsave(&u->lock, flags);
	number = u->number;
	spin_unlock_irqrestore(&u->lock, flags);
	return number;
}

enum copyoff_trust copyoff_route_claim(struct copyoff_cmd *cmd)
{
	struct copyoff_unit *dst = cmd->dst_unit;
	enum copyoff_trust trust;
	unsigned long flags;

	cmd->trial = 0;
	cmd->sample = false;
	cmd->src_number = copyoff_unit_number(cmd->src_unit);
	if (!dst->backend->pairs)
		return COPYOFF_TRUSTED;
	spin_lock_irqsave(&dst->lock, flags);
	cmd->dst_number = dst->number;
	cmd->trial_src = cmd->src_number;
	trust = copyoff_pair_claim(&dst->pairs, cmd->src_number, &cmd->trial);
	if (trust == COPYOFF_TRUSTED || cmd->trial)
		cmd->sample = copyoff_pair_sample(&dst->pairs, cmd->src_number);
	spin_unlock_irqrestore(&dst->lock, flags);
	return trust;
}

u64 copyoff_trials_ended(void)
{
	return atomic64_read(&nr_ended);
}

struct wait_queue_head *copyoff_trials_wait(void)
{
	return &ended_wait;
}

/* ---- after ---- */

/* Under u->lock. True if this is news. */
static bool turn_off(struct copyoff_unit *u, u32 detail)
{
	if (u->off)
		return false;
	u->off = true;
	u->off_detail = detail;
	return true;
}

/*
 * Under u->lock. True if this is news. If all paths are lost each command more
 * would be in doubt as well: one is enough.
 */
static bool count_error(struct copyoff_unit *u, bool doubt)
{
	if (++u->errors < QUARANTINE_ERRORS && !doubt)
		return false;
	u->errors = 0;
	u->retry_at = ktime_get_ns() + u->retry_after;
	u->retry_after = min(u->retry_after * 2, QUARANTINE_MOST_NS);
	return true;
}

/* Under u->lock. A unit that refuses such a command has no use. */
static u32 smallest(const struct copyoff_unit *u)
{
	return max_t(u32, PAGE_SECTORS, 1U << (u->limits.lba_shift - 9));
}

/* What a report comes to. */
struct news {
	bool off;		/* the unit is, from now on */
	bool pair_off;		/* the pair is */
	bool quarantine;
};

/* Under u->lock. */
static void take_done(struct copyoff_unit *u, const struct copyoff_cmd *cmd)
{
	u->errors = 0;
	u->retry_after = COPYOFF_QUARANTINE_FIRST_NS;
	u->grown = min(copyoff_limits_grow(u->grown, cmd->sectors, cmd->ns),
		       u->ceiling);
}

/* Under u->lock. */
static void take_limit(struct copyoff_unit *u, const struct copyoff_cmd *cmd,
		       struct news *news)
{
	/* It would not be made smaller than that. */
	u32 least = max(smallest(u), cmd->granule_sectors);

	if (cmd->sectors <= least)
		news->off = turn_off(u, cmd->verdict.detail);
	u->ceiling = min(u->ceiling, max(cmd->sectors / 2, least));
	u->grown = min(u->grown, u->ceiling);
}

/* Under u->lock. */
static void refuse_pair(struct copyoff_unit *u, const struct copyoff_cmd *cmd,
			enum copyoff_reason reason, struct news *news)
{
	news->pair_off = copyoff_pair_refuse(&u->pairs, cmd->src_number, reason,
					     cmd->verdict.detail);
}

/* Under u->lock. */
static void take(struct copyoff_unit *u, const struct copyoff_cmd *cmd,
		 bool stale, struct news *news)
{
	const struct copyoff_verdict *v = &cmd->verdict;

	/* A lost path is no answer, however long it took to get lost. */
	if (!v->doubt && v->kind != COPYOFF_PATH)
		u->longest = max(u->longest, cmd->ns);
	switch (v->kind) {
	case COPYOFF_DONE:
		take_done(u, cmd);
		break;
	case COPYOFF_UNSUPPORTED:
		if (!v->pair)
			news->off = turn_off(u, v->detail);
		else
			refuse_pair(u, cmd, COPYOFF_REASON_DIFFERENT_UNIT, news);
		break;
	case COPYOFF_ASTRAY:
		refuse_pair(u, cmd, COPYOFF_REASON_DESIGNATOR_CLASH, news);
		break;
	case COPYOFF_LIMIT:
		take_limit(u, cmd, news);
		break;
	case COPYOFF_FAIL:
		break;
	case COPYOFF_CHANGED:
		/* That somebody else has seen so is counted there. */
		if (stale)
			break;
		fallthrough;
	default:
		news->quarantine = count_error(u, v->doubt);
	}
}

/* Under u->lock. Whoever waits for the trial looks again. */
static void end_trial(struct copyoff_unit *u, const struct copyoff_cmd *cmd,
		      struct news *news)
{
	const struct copyoff_verdict *v = &cmd->verdict;

	if (v->kind == COPYOFF_REDO && !v->doubt && !v->untold)
		news->pair_off |= copyoff_pair_failed(&u->pairs,
						      cmd->trial_src,
						      cmd->trial,
						      COPYOFF_REASON_DIFFERENT_UNIT,
						      v->detail);
	else
		copyoff_pair_tried(&u->pairs, cmd->trial_src, cmd->trial,
				   v->kind == COPYOFF_DONE ?
				   COPYOFF_TRUSTED : COPYOFF_UNTRIED);
	atomic64_inc(&nr_ended);
}

static void tell(const struct copyoff_cmd *cmd, const struct news *news)
{
	const char *name = cmd->dst_unit->disk->disk_name;
	const char *src = cmd->src_unit->disk->disk_name;
	const struct copyoff_verdict *v = &cmd->verdict;

	if (v->doubt)
		DMWARN_LIMIT("%s: a copy command got no answer (0x%x), it is in doubt",
			     name, v->detail);
	if (news->off)
		DMWARN("%s: refuses copy commands (status 0x%x), the host copies from now on",
		       name, v->detail);
	if (news->quarantine)
		DMWARN("%s: copy commands fail (status 0x%x), the host copies for a while",
		       name, v->detail);
	if (v->kind == COPYOFF_ASTRAY && (news->pair_off || v->spoiled))
		DMCRIT("%s: a copy from %s went to ANOTHER UNIT of that name, or came from one; %s",
		       name, src, v->spoiled ?
		       "WHAT WAS COPIED BETWEEN THESE SINCE THEIR TRIAL HAS TO BE COPIED AGAIN" :
		       "the host does it");
	else if (news->pair_off)
		DMWARN("%s: refuses copies from %s (status 0x%x), the host copies from now on",
		       name, src, v->detail);
}

/*
 * Has a unit become another since the command was claimed? Commands that are found
 * so would make all those claimed since then old as well, without end.
 */
static bool is_stale(const struct copyoff_cmd *cmd)
{
	return cmd->dst_unit->backend->pairs &&
	       (copyoff_unit_number(cmd->src_unit) != cmd->src_number ||
		copyoff_unit_number(cmd->dst_unit) != cmd->dst_number);
}

bool copyoff_route_report(const struct copyoff_cmd *cmd)
{
	struct copyoff_unit *u = cmd->dst_unit;
	bool stale = is_stale(cmd);
	struct news news = {};
	unsigned long flags;

	/* Where a trial is to follow it finds this. */
	if (cmd->verdict.kind == COPYOFF_CHANGED && !stale) {
		copyoff_unit_renew(cmd->src_unit);
		copyoff_unit_renew(u);
	}
	spin_lock_irqsave(&u->lock, flags);
	take(u, cmd, stale, &news);
	if (cmd->trial)
		end_trial(u, cmd, &news);
	spin_unlock_irqrestore(&u->lock, flags);
	if (cmd->trial)
		wake_up_all(&ended_wait);
	tell(cmd, &news);
	return news.off || news.quarantine || news.pair_off ||
	       cmd->verdict.spoiled;
}
