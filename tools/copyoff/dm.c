// SPDX-License-Identifier: GPL-2.0-only
/*
 * device-mapper's tables, by libdevmapper.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <libdevmapper.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "dm.h"

static char said[256];

/* The first of several messages tells most. */
__attribute__((format(printf, 5, 6)))
static void listen(int level, const char *file, int line, int class, const char *text, ...)
{
	va_list args;

	(void)file;
	(void)line;
	(void)class;
	if ((level & 7) > 3 || *said)
		return;
	va_start(args, text);
	vsnprintf(said, sizeof(said), text, args);
	va_end(args);
}

const char *dmt_said(void)
{
	return *said ? said : "no reason given";
}

/* Why there is none: libdevmapper does not tell. */
static int no_task(void)
{
	return geteuid() ? -EPERM : -ENOMEM;
}

static struct dm_task *begin(int type, const char *name)
{
	struct dm_task *task;

	dm_log_with_errno_init(listen);
	*said = 0;
	task = dm_task_create(type);
	if (task && name && !dm_task_set_name(task, name)) {
		dm_task_destroy(task);
		task = NULL;
	}
	return task;
}

/* Of a task that failed: never 0. */
static int error_of(struct dm_task *task)
{
	int err = dm_task_get_errno(task);

	return err ? -err : -EIO;
}

/* Runs it and gives it up; with a cookie, also waits for udev. */
static int run(struct dm_task *task, uint32_t *cookie)
{
	int err = 0;

	if (!task)
		return no_task();
	if (cookie && !dm_task_set_cookie(task, cookie, 0))
		cookie = NULL;
	if (!dm_task_run(task))
		err = error_of(task);
	if (cookie)
		dm_udev_wait(*cookie);
	dm_task_destroy(task);
	return err;
}

/* ---- reading ---- */

void dmt_lines(struct dm_dev *d, int nr)
{
	d->nr = nr;
	d->line = allocate(nr * sizeof(*d->line));
}

static void add_line(struct dm_dev *d, uint64_t start, uint64_t length, const char *type,
		     const char *params)
{
	struct dm_line *line;

	d->line = reallocate(d->line, (d->nr + 1) * sizeof(*d->line));
	line = &d->line[d->nr++];
	*line = (struct dm_line){ .start = start, .length = length };
	snprintf(line->type, sizeof(line->type), "%s", type);
	line->params = duplicate(params ? params : "");
}

static void take_lines(struct dm_dev *d, struct dm_task *task)
{
	void *next = NULL;
	uint64_t start, length;
	char *type, *params;

	do {
		next = dm_get_next_target(task, next, &start, &length, &type, &params);
		if (type)
			add_line(d, start, length, type, params);
	} while (next);
}

static int take_info(struct dm_dev *d, struct dm_task *task)
{
	struct dm_info info;

	if (!dm_task_get_info(task, &info))
		return -EIO;
	if (!info.exists)
		return -ENXIO;
	d->name = duplicate(dm_task_get_name(task));
	d->uuid = duplicate(dm_task_get_uuid(task));
	d->rdev = makedev(info.major, info.minor);
	d->opens = info.open_count;
	d->suspended = info.suspended;
	d->inactive = info.inactive_table;
	d->read_only = info.read_only;
	return 0;
}

int dmt_read(struct dm_dev *d, const char *name, dev_t rdev, enum dm_what what)
{
	struct dm_task *task;
	int err = -ENOMEM;

	*d = (struct dm_dev){ 0 };
	task = begin(what == DM_TABLE ? DM_DEVICE_TABLE : DM_DEVICE_STATUS, name);
	if (!task)
		return no_task();
	/* Else a thin pool or a cache commits its metadata first. */
	if (what == DM_STATUS)
		dm_task_no_flush(task);
	if (name || (dm_task_set_major(task, major(rdev)) && dm_task_set_minor(task, minor(rdev))))
		err = dm_task_no_open_count(task) && dm_task_run(task) ? take_info(d, task) :
									 error_of(task);
	if (!err)
		take_lines(d, task);
	dm_task_destroy(task);
	return err;
}

void dmt_free(struct dm_dev *d)
{
	int i;

	for (i = 0; i < d->nr; i++)
		free(d->line[i].params);
	free(d->line);
	free(d->name);
	free(d->uuid);
	*d = (struct dm_dev){ 0 };
}

