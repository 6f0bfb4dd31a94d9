// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every errno that bad input to /dev/copyoff-ctl can have for an answer.
 *
 * Each test takes a request that is all right, makes one thing wrong in it and
 * looks at the errno, at every byte of the structure, and at every byte of the
 * devices: what was refused has written nothing, and what came before it in
 * the list is done. Prints a line a test and, last, "N passed, N failed".
 *
 * errno ROLE=DEVICE...: see roles[]. All devices but disk and big have 2 MiB;
 * their contents are lost.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <sys/time.h>
#include <unistd.h>

#include <linux/dm-copyoff.h>

/* The layout is part of the ABI, the same for 32 and 64 bit. */
_Static_assert(sizeof(struct copyoff_range) == 24, "range");
_Static_assert(sizeof(struct copyoff_copy) == 120, "copy");
_Static_assert(sizeof(struct copyoff_query) == 80, "query");
_Static_assert(sizeof(struct copyoff_features) == 56, "features");

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define CTL		"/dev/copyoff-ctl"
#define PAGE		4096U
#define SZ		((u64)2 << 20)	/* of the small devices */
#define KB		1024ULL
#define MB		(1024 * KB)
#define POISON		0xa5

static int ctl = -1;
static unsigned int passed, failed;
static char why[256];

__attribute__((format(printf, 1, 2), noreturn))
static void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "errno: ");
	vfprintf(stderr, fmt, ap);
	fprintf(stderr, ": %s\n", strerror(errno));
	va_end(ap);
	exit(2);
}

/* What is wrong with the answer: the first complaint of a test counts. */
__attribute__((format(printf, 1, 2)))
static void complain(const char *fmt, ...)
{
	va_list ap;

	if (why[0])
		return;
	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
}

static void verdict(const char *what, const char *name)
{
	if (why[0])
		printf("FAIL %s: %s: %s\n", what, name, why);
	else
		printf("ok   %s: %s\n", what, name);
	if (why[0])
		failed++;
	else
		passed++;
	why[0] = '\0';
}

static void same(const char *what, u64 got, u64 want)
{
	if (got != want)
		complain("%s is %#llx, not %#llx", what,
			 (unsigned long long)got, (unsigned long long)want);
}

/* ---- devices, and what is on them ---- */

enum role { A, B, ALIAS, OTHER, K, K2, PLAIN, PLAIN2, SWAP, RO, DISK, BIG, ROLES };

static struct dev {
	const char *role;
	enum role model;	/* whose contents these are */
	const char *path;
	int rd, wr;		/* as source and as destination */
	int direct;
	u8 *img;		/* what must be on it */
} devs[ROLES] = {
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

/* Different in every block of every device. */
static void fill(u8 *buf, u64 size, u32 salt)
{
	u64 x = salt * 0x9e3779b97f4a7c15ULL + 1, i;

	for (i = 0; i < size; i += 8) {
		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		memcpy(buf + i, &x, 8);
	}
}

static void *pages(u64 size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

static void dev_read(const struct dev *d, void *buf, u64 size, u64 at)
{
	if (pread(d->direct, buf, size, at) != (ssize_t)size)
		die("read of %s", d->path);
}

static void dev_write(const struct dev *d, const void *buf, u64 size, u64 at)
{
	if (pwrite(d->direct, buf, size, at) != (ssize_t)size)
		die("write of %s", d->path);
}

static void dev_open(struct dev *d)
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

static void dev_fill(enum role r)
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
static void dev_check(enum role r)
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

/* Two pages to write in and one that cannot be touched. */
static u8 *args_room, *args_before;
#define ARGS_END	(2 * PAGE)
/* The same for the list of ranges. */
static u8 *list_room;
#define LIST_END	(16 * PAGE)

/* How all structures with descriptors begin. */
struct head {
	u32 size;
	u32 flags;
	int32_t src_fd;
	int32_t dst_fd;
};

struct call {
	const struct op *op;
	unsigned long cmd;
	void *args;
	enum role src, dst;
	bool deaf;		/* not a byte of args may change */
	int fd;			/* to be closed after it, if not -1 */
	void (*undo)(struct call *c);
};

static const struct op {
	const char *name;
	unsigned long cmd;
	u32 size;
	u32 first;		/* size of the first version */
	u32 out;		/* where the out members begin */
} ops[] = {
	{ "features", COPYOFF_IOC_FEATURES, sizeof(struct copyoff_features), 40,
	  offsetof(struct copyoff_features, copy_flags) },
	{ "query", COPYOFF_IOC_QUERY, sizeof(struct copyoff_query), 80,
	  offsetof(struct copyoff_query, span) },
	{ "copy", COPYOFF_IOC_COPY, sizeof(struct copyoff_copy), 120,
	  offsetof(struct copyoff_copy, bytes_done) },
};

enum { FEATURES = 1, QUERY = 2, COPY = 4 };

static struct copyoff_range *range(const struct copyoff_copy *p, u32 i)
{
	return (void *)((uintptr_t)p->ranges + (uintptr_t)i * p->range_size);
}

static void set_ends(struct call *c, enum role src, enum role dst)
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

/* Whole: the request, as a whole, was refused or done; no range failed. */
#define WHOLE		(~0U)

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

struct test {
	const char *name;
	void (*spoil)(struct call *c, u64 arg);
	u64 arg;
	int want;		/* an errno, or 0 */
	u32 bad;		/* the range that is refused, or WHOLE */
	u32 reason;
};

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
	if (err != t->want)
		complain("errno is %d (%s), not %d (%s)", err, strerror(err),
			 t->want, strerror(t->want));
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

static void run_on(int mask, const struct test *t)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ops); i++)
		if (mask & (1 << i))
			run(&ops[i], t);
}

