// SPDX-License-Identifier: GPL-2.0-only
// expect: FAIL kernel log: .*WARNING: CPU
#include "t.h"

static void warns(void)
{
	WARN_ON(1);
}

#define CASES(X)			\
	X(warns)

T_SUITE(warns, CASES);
