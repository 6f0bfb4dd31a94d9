/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * <linux/memcontrol.h>; see compat.h.
 */
#ifndef COPYOFF_COMPAT_MEMCONTROL_H
#define COPYOFF_COMPAT_MEMCONTROL_H

#include <linux/memcontrol.h>
#include <linux/sched.h>

/*
 * set_active_memcg() for process context. That of the kernel is for interrupts,
 * too, and refers to a variable that is exported only since v5.14, c74d40e8b5e2
 * ("loop: charge i/o to mem and blk cg"), which no compile probe can see.
 */
static inline struct mem_cgroup *
compat_set_active_memcg(struct mem_cgroup *memcg)
{
#ifdef CONFIG_MEMCG
	struct mem_cgroup *old = current->active_memcg;

	current->active_memcg = memcg;
	return old;
#else
	return NULL;
#endif
}

#endif /* COPYOFF_COMPAT_MEMCONTROL_H */