/* ---- the structure, its size, its address ---- */

static void nothing(struct call *c, u64 arg)
{
	(void)c;
	(void)arg;
}

/* A size with which nothing else of the structure means anything. */
static void bad_size(struct call *c, u64 size)
{
	((struct head *)c->args)->size = size;
	c->deaf = true;
}

static void size_less(struct call *c, u64 bytes)
{
	bad_size(c, c->op->first - bytes);
}

/* A caller that knows the first version only: no more than that is written. */
static void first_version(struct call *c, u64 arg)
{
	(void)arg;
	((struct head *)c->args)->size = c->op->first;
}

static void longer(struct call *c, u64 size)
{
	memset(args_room + c->op->size, 0, size - c->op->size);
	((struct head *)c->args)->size = size;
}

static void size_more(struct call *c, u64 bytes)
{
	longer(c, c->op->size + bytes);
}

static void size_too_long(struct call *c, u64 size)
{
	longer(c, size);
	c->deaf = true;
}

/* Eight bytes that the module does not know, one of them not zero. */
static void tail(struct call *c, u64 byte)
{
	size_more(c, 8);
	args_room[c->op->size + byte] = 1;
	c->deaf = true;
}

/* As many bytes of the structure as can be read at all. */
static void args_readable(struct call *c, u64 bytes)
{
	c->args = args_room + ARGS_END - bytes;
	memmove(c->args, args_room, bytes);
	c->deaf = true;
}

static void args_at(struct call *c, u64 at)
{
	c->args = (void *)(uintptr_t)at;
	c->deaf = true;
}

static void args_writable(struct call *c)
{
	(void)c;
	mprotect(args_room, ARGS_END, PROT_READ | PROT_WRITE);
}

static void args_readonly(struct call *c, u64 arg)
{
	(void)arg;
	c->deaf = true;
	c->undo = args_writable;
	mprotect(args_room, ARGS_END, PROT_READ);
}

static void test_struct(void)
{
	static const struct test tests[] = {
		{ "as it should be", nothing },
		{ "size of the first version", first_version },
		{ "size one less", size_less, 1, EINVAL },
		{ "size four less", size_less, 4, EINVAL },
		{ "size 0", bad_size, 0, EINVAL },
		{ "size 4", bad_size, 4, EINVAL },
		{ "size eight more, zeroes", size_more, 8 },
		{ "size one more, a zero", size_more, 1 },
		{ "size of a page, zeroes", longer, PAGE },
		{ "size eight more, first not zero", tail, 0, E2BIG },
		{ "size eight more, last not zero", tail, 7, E2BIG },
		{ "size above a page", size_too_long, PAGE + 1, E2BIG },
		{ "size 2^31", bad_size, 1U << 31, E2BIG },
		{ "size 2^32 - 1", bad_size, ~0U, E2BIG },
		{ "null", args_at, 0, EFAULT },
		{ "at the end of addresses", args_at, UINTPTR_MAX - 3, EFAULT },
		{ "unmapped", args_readable, 0, EFAULT },
		{ "unmapped inside the size", args_readable, 2, EFAULT },
		{ "unmapped after the size", args_readable, 4, EFAULT },
		{ "unmapped after the first members", args_readable, 16, EFAULT },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tests); i++)
		run_on(FEATURES | QUERY | COPY, &tests[i]);
	/* A copy would be made before the answer finds no room. */
	run_on(FEATURES | QUERY, &(struct test) {
	       "read-only", args_readonly, 0, EFAULT });
}

