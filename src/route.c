// SPDX-License-Identifier: GPL-2.0-only
/*
 * Units, and which method serves a pair of them.
 */
#include <linux/blkdev.h>
#include <linux/ktime.h>
#include <linux/log2.h>
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

/* What units have in common that are one thing, reached as two disks. */
struct copyoff_identity {
	struct list_head node;
	unsigned int users;
	struct gendisk *disk;	/* of the first one; a reference */
	u8 bytes[COPYOFF_IDENTITY_BYTES];
};

/*
 * Protects both lists, and the users of all that is in them; held for moments
 * only.
 */
static DEFINE_MUTEX(units_mutex);
static LIST_HEAD(units);
static LIST_HEAD(identities);

/*
 * All go by the disk of the first of them: its own identity stays what it was,
 * whenever it is found that there may be others. Commands in some window, and
 * doubts, are compared by it.
 */
static struct copyoff_identity *identity_alloc(struct gendisk *disk,
					       const u8 *bytes)
{
	struct copyoff_identity *id = kzalloc(sizeof(*id), GFP_KERNEL);

	if (!id)
		return NULL;
	get_device(disk_to_dev(disk));
	id->disk = disk;
	memcpy(id->bytes, bytes, sizeof(id->bytes));
	return id;
}

static void identity_free(struct copyoff_identity *id)
{
	if (!id)
		return;
	put_device(disk_to_dev(id->disk));
	kfree(id);
}

static bool identity_get(struct copyoff_unit *u, const u8 *bytes)
{
	struct copyoff_identity *fresh = identity_alloc(u->disk, bytes);
	struct copyoff_identity *id, *found = NULL;

	mutex_lock(&units_mutex);
	list_for_each_entry(id, &identities, node)
		if (!memcmp(id->bytes, bytes, sizeof(id->bytes)))
			found = id;
	if (!found && fresh) {
		found = fresh;
		list_add(&found->node, &identities);
		fresh = NULL;
	}
	if (found)
		found->users++;
	/* Read without the lock: pairs with copyoff_unit_identity(). */
	smp_store_release(&u->identity, found);
	mutex_unlock(&units_mutex);
	identity_free(fresh);
	return found;
}

/* Under units_mutex. What is to be freed, without it. */
static struct copyoff_identity *identity_put(struct copyoff_identity *id)
{
	if (!id || --id->users)
		return NULL;
	list_del(&id->node);
	return id;
}

static struct copyoff_unit *unit_alloc(struct gendisk *disk)
{
	struct copyoff_unit *u = kzalloc(sizeof(*u), GFP_KERNEL);

	if (!u)
		return NULL;
	u->disk = disk;
	u->grown = COPYOFF_FIRST_SECTORS;
	u->ceiling = U32_MAX;
	u->retry_after = QUARANTINE_FIRST_NS;
	u->reason = COPYOFF_REASON_NO_COPY_COMMAND;
	mutex_init(&u->probe_mutex);
	spin_lock_init(&u->lock);
	return u;
}

/* The disk's unit, or @fresh as such; with one more user. */
static struct copyoff_unit *unit_find(struct gendisk *disk,
				      struct copyoff_unit *fresh)
{
	struct copyoff_unit *u, *found = fresh;

	mutex_lock(&units_mutex);
	list_for_each_entry(u, &units, node)
		if (u->disk == disk)
			found = u;
	if (found == fresh)
		list_add(&fresh->node, &units);
	found->users++;
	mutex_unlock(&units_mutex);
	return found;
}

/* Under probe_mutex. Ask each method, until one knows the unit. */
static bool ask_backends(struct copyoff_unit *u, struct block_device *bdev,
			 blk_mode_t mode, struct copyoff_found *found)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(backends); i++) {
		if (u->backend && u->backend != backends[i])
			continue;
		if (!backends[i]->probe(u, bdev, mode, found))
			continue;
		u->backend = backends[i];
		return true;
	}
	return false;
}

/*
 * Under probe_mutex. 0 or -ENOMEM: what could not be asked for want of memory
 * would make a unit slow without a reason, and two disks that are one unit two.
 */
