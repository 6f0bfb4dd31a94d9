// SPDX-License-Identifier: GPL-2.0-only
// expect: FAIL the kernel died
#include "t.h"

#include <linux/reboot.h>

/* In silence. */
static void powers_off(void)
{
	kernel_power_off();
}

#define CASES(X)			\
	X(powers_off)

T_SUITE(dies, CASES);
