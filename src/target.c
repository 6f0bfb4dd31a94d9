// SPDX-License-Identifier: GPL-2.0-only
/*
 * The dm target: maps ordinary I/O as dm-linear does, and has its place in the
 * registry for copies.
 */
#include <linux/bio.h>
#include <linux/device-mapper.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "delay.h"
#include "doubt.h"
#include "front.h"
#include "registry.h"
#include "via.h"

#define DM_MSG_PREFIX "copyoff"

/* ---- construction ---- */

static int parse_start(struct copyoff_target *t, const char *word)
{
	if (!copyoff_parse_u64(word, &t->start) &&
	    t->start == (sector_t)t->start)
		return 0;
	t->ti->error = "Invalid start sector";
	return -EINVAL;
}

static int open_lower(struct copyoff_target *t, const char *path)
{
	struct dm_target *ti = t->ti;
	int err;

	err = dm_get_device(ti, path, dm_table_get_mode(ti->table), &t->lower);
	if (err) {
		ti->error = "Device lookup failed";
		return err;
	}
	t->bdev = t->lower->bdev;
	t->unit_start = t->start + get_start_sect(t->bdev);
	/* All dm devices have one major number, and nothing else does. */
	t->stacked = t->bdev->bd_disk->major ==
		     dm_disk(dm_table_get_md(ti->table))->major;
	return 0;
}

static int find_unit(struct copyoff_target *t)
{
	t->unit = copyoff_unit_get(t->bdev, dm_table_get_mode(t->ti->table));
	if (!IS_ERR(t->unit))
		return 0;
	t->ti->error = "Cannot allocate a unit";
	return PTR_ERR(t->unit);
}

static int enter_registry(struct copyoff_target *t)
{
	struct gendisk *disk = dm_disk(dm_table_get_md(t->ti->table));

	if (!copyoff_registry_add(t, disk))
		return 0;
	t->ti->error = "Cannot allocate a record";
	return -ENOMEM;
}

static int copyoff_ctr(struct dm_target *ti, unsigned int argc, char **argv)
{
	struct copyoff_target *t;
	const char *error = NULL;
	struct copyoff_via via;
	int err;

	if (argc < 2) {
		ti->error = "Needs a device and a start sector";
		return -EINVAL;
	}
	t = kzalloc(sizeof(*t), GFP_KERNEL);
	if (!t) {
		ti->error = "Cannot allocate a target";
		return -ENOMEM;
	}
	t->ti = ti;
	copyoff_stats_reset(&t->stats);
	err = copyoff_opts_parse(&t->opts, &via, argc - 2, argv + 2, &error);
	if (err) {
		ti->error = (char *)error;
		goto out_free;
	}
	err = parse_start(t, argv[1]);
	if (err)
		goto out_free;
	err = open_lower(t, argv[0]);
	if (err)
		goto out_free;
	err = find_unit(t);
	if (err)
		goto out_lower;
	err = copyoff_via_open(t, &via);
	if (err)
		goto out_unit;
	err = enter_registry(t);
	if (err)
		goto out_via;

	ti->num_flush_bios = 1;
	ti->num_discard_bios = 1;
	ti->num_secure_erase_bios = 1;
	ti->num_write_zeroes_bios = 1;
	compat_dm_target_like_linear(ti);
	ti->private = t;
	return 0;

out_via:
	copyoff_via_close(t);
out_unit:
	copyoff_unit_put(t->unit);
out_lower:
	dm_put_device(ti, t->lower);
out_free:
	kfree(t);
	return err;
}

static void copyoff_dtr(struct dm_target *ti)
{
	struct copyoff_target *t = ti->private;

	copyoff_registry_remove(t);
	copyoff_via_close(t);
	copyoff_unit_put(t->unit);
	dm_put_device(ti, t->lower);
	kfree(t);
}

/* ---- ordinary I/O ---- */

static sector_t map_sector(struct dm_target *ti, sector_t sector)
{
	struct copyoff_target *t = ti->private;

	return t->start + dm_target_offset(ti, sector);
}

static int copyoff_map(struct dm_target *ti, struct bio *bio)
{
	struct copyoff_target *t = ti->private;

	bio_set_dev(bio, t->bdev);
	bio->bi_iter.bi_sector = map_sector(ti, bio->bi_iter.bi_sector);
	return DM_MAPIO_REMAPPED;
}

static int copyoff_iterate_devices(struct dm_target *ti,
				   iterate_devices_callout_fn fn, void *data)
{
	struct copyoff_target *t = ti->private;

	return fn(ti, t->lower, t->start, ti->len, data);
}

static int copyoff_prepare_ioctl(COMPAT_DM_PREPARE_IOCTL_PARAMS)
{
	struct copyoff_target *t = ti->private;

	*bdev = t->bdev;
	/* Only if it is the whole device: else 1, for which dm has rules. */
	return t->start || ti->len != bdev_nr_bytes(t->bdev) >> SECTOR_SHIFT;
}

#ifdef CONFIG_BLK_DEV_ZONED
static int copyoff_report_zones(struct dm_target *ti,
				struct dm_report_zones_args *args,
				unsigned int nr_zones)
{
	struct copyoff_target *t = ti->private;

	return dm_report_zones(t->bdev, t->start,
			       map_sector(ti, args->next_sector), args,
			       nr_zones);
}
#endif

/* ---- suspend and resume: under dm's suspend lock, in process context ---- */

