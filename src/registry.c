// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which targets are live on which dm device, and their gates.
 */
#include <linux/blkdev.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "longwait.h"
#include "registry.h"

#define DM_MSG_PREFIX "copyoff"

/* Protects the list, and lets nobody find a record that loses its last user. */
static DEFINE_SPINLOCK(records_lock);
static LIST_HEAD(records);

/* So that no two tables ever have the same. */
static atomic64_t last_generation = ATOMIC64_INIT(0);

/* ---- records ---- */

/* Under records_lock. */
static struct copyoff_record *record_lookup(struct gendisk *disk)
{
	struct copyoff_record *rec;

	list_for_each_entry(rec, &records, node) {
		if (rec->disk != disk)
			continue;
		kref_get(&rec->refs);
		return rec;
	}
	return NULL;
}

struct copyoff_record *copyoff_record_find(struct gendisk *disk)
{
	struct copyoff_record *rec;

	spin_lock(&records_lock);
	rec = record_lookup(disk);
	spin_unlock(&records_lock);
	return rec;
}

static void record_release(struct kref *refs) __releases(&records_lock)
{
	struct copyoff_record *rec =
		container_of(refs, struct copyoff_record, refs);

	list_del(&rec->node);
	spin_unlock(&records_lock);
	kfree(rec);
}

void copyoff_record_put(struct copyoff_record *rec)
{
	if (rec)
		kref_put_lock(&rec->refs, record_release, &records_lock);
}

static struct copyoff_record *record_get(struct gendisk *disk)
{
	struct copyoff_record *rec, *fresh;

	fresh = kzalloc(sizeof(*fresh), GFP_KERNEL);
	if (!fresh)
		return NULL;
	kref_init(&fresh->refs);
	fresh->disk = disk;
	spin_lock_init(&fresh->lock);
	init_waitqueue_head(&fresh->wait);

	spin_lock(&records_lock);
	rec = record_lookup(disk);
	if (!rec) {
		rec = fresh;
		fresh = NULL;
		list_add(&rec->node, &records);
	}
	spin_unlock(&records_lock);
	kfree(fresh);
	return rec;
}

/*
 * Under rec->lock. The wake-up is under it, too: who waits looks at the state
 * under the lock, so nobody frees what we touch.
 */
static void record_event(struct copyoff_record *rec)
{
	rec->events++;
	wake_up_all(&rec->wait);
}

bool copyoff_record_changed(struct copyoff_record *rec, u64 events)
{
	unsigned long flags;
	bool changed;

	spin_lock_irqsave(&rec->lock, flags);
	changed = rec->events != events;
	spin_unlock_irqrestore(&rec->lock, flags);
	return changed;
}

/* ---- the target's side ---- */

int copyoff_registry_add(struct copyoff_target *t, struct gendisk *disk)
{
	t->rec = record_get(disk);
	return t->rec ? 0 : -ENOMEM;
}

/* Under rec->lock. */
static void live_insert(struct copyoff_record *rec, struct copyoff_target *t)
{
	struct rb_node **link = &rec->live.rb_node, *parent = NULL;

	while (*link) {
		struct copyoff_target *o =
			rb_entry(*link, struct copyoff_target, node);

		parent = *link;
		link = t->ti->begin < o->ti->begin ? &parent->rb_left :
						     &parent->rb_right;
	}
	rb_link_node(&t->node, parent, link);
	rb_insert_color(&t->node, &rec->live);
	t->live = true;
}

/* Under rec->lock. A new table is live: the old one's targets are out. */
static void live_replace(struct copyoff_record *rec, struct dm_table *table)
{
	struct copyoff_target *t, *next;

	rbtree_postorder_for_each_entry_safe(t, next, &rec->live, node)
		t->live = false;
	rec->live = RB_ROOT;
	rec->table = table;
	rec->partial = true;
}

