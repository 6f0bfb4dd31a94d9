// SPDX-License-Identifier: GPL-2.0-only
/* copy one block device to another: cc example.c $(pkg-config --cflags --libs libcopyoff) */
#include <copyoff.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

int main(int argc, char **argv)
{
	struct copyoff_copy c = COPYOFF_COPY_INIT;
	struct copyoff_range range = { 0 };
	struct copyoff_ctl *ctl;
	int err;

	if (argc != 3 || copyoff_ctl_open(&ctl))
		return 2;
	c.src_fd = open(argv[1], O_RDONLY);
	c.dst_fd = open(argv[2], O_RDWR | O_EXCL);
	if (c.src_fd < 0 || c.dst_fd < 0 || ioctl(c.src_fd, BLKGETSIZE64, &range.length))
		return 1;
	c.ranges = (uintptr_t)&range;
	c.nr_ranges = 1;
	do {
		err = copyoff_ctl_copy(ctl, &c);
		copyoff_advance(&range, 1, c.bytes_done);
	} while (err == -EINTR);
	printf("%s; %llu by nvme, %llu by host, %s\n", err ? strerror(-err) : "done",
	       c.bytes_nvme, c.bytes_host, copyoff_reason_name(c.reason));
	copyoff_ctl_close(ctl);
	return err ? 1 : 0;
}