static void other_cmd(struct call *c, u64 cmd)
{
	c->cmd = cmd;
	c->deaf = true;
}

static void test_commands(void)
{
	static const struct { const char *name; unsigned long cmd; } cmds[] = {
		{ "number 6", _IO(COPYOFF_IOC_TYPE, 6) },
		{ "number 7", _IO(COPYOFF_IOC_TYPE, 7) },
		{ "number 8", _IO(COPYOFF_IOC_TYPE, 8) },
		{ "number 255", _IO(COPYOFF_IOC_TYPE, 255) },
		{ "type one less", _IO(COPYOFF_IOC_TYPE - 1, 2) },
		{ "type one more", _IO(COPYOFF_IOC_TYPE + 1, 2) },
		{ "with direction read", _IOR(COPYOFF_IOC_TYPE, 2, struct copyoff_copy) },
		{ "with direction write", _IOW(COPYOFF_IOC_TYPE, 2, struct copyoff_copy) },
		{ "with both directions", _IOWR(COPYOFF_IOC_TYPE, 2, struct copyoff_copy) },
		{ "with a size", _IOC(_IOC_NONE, COPYOFF_IOC_TYPE, 2, 120) },
		{ "BLKGETSIZE64", BLKGETSIZE64 },
		{ "BLKROSET", BLKROSET },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++)
		run(&ops[2], &(struct test) { cmds[i].name, other_cmd,
					      cmds[i].cmd, ENOTTY });
}

static void flags(struct call *c, u64 flags)
{
	((struct head *)c->args)->flags = flags;
}

static void test_flags(void)
{
	static const struct test copies[] = {
		{ "NO_FALLBACK", flags, COPYOFF_COPY_NO_FALLBACK },
		{ "SYNC", flags, COPYOFF_COPY_SYNC },
		{ "NO_FALLBACK and NO_OFFLOAD", flags, 3, EINVAL, WHOLE },
		{ "NO_FALLBACK and NO_OFFLOAD and SYNC", flags, 7, EINVAL, WHOLE },
		{ "all flags", flags, ~0U, EINVAL, WHOLE },
	};
	unsigned int i;
	char name[32];

	for (i = 0; i < 32; i++) {
		snprintf(name, sizeof(name), "unknown flag %#x", 1U << i);
		run_on(FEATURES | QUERY | (i > 2 ? COPY : 0), &(struct test) {
		       name, flags, 1U << i, EINVAL, WHOLE });
	}
	for (i = 0; i < ARRAY_SIZE(copies); i++)
		run_on(COPY, &copies[i]);
}

/* ---- descriptors ---- */

static void src_fd(struct call *c, u64 fd)
{
	((struct head *)c->args)->src_fd = fd;
}

static void dst_fd(struct call *c, u64 fd)
{
	((struct head *)c->args)->dst_fd = fd;
}

static int opened(struct call *c, const char *path, int mode)
{
	c->fd = open(path, mode);
	if (c->fd < 0)
		die("%s", path);
	return c->fd;
}

static void src_mode(struct call *c, u64 mode)
{
	src_fd(c, opened(c, devs[A].path, mode));
}

static void dst_mode(struct call *c, u64 mode)
{
	dst_fd(c, opened(c, devs[B].path, mode));
}

static int closed(struct call *c, const char *path)
{
	int fd = opened(c, path, O_RDWR);

	close(fd);
	c->fd = -1;
	return fd;
}

static void src_closed(struct call *c, u64 arg)
{
	(void)arg;
	src_fd(c, closed(c, devs[A].path));
}

