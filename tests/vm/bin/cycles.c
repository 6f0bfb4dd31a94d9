// SPDX-License-Identifier: GPL-2.0-only
/*
 * cycles DISK NR: so many times: make a copyoff device over DISK, copy on it by
 * the device and by the host, remove it. Whatever is taken must be given back,
 * once: prints which sizes of the kernel's slab objects have grown by one for
 * every other cycle or more.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <libdevmapper.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/dm-copyoff.h>

#define NAME		"cycle"
#define PATH		"/dev/mapper/" NAME
#define SECTORS		8192
#define MAX_SIZES	64

struct size {
	char name[16];
	long objects;
};

/* ---- the kernel's memory ---- */

/* Give back what is only kept for later, so that the rest can be counted. */
static void shrink_slabs(void)
{
	glob_t g;
	size_t i;

	if (glob("/sys/kernel/slab/*kmalloc-*/shrink", 0, NULL, &g))
		errx(1, "no slabs");
	for (i = 0; i < g.gl_pathc; i++) {
		int fd = open(g.gl_pathv[i], O_WRONLY);

		if (fd < 0 || write(fd, "1", 1) != 1)
			err(1, "%s", g.gl_pathv[i]);
		close(fd);
	}
	globfree(&g);
}

static void count_one(struct size *size, const char *name, long objects)
{
	unsigned int i;

	for (i = 0; i < MAX_SIZES - 1 && size[i].name[0]; i++)
		if (!strcmp(size[i].name, name))
			break;
	snprintf(size[i].name, sizeof(size[i].name), "%s", name);
	size[i].objects += objects;
}

/* Objects by size, whichever of the caches for it they are in. */
static void count_slabs(struct size *size)
{
	char line[512], name[64];
	FILE *f = fopen("/proc/slabinfo", "r");
	long objects;

	if (!f)
		err(1, "/proc/slabinfo");
	memset(size, 0, MAX_SIZES * sizeof(*size));
	shrink_slabs();
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %ld", name, &objects) == 2 &&
		    strstr(name, "kmalloc-"))
			count_one(size, strrchr(name, '-'), objects);
	fclose(f);
	if (!size[0].name[0])
		errx(1, "no slabs");
}

/* How many sizes have grown by @most objects or more. */
static unsigned int compare(const struct size *before, const struct size *after,
			    long most)
{
	unsigned int i, j, grown = 0;

	for (i = 0; i < MAX_SIZES && after[i].name[0]; i++) {
		long was = 0;

		for (j = 0; j < MAX_SIZES; j++)
			if (!strcmp(before[j].name, after[i].name))
				was = before[j].objects;
		if (after[i].objects - was < most)
			continue;
		printf("objects of size %s: %ld before, %ld after\n",
		       after[i].name + 1, was, after[i].objects);
		grown++;
	}
	return grown;
}

/* ---- a cycle ---- */

static void dm(int type, const char *table)
{
	struct dm_task *t = dm_task_create(type);

	if (!t || !dm_task_set_name(t, NAME) ||
	    (table && !dm_task_add_target(t, 0, SECTORS, "copyoff", table)))
		errx(1, "no dm task");
	if (type == DM_DEVICE_REMOVE)
		dm_task_retry_remove(t);
	if (!dm_task_run(t))
		errx(1, "dm task %d failed: %s", type,
		     strerror(dm_task_get_errno(t)));
	dm_task_destroy(t);
	dm_task_update_nodes();
}

static void copy(int ctl, int fd, uint64_t flags)
{
	struct copyoff_range range[4];
	struct copyoff_copy c = {
		.size = sizeof(c), .flags = flags, .src_fd = fd, .dst_fd = fd,
		.ranges = (uintptr_t)range, .nr_ranges = 4,
		.range_size = sizeof(range[0]),
	};
	unsigned int i;

	/* Apart, so that each is a command. */
	for (i = 0; i < 4; i++)
		range[i] = (struct copyoff_range){
			.src_offset = i * 8192,
			.dst_offset = (1 << 20) + i * 8192,
			.length = 4096,
		};
	if (ioctl(ctl, COPYOFF_IOC_COPY, &c))
		err(1, "copy");
	if (!(flags ? c.bytes_host : c.bytes_nvme))
		errx(1, "the copy went another way");
}

static void cycle(int ctl, const char *table)
{
	struct copyoff_query q = { .size = sizeof(q), .length = 4096,
				   .dst_offset = 8192 };
	int fd;

	dm(DM_DEVICE_CREATE, table);
	fd = open(PATH, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		err(1, PATH);
	q.src_fd = fd;
	q.dst_fd = fd;
	if (ioctl(ctl, COPYOFF_IOC_QUERY, &q))
		err(1, "query");
	copy(ctl, fd, 0);
	copy(ctl, fd, COPYOFF_COPY_NO_OFFLOAD);
	close(fd);
	dm(DM_DEVICE_REMOVE, NULL);
}

int main(int argc, char **argv)
{
	static struct size before[MAX_SIZES], after[MAX_SIZES];
	int ctl = open("/dev/copyoff-ctl", O_RDWR | O_CLOEXEC);
	unsigned int i, nr, grown;
	char table[128];

	if (argc != 3 || ctl < 0)
		errx(2, "usage: cycles DISK NR, with the module loaded");
	snprintf(table, sizeof(table), "%s 0", argv[1]);
	nr = strtoul(argv[2], NULL, 0);
	/* What comes with the first ones is there to stay. */
	for (i = 0; i < nr / 8; i++)
		cycle(ctl, table);
	count_slabs(before);
	for (i = 0; i < nr; i++)
		cycle(ctl, table);
	/* Much is freed a little later. */
	for (i = 0; i < 20; i++) {
		count_slabs(after);
		grown = compare(before, after, nr / 2);
		if (!grown)
			break;
		usleep(500000);
	}
	printf("%u cycles, %u sizes have grown\n", nr, grown);
	return grown ? 1 : 0;
}
