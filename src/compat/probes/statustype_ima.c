// SPDX-License-Identifier: GPL-2.0-only
/*
 * v5.15, 8ec456629d0b ("dm: update target status functions to support IMA
 * measurement").
 */
#include <linux/device-mapper.h>

bool copyoff_probe(status_type_t type)
{
	return type == STATUSTYPE_IMA;
}
