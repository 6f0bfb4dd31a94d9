/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's types, on top of the ones that user space is given of it.
 */
#ifndef UNIT_LINUX_TYPES_H
#define UNIT_LINUX_TYPES_H

#include_next <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
/* Not __u64: that is another type than uint64_t on some machines. */
typedef unsigned long long u64;
typedef __s32 s32;
typedef long long s64;

#define __packed __attribute__((packed))

#endif /* UNIT_LINUX_TYPES_H */
