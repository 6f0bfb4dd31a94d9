// SPDX-License-Identifier: GPL-2.0-only
/*
 * The paths that a table line names.
 */
#include <linux/blkdev.h>
#include <linux/device-mapper.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>

#include "via.h"

/*
 * One message about paths, of any target, at a time. A line that is being made, or
 * is going, needs none: nobody else has it. So no message waits for a constructor.
 */
static DEFINE_MUTEX(via_mutex);

/* The lists themselves, for those who only look. */
static DEFINE_SPINLOCK(via_lock);

static unsigned int find(const struct copyoff_target *t,
			 const struct dm_dev *dev)
{
	unsigned int i;

	for (i = 0; i < t->nr_paths; i++)
		if (t->path[i] == dev)
			break;
	return i;
}

static int check(struct copyoff_target *t, const struct dm_dev *dev,
		 const char **error)
{
	*error = "A path is named twice";
	if (find(t, dev) < t->nr_paths)
		return -EEXIST;
	*error = "The line has too many paths";
	if (t->nr_paths == COPYOFF_VIA_MAX)
		return -E2BIG;
	return copyoff_unit_add_path(t->unit, dev->bdev, error);
}

static int add(struct copyoff_target *t, const char *name, const char **error)
{
	struct dm_dev *dev;
	int err;

	*error = "Path lookup failed";
	err = dm_get_device(t->ti, name, dm_table_get_mode(t->ti->table), &dev);
	if (err)
		return err;
	err = check(t, dev, error);
	if (err) {
		dm_put_device(t->ti, dev);
		return err;
	}
	spin_lock(&via_lock);
	t->path[t->nr_paths] = dev;
	WRITE_ONCE(t->nr_paths, t->nr_paths + 1);
	spin_unlock(&via_lock);
	return 0;
}

static void del(struct copyoff_target *t, unsigned int index)
{
	struct dm_dev *dev = t->path[index];

	spin_lock(&via_lock);
	WRITE_ONCE(t->nr_paths, t->nr_paths - 1);
	memmove(t->path + index, t->path + index + 1,
		(t->nr_paths - index) * sizeof(*t->path));
	spin_unlock(&via_lock);
	copyoff_unit_del_path(t->unit, dev->bdev);
	dm_put_device(t->ti, dev);
}

/*
 * Only of dm-multipath it is known that a sector of it is that very sector by
 * each of its paths; and of all dm devices only that one takes whole requests.
 */
static int check_lower(struct copyoff_target *t, const char **error)
{
	*error = "via needs a dm-multipath device, and one that is request-based";
	return t->stacked && queue_is_mq(t->unit->disk->queue) ? 0 :
								 -EOPNOTSUPP;
}

int copyoff_via_open(struct copyoff_target *t, const struct copyoff_via *via)
{
	const char *error;
	unsigned int i;
	int err;

	if (!via->nr)
		return 0;
	err = check_lower(t, &error);
	for (i = 0; i < via->nr && !err; i++)
		err = add(t, via->name[i], &error);
	if (!err) {
		error = "Cannot allocate a unit";
		err = copyoff_unit_ask(t->unit, t->bdev,
				       dm_table_get_mode(t->ti->table));
	}
	if (!err)
		return 0;
	t->ti->error = (char *)error;
	copyoff_via_close(t);
	return err;
}

void copyoff_via_close(struct copyoff_target *t)
{
	while (t->nr_paths)
		del(t, t->nr_paths - 1);
}

int copyoff_via_add(struct copyoff_target *t, const char *name,
		    const char **error)
{
	int err = -EINVAL;

	mutex_lock(&via_mutex);
	*error = "add_path is for a line with via";
	if (t->nr_paths)
		err = add(t, name, error);
	mutex_unlock(&via_mutex);
	return err;
}

/* Under via_mutex. */
static int del_named(struct copyoff_target *t, const char *name,
		     const char **error)
{
	unsigned int index;
	struct dm_dev *dev;
	int err;

	*error = "Path lookup failed";
	err = dm_get_device(t->ti, name, dm_table_get_mode(t->ti->table), &dev);
	if (err)
		return err;
	index = find(t, dev);
	dm_put_device(t->ti, dev);
	*error = "The line has no such path";
	if (index == t->nr_paths)
		return -ENOENT;
	*error = "The last path stays";
	if (t->nr_paths == 1)
		return -EBUSY;
	del(t, index);
	return 0;
}

int copyoff_via_del(struct copyoff_target *t, const char *name,
		    const char **error)
{
	int err;

	mutex_lock(&via_mutex);
	err = del_named(t, name, error);
	mutex_unlock(&via_mutex);
	return err;
}

int copyoff_via_emit(struct copyoff_target *t, char *buf, size_t size)
{
	struct copyoff_via via;
	unsigned int i;
	int len;

	spin_lock(&via_lock);
	via.nr = t->nr_paths;
	for (i = 0; i < via.nr; i++)
		via.name[i] = t->path[i]->name;
	len = copyoff_opts_emit(&t->opts, &via, buf, size);
	spin_unlock(&via_lock);
	return len;
}