static int unit_probe(struct copyoff_unit *u, struct block_device *bdev,
		      blk_mode_t mode)
{
	struct copyoff_found found = {
		.reason = COPYOFF_REASON_NO_COPY_COMMAND,
		.limits.lba_shift = ilog2(bdev_logical_block_size(bdev)),
		.complete = true,
	};

	ask_backends(u, bdev, mode, &found);
	if (found.no_memory)
		return -ENOMEM;
	if (found.shared && !u->identity && !identity_get(u, found.identity))
		return -ENOMEM;
	if (compat_bdev_has_inline_crypto(bdev))
		found.reason = COPYOFF_REASON_ENCRYPTED;
	if (bdev_is_zoned(bdev))
		found.reason = COPYOFF_REASON_ZONED;
	spin_lock_irq(&u->lock);
	u->limits = found.limits;
	u->reason = found.reason;
	spin_unlock_irq(&u->lock);
	u->asked = true;
	u->probed = found.complete;
	return 0;
}

/* Under probe_mutex. */
static bool probe_is_stale(struct copyoff_unit *u, struct block_device *bdev)
{
	return !u->probed || READ_ONCE(u->off) ||
	       bdev_logical_block_size(bdev) !=
	       1U << copyoff_unit_lba_shift(u);
}

static struct copyoff_unit *unit_or_error(struct copyoff_unit *u, int err)
{
	if (!err)
		return u;
	copyoff_unit_put(u);
	return ERR_PTR(err);
}

struct copyoff_unit *copyoff_unit_get(struct block_device *bdev,
				      blk_mode_t mode)
{
	struct copyoff_unit *fresh = unit_alloc(bdev->bd_disk);
	struct copyoff_unit *u;
	int err = 0;

	if (!fresh)
		return ERR_PTR(-ENOMEM);
	u = unit_find(bdev->bd_disk, fresh);
	if (u != fresh)
		kfree(fresh);
	mutex_lock(&u->probe_mutex);
	if (probe_is_stale(u, bdev)) {
		err = unit_probe(u, bdev, mode);
		if (!err)
			copyoff_unit_retry(u);
	}
	mutex_unlock(&u->probe_mutex);
	return unit_or_error(u, err);
}

struct copyoff_unit *copyoff_unit_get_plain(struct block_device *bdev)
{
	struct copyoff_unit *fresh = unit_alloc(bdev->bd_disk);
	struct copyoff_unit *u;
	int err = 0;

	if (!fresh)
		return ERR_PTR(-ENOMEM);
	u = unit_find(bdev->bd_disk, fresh);
	if (u != fresh)
		kfree(fresh);
	/* Whoever found it first may still be asking. */
	mutex_lock(&u->probe_mutex);
	if (!u->asked)
		err = unit_probe(u, bdev, 0);
	mutex_unlock(&u->probe_mutex);
	return unit_or_error(u, err);
}

void copyoff_unit_put(struct copyoff_unit *u)
{
	struct copyoff_identity *id = NULL;
	bool last;

	mutex_lock(&units_mutex);
	last = !--u->users;
	if (last) {
		list_del(&u->node);
		id = identity_put(u->identity);
	}
	mutex_unlock(&units_mutex);
	if (!last)
		return;
	identity_free(id);
	if (u->backend)
		u->backend->release(u);
	kfree(u);
}

u64 copyoff_unit_longest(struct copyoff_unit *u)
{
	unsigned long flags;
	u64 ns;

	spin_lock_irqsave(&u->lock, flags);
	ns = u->longest;
	spin_unlock_irqrestore(&u->lock, flags);
	return ns;
}

const void *copyoff_unit_identity(const struct copyoff_unit *u)
{
	/* Whole, if it is there: pairs with identity_get(). */
	const struct copyoff_identity *id = smp_load_acquire(&u->identity);

	return id ? id->disk : u->disk;
}

