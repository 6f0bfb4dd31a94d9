// SPDX-License-Identifier: GPL-2.0-only
/*
 * What SYNC jobs have written is flushed: by themselves at their end, or, where
 * a gate is closed before that, by whoever closed it.
 */
#include <linux/blkdev.h>
#include <linux/module.h>

#include "longwait.h"
#include "registry.h"

void copyoff_gate_wrote(struct copyoff_target *t)
{
	unsigned long flags;

	spin_lock_irqsave(&t->rec->lock, flags);
	t->written++;
	spin_unlock_irqrestore(&t->rec->lock, flags);
}

unsigned int copyoff_record_flush_errors(struct copyoff_record *rec)
{
	unsigned int n;

	spin_lock_irq(&rec->lock);
	n = rec->flush_errors;
	spin_unlock_irq(&rec->lock);
	return n;
}

/* Under rec->lock. The first target from @sector on that needs a flush. */
static struct copyoff_target *next_unflushed(struct copyoff_record *rec,
					     u64 sector)
{
	struct rb_node *n;

	for (n = rb_first(&rec->live); n; n = rb_next(n)) {
		struct copyoff_target *t =
			rb_entry(n, struct copyoff_target, node);

		if (t->ti->begin >= sector && t->flushed != t->written)
			return t;
	}
	return NULL;
}

/*
 * Enter the gate of the next target that needs a flush; NULL if there is none.
 * If its gate is closed, that is done by whoever closes it: wait for them.
 */
static struct copyoff_target *enter_unflushed(struct copyoff_record *rec,
					      u64 *sector, u64 *written)
{
	struct copyoff_target *t;

	spin_lock_irq(&rec->lock);
	copyoff_wait_long_lock_irq(rec->wait,
				   !(t = next_unflushed(rec, *sector)) ||
				   t->open, rec->lock);
	if (t) {
		t->inflight++;
		*sector = t->ti->begin + t->ti->len;
		*written = t->written;
	}
	spin_unlock_irq(&rec->lock);
	return t;
}

int copyoff_record_flush(struct copyoff_record *rec, unsigned int errors)
{
	struct copyoff_target *t;
	u64 sector = 0, written;

	while ((t = enter_unflushed(rec, &sector, &written))) {
		copyoff_target_flush(t, written);
		copyoff_gate_exit(t);
	}
	return copyoff_record_flush_errors(rec) == errors ? 0 : -EIO;
}
