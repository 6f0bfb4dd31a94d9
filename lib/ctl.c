// SPDX-License-Identifier: GPL-2.0-only
/*
 * The control device: open, features, query, copy.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "copyoff.h"

struct copyoff_ctl {
	int fd;
};

int copyoff_ctl_open(struct copyoff_ctl **ctl)
{
	struct copyoff_ctl *new = malloc(sizeof(*new));
	int err;

	if (!new)
		return -ENOMEM;
	new->fd = open("/dev/copyoff-ctl", O_RDWR | O_CLOEXEC);
	if (new->fd < 0) {
		err = -errno;
		free(new);
		return err;
	}
	*ctl = new;
	return 0;
}

void copyoff_ctl_close(struct copyoff_ctl *ctl)
{
	if (!ctl)
		return;
	close(ctl->fd);
	free(ctl);
}

int copyoff_ctl_fd(const struct copyoff_ctl *ctl)
{
	return ctl->fd;
}

int copyoff_ctl_features(struct copyoff_ctl *ctl, struct copyoff_features *features)
{
	return ioctl(ctl->fd, COPYOFF_IOC_FEATURES, features) ? -errno : 0;
}

int copyoff_ctl_query(struct copyoff_ctl *ctl, struct copyoff_query *query)
{
	return ioctl(ctl->fd, COPYOFF_IOC_QUERY, query) ? -errno : 0;
}

int copyoff_ctl_copy(struct copyoff_ctl *ctl, struct copyoff_copy *copy)
{
	return ioctl(ctl->fd, COPYOFF_IOC_COPY, copy) ? -errno : 0;
}

uint32_t copyoff_advance(struct copyoff_range *ranges, uint32_t nr, uint64_t bytes)
{
	uint32_t first;

	for (first = 0; first < nr && bytes >= ranges[first].length; first++)
		bytes -= ranges[first].length;
	if (first < nr) {
		ranges[first].src_offset += bytes;
		ranges[first].dst_offset += bytes;
		ranges[first].length -= bytes;
	}
	return first;
}