void copyoff_registry_publish(struct copyoff_target *t)
{
	struct copyoff_record *rec = t->rec;
	unsigned long flags;

	spin_lock_irqsave(&rec->lock, flags);
	if (rec->table != t->ti->table)
		live_replace(rec, t->ti->table);
	if (!t->live) {
		live_insert(rec, t);
		/* What was seen of the table so far was less than this. */
		rec->generation = atomic64_inc_return(&last_generation);
	}
	t->open = false;
	spin_unlock_irqrestore(&rec->lock, flags);
}

void copyoff_registry_open(struct copyoff_target *t)
{
	struct copyoff_record *rec = t->rec;
	unsigned long flags;

	spin_lock_irqsave(&rec->lock, flags);
	t->open = true;
	rec->partial = false;
	record_event(rec);
	spin_unlock_irqrestore(&rec->lock, flags);
}

void copyoff_registry_reopen(struct copyoff_target *t)
{
	struct copyoff_record *rec = t->rec;
	unsigned long flags;

	spin_lock_irqsave(&rec->lock, flags);
	t->open = t->live;
	record_event(rec);
	spin_unlock_irqrestore(&rec->lock, flags);
}

static void drain_commands(struct copyoff_target *t)
{
	spin_lock_irq(&t->rec->lock);
	copyoff_wait_long_lock_irq(t->rec->wait, !t->inflight, t->rec->lock);
	spin_unlock_irq(&t->rec->lock);
}

/* The same for all that holds the gate. */
static void drain(struct copyoff_target *t)
{
	spin_lock_irq(&t->rec->lock);
	copyoff_wait_long_lock_irq(t->rec->wait, !t->inflight && !t->doubts,
				   t->rec->lock);
	spin_unlock_irq(&t->rec->lock);
}

void copyoff_target_flush(struct copyoff_target *t, u64 written)
{
	int err = compat_blkdev_issue_flush(t->bdev);

	spin_lock_irq(&t->rec->lock);
	t->flushed = max(t->flushed, written);
	if (err)
		t->rec->flush_errors++;
	record_event(t->rec);
	spin_unlock_irq(&t->rec->lock);
	if (err)
		DMERR("%s: flush failed (%d)", t->lower->name, err);
}

/* The gate is closed, and no command in it. */
static void flush_written(struct copyoff_target *t)
{
	u64 written;
	bool flush;

	spin_lock_irq(&t->rec->lock);
	written = t->written;
	flush = t->flushed != written;
	spin_unlock_irq(&t->rec->lock);
	if (flush)
		copyoff_target_flush(t, written);
}

static struct copyoff_target *first_live(struct copyoff_record *rec)
{
	return rb_entry_safe(rb_first(&rec->live), struct copyoff_target, node);
}

static struct copyoff_target *next_live(struct copyoff_target *t)
{
	return rb_entry_safe(rb_next(&t->node), struct copyoff_target, node);
}

/*
 * The first line to be closed closes them all, as its table is suspended as a
 * whole: else what one line waits for the others would go on to let in. Nobody
 * changes the list of live lines meanwhile: that takes dm's suspend lock, too.
 */
void copyoff_registry_close(struct copyoff_target *one)
{
	struct copyoff_record *rec = one->rec;
	struct copyoff_target *t;

	spin_lock_irq(&rec->lock);
	if (!one->open) {
		spin_unlock_irq(&rec->lock);
		return;
	}
	for (t = first_live(rec); t; t = next_live(t))
		t->open = false;
	spin_unlock_irq(&rec->lock);
	/*
	 * A reload must not leave behind what a SYNC job wrote. Such jobs wait
	 * for this, whatever happens: so it is done before doubt is waited for,
	 * and again for what was written late.
	 */
	for (t = first_live(rec); t; t = next_live(t)) {
		drain_commands(t);
		flush_written(t);
	}
	for (t = first_live(rec); t; t = next_live(t)) {
		drain(t);
		flush_written(t);
	}
}

void copyoff_registry_remove(struct copyoff_target *t)
{
	struct copyoff_record *rec = t->rec;

	spin_lock_irq(&rec->lock);
	t->open = false;
	spin_unlock_irq(&rec->lock);
	drain(t);
	spin_lock_irq(&rec->lock);
	if (t->live) {
		/* No copyoff line has taken its place. */
		rb_erase(&t->node, &rec->live);
		t->live = false;
		rec->table = NULL;
		rec->partial = false;
		rec->generation = atomic64_inc_return(&last_generation);
		record_event(rec);
	}
	spin_unlock_irq(&rec->lock);
	copyoff_record_put(rec);
}

