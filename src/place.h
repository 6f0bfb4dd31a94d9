/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One place on one side of a copy: what is mapped there, and its gate.
 */
#ifndef COPYOFF_PLACE_H
#define COPYOFF_PLACE_H

#include "job_priv.h"

struct copyoff_place {
	const struct copyoff_side *side;
	struct copyoff_map map;	/* valid once the gate was asked for */
	u64 sector;		/* of the side's device */
};

/*
 * Where a sector of the side's device, within the map, is on its unit; the
 * device through which the host gets there, and the identity of the unit.
 */
u64 copyoff_place_sector(const struct copyoff_place *p, u64 sector);
struct block_device *copyoff_place_bdev(const struct copyoff_place *p);
const void *copyoff_place_unit(const struct copyoff_place *p);

/* The place as an end of a route. */
void copyoff_place_end(const struct copyoff_place *p, struct copyoff_end *end);

/*
 * Enter the gate at a place. COPYOFF_WAIT_GATE sets what the job is to wait
 * for. Never waits itself.
 */
enum copyoff_wait copyoff_place_enter(struct copyoff_job *job,
				      struct copyoff_place *p);

/* Enter the gates of both places, or of neither; and leave them. */
enum copyoff_wait copyoff_places_enter(struct copyoff_job *job,
				       struct copyoff_place *src,
				       struct copyoff_place *dst);
void copyoff_places_leave(struct copyoff_place *src,
			  struct copyoff_place *dst);

/*
 * May the sides' devices themselves be used, as far as can be told? If not, sets
 * what the job is to wait for. Enters no gate: it may close a moment later.
 */
enum copyoff_wait copyoff_sides_open(struct copyoff_job *job);

#endif /* COPYOFF_PLACE_H */
