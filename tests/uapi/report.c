// SPDX-License-Identifier: GPL-2.0-only
/*
 * What became of each test, and contents that differ everywhere.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "report.h"

static unsigned int passed, failed;
static char why[256];

void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	vfprintf(stderr, fmt, ap);
	fprintf(stderr, ": %s\n", strerror(errno));
	va_end(ap);
	exit(2);
}

/* What is wrong with the answer: the first complaint of a test counts. */
void complain(const char *fmt, ...)
{
	va_list ap;

	if (why[0])
		return;
	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
}

void verdict(const char *what, const char *name)
{
	if (why[0])
		printf("FAIL %s: %s: %s\n", what, name, why);
	else
		printf("ok   %s: %s\n", what, name);
	if (why[0])
		failed++;
	else
		passed++;
	why[0] = '\0';
}

void same(const char *what, u64 got, u64 want)
{
	if (got != want)
		complain("%s is %#llx, not %#llx", what,
			 (unsigned long long)got, (unsigned long long)want);
}

void same_errno(int got, int want)
{
	if (got != want)
		complain("errno is %d (%s), not %d (%s)", got, strerror(got),
			 want, strerror(want));
}

int report(void)
{
	printf("%u passed, %u failed\n", passed, failed);
	return failed || !passed;
}

/* Different in every block of every device. */
void fill(u8 *buf, u64 size, u32 salt)
{
	u64 x = salt * 0x9e3779b97f4a7c15ULL + 1, i;

	for (i = 0; i < size; i += 8) {
		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		memcpy(buf + i, &x, 8);
	}
}

void *pages(u64 size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}
