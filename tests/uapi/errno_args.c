// SPDX-License-Identifier: GPL-2.0-only
/*
 * The structure, its size and address, its flags and its descriptors.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "errno_tests.h"

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

void test_struct(void)
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

void test_commands(void)
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
		run_copy(&(struct test) { cmds[i].name, other_cmd,
					      cmds[i].cmd, ENOTTY });
}

void flags(struct call *c, u64 flags)
{
	((struct head *)c->args)->flags = flags;
}

void test_flags(void)
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

void test_descriptors(void)
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

void test_no_block_devices(void)
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
