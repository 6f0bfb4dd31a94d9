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

static const struct copyoff_backend *const backends[] = {
	&copyoff_backend_nvme,
	&copyoff_backend_scsi,
};

/* So that no two units, at any time, have the same. */
static atomic64_t last_number = ATOMIC64_INIT(0);

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
	u->retry_after = COPYOFF_QUARANTINE_FIRST_NS;
	u->reason = COPYOFF_REASON_NO_COPY_COMMAND;
	u->number = atomic64_inc_return(&last_number);
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
	return !u->probed || READ_ONCE(u->off) || READ_ONCE(u->refused) ||
	       bdev_logical_block_size(bdev) !=
	       1U << copyoff_unit_lba_shift(u);
}

/*
 * Under probe_mutex. Only for units that targets lie on: to others no command is
 * sent. By its number, as names may be too long.
 */
static int unit_queue(struct copyoff_unit *u)
{
	dev_t devt = disk_devt(u->disk);

	if (u->wq || !u->backend)
		return 0;
	u->wq = alloc_workqueue("copyoff/%u:%u", WQ_UNBOUND | WQ_MEM_RECLAIM, 0,
				MAJOR(devt), MINOR(devt));
	return u->wq ? 0 : -ENOMEM;
}

static struct copyoff_unit *unit_or_error(struct copyoff_unit *u, int err)
{
	if (!err)
		return u;
	copyoff_unit_put(u);
	return ERR_PTR(err);
}

int copyoff_unit_ask(struct copyoff_unit *u, struct block_device *bdev,
		     blk_mode_t mode)
{
	int err = 0;

	mutex_lock(&u->probe_mutex);
	if (probe_is_stale(u, bdev)) {
		err = unit_probe(u, bdev, mode);
		if (!err)
			copyoff_unit_retry(u);
	}
	err = err ?: unit_queue(u);
	mutex_unlock(&u->probe_mutex);
	return err;
}

struct copyoff_unit *copyoff_unit_get(struct block_device *bdev,
				      blk_mode_t mode)
{
	struct copyoff_unit *fresh = unit_alloc(bdev->bd_disk);
	struct copyoff_unit *u;

	if (!fresh)
		return ERR_PTR(-ENOMEM);
	u = unit_find(bdev->bd_disk, fresh);
	if (u != fresh)
		kfree(fresh);
	return unit_or_error(u, copyoff_unit_ask(u, bdev, mode));
}

/* The first of its paths says which method it is, before the unit itself does. */
static int adopt_path(struct copyoff_unit *u, struct block_device *path,
		      const char **error)
{
	const struct copyoff_backend *b = &copyoff_backend_scsi;
	int err;

	mutex_lock(&u->probe_mutex);
	err = b->add_path(u, path, error);
	if (u->priv && !u->backend) {
		/* Who sees it needs no lock: pairs with copyoff_unit_add_path(). */
		smp_store_release(&u->backend, b);
		u->probed = false;
	}
	mutex_unlock(&u->probe_mutex);
	return err;
}

int copyoff_unit_add_path(struct copyoff_unit *u, struct block_device *path,
			  const char **error)
{
	/* With what it has for paths: pairs with adopt_path(). */
	const struct copyoff_backend *b = smp_load_acquire(&u->backend);

	if (!b)
		return adopt_path(u, path, error);
	*error = "The unit cannot have paths";
	return b->add_path ? b->add_path(u, path, error) : -EOPNOTSUPP;
}