static void dst_closed(struct call *c, u64 arg)
{
	(void)arg;
	dst_fd(c, closed(c, devs[B].path));
}

static void test_descriptors(void)
{
	static const struct test tests[] = {
		{ "source -1", src_fd, -1, EBADF, WHOLE },
		{ "destination -1", dst_fd, -1, EBADF, WHOLE },
		{ "source -100", src_fd, -100, EBADF, WHOLE },
		{ "destination -100", dst_fd, -100, EBADF, WHOLE },
		{ "source 2^31 - 1", src_fd, INT32_MAX, EBADF, WHOLE },
		{ "destination 2^31 - 1", dst_fd, INT32_MAX, EBADF, WHOLE },
		{ "source closed", src_closed, 0, EBADF, WHOLE },
		{ "destination closed", dst_closed, 0, EBADF, WHOLE },
		{ "source O_PATH", src_mode, O_PATH, EBADF, WHOLE },
		{ "destination O_PATH", dst_mode, O_PATH, EBADF, WHOLE },
		{ "source O_WRONLY", src_mode, O_WRONLY, EBADF, WHOLE },
		{ "source O_RDWR", src_mode, O_RDWR },
		{ "destination O_RDONLY", dst_mode, O_RDONLY, EBADF, WHOLE },
		{ "destination O_RDWR", dst_mode, O_RDWR },
		{ "destination O_RDWR | O_DIRECT", dst_mode, O_RDWR | O_DIRECT },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tests); i++)
		run_on(QUERY | COPY, &tests[i]);
}

/* Both ways round. What cannot be opened for writing is opened for reading. */
static void test_no_block_device(const char *name, int fd)
{
	char buf[64];

	if (fd < 0)
		die("%s", name);
	snprintf(buf, sizeof(buf), "source is %s", name);
	run_on(QUERY | COPY, &(struct test) { buf, src_fd, fd, ENOTBLK, WHOLE });
	snprintf(buf, sizeof(buf), "destination is %s", name);
	run_on(QUERY | COPY, &(struct test) { buf, dst_fd, fd, ENOTBLK, WHOLE });
	if (fd != ctl)
		close(fd);
}

static void test_no_block_devices(void)
{
	int p[2];

	test_no_block_device("a file", memfd_create("file", 0));
	test_no_block_device("a directory", open("/", O_RDONLY));
	test_no_block_device("a character device", open("/dev/zero", O_RDWR));
	test_no_block_device("the control device", ctl);
	if (pipe(p))
		die("pipe");
	test_no_block_device("a pipe to read", p[0]);
	test_no_block_device("a pipe to write", p[1]);
}

/* ---- who they are and what state they are in ---- */

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

static void test_devices(void)
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

/* ---- the list of ranges ---- */

static void nr(struct call *c, u64 nr)
{
	((struct copyoff_copy *)c->args)->nr_ranges = nr;
}

static void range_size(struct call *c, u64 size)
{
	((struct copyoff_copy *)c->args)->range_size = size;
}

static void ranges_at(struct call *c, u64 at)
{
	((struct copyoff_copy *)c->args)->ranges = at;
}

/* Lay the list out anew, with zeroes after each range. */
static void stride(struct call *c, u64 size)
{
	struct copyoff_copy *p = c->args;
	struct copyoff_range list[3];
	u32 i;

	memcpy(list, list_room, sizeof(list));
	memset(list_room, 0, LIST_END);
	p->range_size = size;
	for (i = 0; i < 3; i++)
		memcpy(range(p, i), &list[i], sizeof(list[i]));
}

/* arg: which byte of which range is not zero */
static void stride_tail(struct call *c, u64 arg)
{
	stride(c, 32);
	((u8 *)range(c->args, arg >> 8))[arg & 255] = 1;
}

#define TAIL(range, byte)	((range) << 8 | (byte))

/* Only so many bytes of the list can be read. */
static void list_readable(struct call *c, u64 bytes)
{
	u8 *to = list_room + LIST_END - bytes;

	memmove(to, list_room, bytes);
	ranges_at(c, (uintptr_t)to);
}

/* In a longer stride, too. */
static void stride_readable(struct call *c, u64 bytes)
{
	stride(c, 32);
	list_readable(c, bytes);
}

