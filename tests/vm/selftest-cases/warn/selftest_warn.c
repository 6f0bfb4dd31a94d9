// SPDX-License-Identifier: GPL-2.0-only
/*
 * For the rig's own test, a module that warns and is not loaded; or, with stuck=1,
 * never comes back: all processors turn with interrupts off.
 */
#include <linux/module.h>
#include <linux/smp.h>

static bool stuck;
module_param(stuck, bool, 0);
MODULE_PARM_DESC(stuck, "stop the whole machine");

static void selftest_turn(void *unused)
{
	for (;;)
		cpu_relax();
}

static int __init selftest_warn_init(void)
{
	if (stuck)
		on_each_cpu(selftest_turn, NULL, 1);
	WARN(1, "the rig must see this\n");
	return -ENODEV;
}
module_init(selftest_warn_init);

MODULE_DESCRIPTION("Warns once when loaded");
MODULE_LICENSE("GPL");
