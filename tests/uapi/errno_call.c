// SPDX-License-Identifier: GPL-2.0-only
/*
 * A request that is all right, what a test makes of it, and the look at its answer:
 * errno, every byte of the structure, every byte of the devices.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "errno_tests.h"

int ctl = -1;

/* ---- devices, and what is on them ---- */

struct dev devs[ROLES] = {
	[A] = { "a", A },		/* copyoff, from sector 0 of disk */
	[B] = { "b", B },		/* copyoff, elsewhere on disk */
	[ALIAS] = { "alias", A },	/* copyoff, the same place as a */
	[OTHER] = { "other", OTHER },	/* copyoff, another unit */
	[K] = { "k", K },		/* copyoff, 4096-byte blocks */
	[K2] = { "k2", K2 },		/* the same */
	[PLAIN] = { "plain", PLAIN },	/* linear */
	[PLAIN2] = { "plain2", PLAIN2 },/* linear */
	[SWAP] = { "swap", SWAP },	/* copyoff */
	[RO] = { "ro", B },		/* copyoff, read-only, same place as b */
	[DISK] = { "disk", A },		/* the disk below a */
	[BIG] = { "big", BIG },		/* copyoff, 256 MiB, small commands */
};

void dev_read(const struct dev *d, void *buf, u64 size, u64 at)
{
	if (pread(d->direct, buf, size, at) != (ssize_t)size)
		die("read of %s", d->path);
}

void dev_write(const struct dev *d, const void *buf, u64 size, u64 at)
{
	if (pwrite(d->direct, buf, size, at) != (ssize_t)size)
		die("write of %s", d->path);
}

void dev_open(struct dev *d)
{
	u64 size;

	if (!d->path)
		die("no device for %s", d->role);
	d->rd = open(d->path, O_RDONLY);
	d->wr = open(d->path, O_WRONLY);
	d->direct = open(d->path, (d == &devs[RO] ? O_RDONLY : O_RDWR) | O_DIRECT);
	if (d->rd < 0 || d->direct < 0 || ioctl(d->rd, BLKGETSIZE64, &size))
		die("%s", d->path);
	if (d != &devs[DISK] && d != &devs[BIG] && size != SZ)
		die("%s has not 2 MiB", d->path);
}

void dev_fill(enum role r)
{
	struct dev *d = &devs[r];

	d->img = pages(SZ);
	fill(d->img, SZ, r + 1);
	dev_write(d, d->img, SZ, 0);
}

static struct dev *model(enum role r)
{
	return &devs[devs[r].model];
}

/* Is on it what must be? Repaired if not, so that only one test complains. */
void dev_check(enum role r)
{
	const struct dev *d = model(r);
	static u8 *buf;
	u64 i;

	if (!buf)
		buf = pages(SZ);
	dev_read(d, buf, SZ, 0);
	if (!memcmp(buf, d->img, SZ))
		return;
	for (i = 0; buf[i] == d->img[i]; i++)
		;
	complain("wrong bytes on %s from %#llx on", d->role,
		 (unsigned long long)i);
	dev_write(d, d->img, SZ, 0);
}

/* ---- a call ---- */

u8 *args_room, *args_before, *list_room;

static const struct op ops[] = {
	{ "features", COPYOFF_IOC_FEATURES, sizeof(struct copyoff_features), 40,
	  offsetof(struct copyoff_features, copy_flags) },
	{ "query", COPYOFF_IOC_QUERY, sizeof(struct copyoff_query), 80,
	  offsetof(struct copyoff_query, span) },
	{ "copy", COPYOFF_IOC_COPY, sizeof(struct copyoff_copy), 120,
	  offsetof(struct copyoff_copy, bytes_done) },
};

struct copyoff_range *range(const struct copyoff_copy *p, u32 i)
{
	return (void *)((uintptr_t)p->ranges + (uintptr_t)i * p->range_size);
}

void set_ends(struct call *c, enum role src, enum role dst)
{
	struct head *h = c->args;

	c->src = src;
	c->dst = dst;
	h->src_fd = devs[src].rd;
	h->dst_fd = devs[dst].wr;
}

static void base_copy(struct copyoff_copy *p)
{
	u32 i;

	memset(list_room, POISON, LIST_END);
	p->ranges = (uintptr_t)list_room;
	p->nr_ranges = 3;
	p->range_size = sizeof(struct copyoff_range);
	p->timeout_ns = 0;
	for (i = 0; i < p->nr_ranges; i++)
		*range(p, i) = (struct copyoff_range) {
			i * 64 * KB, MB + i * 64 * KB, 64 * KB };
}

