// SPDX-License-Identifier: GPL-2.0-only
// expect: FAIL kernel log: .*possible circular locking
#include "t.h"

#include <linux/mutex.h>

static DEFINE_MUTEX(one);
static DEFINE_MUTEX(other);

static void both(struct mutex *a, struct mutex *b)
{
	mutex_lock(a);
	mutex_lock(b);
	mutex_unlock(b);
	mutex_unlock(a);
}

static void in_both_orders(void)
{
	both(&one, &other);
	both(&other, &one);
}

#define CASES(X)			\
	X(in_both_orders)

T_SUITE(lockdep, CASES);
