/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All SCSI units that this host sees, as far as they go by a name.
 */
#ifndef COPYOFF_SCSI_PEERS_H
#define COPYOFF_SCSI_PEERS_H

#include "compat/compat.h"
#include "scsi_vpd.h"

/*
 * How often units have come or gone. Any context.
 */
u64 copyoff_peers_changes(void);

/*
 * copyoff_peers_clash() - is there a unit, other than @sdev, by its name?
 *
 * By what the kernel has read from the others when they came. Does no I/O.
 * Process context.
 */
bool copyoff_peers_clash(const struct scsi_device *sdev,
			 const struct copyoff_scsi_identity *id);

/* What it is, by what the kernel has read from it when it came. */
void copyoff_peers_identity(const struct scsi_device *sdev,
			    struct copyoff_scsi_identity *id);

/* @changed is called whenever copyoff_peers_changes() does; must not sleep. */
int copyoff_peers_init(void (*changed)(void));
void copyoff_peers_exit(void);

#endif /* COPYOFF_SCSI_PEERS_H */
