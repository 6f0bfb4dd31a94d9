// SPDX-License-Identifier: GPL-2.0-only
// expect: FAIL kernel log: .*UBSAN: shift-out-of-bounds
#include "t.h"

static void shifts_too_far(void)
{
	volatile u32 by = 40;
	u32 x = 1U << by;

	T_TRUE(x || !x);
}

#define CASES(X)			\
	X(shifts_too_far)

T_SUITE(ubsan, CASES);