/* Many ranges are said to be there: three are, what follows is not. */
static void most_ranges(struct call *c, u64 arg)
{
	list_readable(c, 72);
	nr(c, arg);
}

static void unaligned_list(struct call *c, u64 by)
{
	memmove(list_room + by, list_room, 72);
	ranges_at(c, (uintptr_t)list_room + by);
}

static void timeout(struct call *c, u64 ns)
{
	((struct copyoff_copy *)c->args)->timeout_ns = ns;
}

static void test_list(void)
{
	static const struct test tests[] = {
		{ "no ranges", nr, 0, EINVAL, WHOLE },
		{ "2^20 + 1 ranges", nr, COPYOFF_MAX_RANGES + 1, E2BIG, WHOLE },
		{ "2^32 - 1 ranges", nr, ~0U, E2BIG, WHOLE },
		{ "2^20 ranges, the fourth unmapped", most_ranges,
		  COPYOFF_MAX_RANGES, EFAULT, 3 },
		{ "range_size 0", range_size, 0, EINVAL, WHOLE },
		{ "range_size 8", range_size, 8, EINVAL, WHOLE },
		{ "range_size 23", range_size, 23, EINVAL, WHOLE },
		{ "range_size above a page", range_size, PAGE + 1, EINVAL, WHOLE },
		{ "range_size 2^32 - 1", range_size, ~0U, EINVAL, WHOLE },
		{ "range_size 25, zeroes", stride, 25 },
		{ "range_size 32, zeroes", stride, 32 },
		{ "range_size of a page, zeroes", stride, PAGE },
		{ "range_size 32, first range's tail", stride_tail, TAIL(0, 24), E2BIG, 0 },
		{ "range_size 32, first range's last byte", stride_tail, TAIL(0, 31), E2BIG, 0 },
		{ "range_size 32, second range's tail", stride_tail, TAIL(1, 24), E2BIG, 1 },
		{ "range_size 32, last range's last byte", stride_tail, TAIL(2, 31), E2BIG, 2 },
		{ "ranges null", ranges_at, 0, EFAULT, 0 },
		{ "ranges at the end of addresses", ranges_at, ~7ULL, EFAULT, 0 },
		{ "ranges at 2^63", ranges_at, 1ULL << 63, EFAULT, 0 },
		{ "ranges unmapped", list_readable, 0, EFAULT, 0 },
		{ "ranges unmapped inside the first", list_readable, 8, EFAULT, 0 },
		{ "ranges unmapped from the second on", list_readable, 24, EFAULT, 1 },
		{ "ranges unmapped from the third on", list_readable, 48, EFAULT, 2 },
		{ "ranges unmapped inside the third", list_readable, 71, EFAULT, 2 },
		{ "ranges unmapped in the third's tail", stride_readable, 92, EFAULT, 2 },
		{ "ranges mapped to the last byte", list_readable, 72 },
		{ "ranges at an odd address", unaligned_list, 1 },
		{ "timeout of 1 ns", timeout, 1, ETIMEDOUT, 0 },
		{ "timeout of 2^64 - 1 ns", timeout, ~0ULL },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tests); i++)
		run_on(COPY, &tests[i]);
}

/* ---- one range ---- */

struct range_test {
	const char *name;
	struct copyoff_range r;
	int want;
	enum role src, dst;
};

static const struct range_test *range_now;

static void put_range(struct call *c, u64 index)
{
	struct copyoff_copy *p = c->args;

	set_ends(c, range_now->src, range_now->dst);
	*range(p, index) = range_now->r;
	p->nr_ranges = index + 1;
}

static void put_query(struct call *c, u64 arg)
{
	struct copyoff_query *q = c->args;

	(void)arg;
	set_ends(c, range_now->src, range_now->dst);
	q->src_offset = range_now->r.src_offset;
	q->dst_offset = range_now->r.dst_offset;
	q->length = range_now->r.length;
}

/* In a query, as the only range, and as the last of three. */
static void run_range(const struct range_test *t)
{
	char name[80];

	range_now = t;
	run_on(QUERY, &(struct test) { t->name, put_query, 0, t->want });
	run_on(COPY, &(struct test) { t->name, put_range, 0, t->want, 0 });
	snprintf(name, sizeof(name), "%s, third of three", t->name);
	run_on(COPY, &(struct test) { name, put_range, 2, t->want, 2 });
}

