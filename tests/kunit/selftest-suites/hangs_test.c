// SPDX-License-Identifier: GPL-2.0-only
// expect: FAIL the kernel hung
#include "t.h"

#include <linux/processor.h>

static void hangs(void)
{
	for (;;)
		cpu_relax();
}

#define CASES(X)			\
	X(hangs)

T_SUITE(hangs, CASES);
