// SPDX-License-Identifier: GPL-2.0-only
/*
 * manyranges DEVICE NR BYTES: one COPYOFF_IOC_COPY with NR ranges of BYTES,
 * scattered over the first half of the device, to adjoining places in the
 * second half. Where that is full it begins again at its start, with other
 * sources: a round. Prints key=value lines: what the ioctl said, how much kernel
 * memory the caller's cgroup was charged with meanwhile, and whether the bytes
 * are right, as the last of the ranges to each place leaves them.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/dm-copyoff.h>

#define STAT	"/sys/fs/cgroup/copyoff-test/memory.stat"

static volatile bool stop;

/* Kernel memory charged to the cgroup now, in bytes; 5.10 does not tell it: 0. */
static uint64_t kernel_memory(void)
{
	char line[256];
	uint64_t v = 0;
	FILE *f = fopen(STAT, "r");

	if (!f)
		err(1, STAT);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "kernel %" SCNu64, &v) == 1)
			break;
	fclose(f);
	return v;
}

static void *watch(void *most)
{
	while (!stop) {
		uint64_t now = kernel_memory();

		if (now > *(uint64_t *)most)
			*(uint64_t *)most = now;
		usleep(5000);
	}
	return NULL;
}

struct list {
	struct copyoff_range *range;
	uint32_t nr;
	uint32_t round;		/* ranges in one, but for the last, which may be shorter */
	uint32_t bytes;		/* of each */
	uint64_t half;
};

/* An odd factor makes a permutation of any power of two; each round has its own. */
static uint32_t scattered(uint32_t i, uint32_t round)
{
	return ((uint64_t)i * 0x9e3779b1U + i / round) % round;
}

static void make_ranges(struct list *l)
{
	uint32_t i;

	l->round = l->half / l->bytes < l->nr ? l->half / l->bytes : l->nr;
	l->range = calloc(l->nr, sizeof(*l->range));
	if (!l->range)
		err(1, "calloc");
	for (i = 0; i < l->nr; i++) {
		struct copyoff_range *r = &l->range[i];

		r->src_offset = (uint64_t)scattered(i, l->round) * l->bytes;
		r->dst_offset = l->half + (uint64_t)(i % l->round) * l->bytes;
		r->length = l->bytes;
	}
}

static char *read_all(int fd, uint64_t offset, uint64_t length)
{
	uint64_t done;
	char *buf;

	if (posix_memalign((void **)&buf, 4096, length))
		errx(1, "no memory");
	for (done = 0; done < length; done += 1 << 20)
		if (pread(fd, buf + done, 1 << 20, offset + done) != 1 << 20)
			err(1, "read");
	return buf;
}

static bool bytes_right(int fd, const struct list *l)
{
	uint64_t length = (uint64_t)l->round * l->bytes;
	char *src = read_all(fd, 0, length);
	char *dst = read_all(fd, l->half, length);
	uint32_t i;

	for (i = l->nr - l->round; i < l->nr; i++) {
		const struct copyoff_range *r = &l->range[i];

		if (memcmp(src + r->src_offset,
			   dst + (r->dst_offset - l->half), l->bytes))
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	struct list l = {
		.nr = argc > 2 ? strtoul(argv[2], NULL, 0) : 0,
		.bytes = argc > 3 ? strtoul(argv[3], NULL, 0) : 0,
	};
	uint64_t size, before, most = 0;
	struct copyoff_copy c = { .size = sizeof(c) };
	pthread_t watcher;
	int ctl, fd, rc;

	if (argc != 4 || !l.nr || !l.bytes)
		errx(2, "usage: manyranges DEVICE NR BYTES");
	ctl = open("/dev/copyoff-ctl", O_RDWR);
	fd = open(argv[1], O_RDWR | O_DIRECT);
	if (ctl < 0 || fd < 0 || ioctl(fd, BLKGETSIZE64, &size))
		err(1, "%s", argv[1]);
	l.half = size / 2;
	make_ranges(&l);
	before = kernel_memory();
	if (pthread_create(&watcher, NULL, watch, &most))
		errx(1, "no thread");
	c.src_fd = fd;
	c.dst_fd = fd;
	c.ranges = (uintptr_t)l.range;
	c.nr_ranges = l.nr;
	c.range_size = sizeof(*l.range);
	rc = ioctl(ctl, COPYOFF_IOC_COPY, &c) ? errno : 0;
	stop = true;
	pthread_join(watcher, NULL);
	printf("error=%d\nbytes_done=%llu\nbytes_nvme=%llu\n", rc,
	       c.bytes_done, c.bytes_nvme);
	printf("commands_offload=%llu\n", c.commands_offload);
	printf("kernel_memory=%" PRIu64 "\n", most > before ? most - before : 0);
	printf("bytes=%s\n", bytes_right(fd, &l) ? "right" : "wrong");
	return 0;
}