/* A request that is all right. What is out holds rubbish, as it may. */
static void base(struct call *c, const struct op *op)
{
	struct copyoff_query *q = (void *)args_room;

	memset(args_room, POISON, ARGS_END);
	*c = (struct call) { op, op->cmd, args_room, A, B, .fd = -1 };
	q->size = op->size;
	q->flags = 0;
	if (op->cmd == COPYOFF_IOC_FEATURES)
		return;
	set_ends(c, A, B);
	if (op->cmd == COPYOFF_IOC_COPY) {
		base_copy(c->args);
		return;
	}
	q->src_offset = 0;
	q->dst_offset = MB;
	q->length = 64 * KB;
}

/* ---- what the answer must be ---- */

/* In members and what is beyond the size have not changed. */
static void check_ins(const struct call *c, u32 size)
{
	u32 out = c->op->out, end = size < c->op->size ? size : c->op->size;

	if (c->deaf)
		out = end = ARGS_END;
	if (memcmp(args_room, args_before, out))
		complain("an in member was written");
	else if (memcmp(args_room + end, args_before + end, ARGS_END - end))
		complain("written beyond the size");
}

/* Every out member was written: none has our rubbish any more. */
static void check_outs(const struct call *c, u32 size)
{
	u32 i, end = size < c->op->size ? size : c->op->size;

	for (i = c->op->out; i < end; i += 4)
		if (!memcmp(args_room + i, args_before + i, 4))
			complain("not written: the out member at %u", i);
}

/* Nothing was done, so there is nothing to tell about it. */
static void check_idle(const struct copyoff_copy *p)
{
	same("bytes_nvme", p->bytes_nvme, 0);
	same("bytes_scsi", p->bytes_scsi, 0);
	same("bytes_host", p->bytes_host, 0);
	same("commands_offload", p->commands_offload, 0);
	same("commands_host", p->commands_host, 0);
	same("result_flags", p->result_flags, 0);
}

static void check_reason(const struct copyoff_copy *p, u32 bad, u32 reason)
{
	same("reasons", p->reasons, reason ? 1U << reason : 0);
	same("reason", p->reason, reason);
	same("reason_range", p->reason_range, reason ? bad : 0);
	same("reason_detail", p->reason_detail, 0);
}

static void check_copy(const struct copyoff_copy *p, int want, u32 bad,
		       u32 reason)
{
	u32 i, n = want ? (bad == WHOLE ? 0 : bad) : p->nr_ranges;
	u64 done = 0;

	for (i = 0; i < n; i++)
		done += range(p, i)->length;
	same("error", p->error, want);
	same("failed_range", p->failed_range,
	     bad == WHOLE || !want ? p->nr_ranges : bad);
	same("bytes_done", p->bytes_done, done);
	same("bytes of all methods",
	     p->bytes_nvme + p->bytes_scsi + p->bytes_host, done);
	same("result_flags", p->result_flags, 0);
	if (!done) {
		check_reason(p, bad, reason);
		check_idle(p);
	}
}

/* Have our picture of the devices take part in what was done. */
static void apply(const struct call *c, const struct copyoff_copy *p, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		const struct copyoff_range *r = range(p, i);

		memcpy(model(c->dst)->img + r->dst_offset,
		       model(c->src)->img + r->src_offset, r->length);
	}
}

static void undo(struct call *c)
{
	if (c->fd >= 0)
		close(c->fd);
	if (c->undo)
		c->undo(c);
}

static void call(struct call *c, const struct test *t)
{
	struct copyoff_copy *p = (void *)args_room;
	int err;

	memcpy(args_before, args_room, ARGS_END);
	err = ioctl(ctl, c->cmd, c->args) ? errno : 0;
	undo(c);
	same_errno(err, t->want);
	check_ins(c, ((struct head *)args_before)->size);
	if (!c->deaf)
		check_outs(c, ((struct head *)args_before)->size);
	if (!c->deaf && c->cmd == COPYOFF_IOC_COPY) {
		check_copy(p, t->want, t->bad, t->reason);
		apply(c, p, !t->want ? p->nr_ranges :
			    t->bad == WHOLE ? 0 : t->bad);
	}
	dev_check(c->src);
	dev_check(c->dst);
}

static void run(const struct op *op, const struct test *t)
{
	struct call c;

	base(&c, op);
	t->spoil(&c, t->arg);
	call(&c, t);
	verdict(op->name, t->name);
}

void run_on(int mask, const struct test *t)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ops); i++)
		if (mask & (1 << i))
			run(&ops[i], t);
}

void run_copy(const struct test *t)
{
	run(&ops[2], t);
}