#define TOP	(~0ULL - 511)	/* the last sector there is to name */

static const struct range_test range_tests[] = {
	{ "zero length", { 0, MB, 0 }, EINVAL, A, B },
	{ "source off by one byte", { 1, MB, 512 }, EINVAL, A, B },
	{ "destination off by one byte", { 0, MB + 1, 512 }, EINVAL, A, B },
	{ "length of one byte", { 0, MB, 1 }, EINVAL, A, B },
	{ "source off by half a sector", { 256, MB, 512 }, EINVAL, A, B },
	{ "destination off by half a sector", { 0, MB + 256, 512 }, EINVAL, A, B },
	{ "length of 511", { 0, MB, 511 }, EINVAL, A, B },
	{ "length of 513", { 0, MB, 513 }, EINVAL, A, B },
	{ "one sector", { 512, MB + 512, 512 }, 0, A, B },
	{ "source at 512, blocks of 4096", { 512, MB, 4096 }, EINVAL, K, K2 },
	{ "destination at 512, blocks of 4096", { 0, MB + 512, 4096 }, EINVAL, K, K2 },
	{ "length of 512, blocks of 4096", { 0, MB, 512 }, EINVAL, K, K2 },
	{ "length of 4608, blocks of 4096", { 0, MB, 4608 }, EINVAL, K, K2 },
	{ "one block of 4096", { 4096, MB + 4096, 4096 }, 0, K, K2 },
	{ "source at 512, only the destination has 4096", { 512, MB, 4096 }, EINVAL, A, K },
	{ "destination at 512, only the source has 4096", { 0, MB + 512, 4096 }, EINVAL, K, A },
	{ "length of 512, only the destination has 4096", { 0, MB, 512 }, EINVAL, A, K },
	{ "length of 512, only the source has 4096", { 0, MB, 512 }, EINVAL, K, A },

	{ "source wraps to 0", { TOP, MB, 512 }, EOVERFLOW, A, B },
	{ "source wraps past 0", { TOP, MB, 1024 }, EOVERFLOW, A, B },
	{ "destination wraps to 0", { 0, TOP, 512 }, EOVERFLOW, A, B },
	{ "destination wraps past 0", { 0, TOP, 1024 }, EOVERFLOW, A, B },
	{ "length wraps the source", { 1024, 0, TOP }, EOVERFLOW, A, B },
	{ "length wraps both", { 512, 512, TOP }, EOVERFLOW, A, B },
	{ "blocks of 4096, source wraps", { ~0ULL - 4095, MB, 4096 }, EOVERFLOW, K, K2 },

	{ "source a sector past the end", { SZ - 512, MB, 1024 }, ERANGE, A, B },
	{ "destination a sector past the end", { 0, SZ - 512, 1024 }, ERANGE, A, B },
	{ "source at the end", { SZ, MB, 512 }, ERANGE, A, B },
	{ "destination at the end", { 0, SZ, 512 }, ERANGE, A, B },
	{ "a sector longer than both", { 0, 0, SZ + 512 }, ERANGE, A, B },
	{ "source at 2^63", { 1ULL << 63, MB, 512 }, ERANGE, A, B },
	{ "destination at 2^63", { 0, 1ULL << 63, 512 }, ERANGE, A, B },
	{ "length of 2^63", { 0, 0, 1ULL << 63 }, ERANGE, A, B },
	{ "source's end just short of wrapping", { TOP - 512, MB, 512 }, ERANGE, A, B },
	{ "source a block past the end, blocks of 4096", { SZ - 4096, MB, 8192 }, ERANGE, K, K2 },
	{ "destination past the end, no target there", { 0, SZ, 512 }, ERANGE, A, PLAIN },
	{ "source past the end, no target there", { SZ, 0, 512 }, ERANGE, PLAIN, B },
	{ "source just fits", { SZ - 512, MB, 512 }, 0, A, B },
	{ "destination just fits", { 0, SZ - 1024, 1024 }, 0, A, B },
	{ "all of both", { 0, 0, SZ }, 0, A, B },

	{ "onto itself", { 0, 0, 64 * KB }, EINVAL, A, A },
	{ "one sector onto itself", { 512, 512, 512 }, EINVAL, A, A },
	{ "upwards, overlaps by a sector", { 0, 64 * KB - 512, 64 * KB }, EINVAL, A, A },
	{ "downwards, overlaps by a sector", { 64 * KB - 512, 0, 64 * KB }, EINVAL, A, A },
	{ "a sector upwards", { 0, 512, 64 * KB }, EINVAL, A, A },
	{ "a sector downwards", { 512, 0, 64 * KB }, EINVAL, A, A },
	{ "upwards, adjacent", { 0, 64 * KB, 64 * KB }, 0, A, A },
	{ "downwards, adjacent", { 64 * KB, 0, 64 * KB }, 0, A, A },
	{ "by a second table: onto itself", { 0, 0, 64 * KB }, EINVAL, A, ALIAS },
	{ "by a second table: overlaps by a sector", { 0, 64 * KB - 512, 64 * KB }, EINVAL, A, ALIAS },
	{ "by a second table: adjacent", { 0, 64 * KB, 64 * KB }, 0, A, ALIAS },
	{ "by the disk below: onto itself", { 0, 0, 64 * KB }, EINVAL, A, DISK },
	{ "by the disk below: overlaps by a sector", { 64 * KB - 512, 0, 64 * KB }, EINVAL, DISK, A },
	{ "by the disk below: adjacent", { 0, 64 * KB, 64 * KB }, 0, A, DISK },
	{ "blocks of 4096, overlaps by a block", { 0, 60 * KB, 64 * KB }, EINVAL, K, K },
	{ "blocks of 4096, adjacent", { 0, 64 * KB, 64 * KB }, 0, K, K },
};

