/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LVM: its lock, and its commands.
 */
#ifndef LVM_H
#define LVM_H

#include <stdbool.h>

#include "core.h"

struct lvm_name {
	char *vg;
	char *lv;
	/*
	 * "real", "cow": a part of a volume. "": a volume, or a part that LVM has put
	 * into the name of the volume (pool_tdata, r_rimage_0): see lvm_suffix.
	 */
	char *layer;
};

/* By a dm device's name and uuid; false if it is none of LVM's. */
bool lvm_split(const char *name, const char *uuid, struct lvm_name *lvm);
void lvm_free(struct lvm_name *lvm);

/* What LVM put behind the two ids in the uuid of a part, as "tdata"; "": nothing. */
const char *lvm_suffix(const char *uuid);

/* Are these uuids of one volume group? Only its parts hold each other. */
bool lvm_same_vg(const char *uuid, const char *other);

/*
 * Takes a VG's lock for writing as LVM does (it waits as LVM does, until a
 * signal): the descriptor, or -1 after a complaint.
 */
int lvm_lock(const char *vg);
void lvm_unlock(const char *vg, int fd);

/*
 * Runs "lvm ARGS..."; its standard output is returned if @output is not NULL.
 * Must not be used on a VG while its lock is held: LVM would wait for us.
 */
int lvm_run(char *const args[], char **output);

/*
 * Removes a volume, VG/LV. It is what cleans up after a Ctrl-C: no other one ends it,
 * not even while it waits for a lock.
 */
int lvm_remove(const char *name);

#endif /* LVM_H */
