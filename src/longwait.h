/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * To wait for what a device has been told to do: as long as its driver's own error
 * handling takes, and that may be minutes.
 */
#ifndef COPYOFF_LONGWAIT_H
#define COPYOFF_LONGWAIT_H

#include <linux/jiffies.h>
#include <linux/wait.h>

/*
 * So often who waits wakes up: else the kernel would take him for hung, and may be set
 * up to panic then. blk_wait_io() does the same for whoever waits for one request.
 */
#define COPYOFF_WAKE_UP	(10 * HZ)

/* As wait_event(); and as wait_event_lock_irq(), with the lock held. */
#define copyoff_wait_long(wq, condition) \
	do { } while (!wait_event_timeout(wq, condition, COPYOFF_WAKE_UP))
#define copyoff_wait_long_lock_irq(wq, condition, lock) \
	do { } while (!wait_event_lock_irq_timeout(wq, condition, lock, \
						   COPYOFF_WAKE_UP))

#endif /* COPYOFF_LONGWAIT_H */