static void test_ranges(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(range_tests); i++)
		run_range(&range_tests[i]);
}

/* ---- long copies that are given up ---- */

#define BIG_RANGE	(4 * MB)
#define BIG_NR		32U
#define BIG_HALF	(BIG_NR * BIG_RANGE)

static u8 *big_src, *big_buf;

static void on_signal(int sig)
{
	(void)sig;
}

/* Again and again: the first one may come before the call has begun. */
static void set_alarm(u64 ns)
{
	struct timeval tv = { .tv_usec = ns / 1000 };
	struct itimerval t = { .it_interval = tv, .it_value = tv };

	setitimer(ITIMER_REAL, &t, NULL);
}

/* The whole list, from @done bytes on, with the first range cut to fit. */
static void big_request(struct copyoff_copy *p, u32 flags, u64 done)
{
	u32 first = done / BIG_RANGE, i;

	memset(p, 0, sizeof(*p));
	*p = (struct copyoff_copy) {
		.size = sizeof(*p), .flags = flags, .src_fd = devs[BIG].rd,
		.dst_fd = devs[BIG].wr, .ranges = (uintptr_t)list_room,
		.nr_ranges = BIG_NR - first,
		.range_size = sizeof(struct copyoff_range),
	};
	for (i = first; i < BIG_NR; i++)
		*range(p, i - first) = (struct copyoff_range) {
			i * BIG_RANGE, BIG_HALF + i * BIG_RANGE, BIG_RANGE };
	range(p, 0)->src_offset += done % BIG_RANGE;
	range(p, 0)->dst_offset += done % BIG_RANGE;
	range(p, 0)->length -= done % BIG_RANGE;
}

static void big_compare(u64 size)
{
	u64 at;

	for (at = 0; at < size; at += BIG_RANGE) {
		u64 n = size - at < BIG_RANGE ? size - at : BIG_RANGE;

		dev_read(&devs[BIG], big_buf, BIG_RANGE, BIG_HALF + at);
		fill(big_src, BIG_RANGE, 1000 + at / BIG_RANGE);
		if (memcmp(big_buf, big_src, n))
			complain("the prefix is not right in range %u",
				 (u32)(at / BIG_RANGE));
	}
}

static void big_prepare(void)
{
	u32 i;

	for (i = 0; i < BIG_NR; i++) {
		fill(big_buf, BIG_RANGE, 1000 + i);
		dev_write(&devs[BIG], big_buf, BIG_RANGE, i * BIG_RANGE);
		fill(big_buf, BIG_RANGE, 2000 + i);
		dev_write(&devs[BIG], big_buf, BIG_RANGE,
			  BIG_HALF + i * BIG_RANGE);
	}
}

