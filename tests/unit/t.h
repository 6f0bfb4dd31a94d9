/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What cases of tests are written with. The same file of cases becomes a program
 * for user space and a KUnit suite: at its end stands T_SUITE() with a list of
 * its cases,
 *
 *	#define CASES(X) X(one_case) X(another)
 *	T_SUITE(name, CASES);
 *
 * and t_user.h or tests/kunit/t_kunit.h makes of it what is wanted, and has
 *
 *	t_fail()	tells of one failure; ends a case that had T_ENOUGH of them
 *	t_rounds()	how long a loop over random numbers is
 *	t_alloc()	memory with a guard at both ends; ends the case if there is none
 *	t_free()
 */
#ifndef UNIT_T_H
#define UNIT_T_H

#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>

/* A case that has failed this often has said enough. */
#define T_ENOUGH	10

static int t_failures;
static const char *t_row = "";
static u64 t_seed;
static u64 t_state;

/* Every case begins like this, and so does not depend on those before. */
static inline void t_begin(void)
{
	t_failures = 0;
	t_row = "";
	t_state = t_seed;
}

/* Which row of a table, or what else the next failures are about. */
static inline void t_about(const char *row)
{
	t_row = row;
}

#ifdef __KERNEL__
#include "../kunit/t_kunit.h"
#else
#include "t_user.h"
#endif

static inline void t_eq(const char *file, int line, const char *what, u64 got,
			u64 want)
{
	if (got != want)
		t_fail(file, line, "%s is %lld (0x%llx), not %lld (0x%llx)",
		       what, (s64)got, got, (s64)want, want);
}

static inline void t_str(const char *file, int line, const char *what,
			 const char *got, const char *want)
{
	if (!got || strcmp(got, want))
		t_fail(file, line, "%s is \"%s\", not \"%s\"", what,
		       got ? got : "(null)", want);
}

static inline void t_true(const char *file, int line, const char *what,
			  bool ok)
{
	if (!ok)
		t_fail(file, line, "not true: %s", what);
}

static inline void t_bytes(const char *file, int line, const char *what,
			   const void *got, const void *want, size_t len)
{
	const u8 *g = got, *w = want;
	size_t i;

	for (i = 0; i < len; i++)
		if (g[i] != w[i])
			t_fail(file, line, "%s: byte %zu is 0x%02x, not 0x%02x",
			       what, i, g[i], w[i]);
}

#define T_EQ(got, want)		t_eq(__FILE__, __LINE__, #got, got, want)
#define T_STR(got, want)	t_str(__FILE__, __LINE__, #got, got, want)
#define T_TRUE(ok)		t_true(__FILE__, __LINE__, #ok, ok)
#define T_BYTES(got, want, len)	\
	t_bytes(__FILE__, __LINE__, #got, got, want, len)

/* xorshift64*: small, and good enough to find things. */
static inline u64 t_rand(void)
{
	t_state ^= t_state >> 12;
	t_state ^= t_state << 25;
	t_state ^= t_state >> 27;
	return t_state * 0x2545f4914f6cdd1dULL;
}

/* From @low to @high, both of them included. */
static inline u64 t_between(u64 low, u64 high)
{
	return low + (t_rand() >> 1) % (high - low + 1);
}

/* @percent times out of a hundred. */
static inline bool t_chance(u32 percent)
{
	return t_between(1, 100) <= percent;
}

#endif /* UNIT_T_H */
