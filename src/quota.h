/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many asynchronous jobs each user has.
 */
#ifndef COPYOFF_QUOTA_H
#define COPYOFF_QUOTA_H

#include <linux/uidgid.h>

/* One more for @uid, up to @most. 0, -EMFILE or -ENOMEM. Sleeps. */
int copyoff_quota_take(kuid_t uid, unsigned int most);

/* One less. Never sleeps. */
void copyoff_quota_give(kuid_t uid);

#endif /* COPYOFF_QUOTA_H */
