/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all tests of the ABI have in common: words and lengths, what became of each
 * test, and contents that differ everywhere.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdint.h>

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define PAGE		4096U
#define KB		1024ULL
#define MB		(1024 * KB)
#define POISON		0xa5

__attribute__((format(printf, 1, 2), noreturn))
void die(const char *fmt, ...);
/* The first complaint of a test counts, until verdict() says it: a line. */
__attribute__((format(printf, 1, 2)))
void complain(const char *fmt, ...);
void verdict(const char *what, const char *name);
void same(const char *what, u64 got, u64 want);
void same_errno(int got, int want);
/* The last line; what main() returns. */
int report(void);

void *pages(u64 size);
/* Different in every block, for every @salt. */
void fill(u8 *buf, u64 size, u32 salt);

#endif
