// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands of a job that lie at or beyond its completed prefix.
 */
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/types.h>

#include "window.h"

void copyoff_window_init(struct copyoff_window *w,
			 struct copyoff_window_entry *entry, u32 size,
			 struct copyoff_extent *arena, u32 arena_size)
{
	memset(w, 0, sizeof(*w));
	w->entry = entry;
	w->size = size;
	w->arena = arena;
	w->arena_size = arena_size;
}

/* Places at the end of the ring that are too few for @nr in one piece. */
static u32 skip_for(const struct copyoff_window *w, u32 nr)
{
	u32 to_end = w->arena_size - w->arena_next;

	return nr > to_end ? to_end : 0;
}

bool copyoff_window_room(const struct copyoff_window *w, u32 nr)
{
	return w->count < w->size &&
	       w->arena_used + skip_for(w, nr) + nr <= w->arena_size;
}

/* Does any of the extents touch [start, start + len)? */
static bool extents_touch(const struct copyoff_extent *ext, u32 nr,
			  u64 start, u64 len)
{
	u32 i;

	for (i = 0; i < nr; i++)
		if (copyoff_overlap(ext[i].src, ext[i].sectors, start, len))
			return true;
	return false;
}

static bool entry_conflicts(const struct copyoff_window *w,
			    const struct copyoff_window_entry *e,
			    const struct copyoff_access *a)
{
	if (e->dst_unit == a->dst_unit &&
	    copyoff_overlap(e->dst, e->sectors, a->dst, a->sectors))
		return true;
	if (e->dst_unit == a->src_unit &&
	    extents_touch(a->ext, a->nr, e->dst, e->sectors))
		return true;
	/* The bounds first: most entries are nowhere near. */
	return e->src_unit == a->dst_unit &&
	       copyoff_overlap(e->src_low, e->src_high - e->src_low,
			       a->dst, a->sectors) &&
	       extents_touch(w->arena + e->first, e->nr, a->dst, a->sectors);
}

bool copyoff_window_conflicts(const struct copyoff_window *w,
			      const struct copyoff_access *a)
{
	u32 i;

	for (i = 0; i < w->count; i++)
		if (entry_conflicts(w, &w->entry[(w->head + i) % w->size], a))
			return true;
	return false;
}

static void bound(struct copyoff_window_entry *e,
		  const struct copyoff_access *a)
{
	u32 i;

	e->src_low = a->ext[0].src;
	e->src_high = a->ext[0].src + a->ext[0].sectors;
	for (i = 1; i < a->nr; i++) {
		e->src_low = min(e->src_low, a->ext[i].src);
		e->src_high = max(e->src_high,
				  a->ext[i].src + a->ext[i].sectors);
	}
}

u32 copyoff_window_push(struct copyoff_window *w,
			const struct copyoff_access *a)
{
	u32 place = (w->head + w->count) % w->size;
	struct copyoff_window_entry *e = &w->entry[place];

	e->src_unit = a->src_unit;
	e->dst_unit = a->dst_unit;
	e->dst = a->dst;
	e->sectors = a->sectors;
	e->nr = a->nr;
	e->done = false;
	bound(e, a);
	e->skipped = skip_for(w, a->nr);
	e->first = e->skipped ? 0 : w->arena_next;
	memcpy(w->arena + e->first, a->ext, a->nr * sizeof(*a->ext));
	w->arena_next = (e->first + a->nr) % w->arena_size;
	w->arena_used += e->skipped + a->nr;
	w->count++;
	return place;
}

void copyoff_window_done(struct copyoff_window *w, u32 place)
{
	w->entry[place].done = true;
}

bool copyoff_window_pop(struct copyoff_window *w, u32 *sectors)
{
	struct copyoff_window_entry *e = &w->entry[w->head];

	if (!w->count || !e->done)
		return false;
	*sectors = e->sectors;
	w->arena_used -= e->skipped + e->nr;
	w->head = (w->head + 1) % w->size;
	w->count--;
	if (!w->count)
		w->arena_next = 0;
	return true;
}