u32 copyoff_unit_lba_shift(struct copyoff_unit *u)
{
	unsigned long flags;
	u32 shift;

	spin_lock_irqsave(&u->lock, flags);
	shift = u->limits.lba_shift;
	spin_unlock_irqrestore(&u->lock, flags);
	return shift;
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

bool copyoff_unit_report(struct copyoff_unit *u,
			 const struct copyoff_verdict *v, u32 sectors, u64 ns)
{
	bool off = false, quarantine = false;
	unsigned long flags;

	spin_lock_irqsave(&u->lock, flags);
	/* A lost path is no answer, however long it took to get lost. */
	if (!v->doubt && v->kind != COPYOFF_PATH)
		u->longest = max(u->longest, ns);
	switch (v->kind) {
	case COPYOFF_DONE:
		u->errors = 0;
		u->retry_after = QUARANTINE_FIRST_NS;
		u->grown = min(copyoff_limits_grow(u->grown, sectors, ns),
			       u->ceiling);
		break;
	case COPYOFF_UNSUPPORTED:
		off = turn_off(u, v->detail);
		break;
	case COPYOFF_LIMIT:
		if (sectors <= smallest(u))
			off = turn_off(u, v->detail);
		u->ceiling = min(u->ceiling, max(sectors / 2, smallest(u)));
		u->grown = min(u->grown, u->ceiling);
		break;
	case COPYOFF_FAIL:
		break;
	default:
		quarantine = count_error(u, v->doubt);
	}
	spin_unlock_irqrestore(&u->lock, flags);
	if (v->doubt)
		DMWARN_LIMIT("%s: a copy command got no answer (0x%x), it is in doubt",
			     u->disk->disk_name, v->detail);
	if (off)
		DMWARN("%s: refuses copy commands (status 0x%x), the host copies from now on",
		       u->disk->disk_name, v->detail);
	if (quarantine)
		DMWARN("%s: copy commands fail (status 0x%x), the host copies for a while",
		       u->disk->disk_name, v->detail);
	return off || quarantine;
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
	u->ceiling = U32_MAX;
	spin_unlock_irqrestore(&u->lock, flags);
}

/* Under u->lock. */
static enum copyoff_reason unit_reason(struct copyoff_unit *u)
{
	if (u->reason)
		return u->reason;
	if (u->off)
		return COPYOFF_REASON_NO_COPY_COMMAND;
	if (u->retry_at && ktime_get_ns() < u->retry_at)
		return COPYOFF_REASON_QUARANTINED;
	u->retry_at = 0;
	return COPYOFF_REASON_NONE;
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
static enum copyoff_reason end_caps(const struct copyoff_end *end,
				    struct copyoff_limits l, u32 grown,
				    struct copyoff_caps *caps)
{
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
	return COPYOFF_REASON_NONE;
}

/* Under no lock: a unit's own reason, wherever it stands in a pair. */
static enum copyoff_reason other_reason(struct copyoff_unit *u)
{
	enum copyoff_reason reason;
	unsigned long flags;

	spin_lock_irqsave(&u->lock, flags);
	reason = u->reason;
	spin_unlock_irqrestore(&u->lock, flags);
	return reason;
}

enum copyoff_reason copyoff_route(const struct copyoff_end *src,
				  const struct copyoff_end *dst,
				  struct copyoff_caps *caps, u32 *detail)
{
	struct copyoff_unit *u = src->unit;
	struct copyoff_limits limits;
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
	if (u != dst->unit) {
		reason = other_reason(u);
		if (!reason)
			reason = other_reason(dst->unit);
		if (reason)
			return reason;
		return u->backend == dst->unit->backend ?
		       COPYOFF_REASON_DIFFERENT_UNIT :
		       COPYOFF_REASON_DIFFERENT_TRANSPORT;
	}

	spin_lock_irqsave(&u->lock, flags);
	reason = unit_reason(u);
	if (u->off)
		*detail = u->off_detail;
	limits = u->limits;
	grown = u->grown;
	spin_unlock_irqrestore(&u->lock, flags);
	if (!reason)
		reason = end_caps(src, limits, grown, caps);
	if (!reason)
		reason = end_caps(dst, limits, grown, &dst_caps);
	if (!reason)
		copyoff_caps_min(caps, &dst_caps);
	return reason;
}

void copyoff_units_exit(void)
{
	WARN_ON(!list_empty(&units));
}
