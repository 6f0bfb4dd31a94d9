/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cases as a program for user space. Each case runs in a process of its own, so
 * that one which a sanitizer ends is one that failed, and those after it are
 * still run.
 *
 *	<program>		all cases
 *	<program> <case>...	only these
 *	SEED=<number>		the random cases again as they were
 *	ROUNDS=<number>		how long they are
 *	CPU_S=<number>		seconds of processor time for a case; then it hangs
 */
#ifndef UNIT_T_USER_H
#define UNIT_T_USER_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct t_case {
	const char *name;
	void (*run)(void);
};

static inline __printf(3, 4)
void t_fail(const char *file, int line, const char *fmt, ...)
{
	va_list args;

	printf("%s:%d: %s%s", file, line, t_row, *t_row ? ": " : "");
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	if (++t_failures == T_ENOUGH)
		exit(1);
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

static inline void t_free(void *p)
{
	free(p);
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
	t_begin();
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

#define T_USER_CASE(function)	{ #function, function },

#define T_SUITE(name, list)						\
	static const struct t_case t_cases[] = { list(T_USER_CASE) };	\
									\
	int main(int argc, char **argv)					\
	{								\
		return t_main(#name, t_cases, ARRAY_SIZE(t_cases),	\
			      argc, argv);				\
	}								\
	struct t_case

#endif /* UNIT_T_USER_H */
