// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which devices they are, and what state they are in.
 */
#include <errno.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/swap.h>

#include "errno_tests.h"

static void ends(struct call *c, u64 arg)
{
	set_ends(c, arg >> 8, arg & 255);
}

#define ENDS(src, dst)	((src) << 8 | (dst))

static void ends_no_fallback(struct call *c, u64 arg)
{
	ends(c, arg);
	flags(c, COPYOFF_COPY_NO_FALLBACK);
}

static void set_ro(enum role r, int ro)
{
	if (ioctl(devs[r].rd, BLKROSET, &ro))
		die("BLKROSET");
}

static void unset_ro(struct call *c)
{
	set_ro(c->src, 0);
	set_ro(c->dst, 0);
}

static void dst_ro(struct call *c, u64 arg)
{
	(void)arg;
	c->undo = unset_ro;
	set_ro(c->dst, 1);
}

static void src_ro(struct call *c, u64 arg)
{
	(void)arg;
	c->undo = unset_ro;
	set_ro(c->src, 1);
}

static void swap_off(struct call *c)
{
	(void)c;
	if (swapoff(devs[SWAP].path))
		die("swapoff");
}

/* Make what mkswap makes, and switch it on. */
static void swap_on(struct call *c, u64 arg)
{
	u32 header[3] = { 1, SZ / PAGE - 1, 0 };
	struct dev *d = &devs[SWAP];

	ends(c, arg);
	memset(d->img, 0, PAGE);
	memcpy(d->img + 1024, header, sizeof(header));
	memcpy(d->img + PAGE - 10, "SWAPSPACE2", 10);
	dev_write(d, d->img, PAGE, 0);
	if (swapon(d->path, 0))
		die("swapon");
	c->undo = swap_off;
}

void test_devices(void)
{
	static const struct test tests[] = {
		{ "source has no target", ends, ENDS(PLAIN, B) },
		{ "destination has no target", ends, ENDS(A, PLAIN) },
		{ "neither has a target", ends, ENDS(PLAIN, PLAIN2), EXDEV, WHOLE },
		{ "the same, without a target", ends, ENDS(PLAIN, PLAIN), EXDEV, WHOLE },
		{ "another unit", ends, ENDS(A, OTHER) },
		{ "another block size", ends, ENDS(A, K) },
		{ "source read-only", src_ro },
	};
	static const struct test copies[] = {
		{ "destination set read-only", dst_ro, 0, EROFS, WHOLE },
		{ "destination created read-only", ends, ENDS(A, RO), EROFS, WHOLE },
		{ "destination is active swap", swap_on, ENDS(A, SWAP), ETXTBSY, WHOLE },
		{ "NO_FALLBACK, another unit", ends_no_fallback, ENDS(A, OTHER),
		  EOPNOTSUPP, 0, COPYOFF_REASON_DIFFERENT_UNIT },
		{ "NO_FALLBACK, no target on one side", ends_no_fallback,
		  ENDS(A, PLAIN), EOPNOTSUPP, 0, COPYOFF_REASON_NOT_COPYOFF },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tests); i++)
		run_on(QUERY | COPY, &tests[i]);
	for (i = 0; i < ARRAY_SIZE(copies); i++)
		run_on(COPY, &copies[i]);
}
