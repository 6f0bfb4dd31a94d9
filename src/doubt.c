// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands that have ended without an answer from the device.
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "backend.h"
#include "doubt.h"
#include "range.h"
#include "trace.h"

static void end_work(struct work_struct *work);

/*
 * Protects the list and every doubt in it. Taken in process context; a record's
 * lock is taken inside.
 */
static DEFINE_SPINLOCK(doubts_lock);
static LIST_HEAD(doubts);
static atomic64_t nr_ended = ATOMIC64_INIT(0);
static DECLARE_WAIT_QUEUE_HEAD(ended_wait);
/* Ends what is due; armed for the first of them whenever there is any. */
static DECLARE_DELAYED_WORK(ender, end_work);

/* Under doubts_lock. */
static void arm(void)
{
	struct copyoff_doubt *d;
	u64 first = U64_MAX, now = ktime_get_ns();

	list_for_each_entry(d, &doubts, node)
		first = min(first, d->until);
	if (first == U64_MAX)
		return;
	mod_delayed_work(copyoff_host_wq, &ender, first <= now ? 0 :
			 nsecs_to_jiffies64(first - now) + 1);
}

/* Its gates come with it: who drains them sees the next one first. */
static void leave_gates(struct copyoff_target *src, struct copyoff_target *dst)
{
	copyoff_gate_doubt_end(src);
	if (dst != src)
		copyoff_gate_doubt_end(dst);
}

/* Under doubts_lock. The first one that is due, out of the list. */
static struct copyoff_doubt *take_due(u64 now)
{
	struct copyoff_doubt *d;

	list_for_each_entry(d, &doubts, node) {
		if (d->until > now)
			continue;
		list_del(&d->node);
		d->active = false;
		return d;
	}
	return NULL;
}

/* Under doubts_lock: an owner must not free what we still look at. */
static void end_one(struct copyoff_doubt *d, struct list_head *orphans)
{
	trace_doubt_end(d->dst_low, d->dst_high - d->dst_low);
	leave_gates(d->src, d->dst);
	atomic64_inc(&nr_ended);
	if (d->release)
		list_add(&d->node, orphans);
}

static void end_work(struct work_struct *work)
{
	struct copyoff_doubt *d, *next;
	LIST_HEAD(orphans);

	spin_lock(&doubts_lock);
	while ((d = take_due(ktime_get_ns())))
		end_one(d, &orphans);
	arm();
	spin_unlock(&doubts_lock);
	wake_up_all(&ended_wait);
	list_for_each_entry_safe(d, next, &orphans, node)
		d->release(d);
}

static void bound(struct copyoff_doubt *d, const struct copyoff_access *a)
{
	u32 i;

	if (!d->active) {
		d->src_low = a->ext[0].src;
		d->src_high = 0;
		d->dst_low = a->dst;
		d->dst_high = 0;
	}
	for (i = 0; i < a->nr; i++) {
		d->src_low = min(d->src_low, a->ext[i].src);
		d->src_high = max(d->src_high,
				  a->ext[i].src + a->ext[i].sectors);
	}
	d->dst_low = min(d->dst_low, a->dst);
	d->dst_high = max(d->dst_high, a->dst + a->sectors);
}

/* Under doubts_lock. The command's gates become the doubt's. */
static void add(struct copyoff_doubt *d, const struct copyoff_access *a,
		struct copyoff_target *src, struct copyoff_target *dst)
{
	d->src = src;
	d->dst = dst;
	d->src_unit = a->src_unit;
	d->dst_unit = a->dst_unit;
	d->until = 0;
	d->release = NULL;
	copyoff_gate_doubt(src);
	if (dst != src)
		copyoff_gate_doubt(dst);
	d->active = true;
	list_add_tail(&d->node, &doubts);
}

void copyoff_doubt_begin(struct copyoff_doubt *d,
			 const struct copyoff_access *access,
			 struct copyoff_target *src,
			 struct copyoff_target *dst, u64 ns)
{
	bool grows;

	spin_lock(&doubts_lock);
	grows = d->active;
	bound(d, access);
	if (!grows)
		add(d, access, src, dst);
	d->until = max(d->until, ktime_get_ns() + ns);
	d->begun = true;
	arm();
	spin_unlock(&doubts_lock);
	trace_doubt_begin(access->dst, access->sectors, ns);
	if (!grows)
		return;
	/* No table has changed: the doubt holds these very gates. */
	copyoff_gate_exit(src);
	if (dst != src)
		copyoff_gate_exit(dst);
}

bool copyoff_doubt_active(struct copyoff_doubt *d)
{
	bool active;

	spin_lock(&doubts_lock);
	active = d->active;
	spin_unlock(&doubts_lock);
	return active;
}

bool copyoff_doubt_abandon(struct copyoff_doubt *d,
			   void (*release)(struct copyoff_doubt *d))
{
	bool active;

	spin_lock(&doubts_lock);
	active = d->active;
	if (active)
		d->release = release;
	spin_unlock(&doubts_lock);
	return active;
}

void copyoff_doubts_clear(struct copyoff_target *t)
{
	struct copyoff_doubt *d;

	spin_lock(&doubts_lock);
	list_for_each_entry(d, &doubts, node)
		if (d->src == t || d->dst == t)
			d->until = 0;
	arm();
	spin_unlock(&doubts_lock);
}

/* Does it touch [low, high)? */
static bool touches(u64 start, u64 len, u64 low, u64 high)
{
	return copyoff_overlap(start, len, low, high - low);
}

static bool reads_what_is_written(const struct copyoff_doubt *d,
				  const struct copyoff_access *a)
{
	u32 i;

	if (d->dst_unit != a->src_unit)
		return false;
	for (i = 0; i < a->nr; i++)
		if (touches(a->ext[i].src, a->ext[i].sectors, d->dst_low,
			    d->dst_high))
			return true;
	return false;
}

static bool conflicts(const struct copyoff_doubt *d,
		      const struct copyoff_access *a)
{
	if (d->dst_unit == a->dst_unit &&
	    touches(a->dst, a->sectors, d->dst_low, d->dst_high))
		return true;
	if (d->src_unit == a->dst_unit &&
	    touches(a->dst, a->sectors, d->src_low, d->src_high))
		return true;
	return reads_what_is_written(d, a);
}

/* @a: the access that it has to conflict with, or NULL */
static bool any_but(const struct copyoff_doubt *own,
		    const struct copyoff_access *a)
{
	struct copyoff_doubt *d;
	bool found = false;

	if (list_empty_careful(&doubts))
		return false;
	spin_lock(&doubts_lock);
	list_for_each_entry(d, &doubts, node)
		found |= d != own && (!a || conflicts(d, a));
	spin_unlock(&doubts_lock);
	return found;
}

bool copyoff_doubts_conflict(const struct copyoff_access *a,
			     const struct copyoff_doubt *own)
{
	return any_but(own, a);
}

bool copyoff_doubts_any(const struct copyoff_doubt *own)
{
	return any_but(own, NULL);
}

u64 copyoff_doubts_ended(void)
{
	return atomic64_read(&nr_ended);
}

struct wait_queue_head *copyoff_doubts_wait(void)
{
	return &ended_wait;
}

void copyoff_doubts_exit(void)
{
	cancel_delayed_work_sync(&ender);
}
