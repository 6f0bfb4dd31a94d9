// SPDX-License-Identifier: GPL-2.0-only
/*
 * copyranges [-t MS] SRC DST FLAGS SRC-OFFSET:DST-OFFSET:LENGTH...: one ioctl
 * with these ranges, in bytes; prints all that it answers as key=value lines.
 * Exits with 0 whatever the answer is. SIGINT and SIGTERM end the ioctl only.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/dm-copyoff.h>

#define MAX_RANGES	64

static void parse(const char *word, struct copyoff_range *r)
{
	unsigned long long src, dst, length;
	char end;

	if (sscanf(word, "%llu:%llu:%llu%c", &src, &dst, &length, &end) != 3)
		errx(2, "'%s' is no range", word);
	r->src_offset = src;
	r->dst_offset = dst;
	r->length = length;
}

static void print(const struct copyoff_copy *c, int rc)
{
	printf("errno=%s\n", rc ? strerrorname_np(rc) : "0");
	printf("error=%s\n", c->error ? strerrorname_np(c->error) : "0");
	printf("failed_range=%u\nbytes_done=%llu\n", c->failed_range,
	       c->bytes_done);
	printf("bytes_nvme=%llu\nbytes_host=%llu\n", c->bytes_nvme,
	       c->bytes_host);
	printf("reasons=0x%llx\nreason=%u\nreason_range=%u\n", c->reasons,
	       c->reason, c->reason_range);
	printf("reason_detail=0x%x\nresult_flags=%u\n", c->reason_detail,
	       c->result_flags);
}

static void on_signal(int signal)
{
	(void)signal;
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

int main(int argc, char **argv)
{
	struct copyoff_range range[MAX_RANGES] = { 0 };
	struct copyoff_copy c = {
		.size = sizeof(c),
		.ranges = (uintptr_t)range,
		.range_size = sizeof(range[0]),
	};
	int ctl, i;

	if (argc > 2 && !strcmp(argv[1], "-t")) {
		c.timeout_ns = strtoull(argv[2], NULL, 0) * 1000000;
		argv += 2;
		argc -= 2;
	}
	if (argc < 5 || argc - 4 > MAX_RANGES)
		errx(2, "usage: copyranges [-t MS] SRC DST FLAGS SRC:DST:LENGTH...");
	ctl = open("/dev/copyoff-ctl", O_RDWR);
	if (ctl < 0)
		err(1, "/dev/copyoff-ctl");
	c.src_fd = open(argv[1], O_RDONLY);
	c.dst_fd = open(argv[2], O_RDWR);
	if (c.src_fd < 0 || c.dst_fd < 0)
		err(1, "%s or %s", argv[1], argv[2]);
	c.flags = strtoul(argv[3], NULL, 0);
	for (i = 4; i < argc; i++)
		parse(argv[i], &range[c.nr_ranges++]);
	catch_signals();
	print(&c, ioctl(ctl, COPYOFF_IOC_COPY, &c) ? errno : 0);
	return 0;
}
