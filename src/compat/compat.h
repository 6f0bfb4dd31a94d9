/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What kernels offer in different shapes, given the shape of the newest.
 *
 * Only this and its like in this folder, one file a kernel header, may ask what
 * the kernel has. The answers come from probes (in probes/), compiled against
 * the very kernel that the module is built for; each names the commit that made
 * the newest form.
 */
#ifndef COPYOFF_COMPAT_H
#define COPYOFF_COMPAT_H

#include "compat_config.h"

#ifndef COPYOFF_PROBE_SENTINEL_YES
#error "dm-copyoff: what must always compile did not: modules cannot be built here"
#endif
#ifdef COPYOFF_PROBE_SENTINEL_NO
#error "dm-copyoff: what must never compile did: modules cannot be built here"
#endif

#include "compat/blkdev.h"
#include "compat/device-mapper.h"
#include "compat/dm-io.h"
#include "compat/memcontrol.h"
#include "compat/nvme.h"
#include "compat/scsi.h"

#endif /* COPYOFF_COMPAT_H */
