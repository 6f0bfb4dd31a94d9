// SPDX-License-Identifier: GPL-2.0-only
// expect: FAIL (2 of 4 cases,.* 2 cases failed
#include "t.h"

static void fails(void)
{
	T_EQ(1 + 1, 3);
}

/* It is ended in the middle, with memory in its hands. */
static void fails_often(void)
{
	u8 *p = t_alloc(5);
	u32 i;

	for (i = 0; i < 2 * T_ENOUGH; i++)
		T_EQ(p[0], i);
	T_STR("not", "reached");
	t_free(p);
}

static void passes(void)
{
	T_STR("a", "a");
}

#define CASES(X)			\
	X(passes)			\
	X(fails)			\
	X(fails_often)			\
	X(passes_again)

/* The failures of others are not its own. */
static void passes_again(void)
{
	T_EQ(t_failures, 0);
}

T_SUITE(fails, CASES);
