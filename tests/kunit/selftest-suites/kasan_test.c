// SPDX-License-Identifier: GPL-2.0-only
// expect: FAIL kernel log: .*KASAN: slab-out-of-bounds
#include "t.h"

static void one_too_far(void)
{
	volatile u8 *p = t_alloc(5);

	T_TRUE(p[5] || !p[5]);
	t_free((void *)p);
}

#define CASES(X)			\
	X(one_too_far)

T_SUITE(kasan, CASES);
