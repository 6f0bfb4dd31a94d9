/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where LVM has put a volume, and another one like it.
 */
#ifndef CLONE_H
#define CLONE_H

#include "core.h"

struct lvm_piece {
	char *pv;
	uint64_t extents;
};

struct lvm_layout {
	int nr;
	struct lvm_piece *piece;
};

/* The pieces of a linear volume, in order. */
enum status lvm_layout(struct lvm_layout *layout, const char *word);
void lvm_layout_free(struct lvm_layout *layout);

/*
 * A volume of the same pieces, active; nothing is left of it if that fails, or a signal
 * comes meanwhile. It has the tag copyoff_incomplete until lvm_complete.
 */
int lvm_create_like(const struct lvm_layout *layout, const char *vg, const char *lv);
int lvm_complete(const char *name);

#endif /* CLONE_H */
