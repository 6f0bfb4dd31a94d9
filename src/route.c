// SPDX-License-Identifier: GPL-2.0-only
/*
 * Units, and which method serves a pair of them.
 */
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "route.h"

#define DM_MSG_PREFIX "copyoff"

/* Errors in a row that put a unit into quarantine, and for how long. */
#define QUARANTINE_ERRORS	8
#define QUARANTINE_FIRST_NS	(10ULL * NSEC_PER_SEC)
#define QUARANTINE_MOST_NS	(3600ULL * NSEC_PER_SEC)

static const struct copyoff_backend *const backends[] = {
	&copyoff_backend_nvme,
};

/* Protects the list and every unit's users; probes run under it. */
static DEFINE_MUTEX(units_mutex);
static LIST_HEAD(units);

static struct copyoff_unit *unit_find(struct gendisk *disk)
{
	struct copyoff_unit *u;

	list_for_each_entry(u, &units, node)
		if (u->disk == disk)
			return u;
	return NULL;
}

static void unit_probe(struct copyoff_unit *u, struct block_device *bdev,
		       blk_mode_t mode)
{
	unsigned int i;

	u->reason = COPYOFF_REASON_NO_COPY_COMMAND;
	for (i = 0; i < ARRAY_SIZE(backends); i++) {
		if (!backends[i]->probe(u, bdev, mode))
			continue;
		u->backend = backends[i];
		break;
	}
	if (compat_bdev_has_inline_crypto(bdev))
		u->reason = COPYOFF_REASON_ENCRYPTED;
	if (bdev_is_zoned(bdev))
		u->reason = COPYOFF_REASON_ZONED;
}

static struct copyoff_unit *unit_create(struct block_device *bdev,
					blk_mode_t mode)
{
	struct copyoff_unit *u = kzalloc(sizeof(*u), GFP_KERNEL);

	if (!u)
		return ERR_PTR(-ENOMEM);
	u->disk = bdev->bd_disk;
	u->grown = COPYOFF_FIRST_SECTORS;
	u->retry_after = QUARANTINE_FIRST_NS;
	spin_lock_init(&u->lock);
	unit_probe(u, bdev, mode);
	list_add(&u->node, &units);
	return u;
}

struct copyoff_unit *copyoff_unit_get(struct block_device *bdev,
				      blk_mode_t mode)
{
	struct copyoff_unit *u;

	mutex_lock(&units_mutex);
	u = unit_find(bdev->bd_disk);
	if (!u)
		u = unit_create(bdev, mode);
	if (!IS_ERR(u))
		u->users++;
	mutex_unlock(&units_mutex);
	return u;
}

void copyoff_unit_put(struct copyoff_unit *u)
{
	mutex_lock(&units_mutex);
	if (!--u->users) {
		list_del(&u->node);
		if (u->backend)
			u->backend->release(u);
		kfree(u);
	}
	mutex_unlock(&units_mutex);
}

/* Under u->lock. True if this is news. */
static bool turn_off(struct copyoff_unit *u, u32 detail)
{
	if (u->off)
		return false;
	u->off = true;
	u->off_detail = detail;
	return true;
}

/* Under u->lock. True if this is news. */
static bool count_error(struct copyoff_unit *u)
{
	if (++u->errors < QUARANTINE_ERRORS)
		return false;
	u->errors = 0;
	u->retry_at = ktime_get_ns() + u->retry_after;
	u->retry_after = min(u->retry_after * 2, QUARANTINE_MOST_NS);
	return true;
}

void copyoff_unit_report(struct copyoff_unit *u,
			 const struct copyoff_verdict *v, u32 sectors, u64 ns)
{
	bool off = false, quarantine = false;
	unsigned long flags;

	spin_lock_irqsave(&u->lock, flags);
	switch (v->kind) {
	case COPYOFF_DONE:
		u->errors = 0;
		u->retry_after = QUARANTINE_FIRST_NS;
		u->grown = copyoff_limits_grow(u->grown, sectors, ns);
		break;
	case COPYOFF_UNSUPPORTED:
		off = turn_off(u, v->detail);
		break;
	case COPYOFF_LIMIT:
		/* Smaller, down to a page; a unit that refuses that has no use. */
		if (sectors <= PAGE_SECTORS)
			off = turn_off(u, v->detail);
		else
			u->grown = min(u->grown, sectors / 2);
		break;
	case COPYOFF_FAIL:
		break;
	default:
		quarantine = count_error(u);
	}
	spin_unlock_irqrestore(&u->lock, flags);
	if (off)
		DMWARN("%s: refuses copy commands (status 0x%x), the host copies from now on",
		       u->disk->disk_name, v->detail);
	if (quarantine)
		DMWARN("%s: copy commands fail (status 0x%x), the host copies for a while",
		       u->disk->disk_name, v->detail);
}

