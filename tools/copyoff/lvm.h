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
	char *layer;	/* "real", "tdata": LVM's own below a volume; "": none */
};

/* By a dm device's name and uuid; false if it is none of LVM's. */
bool lvm_split(const char *name, const char *uuid, struct lvm_name *lvm);
void lvm_free(struct lvm_name *lvm);

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

#endif /* LVM_H */
