/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cases as a KUnit suite, in a module of its own, with the parameters
 *
 *	seed=<number>	the random cases again as they were
 *	rounds=<number>	how long they are
 */
#ifndef KUNIT_T_KUNIT_H
#define KUNIT_T_KUNIT_H

#include <kunit/test.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/random.h>
#include <linux/slab.h>

static unsigned long long seed;
module_param(seed, ullong, 0444);

static uint rounds;
module_param(rounds, uint, 0444);

static struct kunit *t_test;

static inline __printf(3, 4)
void t_fail(const char *file, int line, const char *fmt, ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	va_start(args, fmt);
	vaf.va = &args;
	KUNIT_FAIL(t_test, "%s:%d: %s%s%pV\n", kbasename(file), line, t_row,
		   *t_row ? ": " : "", &vaf);
	va_end(args);
	if (++t_failures == T_ENOUGH)
		KUNIT_FAIL_AND_ABORT(t_test, "Enough\n");
}

/* With all that looks on it takes a kernel ten times as long. */
static inline u32 t_rounds(u32 otherwise)
{
	return rounds ? rounds : max(otherwise / 10, 1U);
}

/* KASAN guards both ends; what a case that was ended leaves, KUnit frees. */
static inline void *t_alloc(size_t bytes)
{
	void *p = kunit_kmalloc(t_test, bytes, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(t_test, p);
	memset(p, 0xa5, bytes);
	return p;
}

static inline void t_free(void *p)
{
	kunit_kfree(t_test, p);
}

static inline void t_kunit_run(struct kunit *test, void (*run)(void))
{
	t_test = test;
	t_begin();
	run();
}

static inline int t_kunit_begin(struct kunit_suite *suite)
{
	t_seed = seed ? seed : get_random_u64();
	if (!t_seed)
		t_seed = 1;
	pr_info("%s: SEED=%llu\n", suite->name, t_seed);
	return 0;
}

#define T_KUNIT_RUN(function)						\
	static void function##_kunit(struct kunit *test)		\
	{								\
		t_kunit_run(test, function);				\
	}

#define T_KUNIT_CASE(function)						\
	{ .run_case = function##_kunit, .name = #function },

#define T_SUITE(suite_name, list)					\
	list(T_KUNIT_RUN)						\
	static struct kunit_case t_cases[] = { list(T_KUNIT_CASE) {} };	\
	static struct kunit_suite t_suite = {				\
		.name = "copyoff_" #suite_name,				\
		.suite_init = t_kunit_begin,				\
		.test_cases = t_cases,					\
	};								\
	kunit_test_suites(&t_suite);					\
	MODULE_DESCRIPTION("Unit tests of dm-copyoff: " #suite_name);	\
	MODULE_LICENSE("GPL")

#endif /* KUNIT_T_KUNIT_H */