static void check_given_up(const struct copyoff_copy *p, int err, int want)
{
	u64 sum = p->bytes_nvme + p->bytes_scsi + p->bytes_host;

	same("errno", err, want);
	same("error", p->error, want);
	same("failed_range", p->failed_range, p->bytes_done / BIG_RANGE);
	same("bytes_done % 512", p->bytes_done % 512, 0);
	same("unknown result_flags",
	     p->result_flags & ~COPYOFF_RESULT_DST_UNDEFINED, 0);
	if (sum < p->bytes_done)
		complain("the methods moved less than was done");
	if (p->bytes_done >= BIG_HALF)
		complain("all was done");
}

/*
 * By a timeout or by a signal, later and later: until it is after the first
 * command. What is said to be done is done; and it can be resumed there.
 */
static void test_give_up(const char *name, u32 flags, int want)
{
	struct copyoff_copy p;
	u64 ns = 2000000;
	int err;

	for (; ns < 900000000; ns *= 2) {
		big_prepare();
		big_request(&p, flags, 0);
		if (want == ETIMEDOUT)
			p.timeout_ns = ns;
		else
			set_alarm(ns);
		err = ioctl(ctl, COPYOFF_IOC_COPY, &p) ? errno : 0;
		set_alarm(0);
		if (!err || p.bytes_done)
			break;
	}
	check_given_up(&p, err, want);
	big_compare(p.bytes_done);
	big_request(&p, flags, p.bytes_done);
	if (ioctl(ctl, COPYOFF_IOC_COPY, &p))
		complain("resumed: %s", strerror(errno));
	big_compare(BIG_HALF);
	verdict("copy", name);
}

static void test_long(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	big_src = pages(BIG_RANGE);
	big_buf = pages(BIG_RANGE);
	sigaction(SIGALRM, &sa, NULL);
	test_give_up("timeout", 0, ETIMEDOUT);
	test_give_up("timeout, by the host", COPYOFF_COPY_NO_OFFLOAD, ETIMEDOUT);
	test_give_up("signal", 0, EINTR);
	test_give_up("signal, by the host", COPYOFF_COPY_NO_OFFLOAD, EINTR);
	/* Never restarted, whatever the handler asks for. */
	sa.sa_flags = SA_RESTART;
	sigaction(SIGALRM, &sa, NULL);
	test_give_up("signal with SA_RESTART", 0, EINTR);
}

/* ---- all of it ---- */

static void set_up_rooms(void)
{
	args_room = pages(ARGS_END + PAGE);
	args_before = pages(ARGS_END);
	list_room = pages(LIST_END + PAGE);
	if (mprotect(args_room + ARGS_END, PAGE, PROT_NONE) ||
	    mprotect(list_room + LIST_END, PAGE, PROT_NONE))
		die("mprotect");
}

static void take_device(const char *arg)
{
	const char *eq = strchr(arg, '=');
	unsigned int r;

	for (r = 0; eq && r < ROLES; r++)
		if (strlen(devs[r].role) == (size_t)(eq - arg) &&
		    !strncmp(arg, devs[r].role, eq - arg))
			break;
	if (!eq || r == ROLES)
		die("what is %s?", arg);
	devs[r].path = eq + 1;
}

static void set_up_devices(void)
{
	unsigned int r;

	for (r = 0; r < ROLES; r++)
		dev_open(&devs[r]);
	for (r = 0; r < ROLES; r++)
		if (devs[r].model == r && r != BIG)
			dev_fill(r);
	if (devs[RO].wr < 0)
		printf("note: a read-only device is not opened for writing\n");
}

int main(int argc, char **argv)
{
	int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 1; i < argc; i++)
		take_device(argv[i]);
	ctl = open(CTL, O_RDWR);
	if (ctl < 0)
		die(CTL);
	set_up_rooms();
	set_up_devices();
	test_struct();
	test_commands();
	test_flags();
	test_descriptors();
	test_no_block_devices();
	test_devices();
	test_list();
	test_ranges();
	test_long();
	for (i = 0; i < ROLES; i++)
		if (i != BIG)
			dev_check(i);
	verdict("copy", "no device was changed behind our back");
	printf("%u passed, %u failed\n", passed, failed);
	return failed || !passed;
}
