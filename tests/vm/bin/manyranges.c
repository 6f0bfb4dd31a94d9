// SPDX-License-Identifier: GPL-2.0-only
/*
 * manyranges DEVICE NR BYTES: one COPYOFF_IOC_COPY with NR ranges of BYTES,
 * scattered over the first half of the device, to adjoining places in the
 * second half. Prints key=value lines: what the ioctl said, how much kernel
 * memory the caller's cgroup was charged with meanwhile, and whether the bytes
 * are right.
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

/* An odd factor makes a permutation of any power of two. */
static uint32_t scattered(uint32_t i, uint32_t nr)
{
	return (uint64_t)i * 0x9e3779b1U % nr;
}

static struct copyoff_range *make_ranges(uint32_t nr, uint32_t bytes,
					 uint64_t half)
{
	struct copyoff_range *r = calloc(nr, sizeof(*r));
	uint32_t i;

	if (!r)
		err(1, "calloc");
	for (i = 0; i < nr; i++) {
		r[i].src_offset = (uint64_t)scattered(i, nr) * bytes;
		r[i].dst_offset = half + (uint64_t)i * bytes;
		r[i].length = bytes;
	}
	return r;
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

static bool bytes_right(int fd, const struct copyoff_range *r, uint32_t nr,
			uint32_t bytes, uint64_t half)
{
	char *src = read_all(fd, 0, (uint64_t)nr * bytes);
	char *dst = read_all(fd, half, (uint64_t)nr * bytes);
	uint32_t i;

	for (i = 0; i < nr; i++)
		if (memcmp(src + r[i].src_offset, dst + (uint64_t)i * bytes,
			   bytes))
			return false;
	return true;
}

int main(int argc, char **argv)
{
	uint32_t nr = argc > 2 ? strtoul(argv[2], NULL, 0) : 0;
	uint32_t bytes = argc > 3 ? strtoul(argv[3], NULL, 0) : 0;
	uint64_t size, before, most = 0;
	struct copyoff_copy c = { .size = sizeof(c) };
	struct copyoff_range *r;
	pthread_t watcher;
	int ctl, fd, rc;

	if (argc != 4 || !nr || !bytes)
		errx(2, "usage: manyranges DEVICE NR BYTES");
	ctl = open("/dev/copyoff-ctl", O_RDWR);
	fd = open(argv[1], O_RDWR | O_DIRECT);
	if (ctl < 0 || fd < 0 || ioctl(fd, BLKGETSIZE64, &size))
		err(1, "%s", argv[1]);
	r = make_ranges(nr, bytes, size / 2);
	before = kernel_memory();
	if (pthread_create(&watcher, NULL, watch, &most))
		errx(1, "no thread");
	c.src_fd = fd;
	c.dst_fd = fd;
	c.ranges = (uintptr_t)r;
	c.nr_ranges = nr;
	c.range_size = sizeof(*r);
	rc = ioctl(ctl, COPYOFF_IOC_COPY, &c) ? errno : 0;
	stop = true;
	pthread_join(watcher, NULL);
	printf("error=%d\nbytes_done=%llu\nbytes_nvme=%llu\n", rc,
	       c.bytes_done, c.bytes_nvme);
	printf("commands_offload=%llu\n", c.commands_offload);
	printf("kernel_memory=%" PRIu64 "\n", most > before ? most - before : 0);
	printf("bytes=%s\n", bytes_right(fd, r, nr, bytes, size / 2) ?
				"right" : "wrong");
	return 0;
}
