/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The C library's errno.h comes this way, too: no guard, and on to the next.
 */
#include_next <linux/errno.h>
