// SPDX-License-Identifier: GPL-2.0-only
/*
 * COPYOFF_IOC_SUBMIT, STATUS, CANCEL and the records: every errno, limit, flag
 * and length, and what must and must not have been written.
 *
 * jobs a=DEVICE b=DEVICE plain=DEVICE plain2=DEVICE slow=DEVICE: copyoff, copyoff
 * elsewhere, two that are none, and copyoff on a disk that takes a second or more
 * for 16 MiB. Their contents are lost. Prints a line a test and, last, "N passed,
 * N failed".
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "jobs.h"

_Static_assert(sizeof(struct copyoff_submit) == 32, "submit");
_Static_assert(sizeof(struct copyoff_status) == 96, "status");
_Static_assert(sizeof(struct copyoff_cancel) == 16, "cancel");
_Static_assert(sizeof(struct copyoff_completion) == 128, "completion");
_Static_assert(offsetof(struct copyoff_completion, reason) == 72, "completion");

/* ---- devices, and memory that ends where it ends ---- */

struct dev devs[ROLES] = {
	{ "a" }, { "b" }, { "plain" }, { "plain2" }, { "slow" },
};

int ctl = -1;
u8 *sub_end, *copy_end, *list_end, *rec_end;
static u8 *old, *new, *got;

static u8 *guarded(u64 size)
{
	u8 *p = pages(size + PAGE);

	if (mprotect(p + size, PAGE, PROT_NONE))
		die("mprotect");
	return p + size;
}

static void put(const u8 *buf, enum role r)
{
	if (pwrite(devs[r].direct, buf, ROOM, 0) != (ssize_t)ROOM)
		die("write of %s", devs[r].path);
}

/* From the start of b: so many new bytes, then old ones. */
void check_bytes(u64 done)
{
	if (pread(devs[B].direct, got, ROOM, 0) != (ssize_t)ROOM)
		die("read of %s", devs[B].path);
	if (memcmp(got, new, done))
		complain("what was copied is wrong");
	if (memcmp(got + done, old + done, ROOM - done))
		complain("something else was written");
	put(old, B);
}

/* ---- a request that is all right, and what is made of it ---- */

struct copyoff_submit *sub;
struct copyoff_copy *cpy;
struct copyoff_range *list;

static void *place(u8 *end, size_t size)
{
	memset(end - 2 * PAGE, POISON, 2 * PAGE);
	return end - size;
}

void base(void)
{
	u32 i;

	sub = place(sub_end, sizeof(*sub));
	cpy = place(copy_end, sizeof(*cpy));
	list = (void *)(list_end - 3 * sizeof(*list));
	for (i = 0; i < 3; i++)
		list[i] = (struct copyoff_range) { i * RANGE, i * RANGE, RANGE };
	memset(cpy, 0, sizeof(*cpy));
	cpy->size = sizeof(*cpy);
	cpy->src_fd = devs[A].rd;
	cpy->dst_fd = devs[B].wr;
	cpy->ranges = (uintptr_t)list;
	cpy->nr_ranges = 3;
	cpy->range_size = sizeof(*list);
	sub->size = sizeof(*sub);
	sub->flags = 0;
	sub->copy = (uintptr_t)cpy;
	sub->user_data = 0x1234567890abcdefULL;
}

int submit(void)
{
	return ioctl(ctl, COPYOFF_IOC_SUBMIT, sub) ? errno : 0;
}

void take(struct copyoff_completion *c)
{
	struct pollfd p = { .fd = ctl, .events = POLLIN };

	if (poll(&p, 1, 60000) != 1 || read(ctl, c, RECORD) != (ssize_t)RECORD)
		die("no record");
}

void check_record(const struct copyoff_completion *c, int error, u32 bad,
			 u32 nr, u64 done)
{
	same("record: job_id", c->job_id, sub->job_id);
	same("record: user_data", c->user_data, sub->user_data);
	same_errno(c->error, error);
	same("record: failed_range", c->failed_range, error ? bad : nr);
	same("record: bytes_done", c->bytes_done, done);
	same("record: bytes", c->bytes_nvme + c->bytes_scsi + c->bytes_host, done);
	same("record: result_flags", c->result_flags, 0);
	same("record: reserved", c->reserved[0] | c->reserved[1] | c->reserved[2] | c->reserved[3], 0);
}

void check_none(void)
{
	struct pollfd p = { .fd = ctl, .events = POLLIN };

	if (poll(&p, 1, 0))
		complain("there is a record");
}

/* ---- all of it ---- */

static void take_device(const char *arg)
{
	const char *eq = strchr(arg, '=');
	struct dev *d;

	for (d = devs; eq && d < devs + ROLES; d++) {
		if (strlen(d->role) != (size_t)(eq - arg) ||
		    strncmp(arg, d->role, eq - arg))
			continue;
		d->path = eq + 1;
		return;
	}
	die("what is %s?", arg);
}

static void open_device(struct dev *d)
{
	if (!d->path)
		die("no device for %s", d->role);
	d->rd = open(d->path, O_RDONLY);
	d->wr = open(d->path, O_WRONLY);
	d->direct = open(d->path, O_RDWR | O_DIRECT);
	if (d->rd < 0 || d->wr < 0 || d->direct < 0)
		die("%s", d->path);
}

static void set_up(void)
{
	struct dev *d;

	ctl = open("/dev/copyoff-ctl", O_RDWR);
	if (ctl < 0)
		die("/dev/copyoff-ctl");
	for (d = devs; d < devs + ROLES; d++)
		open_device(d);
	sub_end = guarded(ROOM);
	copy_end = guarded(ROOM);
	list_end = guarded(ROOM);
	rec_end = guarded(ROOM);
	old = pages(ROOM);
	new = pages(ROOM);
	got = pages(ROOM);
	fill(old, ROOM, 1);
	fill(new, ROOM, 2);
	put(new, A);
	put(old, B);
}

int main(int argc, char **argv)
{
	int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 1; i < argc; i++)
		take_device(argv[i]);
	set_up();
	test_submit();
	test_records();
	return report();
}
