/* SPDX-License-Identifier: GPL-2.0-only */
/* The C library's limits.h comes this way, too. */
#include_next <linux/limits.h>

#ifndef UNIT_LINUX_LIMITS_H
#define UNIT_LINUX_LIMITS_H

#include <limits.h>

#define U16_MAX	((u16)~0U)
#define U32_MAX	((u32)~0U)
#define U64_MAX	((u64)~0ULL)

#endif /* UNIT_LINUX_LIMITS_H */
