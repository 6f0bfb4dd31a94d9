// SPDX-License-Identifier: GPL-2.0-only
/* Never: a call that no kernel has. */
#include <linux/device-mapper.h>

int copyoff_probe(void)
{
	return dm_copyoff_has_no_such_function();
}
