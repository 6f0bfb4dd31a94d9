// SPDX-License-Identifier: GPL-2.0-only
/*
 * One place on one side of a copy: what is mapped there, and its gate.
 */
#include <linux/blkdev.h>

#include "place.h"

u64 copyoff_place_sector(const struct copyoff_place *p, u64 sector)
{
	const struct copyoff_target *t = p->map.target;

	return t ? t->unit_start + (sector - p->map.begin) :
		   p->side->start + sector;
}

struct block_device *copyoff_place_bdev(const struct copyoff_place *p)
{
	return p->map.target ? p->map.target->bdev : p->side->bdev;
}

const void *copyoff_place_unit(const struct copyoff_place *p)
{
	return p->map.target ? copyoff_unit_identity(p->map.target->unit) :
			       copyoff_side_unit(p->side);
}

void copyoff_place_end(const struct copyoff_place *p, struct copyoff_end *end)
{
	const struct copyoff_target *t = p->map.target;

	end->unit = t ? t->unit : NULL;
	end->opts = t ? &t->opts : NULL;
	end->stacked = t && copyoff_target_stacked(t);
}

static enum copyoff_wait wait_by(struct copyoff_job *job,
				 const struct copyoff_map *map)
{
	job->wait_rec = map->rec;
	job->wait_events = map->events;
	return COPYOFF_WAIT_GATE;
}

enum copyoff_wait copyoff_place_enter(struct copyoff_job *job,
				      struct copyoff_place *p)
{
	if (copyoff_gate_enter(p->side->rec, p->sector, &p->map) !=
	    COPYOFF_CLOSED)
		return COPYOFF_GO;
	return wait_by(job, &p->map);
}

enum copyoff_wait copyoff_places_enter(struct copyoff_job *job,
				       struct copyoff_place *src,
				       struct copyoff_place *dst)
{
	const struct copyoff_map *closed;

	if (copyoff_gates_enter(src->side->rec, src->sector, &src->map,
				dst->side->rec, dst->sector, &dst->map,
				&closed) != COPYOFF_CLOSED)
		return COPYOFF_GO;
	return wait_by(job, closed);
}

void copyoff_places_leave(struct copyoff_place *src, struct copyoff_place *dst)
{
	struct copyoff_target *s = src->map.target, *d = dst->map.target;

	if (s)
		copyoff_gate_exit(s);
	if (d && d != s)
		copyoff_gate_exit(d);
}

static bool side_closed(struct copyoff_job *job, struct copyoff_record *rec)
{
	if (!rec || !copyoff_record_closed(rec, &job->wait_events))
		return false;
	job->wait_rec = rec;
	return true;
}

enum copyoff_wait copyoff_sides_open(struct copyoff_job *job)
{
	copyoff_job_find_records(job);
	if (side_closed(job, job->src.rec) || side_closed(job, job->dst.rec))
		return COPYOFF_WAIT_GATE;
	return COPYOFF_GO;
}