void copyoff_unit_del_path(struct copyoff_unit *u, struct block_device *path)
{
	u->backend->del_path(u, path);
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
	if (u->wq)
		destroy_workqueue(u->wq);
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

void copyoff_unit_retry(struct copyoff_unit *u)
{
	unsigned long flags;

	spin_lock_irqsave(&u->lock, flags);
	u->off = false;
	u->errors = 0;
	u->retry_at = 0;
	u->retry_after = COPYOFF_QUARANTINE_FIRST_NS;
	u->grown = COPYOFF_FIRST_SECTORS;
	u->ceiling = U32_MAX;
	copyoff_pairs_forget(&u->pairs);
	spin_unlock_irqrestore(&u->lock, flags);
}

bool copyoff_unit_refuse(struct copyoff_unit *u, enum copyoff_reason reason)
{
	unsigned long flags;
	bool news;

	spin_lock_irqsave(&u->lock, flags);
	news = u->refused != reason;
	u->refused = reason;
	spin_unlock_irqrestore(&u->lock, flags);
	return news;
}

void copyoff_unit_renew(struct copyoff_unit *u)
{
	unsigned long flags;

	spin_lock_irqsave(&u->lock, flags);
	u->number = atomic64_inc_return(&last_number);
	copyoff_pairs_forget(&u->pairs);
	spin_unlock_irqrestore(&u->lock, flags);
}

/* Under u->lock. */
static enum copyoff_reason unit_reason(struct copyoff_unit *u)
{
	if (u->reason || u->refused)
		return u->reason ?: u->refused;
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
	reason = u->reason ?: u->refused;
	spin_unlock_irqrestore(&u->lock, flags);
	return reason;
}

/* What keeps two units from being a pair, whatever state they are in. */
static enum copyoff_reason two_units(struct copyoff_unit *src,
				     struct copyoff_unit *dst)
{
	enum copyoff_reason reason = other_reason(src);

	if (!reason)
		reason = other_reason(dst);
	if (reason)
		return reason;
	if (src->backend != dst->backend)
		return COPYOFF_REASON_DIFFERENT_TRANSPORT;
	return src->backend->pairs ? COPYOFF_REASON_NONE :
				     COPYOFF_REASON_DIFFERENT_UNIT;
}

/* Under dst->lock. What is known of commands from that source. */
static enum copyoff_reason pair_state(const struct copyoff_unit *dst,
				      u64 src, bool *trial, u32 *detail)
{
	const struct copyoff_pair *pair = copyoff_pair_find(&dst->pairs, src);

	/* The second one need not be small. */
	*trial = !pair || (pair->trust != COPYOFF_TRUSTED && !pair->passed);
	if (!pair || pair->trust != COPYOFF_REFUSED)
		return COPYOFF_REASON_NONE;
	*detail = pair->detail;
	return pair->reason;
}

/* What the destination has to say: it is the one that copies. */
static enum copyoff_reason dst_state(struct copyoff_unit *dst, u64 src,
				     struct copyoff_limits *limits, u32 *grown,
				     bool *trial, u32 *detail)
{
	enum copyoff_reason reason;
	unsigned long flags;

	spin_lock_irqsave(&dst->lock, flags);
	reason = unit_reason(dst);
	if (dst->off)
		*detail = dst->off_detail;
	if (!reason && dst->backend->pairs)
		reason = pair_state(dst, src, trial, detail);
	*limits = dst->limits;
	*grown = dst->grown;
	spin_unlock_irqrestore(&dst->lock, flags);
	return reason;
}

static u64 src_state(struct copyoff_unit *src, struct copyoff_limits *limits)
{
	unsigned long flags;
	u64 number;

	spin_lock_irqsave(&src->lock, flags);
	*limits = src->limits;
	number = src->number;
	spin_unlock_irqrestore(&src->lock, flags);
	return number;
}

enum copyoff_reason copyoff_route(const struct copyoff_end *src,
				  const struct copyoff_end *dst,
				  struct copyoff_caps *caps, bool *trial,
				  u32 *detail)
{
	struct copyoff_limits src_limits, dst_limits;
	struct copyoff_caps dst_caps;
	enum copyoff_reason reason;
	u32 grown;
	u64 number;

	*detail = 0;
	*trial = false;
	reason = end_reason(src);
	if (!reason)
		reason = end_reason(dst);
	if (!reason && src->unit != dst->unit)
		reason = two_units(src->unit, dst->unit);
	if (reason)
		return reason;
	number = src_state(src->unit, &src_limits);
	reason = dst_state(dst->unit, number, &dst_limits, &grown, trial,
			   detail);
	if (!reason && src_limits.lba_shift != dst_limits.lba_shift)
		reason = COPYOFF_REASON_BLOCK_SIZE;
	src_limits.granule_lbas = max(src_limits.granule_lbas,
				      dst_limits.granule_lbas);
	dst_limits.granule_lbas = src_limits.granule_lbas;
	if (!reason)
		reason = end_caps(src, src_limits, grown, caps);
	if (!reason)
		reason = end_caps(dst, dst_limits, grown, &dst_caps);
	if (!reason)
		copyoff_caps_min(caps, &dst_caps);
	return reason;
}

void copyoff_units_exit(void)
{
	WARN_ON(!list_empty(&units));
}
