// SPDX-License-Identifier: GPL-2.0-only
/*
 * linear <-> copyoff in live tables: all devices that were named, or none.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "device.h"
#include "mounts.h"
#include "swap.h"

/* ---- finding ---- */

static enum status not_dm(const char *word)
{
	return complain(STATUS_FAILED,
			"%s is no device-mapper device; for a raw one: copyoff create NAME %s",
			word, word);
}

static enum status find_volume(struct volume *v, const char *word)
{
	struct device d;
	enum status status = device_find(&d, word);
	int err = 0;

	if (!status)
		err = dmt_read(&v->old, NULL, d.rdev, DM_TABLE);
	if (!status && err == -ENXIO)
		status = not_dm(word);
	else if (!status && err)
		status = complain(STATUS_FAILED, "%s: its table cannot be read: %s", word,
				  strerror(-err));
	free(d.path);
	v->word = word;
	if (!status)
		v->is_lvm = lvm_split(v->old.name, v->old.uuid, &v->lvm);
	return status;
}

/* A device may have been named twice. */
static bool named_before(const struct swap *swap, const struct volume *v)
{
	const struct volume *other;

	for (other = swap->volume; other < v; other++)
		if (other->old.rdev == v->old.rdev)
			return true;
	return false;
}

static enum status find_volumes(struct swap *swap, int nr, char **words)
{
	enum status status = STATUS_DONE;
	struct volume *v;
	int i;

	swap->volume = allocate(nr * sizeof(*swap->volume));
	for (i = 0; i < nr && !status; i++) {
		v = &swap->volume[swap->nr++];
		status = find_volume(v, words[i]);
		if (!status && named_before(swap, v)) {
			dmt_free(&v->old);
			lvm_free(&v->lvm);
			swap->nr--;
		}
	}
	return status;
}

/* ---- may it be? ---- */

static enum status check_line(const struct swap *swap, const struct volume *v,
			      const struct dm_line *line)
{
	char name[ATTR];
	dev_t lower;

	if (dmt_line_is(line, swap->to))
		return STATUS_DONE;
	if (!dmt_line_is(line, swap->from))
		return complain(STATUS_REFUSED,
				"%s has a %s line: only %s lines can become %s; name the volumes below it",
				v->word, line->type, swap->from, swap->to);
	if (strcmp(swap->to, "copyoff") || !dmt_line_device(line, &lower))
		return STATUS_DONE;
	if (device_attr(lower, "dm/name", name))
		return complain(STATUS_REFUSED,
				"%s lies on another dm device, %s, where nothing can be offloaded: enable that, or wait for pvmove to end",
				v->word, name);
	return STATUS_DONE;
}

/* The volume that / or swap is on must not wait for this very program. */
static enum status check_use(const struct swap *swap, const struct volume *v)
{
	char where[ATTR];

	if (swap->force || !device_vital(v->old.rdev, where, sizeof(where)))
		return STATUS_DONE;
	return complain(STATUS_REFUSED,
			"%s is used as %s: if anything had to be read from it between suspend and resume the system would hang; --force does it with memory locked",
			v->word, where);
}

struct owner {
	const char *uuid;	/* of what it may own */
	char name[ATTR];
};

/* A volume is not held by others of its group, but the leg of a RAID is. */
static int find_owner(dev_t upper, void *data)
{
	struct owner *owner = data;
	char uuid[ATTR];

	return device_attr(upper, "dm/uuid", uuid) && lvm_same_vg(uuid, owner->uuid) &&
	       device_attr(upper, "dm/name", owner->name);
}

/* LVM would not expect a part of a volume to be anything but what it made it. */
static enum status check_part(const struct swap *swap, const struct volume *v)
{
	struct owner owner = { .uuid = v->old.uuid };

