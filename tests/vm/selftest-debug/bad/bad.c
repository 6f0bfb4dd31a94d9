// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module with bugs to order, for the test of the rig on the debug kernel:
 * what=leak, uaf, sleep, order or bounds.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

static char *what = "";
module_param(what, charp, 0444);

static DEFINE_SPINLOCK(lock);
static DEFINE_MUTEX(a);
static DEFINE_MUTEX(b);

/* Out of sight of the compiler, which would see through all of this. */
static u8 *volatile object;
static volatile int index = 4;

static noinline void bad_leak(void)
{
	int i;

	/* More than one: an address may happen to lie on some stack. */
	for (i = 0; i < 8; i++)
		object = kzalloc(96, GFP_KERNEL);
	object = NULL;
}

static noinline void bad_uaf(void)
{
	u8 *p = kzalloc(96, GFP_KERNEL);

	if (!p)
		return;
	object = p;
	kfree(p);
	object[8] = 1;
}

static noinline void bad_sleep(void)
{
	spin_lock(&lock);
	might_sleep();
	spin_unlock(&lock);
}

/* Nobody hangs: lockdep has to see that somebody could. */
static noinline void bad_order(void)
{
	mutex_lock(&a);
	mutex_lock(&b);
	mutex_unlock(&b);
	mutex_unlock(&a);
	mutex_lock(&b);
	mutex_lock(&a);
	mutex_unlock(&a);
	mutex_unlock(&b);
}

static noinline void bad_bounds(void)
{
	static volatile int four[4];

	four[index & 7] = 1;
}

static int __init bad_init(void)
{
	static const struct {
		const char *name;
		void (*fn)(void);
	} bugs[] = {
		{ "leak", bad_leak }, { "uaf", bad_uaf },
		{ "sleep", bad_sleep }, { "order", bad_order },
		{ "bounds", bad_bounds },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(bugs); i++)
		if (!strcmp(what, bugs[i].name))
			bugs[i].fn();
	return 0;
}

static void __exit bad_exit(void)
{
}

module_init(bad_init);
module_exit(bad_exit);

MODULE_DESCRIPTION("Has bugs to order");
MODULE_LICENSE("GPL");
