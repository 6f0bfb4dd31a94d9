// SPDX-License-Identifier: GPL-2.0-only
// expect: FAIL kernel log: .*\(Kernel panic\|KASAN\)
#include "t.h"

static void reads_from_nowhere(void)
{
	u8 *volatile nowhere = (u8 *)16;

	T_EQ(READ_ONCE(*nowhere), 0);
}

#define CASES(X)			\
	X(reads_from_nowhere)

T_SUITE(oops, CASES);
