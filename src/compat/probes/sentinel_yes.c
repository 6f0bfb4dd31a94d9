// SPDX-License-Identifier: GPL-2.0-only
/* Always: a module that must compile wherever modules can be built. */
#include <linux/device-mapper.h>
#include <linux/module.h>

int copyoff_probe(struct dm_target *ti)
{
	return ti->len && THIS_MODULE;
}