void copyoff_unit_retry(struct copyoff_unit *u)
{
	unsigned long flags;

	spin_lock_irqsave(&u->lock, flags);
	u->off = false;
	u->errors = 0;
	u->retry_at = 0;
	u->retry_after = QUARANTINE_FIRST_NS;
	u->grown = COPYOFF_FIRST_SECTORS;
	spin_unlock_irqrestore(&u->lock, flags);
}

/* Under u->lock. */
static enum copyoff_reason unit_reason(struct copyoff_unit *u)
{
	if (u->off)
		return COPYOFF_REASON_NO_COPY_COMMAND;
	if (u->retry_at && ktime_get_ns() < u->retry_at)
		return COPYOFF_REASON_QUARANTINED;
	u->retry_at = 0;
	return COPYOFF_REASON_NONE;
}

const char *copyoff_unit_state(struct copyoff_unit *u)
{
	enum copyoff_reason reason;
	unsigned long flags;

	spin_lock_irqsave(&u->lock, flags);
	reason = unit_reason(u);
	spin_unlock_irqrestore(&u->lock, flags);
	if (reason == COPYOFF_REASON_QUARANTINED)
		return "quarantined";
	return reason ? "off" : "on";
}

static bool opts_allow(const struct copyoff_opts *opts,
		       enum copyoff_method method)
{
	switch (READ_ONCE(opts->offload)) {
	case COPYOFF_OFFLOAD_ON:
		return true;
	case COPYOFF_OFFLOAD_NVME:
		return method == COPYOFF_METHOD_NVME;
	case COPYOFF_OFFLOAD_SCSI:
		return method == COPYOFF_METHOD_SCSI;
	default:
		return false;
	}
}

/* The limits of a side: the unit's, or what the table says. */
static enum copyoff_reason end_caps(const struct copyoff_end *end, u32 grown,
				    struct copyoff_caps *caps)
{
	struct copyoff_limits l = end->unit->limits;

	copyoff_limits_override(&l, end->opts);
	if (!copyoff_limits_usable(&l))
		return COPYOFF_REASON_NO_LIMITS;
	copyoff_limits_caps(&l, grown, end->opts->max_command_kib, caps);
	return COPYOFF_REASON_NONE;
}

static enum copyoff_reason end_reason(const struct copyoff_end *end)
{
	if (!end->unit)
		return COPYOFF_REASON_NOT_COPYOFF;
	if (READ_ONCE(end->opts->offload) == COPYOFF_OFFLOAD_OFF)
		return COPYOFF_REASON_TARGET_OFF;
	if (end->stacked)
		return COPYOFF_REASON_LOWER_IS_STACKED;
	if (end->unit->backend &&
	    !opts_allow(end->opts, end->unit->backend->method))
		return COPYOFF_REASON_TARGET_OFF;
	return end->unit->reason;
}

enum copyoff_reason copyoff_route(const struct copyoff_end *src,
				  const struct copyoff_end *dst,
				  struct copyoff_caps *caps, u32 *detail)
{
	struct copyoff_unit *u = src->unit;
	struct copyoff_caps dst_caps;
	enum copyoff_reason reason;
	unsigned long flags;
	u32 grown;

	*detail = 0;
	reason = end_reason(src);
	if (!reason)
		reason = end_reason(dst);
	if (reason)
		return reason;
	if (u->backend != dst->unit->backend)
		return COPYOFF_REASON_DIFFERENT_TRANSPORT;
	if (u != dst->unit)
		return COPYOFF_REASON_DIFFERENT_UNIT;

	spin_lock_irqsave(&u->lock, flags);
	reason = unit_reason(u);
	if (reason)
		*detail = u->off_detail;
	grown = u->grown;
	spin_unlock_irqrestore(&u->lock, flags);
	if (!reason)
		reason = end_caps(src, grown, caps);
	if (!reason)
		reason = end_caps(dst, grown, &dst_caps);
	if (!reason)
		copyoff_caps_min(caps, &dst_caps);
	return reason;
}
