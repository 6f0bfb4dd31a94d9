// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers of bytes, the clock, and memory.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core.h"

int parse_bytes(const char *word, uint64_t *bytes)
{
	static const char units[] = "KMGT";
	const char *unit;
	uint64_t value;
	char *end;

	if (*word < '0' || *word > '9')
		return -1;
	errno = 0;
	value = strtoull(word, &end, 10);
	if (errno)
		return -1;
	if (*end) {
		unit = strchr(units, toupper((unsigned char)*end));
		if (!unit || (end[1] && strcmp(end + 1, "iB")))
			return -1;
		if (__builtin_mul_overflow(value, 1ULL << (10 * (unit - units + 1)), &value))
			return -1;
	}
	*bytes = value;
	return 0;
}

const char *human(uint64_t bytes, char *buf)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	double v = bytes;
	size_t u = 0;

	while (v >= 1024 && u + 1 < COUNT(units)) {
		v /= 1024;
		u++;
	}
	snprintf(buf, HUMAN, u ? "%.1f %s" : "%.0f %s", v, units[u]);
	return buf;
}

double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static void *checked(void *memory)
{
	if (!memory)
		exit(complain(STATUS_FAILED, "out of memory"));
	return memory;
}

void *allocate(size_t size)
{
	return checked(calloc(1, size ? size : 1));
}

void *reallocate(void *old, size_t size)
{
	return checked(realloc(old, size ? size : 1));
}

char *duplicate(const char *text)
{
	return checked(strdup(text));
}

char *format(const char *text, ...)
{
	char *result = NULL;
	va_list args;

	va_start(args, text);
	if (vasprintf(&result, text, args) < 0)
		result = NULL;
	va_end(args);
	return checked(result);
}

char *quoted(const char *word)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+:=@%,";
	char *result, *to;

	if (*word && !word[strspn(word, plain)])
		return duplicate(word);
	result = allocate(4 * strlen(word) + 3);
	to = result;
	*to++ = '\'';
	for (; *word; word++)
		to = *word == '\'' ? stpcpy(to, "'\\''") : (*to = *word, to + 1);
	*to = '\'';
	return result;
}