	if (!v->is_lvm)
		return STATUS_DONE;
	if (*v->lvm.layer)
		return complain(STATUS_REFUSED,
				"%s is a part (%s) that LVM keeps below %s/%s: it cannot be switched alone",
				v->word, v->lvm.layer, v->lvm.vg, v->lvm.lv);
	/* What once was switched can be switched back. */
	if (strcmp(swap->to, "copyoff"))
		return STATUS_DONE;
	if (*lvm_suffix(v->old.uuid))
		return complain(STATUS_REFUSED,
				"%s is a part (%s) that LVM keeps to itself: it cannot be switched alone",
				v->word, lvm_suffix(v->old.uuid));
	if (each_upper(v->old.rdev, find_owner, &owner))
		return complain(STATUS_REFUSED,
				"%s is a part that LVM keeps below %s: it cannot be switched alone",
				v->word, owner.name);
	return STATUS_DONE;
}

/* Does nobody else change it just now? */
static enum status check_state(const struct volume *v)
{
	if (!v->old.nr)
		return complain(STATUS_REFUSED, "%s has no table: dmsetup remove %s", v->word,
				v->old.name);
	if (v->old.suspended)
		return complain(STATUS_REFUSED,
				"%s is suspended: somebody changes it; dmsetup resume %s if not",
				v->word, v->old.name);
	if (v->old.inactive)
		return complain(STATUS_REFUSED,
				"%s has a table that is not live yet: somebody changes it; dmsetup clear %s if not",
				v->word, v->old.name);
	return STATUS_DONE;
}

static enum status check_volume(const struct swap *swap, const struct volume *v)
{
	enum status status = check_part(swap, v);
	int i;

	if (!status)
		status = check_state(v);
	for (i = 0; i < v->old.nr && !status; i++)
		status = check_line(swap, v, &v->old.line[i]);
	return status ? status : check_use(swap, v);
}

/* ---- the new table ---- */

/* Of a linear or copyoff line, the device and where it starts. */
static char *place_of(const char *params)
{
	const char *end = strchr(params, ' ');

	end = end ? strchr(end + 1, ' ') : NULL;
	return end ? strndup(params, end - params) : duplicate(params);
}

static void make_line(const struct swap *swap, const struct dm_line *old, struct dm_line *new)
{
	char *place = place_of(old->params);

	*new = *old;
	snprintf(new->type, sizeof(new->type), "%s", swap->to);
	new->params = *swap->options ? format("%s %s", place, swap->options) : duplicate(place);
	free(place);
}

/* With options, a line that is copyoff already gets these. */
static void make_table(const struct swap *swap, struct volume *v)
{
	const struct dm_line *old;
	int i;

	v->new = (struct dm_dev){
		.name = duplicate(v->old.name),
		.read_only = v->old.read_only,
	};
	dmt_lines(&v->new, v->old.nr);
	for (i = 0; i < v->old.nr; i++) {
		old = &v->old.line[i];
		if (dmt_line_is(old, swap->to) && !*swap->options) {
			v->new.line[i] = *old;
			v->new.line[i].params = duplicate(old->params);
			continue;
		}
		make_line(swap, old, &v->new.line[i]);
		v->swap |= !dmt_line_is(old, swap->to) ||
			   strcmp(old->params, v->new.line[i].params);
	}
}

/* ---- under the lock ---- */

struct lock {
	const char *vg;
	int fd;
};

static int by_vg(const void *a, const void *b)
{
	return strcmp(((const struct lock *)a)->vg, ((const struct lock *)b)->vg);
}

/* Each volume group once, in the order in which LVM takes them. */
static int take_locks(const struct swap *swap, struct lock *locks)
{
	int i, n = 0, nr = 0;

	for (i = 0; i < swap->nr; i++)
		if (swap->volume[i].is_lvm)
			locks[nr++] = (struct lock){ swap->volume[i].lvm.vg, -1 };
	qsort(locks, nr, sizeof(*locks), by_vg);
	for (i = 0; i < nr; i++) {
		if (n && !strcmp(locks[n - 1].vg, locks[i].vg))
			continue;
		locks[n] = locks[i];
		locks[n].fd = lvm_lock(locks[n].vg);
		if (locks[n++].fd < 0)
			break;
	}
	return n;
}

/*
 * What was read before the lock was had may have changed; and the number may be
 * that of another device by now.
 */