void copyoff_registry_load(struct copyoff_target *t, unsigned int *inflight,
			   unsigned int *doubts)
{
	unsigned long flags;

	spin_lock_irqsave(&t->rec->lock, flags);
	*inflight = t->inflight;
	*doubts = t->doubts;
	spin_unlock_irqrestore(&t->rec->lock, flags);
}

/* ---- the jobs' side ---- */

bool copyoff_record_live(struct copyoff_record *rec)
{
	bool live;

	spin_lock_irq(&rec->lock);
	live = !RB_EMPTY_ROOT(&rec->live);
	spin_unlock_irq(&rec->lock);
	return live;
}

bool copyoff_record_closed(struct copyoff_record *rec, u64 *events)
{
	struct copyoff_target *t;
	unsigned long flags;
	bool closed;

	spin_lock_irqsave(&rec->lock, flags);
	/* All lines are closed, and opened, together. */
	t = first_live(rec);
	closed = rec->partial || (t && !t->open);
	*events = rec->events;
	spin_unlock_irqrestore(&rec->lock, flags);
	return closed;
}

/*
 * Under rec->lock. Sets the target at @sector, and how far the answer holds in
 * both directions.
 */
static void live_find(struct copyoff_record *rec, u64 sector,
		      struct copyoff_map *map)
{
	struct rb_node *n = rec->live.rb_node;

	map->rec = rec;
	map->target = NULL;
	map->begin = 0;
	map->end = U64_MAX;
	map->generation = rec->generation;
	map->events = rec->events;
	while (n) {
		struct copyoff_target *t =
			rb_entry(n, struct copyoff_target, node);
		u64 begin = t->ti->begin, end = begin + t->ti->len;

		if (sector < begin) {
			map->end = begin;
			n = n->rb_left;
		} else if (sector >= end) {
			map->begin = end;
			n = n->rb_right;
		} else {
			map->target = t;
			map->begin = begin;
			map->end = end;
			return;
		}
	}
}

static void map_nothing(struct copyoff_map *map)
{
	memset(map, 0, sizeof(*map));
	map->end = U64_MAX;
}

/* Under rec->lock. */
static bool has_room(const struct copyoff_target *t)
{
	return t->open && t->inflight < READ_ONCE(t->opts.max_inflight);
}

/*
 * Under rec->lock. In a table that is not all there yet, even a place without
 * a target is none to go on with: its line may be still to come.
 */
static bool lets_in(const struct copyoff_map *map)
{
	if (map->rec->partial)
		return false;
	return !map->target || has_room(map->target);
}

enum copyoff_enter copyoff_gate_enter(struct copyoff_record *rec, u64 sector,
				      struct copyoff_map *map)
{
	enum copyoff_enter result = COPYOFF_PLAIN;
	unsigned long flags;

	if (!rec) {
		map_nothing(map);
		return COPYOFF_PLAIN;
	}
	spin_lock_irqsave(&rec->lock, flags);
	live_find(rec, sector, map);
	if (!lets_in(map)) {
		map->target = NULL;
		result = COPYOFF_CLOSED;
	} else if (map->target) {
		map->target->inflight++;
		result = COPYOFF_ENTERED;
	}
	spin_unlock_irqrestore(&rec->lock, flags);
	return result;
}

/*
 * Both on one device: looked up under one hold of the lock, so that nothing is
 * entered in vain, which would wake up others who do the same.
 */
static enum copyoff_enter enter_one_record(struct copyoff_record *rec,
					   u64 src_sector,
					   struct copyoff_map *src,
					   u64 dst_sector,
					   struct copyoff_map *dst)
{
	enum copyoff_enter result = COPYOFF_CLOSED;
	struct copyoff_target *s, *d;
	unsigned long flags;

