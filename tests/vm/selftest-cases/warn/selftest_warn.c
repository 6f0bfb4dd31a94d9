// SPDX-License-Identifier: GPL-2.0-only
/* A module that does nothing but warn, for the rig's own test. */
#include <linux/module.h>

static int __init selftest_warn_init(void)
{
	WARN(1, "the rig must see this\n");
	return -ENODEV;
}
module_init(selftest_warn_init);

MODULE_DESCRIPTION("Warns once when loaded");
MODULE_LICENSE("GPL");