static enum status read_again(struct volume *v)
{
	struct dm_dev before = v->old;
	int err = dmt_read(&v->old, NULL, before.rdev, DM_TABLE);
	bool same = !err && !strcmp(v->old.name, before.name) && !strcmp(v->old.uuid, before.uuid);

	dmt_free(&before);
	if (err)
		return complain(STATUS_FAILED, "%s: it is gone: %s", v->word, strerror(-err));
	return same ? STATUS_DONE :
		      complain(STATUS_FAILED,
			       "%s: it was removed or renamed while LVM's lock was waited for; see dmsetup info",
			       v->word);
}

static enum status cannot_swap(const struct swap *swap, const struct volume *v, int err)
{
	if (!strcmp(swap->to, "copyoff") && !dmt_has_target("copyoff"))
		return complain(STATUS_NO_MODULE,
				"%s: the kernel has no copyoff target: modprobe dm-copyoff",
				v->word);
	return complain(STATUS_FAILED, "%s: %s (%s); the kernel log says why", v->word, dmt_said(),
			strerror(-err));
}

static void undo(struct swap *swap, int nr)
{
	struct volume *v;

	while (nr--) {
		v = &swap->volume[nr];
		if (v->swap && dmt_swap(&v->old, &v->new))
			remark("%s: its old table could not be put back: %s; see dmsetup table %s",
			       v->word, dmt_said(), v->old.name);
	}
}

static enum status swap_each(struct swap *swap)
{
	enum status status = STATUS_DONE;
	int i, err;

	for (i = 0; i < swap->nr && !status; i++) {
		err = swap->volume[i].swap ? dmt_swap(&swap->volume[i].new, &swap->volume[i].old) :
					     0;
		if (!err)
			continue;
		status = cannot_swap(swap, &swap->volume[i], err);
		if (i)
			remark("nothing is changed: what was switched before it is put back");
		undo(swap, i);
	}
	return status;
}

static bool nothing_to_swap(const struct swap *swap)
{
	int i;

	for (i = 0; i < swap->nr; i++)
		if (swap->volume[i].swap)
			return false;
	return true;
}

/* No signal between suspend and resume, and none may leave half of it done. */
static enum status swap_all(struct swap *swap)
{
	enum status status;
	sigset_t all, before;
	int err;

	if (nothing_to_swap(swap))
		return STATUS_DONE;
	err = dmt_lock_memory();
	if (err)
		return complain(STATUS_FAILED,
				"memory cannot be locked, without which nothing may be suspended: %s; nothing is changed, see ulimit -l",
				strerror(-err));
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	status = swap_each(swap);
	sigprocmask(SIG_SETMASK, &before, NULL);
	dmt_unlock_memory();
	return status;
}

static enum status under_lock(struct swap *swap)
{
	enum status status = STATUS_DONE;
	int i;

	for (i = 0; i < swap->nr && !status; i++)
		status = read_again(&swap->volume[i]);
	for (i = 0; i < swap->nr && !status; i++)
		status = check_volume(swap, &swap->volume[i]);
	for (i = 0; i < swap->nr && !status; i++)
		make_table(swap, &swap->volume[i]);
	return status ? status : swap_all(swap);
}

enum status swap_tables(struct swap *swap, int nr, char **words)
{
	enum status status = find_volumes(swap, nr, words);
	struct lock *locks;
	int taken;

	if (status)
		return status;
	locks = allocate(swap->nr * sizeof(*locks));
	taken = take_locks(swap, locks);
	if (taken && locks[taken - 1].fd < 0) {
		status = STATUS_FAILED;
		taken--;
	} else {
		status = under_lock(swap);
	}
	while (taken--)
		lvm_unlock(locks[taken].vg, locks[taken].fd);
	free(locks);
	return status;
}

void swap_free(struct swap *swap)
{
	int i;

	for (i = 0; i < swap->nr; i++) {
		dmt_free(&swap->volume[i].old);
		dmt_free(&swap->volume[i].new);
		lvm_free(&swap->volume[i].lvm);
	}
	free(swap->volume);
}