	spin_lock_irqsave(&rec->lock, flags);
	live_find(rec, src_sector, src);
	live_find(rec, dst_sector, dst);
	s = src->target;
	d = dst->target;
	if (lets_in(src) && lets_in(dst)) {
		if (s)
			s->inflight++;
		if (d && d != s)
			d->inflight++;
		result = COPYOFF_ENTERED;
	}
	spin_unlock_irqrestore(&rec->lock, flags);
	return result;
}

/* Would the gate let us in? For the same reason: asked before the other. */
static bool may_enter(struct copyoff_record *rec, u64 sector,
		      struct copyoff_map *map)
{
	unsigned long flags;
	bool may;

	if (!rec)
		return true;
	spin_lock_irqsave(&rec->lock, flags);
	live_find(rec, sector, map);
	may = lets_in(map);
	spin_unlock_irqrestore(&rec->lock, flags);
	return may;
}

enum copyoff_enter copyoff_gates_enter(struct copyoff_record *src_rec,
				       u64 src_sector,
				       struct copyoff_map *src,
				       struct copyoff_record *dst_rec,
				       u64 dst_sector,
				       struct copyoff_map *dst,
				       const struct copyoff_map **closed)
{
	*closed = dst;
	if (src_rec && src_rec == dst_rec)
		return enter_one_record(src_rec, src_sector, src, dst_sector,
					dst);
	if (!may_enter(dst_rec, dst_sector, dst))
		return COPYOFF_CLOSED;
	if (copyoff_gate_enter(src_rec, src_sector, src) == COPYOFF_CLOSED) {
		*closed = src;
		return COPYOFF_CLOSED;
	}
	if (copyoff_gate_enter(dst_rec, dst_sector, dst) != COPYOFF_CLOSED)
		return COPYOFF_ENTERED;
	if (src->target)
		copyoff_gate_exit(src->target);
	return COPYOFF_CLOSED;
}

void copyoff_gate_exit(struct copyoff_target *t)
{
	struct copyoff_record *rec = t->rec;
	unsigned long flags;

	spin_lock_irqsave(&rec->lock, flags);
	/* Does a drain wait, or somebody for room? */
	if (!has_room(t))
		record_event(rec);
	t->inflight--;
	spin_unlock_irqrestore(&rec->lock, flags);
}

void copyoff_gate_doubt(struct copyoff_target *t)
{
	unsigned long flags;

	spin_lock_irqsave(&t->rec->lock, flags);
	t->inflight--;
	t->doubts++;
	record_event(t->rec);
	spin_unlock_irqrestore(&t->rec->lock, flags);
}

void copyoff_gate_doubt_end(struct copyoff_target *t)
{
	struct copyoff_record *rec = t->rec;
	unsigned long flags;

	spin_lock_irqsave(&rec->lock, flags);
	t->doubts--;
	/* No flush up to now covers what the command has written late. */
	if (t->written)
		t->written++;
	record_event(rec);
	spin_unlock_irqrestore(&rec->lock, flags);
}

void copyoff_registry_set_inflight(struct copyoff_target *t, u32 max_inflight)
{
	unsigned long flags;

	spin_lock_irqsave(&t->rec->lock, flags);
	WRITE_ONCE(t->opts.max_inflight, max_inflight);
	record_event(t->rec);
	spin_unlock_irqrestore(&t->rec->lock, flags);
}

bool copyoff_map_units(struct copyoff_record *rec, u64 sector,
		       struct copyoff_map *map, const void **unit,
		       u64 *unit_sector)
{
	struct copyoff_target *t;
	unsigned long flags;

	map_nothing(map);
	if (!rec)
		return false;
	spin_lock_irqsave(&rec->lock, flags);
	live_find(rec, sector, map);
	t = map->target;
	if (t) {
		*unit = copyoff_unit_identity(t->unit);
		*unit_sector = t->unit_start + (sector - map->begin);
	}
	spin_unlock_irqrestore(&rec->lock, flags);
	return t;
}

/* ---- exit ---- */

void copyoff_registry_exit(void)
{
	WARN_ON(!list_empty(&records));
}