int dmt_each(int (*fn)(const char *name, void *data), void *data)
{
	struct dm_task *task = begin(DM_DEVICE_LIST, NULL);
	struct dm_names *names = NULL;
	int rc = 0;

	if (!task)
		return no_task();
	if (!dm_task_run(task))
		rc = error_of(task);
	else
		names = dm_task_get_names(task);
	while (!rc && names && names->dev) {
		rc = fn(names->name, data);
		if (!names->next)
			break;
		names = (struct dm_names *)((char *)names + names->next);
	}
	dm_task_destroy(task);
	return rc;
}

/* Asked after a failure: what was said of that is kept. */
bool dmt_has_target(const char *type)
{
	char kept[sizeof(said)];
	struct dm_versions *v = NULL;
	struct dm_task *task;
	bool found = false;

	memcpy(kept, said, sizeof(said));
	task = begin(DM_DEVICE_LIST_VERSIONS, NULL);
	memcpy(said, kept, sizeof(said));

	if (!task)
		return false;
	if (dm_task_run(task))
		v = dm_task_get_versions(task);
	while (v && !found) {
		found = !strcmp(v->name, type);
		v = v->next ? (struct dm_versions *)((char *)v + v->next) : NULL;
	}
	dm_task_destroy(task);
	return found;
}

bool dmt_line_is(const struct dm_line *line, const char *type)
{
	return !strcmp(line->type, type);
}

bool dmt_line_device(const struct dm_line *line, dev_t *rdev)
{
	unsigned int ma, mi;

	if (sscanf(line->params, "%u:%u", &ma, &mi) != 2)
		return false;
	*rdev = makedev(ma, mi);
	return true;
}

/* ---- changing ---- */

static bool give_lines(struct dm_task *task, const struct dm_dev *d)
{
	int i;

	if (d->read_only && !dm_task_set_ro(task))
		return false;
	for (i = 0; i < d->nr; i++)
		if (!dm_task_add_target(task, d->line[i].start, d->line[i].length,
					d->line[i].type, d->line[i].params))
			return false;
	return true;
}

int dmt_create(const struct dm_dev *d)
{
	struct dm_task *task = begin(DM_DEVICE_CREATE, d->name);
	uint32_t cookie = 0;

	if (task && (!give_lines(task, d) || (d->uuid && !dm_task_set_uuid(task, d->uuid)))) {
		dm_task_destroy(task);
		return -EINVAL;
	}
	return run(task, &cookie);
}

int dmt_remove(const char *name)
{
	struct dm_task *task = begin(DM_DEVICE_REMOVE, name);
	uint32_t cookie = 0;

	if (task)
		dm_task_retry_remove(task);
	return run(task, &cookie);
}

static int load(const struct dm_dev *d)
{
	struct dm_task *task = begin(DM_DEVICE_RELOAD, d->name);

	if (task && !give_lines(task, d)) {
		dm_task_destroy(task);
		return -EINVAL;
	}
	return run(task, NULL);
}

static void flush_io(bool flusher)
{
#ifdef PR_SET_IO_FLUSHER
	prctl(PR_SET_IO_FLUSHER, flusher, 0, 0, 0);
#else
	(void)flusher;
#endif
}

int dmt_lock_memory(void)
{
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		return -errno;
	flush_io(true);
	return 0;
}

void dmt_unlock_memory(void)
{
	flush_io(false);
	munlockall();
}

/* The table that is loaded becomes live. All is allocated before it begins. */
static int switch_over(const char *name)
{
	struct dm_task *suspend = begin(DM_DEVICE_SUSPEND, name);
	struct dm_task *resume = begin(DM_DEVICE_RESUME, name);
	uint32_t cookie = 0;
	int err = -ENOMEM;

	/* The same blocks stay where they are: no file system need be frozen. */
	if (suspend && resume && dm_task_skip_lockfs(suspend))
		err = run(suspend, NULL);
	else if (suspend)
		dm_task_destroy(suspend);
	if (!err)
		err = run(resume, &cookie);
	else if (resume)
		dm_task_destroy(resume);
	return err;
}

/* Whatever is loaded goes, and the old table is live. */
static void put_back(const struct dm_dev *old)
{
	char kept[sizeof(said)];

	memcpy(kept, said, sizeof(said));
	run(begin(DM_DEVICE_CLEAR, old->name), NULL);
	if (load(old) || switch_over(old->name))
		run(begin(DM_DEVICE_RESUME, old->name), NULL);
	memcpy(said, kept, sizeof(said));
}

int dmt_swap(const struct dm_dev *new, const struct dm_dev *old)
{
	int err = load(new);

	if (err)
		return err;
	err = switch_over(new->name);
	if (err)
		put_back(old);
	return err;
}
