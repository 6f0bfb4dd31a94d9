/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_BITS_H
#define UNIT_LINUX_BITS_H

#define BIT(nr)	(1UL << (nr))

#endif /* UNIT_LINUX_BITS_H */
