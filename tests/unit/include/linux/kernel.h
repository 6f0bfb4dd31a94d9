/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_KERNEL_H
#define UNIT_LINUX_KERNEL_H

#include <stdarg.h>
#include <stdio.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Only for powers of two. */
#define round_down(x, y)	((x) & ~((__typeof__(x))((y) - 1)))

#define __printf(a, b)	__attribute__((format(printf, a, b)))

/* What it wrote without the NUL, not what it would have liked to write. */
static inline __printf(3, 4)
int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	if (!size)
		return 0;
	va_start(args, fmt);
	len = vsnprintf(buf, size, fmt, args);
	va_end(args);
	return (size_t)len < size ? len : (int)size - 1;
}

#endif /* UNIT_LINUX_KERNEL_H */
