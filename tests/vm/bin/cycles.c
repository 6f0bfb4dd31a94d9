// SPDX-License-Identifier: GPL-2.0-only
/*
 * cycles DISK NR: so many times: make a copyoff device over DISK, copy on it by
 * the device and by the host, remove it. Whatever is taken must be given back:
 * prints which sizes of the kernel's slab objects have grown by one for every
 * other cycle or more, and whether the kernel memory of our cgroup has grown.
 * What a job takes is the caller's and so in the cgroup; what a table takes is
 * nobody's, and some of the slabs are all that it can be seen in.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <libdevmapper.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <linux/dm-copyoff.h>

#define NAME		"cycle"
#define PATH		"/dev/mapper/" NAME
#define SECTORS		8192
#define MAX_SIZES	64
/* All of ours are larger; and these are what everybody's names go into. */
#define SMALLEST	128
/* Of so many cycles. */
#define MAX_BATCHES	4
/* Of the cgroup, for each cycle: less than anything that a job takes. */
#define MOST_BYTES	256
#define STAT		"/sys/fs/cgroup/copyoff-test/memory.stat"

struct size {
	char name[16];
	long objects;
};

/* ---- the kernel's memory ---- */

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err(1, "%s", path);
	close(fd);
}

static bool is_510(void)
{
	struct utsname u;

	return !uname(&u) && !strncmp(u.release, "5.10.", 5);
}

/* Give back what is only kept for later, so that the rest can be counted. */
static void shrink_slabs(void)
{
	glob_t g;
	size_t i;

	if (glob("/sys/kernel/slab/*/shrink", 0, NULL, &g))
		errx(1, "no slabs");
	for (i = 0; i < g.gl_pathc; i++)
		write_file(g.gl_pathv[i], "1");
	globfree(&g);
}

/*
 * The kernel's memory that is charged to the cgroup, in bytes. 5.10 does not tell
 * (its memory.stat has no "kernel"): there the slabs alone count.
 */
static long cgroup_memory(void)
{
	FILE *f = fopen(STAT, "r");
	char line[256];
	long n = -1;

	if (!f)
		err(1, STAT);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "kernel %ld", &n) == 1)
			break;
	fclose(f);
	if (n < 0 && !is_510())
		errx(1, "%s does not tell", STAT);
	return n;
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

/* Of "96", or of "2k" */
static unsigned long size_of(const char *word)
{
	char *end;
	unsigned long n = strtoul(word, &end, 10);

	return *end == 'k' ? n * 1024 : n;
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
		    strstr(name, "kmalloc-") &&
		    size_of(strrchr(name, '-') + 1) >= SMALLEST)
			count_one(size, strrchr(name, '-') + 1, objects);
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
		       after[i].name, was, after[i].objects);
		grown++;
	}
	return grown;
}

struct memory {
	struct size size[MAX_SIZES];
	long cgroup;
};

static void measure(struct memory *m)
{
	/* What is counted for the cgroup is told two seconds later at most. */
	sleep(3);
	write_file("/proc/sys/vm/drop_caches", "2");
	count_slabs(m->size);
	m->cgroup = cgroup_memory();
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

/* How many kinds of memory have grown by these cycles. */
static unsigned int batch(int ctl, const char *table, unsigned int nr)
{
	static struct memory before, after;
	unsigned int i, grown;

	measure(&before);
	for (i = 0; i < nr; i++)
		cycle(ctl, table);
	measure(&after);
	grown = compare(before.size, after.size, nr / 2);
	printf("cgroup: %ld bytes before, %ld after\n", before.cgroup,
	       after.cgroup);
	return grown + (after.cgroup - before.cgroup >= MOST_BYTES * (long)nr);
}

int main(int argc, char **argv)
{
	int ctl = open("/dev/copyoff-ctl", O_RDWR | O_CLOEXEC);
	unsigned int i, nr, grown = 1;
	char table[128];

	if (argc != 3 || ctl < 0)
		errx(2, "usage: cycles DISK NR, with the module loaded");
	snprintf(table, sizeof(table), "%s 0", argv[1]);
	nr = strtoul(argv[2], NULL, 0);
	/* What comes with the first ones is there to stay. */
	for (i = 0; i < nr / 8; i++)
		cycle(ctl, table);
	/* What others keep for later grows once; a leak does so each time. */
	for (i = 0; i < MAX_BATCHES && grown; i++)
		grown = batch(ctl, table, nr);
	printf("%u times %u cycles, %u kinds of memory have grown\n", i, nr,
	       grown);
	return grown ? 1 : 0;
}
