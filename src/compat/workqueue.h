/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * <linux/workqueue.h>; see compat.h.
 */
#ifndef COPYOFF_COMPAT_WORKQUEUE_H
#define COPYOFF_COMPAT_WORKQUEUE_H

#include <linux/workqueue.h>

/* What is not WQ_UNBOUND has always been that; newer kernels want it said. */
#ifndef HAVE_WQ_PERCPU
#define WQ_PERCPU 0
#endif

#endif /* COPYOFF_COMPAT_WORKQUEUE_H */
