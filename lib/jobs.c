// SPDX-License-Identifier: GPL-2.0-only
/*
 * Jobs that do not block: submit, status, cancel, wait.
 */
#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "copyoff.h"

int copyoff_ctl_submit(struct copyoff_ctl *ctl, const struct copyoff_copy *copy,
		       uint64_t user_data, uint64_t *job_id)
{
	struct copyoff_submit s = {
		.size = sizeof(s),
		.copy = (uintptr_t)copy,
		.user_data = user_data,
	};
	int err = ioctl(copyoff_ctl_fd(ctl), COPYOFF_IOC_SUBMIT, &s) ? -errno : 0;

	if (!err && job_id)
		*job_id = s.job_id;
	return err;
}

int copyoff_ctl_status(struct copyoff_ctl *ctl, struct copyoff_status *status)
{
	return ioctl(copyoff_ctl_fd(ctl), COPYOFF_IOC_STATUS, status) ? -errno : 0;
}

int copyoff_ctl_cancel(struct copyoff_ctl *ctl, uint64_t job_id)
{
	struct copyoff_cancel c = { .size = sizeof(c), .job_id = job_id };

	return ioctl(copyoff_ctl_fd(ctl), COPYOFF_IOC_CANCEL, &c) ? -errno : 0;
}

int copyoff_ctl_wait(struct copyoff_ctl *ctl, struct copyoff_completion *records, uint32_t nr,
		     int timeout_ms)
{
	struct pollfd p = { .fd = copyoff_ctl_fd(ctl), .events = POLLIN };
	int ready = poll(&p, 1, timeout_ms);
	ssize_t n;

	if (ready <= 0)
		return ready ? -errno : 0;
	/* Another thread may have been faster: then this one waits for the next. */
	n = read(p.fd, records, (size_t)nr * sizeof(*records));
	return n < 0 ? -errno : (int)(n / sizeof(*records));
}
