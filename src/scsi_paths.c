// SPDX-License-Identifier: GPL-2.0-only
/*
 * The paths to a SCSI unit: one for ever, its own disk; or those that table
 * lines name for a unit below a dm device.
 */
#include <linux/blkdev.h>
#include <linux/device.h>
#include <linux/jiffies.h>

#include "scsi_peers.h"
#include "scsi_unit.h"

/* Under su->lock. NULL: it is none. */
static struct copyoff_scsi_path *find(struct copyoff_scsi_unit *su,
				      const struct scsi_device *sdev)
{
	unsigned int i;

	for (i = 0; i < su->nr; i++)
		if (su->path[i].sdev == sdev)
			return &su->path[i];
	return NULL;
}

struct scsi_device *copyoff_scsi_sdev_of(struct gendisk *disk)
{
	struct device *parent = disk_to_dev(disk)->parent;
	struct scsi_device *sdev;

	if (!parent || !scsi_is_sdev_device(parent))
		return NULL;
	sdev = to_scsi_device(parent);
	return sdev->type == TYPE_DISK || sdev->type == TYPE_ZBC ? sdev : NULL;
}

/* ---- taking one ---- */

/* Under su->lock. A unit's own disk leads to it by itself. */
static bool is_checked(const struct copyoff_scsi_unit *su,
		       const struct copyoff_scsi_path *p)
{
	return !su->via ||
	       (p->checked && time_in_range(jiffies, p->checked_at,
					    p->checked_at + COPYOFF_SCSI_LASTS));
}

bool copyoff_scsi_path_get(struct copyoff_scsi_unit *su, unsigned int first,
			   unsigned int skip, struct scsi_device **sdev,
			   bool *checked)
{
	struct copyoff_scsi_path *p;
	bool more;

	spin_lock(&su->lock);
	more = skip < su->nr;
	if (more) {
		p = &su->path[(first + skip) % su->nr];
		*checked = is_checked(su, p);
		/* With its driver, as its users may go. */
		*sdev = scsi_device_get(p->sdev) ? NULL : p->sdev;
	}
	spin_unlock(&su->lock);
	return more;
}

void copyoff_scsi_path_put(struct scsi_device *sdev)
{
	scsi_device_put(sdev);
}

void copyoff_scsi_path_prefer(struct copyoff_scsi_unit *su,
			      const struct scsi_device *sdev)
{
	struct copyoff_scsi_path *p;

	spin_lock(&su->lock);
	p = find(su, sdev);
	if (p)
		su->next = p - su->path;
	spin_unlock(&su->lock);
}

void copyoff_scsi_path_check(struct copyoff_scsi_unit *su,
			     const struct scsi_device *sdev, bool checked)
{
	struct copyoff_scsi_path *p;

	spin_lock(&su->lock);
	p = find(su, sdev);
	if (p) {
		p->checked = checked;
		p->checked_at = jiffies;
	}
	spin_unlock(&su->lock);
}

bool copyoff_scsi_has_blocks(struct copyoff_scsi_unit *su, u32 bytes)
{
	bool same = true;
	unsigned int i;

	spin_lock(&su->lock);
	for (i = 0; i < su->nr; i++)
		same &= su->path[i].sdev->sector_size == bytes;
	spin_unlock(&su->lock);
	return same;
}

/* ---- coming and going ---- */

/* Is that disk what the unit is reached by, as far as can be told unasked? */
static int is_path(const struct copyoff_scsi_unit *su, struct block_device *path,
		   const struct scsi_device *sdev, const char **error)
{
	struct gendisk *disk = su->unit->disk;

	*error = "A path has to be a whole SCSI disk";
	if (!sdev || path != bdev_whole(path))
		return -ENXIO;
	*error = "The device has no such path";
	if (!compat_disk_is_above(disk, path->bd_disk))
		return -ENOLINK;
	*error = "A path has to be as large as the device, in size and blocks";
	if (get_capacity(path->bd_disk) != get_capacity(disk) ||
	    sdev->sector_size != queue_logical_block_size(disk->queue))
		return -ERANGE;
	return 0;
}

/* Under su->lock. */
static int add(struct copyoff_scsi_unit *su, struct scsi_device *sdev,
	       const struct copyoff_scsi_identity *id, const char **error)
{
	struct copyoff_scsi_path *p = find(su, sdev);

	/* For good: others know the unit by that. */
	if (!su->id.name.len)
		su->id = *id;
	*error = "The paths lead to different units";
	if (memcmp(&su->id, id, sizeof(*id)))
		return -EXDEV;
	*error = "The unit has too many paths";
	if (!p && su->nr == COPYOFF_SCSI_PATHS)
		return -E2BIG;
	if (!p) {
		p = &su->path[su->nr++];
		p->sdev = sdev;
		p->users = 0;
		p->checked = false;
	}
	p->users++;
	return 0;
}

int copyoff_scsi_path_add(struct copyoff_scsi_unit *su,
			  struct block_device *path, const char **error)
{
	struct scsi_device *sdev = copyoff_scsi_sdev_of(path->bd_disk);
	struct copyoff_scsi_identity id;
	int err = is_path(su, path, sdev, error);

	if (err)
		return err;
	/* It may not answer now: it is asked before it is used. */
	copyoff_peers_identity(sdev, &id);
	*error = "A path has to have an NAA designator and a serial number";
	if (!id.name.len || !id.serial_len)
		return -ENODATA;
	spin_lock(&su->lock);
	err = add(su, sdev, &id, error);
	spin_unlock(&su->lock);
	return err;
}

void copyoff_scsi_path_del(struct copyoff_scsi_unit *su,
			   struct block_device *path)
{
	struct copyoff_scsi_path *p;
	unsigned int index;

	spin_lock(&su->lock);
	p = find(su, copyoff_scsi_sdev_of(path->bd_disk));
	if (p && !--p->users) {
		/* The rest keeps its order, from the preferred one on. */
		index = p - su->path;
		su->nr--;
		memmove(p, p + 1, (su->nr - index) * sizeof(*p));
		if (su->next > index)
			su->next--;
		if (su->next == su->nr)
			su->next = 0;
	}
	spin_unlock(&su->lock);
}
