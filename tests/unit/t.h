/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A harness in one header. A program is a table of named cases, given to
 * T_MAIN(); each case runs in a process of its own, so that one which a
 * sanitizer ends is one that failed, and those after it are still run.
 *
 *	<program>		all cases
 *	<program> <case>...	only these
 *	SEED=<number>		the random cases again as they were
 *	ROUNDS=<number>		how long they are
 *	CPU_S=<number>		seconds of processor time for a case; then it hangs
 */
#ifndef UNIT_T_H
#define UNIT_T_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/types.h>

/* A case that has failed this often has said enough. */
#define T_ENOUGH	10

struct t_case {
	const char *name;
	void (*run)(void);
};

static int t_failures;
static const char *t_row = "";
static u64 t_seed;
static u64 t_state;

/* Which row of a table, or what else the next failures are about. */
static inline void t_about(const char *row)
{
	t_row = row;
}

static inline void t_fail(const char *file, int line)
{
	printf("%s:%d: %s%s", file, line, t_row, *t_row ? ": " : "");
	t_failures++;
}

static inline void t_end_fail(void)
{
	printf("\n");
	fflush(stdout);
	if (t_failures == T_ENOUGH)
		exit(1);
}

static inline void t_eq(const char *file, int line, const char *what, u64 got,
			u64 want)
{
	if (got == want)
		return;
	t_fail(file, line);
	printf("%s is %lld (0x%llx), not %lld (0x%llx)", what, (s64)got, got,
	       (s64)want, want);
	t_end_fail();
}

static inline void t_str(const char *file, int line, const char *what,
			 const char *got, const char *want)
{
	if (got && !strcmp(got, want))
		return;
	t_fail(file, line);
	printf("%s is \"%s\", not \"%s\"", what, got ? got : "(null)", want);
	t_end_fail();
}

static inline void t_true(const char *file, int line, const char *what,
			  bool ok)
{
	if (ok)
		return;
	t_fail(file, line);
	printf("not true: %s", what);
	t_end_fail();
}

static inline void t_bytes(const char *file, int line, const char *what,
			   const void *got, const void *want, size_t len)
{
	const u8 *g = got, *w = want;
	size_t i;

	for (i = 0; i < len; i++) {
		if (g[i] == w[i])
			continue;
		t_fail(file, line);
		printf("%s: byte %zu is 0x%02x, not 0x%02x", what, i, g[i],
		       w[i]);
		t_end_fail();
	}
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

static inline u64 t_env(const char *name, u64 otherwise)
{
	const char *env = getenv(name);

	return env && *env ? strtoull(env, NULL, 0) : otherwise;
}

static inline u32 t_rounds(u32 rounds)
{
	return t_env("ROUNDS", rounds);
}

/* No more and no less: AddressSanitizer guards both ends. */
static inline void *t_alloc(size_t bytes)
{
	void *p = malloc(bytes);

	if (!p)
		abort();
	memset(p, 0xa5, bytes);
	return p;
}

static inline void t_set_seed(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	t_seed = t_env("SEED", (u64)now.tv_nsec ^ (u64)now.tv_sec << 20);
	if (!t_seed)
		t_seed = 1;
}

/* Not of the clock's time: other work on the machine is no failure. */
static inline void t_limit_time(void)
{
	const rlim_t seconds = t_env("CPU_S", 60);
	const struct rlimit limit = { seconds, seconds };

	setrlimit(RLIMIT_CPU, &limit);
}

static inline void t_child(const struct t_case *c)
{
	t_limit_time();
	t_state = t_seed;
	c->run();
	exit(t_failures ? 1 : 0);
}

static inline bool t_wanted(const char *name, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (!strcmp(argv[i], name))
			return true;
	return argc < 2;
}

/* Every case begins with the seed, and so does not depend on those before. */
static inline bool t_run(const struct t_case *c)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		abort();
	if (!pid)
		t_child(c);
	if (waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	    !WEXITSTATUS(status))
		return true;
	printf("FAIL %s (SEED=%llu)\n", c->name, t_seed);
	return false;
}

static inline int t_main(const char *program, const struct t_case *cases,
			 size_t nr, int argc, char **argv)
{
	int passed = 0, failed = 0;
	size_t i;

	t_set_seed();
	printf("%s: SEED=%llu\n", program, t_seed);
	for (i = 0; i < nr; i++) {
		if (!t_wanted(cases[i].name, argc, argv))
			continue;
		if (t_run(&cases[i]))
			passed++;
		else
			failed++;
	}
	printf("%d passed, %d failed\n", passed, failed);
	return failed || !passed ? 1 : 0;
}

#define T_CASE(function)	{ #function, function }

#define T_MAIN(cases, argc, argv)					\
	t_main(__FILE__, cases, sizeof(cases) / sizeof((cases)[0]), argc, argv)

#endif /* UNIT_T_H */
