// SPDX-License-Identifier: GPL-2.0-only
// expect: ok (2 cases
#include "t.h"

static void nothing_wrong(void)
{
	T_EQ(1 + 1, 2);
}

/* As a case of the pure files does it: all that is allotted, and no more. */
static void memory(void)
{
	u8 *p = t_alloc(5);

	T_EQ(p[4], 0xa5);
	t_free(p);
}

#define CASES(X)			\
	X(nothing_wrong)		\
	X(memory)

T_SUITE(good, CASES);