static void copyoff_presuspend(struct dm_target *ti)
{
	copyoff_delay(COPYOFF_DELAY_GATE_CLOSING);
	copyoff_registry_close(ti->private);
	copyoff_delay(COPYOFF_DELAY_GATE_DRAINED);
}

static void copyoff_presuspend_undo(struct dm_target *ti)
{
	copyoff_registry_reopen(ti->private);
}

static int copyoff_preresume(struct dm_target *ti)
{
	copyoff_registry_publish(ti->private);
	copyoff_delay(COPYOFF_DELAY_PUBLISHED);
	return 0;
}

static void copyoff_resume(struct dm_target *ti)
{
	copyoff_registry_open(ti->private);
}

/* ---- status and messages: inside the live table, so they never wait ---- */

/* What a copy within the target would meet. */
static enum copyoff_reason own_reason(struct copyoff_target *t)
{
	struct copyoff_end end = {
		.unit = t->unit, .opts = &t->opts,
		.stacked = copyoff_target_stacked(t),
	};
	struct copyoff_caps caps;
	bool trial;
	u32 detail;

	return copyoff_route(&end, &end, &caps, &trial, &detail);
}

static const char *own_state(struct copyoff_target *t,
			     enum copyoff_reason reason)
{
	if (!reason)
		return "on";
	if (reason == COPYOFF_REASON_QUARANTINED)
		return "quarantined";
	return "off";
}

static void emit_info(struct copyoff_target *t, char *result,
		      unsigned int maxlen)
{
	enum copyoff_reason reason = own_reason(t);
	unsigned int sz = 0, inflight, doubts;

	copyoff_registry_load(t, &inflight, &doubts);
	DMEMIT("%s %s %u %u ", reason ? "host" : t->unit->backend->name,
	       own_state(t, reason), inflight, doubts);
	/* Before the first copy: why it would go by the host. */
	sz += copyoff_stats_emit(&t->stats, reason, result + sz, maxlen - sz);
}

static void copyoff_status(struct dm_target *ti, status_type_t type,
			   unsigned int status_flags, char *result,
			   unsigned int maxlen)
{
	struct copyoff_target *t = ti->private;
	unsigned int sz = 0;

	switch ((int)type) {
	case STATUSTYPE_INFO:
		emit_info(t, result, maxlen);
		break;
	case STATUSTYPE_TABLE:
		DMEMIT("%s %llu", t->lower->name, t->start);
		copyoff_via_emit(t, result + sz, maxlen - sz);
		break;
	case STATUSTYPE_IMA:
		DMEMIT_TARGET_NAME_VERSION(ti->type);
		DMEMIT(",device_name=%s,start=%llu;", t->lower->name,
		       t->start);
		break;
	}
}

static int refuse_message(struct copyoff_target *t, const char *error, int err)
{
	DMERR("%s: %s", dm_device_name(dm_table_get_md(t->ti->table)), error);
	return err;
}

static int copyoff_message(struct dm_target *ti, unsigned int argc,
			   char **argv, char *result, unsigned int maxlen)
{
	struct copyoff_target *t = ti->private;
	struct copyoff_opts opts = t->opts;
	enum copyoff_message msg;
	const char *error = NULL;
	int err = copyoff_message_parse(&msg, &opts, argc, argv, &error);

	if (err)
		return refuse_message(t, error, err);
	switch (msg) {
	case COPYOFF_MSG_OFFLOAD:
		WRITE_ONCE(t->opts.offload, opts.offload);
		break;
	case COPYOFF_MSG_RETRY:
		copyoff_unit_retry(t->unit);
		break;
	case COPYOFF_MSG_INFLIGHT:
		copyoff_registry_set_inflight(t, opts.max_inflight);
		break;
	case COPYOFF_MSG_RESET_STATS:
		copyoff_stats_reset(&t->stats);
		break;
	case COPYOFF_MSG_DOUBT_CLEAR:
		copyoff_doubts_clear(t);
		break;
	case COPYOFF_MSG_ADD_PATH:
		err = copyoff_via_add(t, argv[1], &error);
		break;
	case COPYOFF_MSG_DEL_PATH:
		err = copyoff_via_del(t, argv[1], &error);
		break;
	case COPYOFF_MSG_STATS:
		copyoff_stats_emit_latency(&t->stats, result, maxlen);
		return 1;
	}
	return err ? refuse_message(t, error, err) : 0;
}

static struct target_type copyoff_target_type = {
	.name = "copyoff",
	.version = { 1, 0, 0 },
	.features = DM_TARGET_PASSES_INTEGRITY | DM_TARGET_NOWAIT |
		    DM_TARGET_ZONED_HM | DM_TARGET_PASSES_CRYPTO |
		    DM_TARGET_ATOMIC_WRITES,
	.module = THIS_MODULE,
	.ctr = copyoff_ctr,
	.dtr = copyoff_dtr,
	.map = copyoff_map,
	.presuspend = copyoff_presuspend,
	.presuspend_undo = copyoff_presuspend_undo,
	.preresume = copyoff_preresume,
	.resume = copyoff_resume,
	.status = copyoff_status,
	.message = copyoff_message,
	.prepare_ioctl = copyoff_prepare_ioctl,
#ifdef CONFIG_BLK_DEV_ZONED
	.report_zones = copyoff_report_zones,
#endif
	.iterate_devices = copyoff_iterate_devices,
};

int copyoff_target_init(void)
{
	return dm_register_target(&copyoff_target_type);
}

void copyoff_target_exit(void)
{
	dm_unregister_target(&copyoff_target_type);
}
