/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Strict on types, as the oldest kernel is: what compiles here compiles there.
 */
#ifndef UNIT_LINUX_MINMAX_H
#define UNIT_LINUX_MINMAX_H

/* Pointers to different types do not compare without a warning. */
#define unit_choose(x, y, op)				\
	({						\
		__typeof__(x) x_ = (x);			\
		__typeof__(y) y_ = (y);			\
							\
		(void)(&x_ == &y_);			\
		x_ op y_ ? x_ : y_;			\
	})

#define unit_choose_t(type, x, y, op)			\
	({						\
		type tx_ = (x);				\
		type ty_ = (y);				\
							\
		tx_ op ty_ ? tx_ : ty_;			\
	})

#define min(x, y)		unit_choose(x, y, <)
#define max(x, y)		unit_choose(x, y, >)
#define min3(x, y, z)		unit_choose(min(x, y), z, <)
#define min_t(type, x, y)	unit_choose_t(type, x, y, <)
#define max_t(type, x, y)	unit_choose_t(type, x, y, >)
#define clamp(v, lo, hi)	unit_choose(max(v, lo), hi, <)

#endif /* UNIT_LINUX_MINMAX_H */
