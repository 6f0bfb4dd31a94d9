// SPDX-License-Identifier: GPL-2.0-only
/*
 * NVMe Copy, by passthrough on the namespace's own queue.
 *
 * A namespace with native multipath shows a bio-based head, which has no queue
 * to submit to, and one hidden disk a path, which cannot be opened but can be
 * referenced. Whether a path is live is private to nvme-core: we learn it from
 * the answers, and go on to the next one.
 *
 * The commands are sent synchronously, in a worker: only that tells
 * the exact status, and cancellation apart from completion.
 */
#include <linux/device.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/nvme.h>
#include <linux/nvme_ioctl.h>
#include <linux/pci.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "backend.h"
#include "delay.h"
#include "nvme_wire.h"
#include "route.h"

#define MAX_PATHS	16

/* A disk whose queue leads to the namespace, with a reference to it. */
struct nvme_path {
	struct gendisk *disk;
	bool pci;
};

struct nvme_unit {
	u32 nsid;		/* 0: not known yet; set once */
	bool multipath;		/* the disk is a head */
	spinlock_t lock;	/* protects what follows */
	struct nvme_path path[MAX_PATHS];
	unsigned int nr;
	unsigned int next;	/* the one that did it last */
};

static_assert(COPYOFF_MAX_EXTENTS * sizeof(struct copyoff_nvme_desc) <=
	      COPYOFF_WIRE_BYTES);

/* ---- paths ---- */

/* Is @name the hidden path nvme<S>c<C>n<H> of the head nvme<S>n<H>? */
static bool is_path_of(const char *name, const char *head,
		       unsigned int *controller)
{
	unsigned int s, h, hs, hh;
	char end;

	if (sscanf(head, "nvme%un%u%c", &hs, &hh, &end) != 2)
		return false;
	if (sscanf(name, "nvme%uc%un%u%c", &s, controller, &h, &end) != 3)
		return false;
	return s == hs && h == hh;
}

#ifdef CONFIG_PCI
static int has_child(struct device *dev, void *name)
{
	struct device *child = device_find_child_by_name(dev, name);

	put_device(child);
	return child ? 1 : 0;
}

/*
 * Is the controller of that number on PCI? There a reset disables it before it
 * cancels a command; over a fabric a cancelled one may still be executing in
 * the target. Asked from that side: from a path that is being removed there is
 * no safe way to its controller. Sleeps.
 */
static bool controller_is_pci(unsigned int instance)
{
	char name[16];

	snprintf(name, sizeof(name), "nvme%u", instance);
	return bus_for_each_dev(&pci_bus_type, NULL, name, has_child);
}
#else
static bool controller_is_pci(unsigned int instance)
{
	return false;
}
#endif

/* References to all paths of a head, found in its class. Sleeps. */
static unsigned int paths_find(struct gendisk *head, struct nvme_path *path)
{
	struct class_dev_iter iter;
	unsigned int nr = 0;
	struct device *dev;

	class_dev_iter_init(&iter, disk_to_dev(head)->class, NULL,
			    disk_to_dev(head)->type);
	while ((dev = class_dev_iter_next(&iter)) && nr < MAX_PATHS) {
		struct gendisk *disk = dev_to_disk(dev);
		unsigned int controller;

		if (!is_path_of(disk->disk_name, head->disk_name,
				&controller) || !queue_is_mq(disk->queue))
			continue;
		get_device(dev);
		path[nr].disk = disk;
		path[nr++].pci = controller_is_pci(controller);
	}
	class_dev_iter_exit(&iter);
	return nr;
}

static void put_path(struct nvme_path *path)
{
	put_device(disk_to_dev(path->disk));
}

static void paths_put(struct nvme_path *path, unsigned int nr)
{
	while (nr--)
		put_path(&path[nr]);
}

/* Without native multipath the disk is its own path. */
static unsigned int paths_single(struct gendisk *disk, struct nvme_path *path)
{
	/* Open as it is, it keeps its controller. */
	struct device *ctrl = disk_to_dev(disk)->parent;

	get_device(disk_to_dev(disk));
	path[0].disk = disk;
	path[0].pci = ctrl && ctrl->parent && dev_is_pci(ctrl->parent);
	return 1;
}

/* Look for paths anew: controllers come and go. Sleeps. */
static void paths_refresh(struct copyoff_unit *unit)
{
	struct nvme_unit *nu = unit->priv;
	struct nvme_path path[MAX_PATHS], old[MAX_PATHS];
	unsigned int nr, nr_old;

	nr = nu->multipath ? paths_find(unit->disk, path) :
			     paths_single(unit->disk, path);
	spin_lock(&nu->lock);
	nr_old = nu->nr;
	memcpy(old, nu->path, nr_old * sizeof(*old));
	nu->nr = nr;
	memcpy(nu->path, path, nr * sizeof(*path));
	spin_unlock(&nu->lock);
	paths_put(old, nr_old);
}

/* The path after @skip others, with a reference of its own; false: none. */
static bool nth_path(struct nvme_unit *nu, unsigned int skip,
		     struct nvme_path *path)
{
	bool found;

	spin_lock(&nu->lock);
	found = skip < nu->nr;
	if (found) {
		*path = nu->path[(nu->next + skip) % nu->nr];
		get_device(disk_to_dev(path->disk));
	}
	spin_unlock(&nu->lock);
	return found;
}

/* Others are to begin with the path that was found live. */
static void prefer_path(struct nvme_unit *nu, const struct nvme_path *path)
{
	unsigned int i;

	spin_lock(&nu->lock);
	for (i = 0; i < nu->nr; i++)
		if (nu->path[i].disk == path->disk)
			nu->next = i;
	spin_unlock(&nu->lock);
}

/* ---- commands ---- */

/*
 * What the command was made for may have changed below us: a namespace can be
 * formatted with another block size while it is open.
 */
static bool same_blocks(const struct copyoff_cmd *cmd, u32 lba_shift)
{
	return queue_logical_block_size(cmd->dst_unit->disk->queue) ==
	       1U << lba_shift;
}

/* QEMU aborts on a Copy past the end, and who knows what else does. */
static bool inside(const struct copyoff_cmd *cmd)
{
	u64 size = get_capacity(cmd->dst_unit->disk);
	u32 i;

	if (cmd->dst + cmd->sectors > size)
		return false;
	for (i = 0; i < cmd->nr; i++)
		if (cmd->ext[i].src + cmd->ext[i].sectors > size)
			return false;
	return true;
}

/* What is sent, by any path: made once, as a path that gave up may still read. */
struct message {
	struct nvme_command c;
	u32 bytes;		/* of descriptors, in cmd->wire */
};

static void make_message(const struct copyoff_cmd *cmd, u32 lba_shift,
			 struct message *m)
{
	struct nvme_unit *nu = cmd->dst_unit->priv;
	struct copyoff_nvme_cdw cdw;

	m->bytes = copyoff_nvme_build(cmd->ext, cmd->nr, cmd->dst, lba_shift,
				      cmd->wire, &cdw);
	memset(&m->c, 0, sizeof(m->c));
	m->c.common.opcode = COPYOFF_NVME_OP_COPY;
	m->c.common.nsid = cpu_to_le32(nu->nsid);
	m->c.common.cdw10 = cpu_to_le32(cdw.cdw10);
	m->c.common.cdw11 = cpu_to_le32(cdw.cdw11);
	m->c.common.cdw12 = cpu_to_le32(cdw.cdw12);
	m->c.common.cdw13 = cpu_to_le32(cdw.cdw13);
	m->c.common.cdw14 = cpu_to_le32(cdw.cdw14);
	m->c.common.cdw15 = cpu_to_le32(cdw.cdw15);
}

static int send(struct gendisk *disk, const struct message *m, void *wire)
{
	struct nvme_command c = m->c;

	return compat_nvme_submit_sync_cmd(disk->queue, &c, wire, m->bytes);
}

/* Neither now, nor @before the command was sent, was there another. Sleeps. */
static bool is_only_path(struct copyoff_unit *unit, unsigned int before)
{
	struct nvme_unit *nu = unit->priv;

	paths_refresh(unit);
	/* What leads to a shared namespace beside this is another disk. */
	return before <= 1 && READ_ONCE(nu->nr) <= 1 &&
	       (nu->multipath || !READ_ONCE(unit->identity));
}

/* By one path. Doubt that there was before stays. */
static void try_path(struct copyoff_cmd *cmd, const struct nvme_path *path,
		     const struct message *m)
{
	struct nvme_unit *nu = cmd->dst_unit->priv;
	unsigned int before = READ_ONCE(nu->nr);
	int result = send(path->disk, m, cmd->wire);
	bool only = !result || is_only_path(cmd->dst_unit, before);
	bool doubt = cmd->verdict.doubt;

	cmd->sent |= result != -ENODEV;
	copyoff_nvme_verdict(result, path->pci, only, &cmd->verdict);
	cmd->verdict.doubt |= doubt;
}

/* Each path once, until one gives an answer of the namespace's own. */
static void try_paths(struct copyoff_cmd *cmd, const struct message *m)
{
	struct nvme_unit *nu = cmd->dst_unit->priv;
	struct nvme_path path;
	unsigned int skip;

	for (skip = 0; skip < MAX_PATHS && nth_path(nu, skip, &path); skip++) {
		try_path(cmd, &path, m);
		if (cmd->verdict.kind != COPYOFF_PATH && skip)
			prefer_path(nu, &path);
		put_path(&path);
		if (cmd->verdict.kind != COPYOFF_PATH)
			return;
	}
}

static void run(struct copyoff_cmd *cmd)
{
	u32 lba_shift = SECTOR_SHIFT + ilog2(cmd->block_sectors);
	struct message m;

	memset(&cmd->verdict, 0, sizeof(cmd->verdict));
	cmd->sent = false;
	if (!same_blocks(cmd, lba_shift)) {
		cmd->verdict.kind = COPYOFF_UNSUPPORTED;
		return;
	}
	if (!inside(cmd)) {
		cmd->verdict.kind = COPYOFF_REDO;
		return;
	}
	cmd->verdict.kind = COPYOFF_PATH;
	make_message(cmd, lba_shift, &m);
	try_paths(cmd, &m);
	if (cmd->verdict.kind == COPYOFF_PATH) {
		paths_refresh(cmd->dst_unit);
		try_paths(cmd, &m);
	}
}

static void nvme_work(struct work_struct *work)
{
	struct copyoff_cmd *cmd = container_of(work, struct copyoff_cmd, work);
	/* The gates are entered: reclaim must not wait for I/O above them. */
	unsigned int noio = memalloc_noio_save();

	copyoff_delay(COPYOFF_DELAY_COMMAND_SEND);
	cmd->began = ktime_get_ns();
	run(cmd);
	cmd->ns = ktime_get_ns() - cmd->began;
	copyoff_delay(COPYOFF_DELAY_COMMAND_ANSWERED);
	memalloc_noio_restore(noio);
	cmd->end(cmd);
}

static void nvme_submit(struct copyoff_cmd *cmd)
{
	INIT_WORK(&cmd->work, nvme_work);
	if (cmd->run_here)
		nvme_work(&cmd->work);
	else
		queue_work(cmd->dst_unit->wq, &cmd->work);
}

/* ---- probing ---- */

static int nvme_ioctl(struct block_device *bdev, blk_mode_t mode,
		      unsigned int cmd, unsigned long arg)
{
	return bdev->bd_disk->fops->ioctl(bdev, mode, cmd, arg);
}

static bool is_nvme(struct gendisk *disk)
{
	struct module *owner = disk->fops->owner;

	if (!disk->fops->ioctl)
		return false;
	/* Built in, there is no owner to tell by. */
	if (!owner)
		return !strncmp(disk->disk_name, "nvme", 4);
	return !strcmp(owner->name, "nvme_core");
}

/*
 * Identify by the driver's own ioctl: nothing else is exported. It takes its
 * command and its buffer from user memory, so the caller gets two pages there
 * for a moment. Another thread of it could write to them: what comes out is
 * checked like everything that a device says. That a page of our own is not
 * there can only be for want of memory.
 */
static int identify(struct block_device *bdev, blk_mode_t mode, u32 nsid,
		    u32 cns, u8 *id)
{
	struct nvme_admin_cmd c = {
		.opcode = COPYOFF_NVME_OP_IDENTIFY,
		.nsid = nsid,
		.data_len = COPYOFF_NVME_ID_BYTES,
		.cdw10 = cns,
	};
	unsigned long page;
	int err;

	if (!current->mm)
		return -ENXIO;
	page = vm_mmap(NULL, 0, 2 * COPYOFF_NVME_ID_BYTES,
		       PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, 0);
	if (IS_ERR_VALUE(page))
		return page;
	c.addr = page;
	err = -EFAULT;
	if (copy_to_user((void __user *)(page + COPYOFF_NVME_ID_BYTES), &c,
			 sizeof(c)))
		goto out;
	err = nvme_ioctl(bdev, mode, NVME_IOCTL_ADMIN_CMD,
			 page + COPYOFF_NVME_ID_BYTES);
	if (err)
		goto out;
	if (copy_from_user(id, (void __user *)page, COPYOFF_NVME_ID_BYTES))
		err = -EFAULT;
out:
	vm_munmap(page, 2 * COPYOFF_NVME_ID_BYTES);
	if (err == -EFAULT)
		return -ENOMEM;
	return err > 0 ? -EIO : err;
}

static void parse_ns(struct block_device *bdev, const u8 *id,
		     struct copyoff_found *found)
{
	struct copyoff_nvme_ns ns;

	copyoff_nvme_parse_ns(id, &ns);
	if (!ns.lbaf_known ||
	    1U << ns.limits.lba_shift != bdev_logical_block_size(bdev)) {
		found->reason = COPYOFF_REASON_BLOCK_SIZE;
		found->complete = false;
		return;
	}
	found->limits = ns.limits;
	if (ns.metadata_bytes || ns.protection)
		found->reason = COPYOFF_REASON_PROTECTION_INFO;
}

static void probe_limits(struct block_device *bdev, blk_mode_t mode, u32 nsid,
			 struct copyoff_found *found)
{
	u8 *ctrl = kzalloc(2 * COPYOFF_NVME_ID_BYTES, GFP_KERNEL);
	u8 *ns = ctrl + COPYOFF_NVME_ID_BYTES;
	int err = -ENOMEM;

	/* Until we know better, the table may say what the limits are. */
	found->reason = COPYOFF_REASON_NONE;
	found->complete = false;
	if (ctrl)
		err = identify(bdev, mode, 0, 1, ctrl);
	if (!err)
		err = identify(bdev, mode, nsid, 0, ns);
	found->no_memory = err == -ENOMEM;
	if (err)
		goto out;
	found->complete = true;
	found->shared = copyoff_nvme_identity(ctrl, ns, nsid, found->identity);
	if (copyoff_nvme_has_copy(ctrl))
		parse_ns(bdev, ns, found);
	else
		found->reason = COPYOFF_REASON_NO_COPY_COMMAND;
out:
	kfree(ctrl);
}

static bool nvme_unit_create(struct copyoff_unit *unit)
{
	struct nvme_unit *nu;

	if (unit->priv)
		return true;
	nu = kzalloc(sizeof(*nu), GFP_KERNEL);
	if (!nu)
		return false;
	spin_lock_init(&nu->lock);
	nu->multipath = !queue_is_mq(unit->disk->queue);
	unit->priv = nu;
	return true;
}

static bool nvme_probe(struct copyoff_unit *unit, struct block_device *bdev,
		       blk_mode_t mode, struct copyoff_found *found)
{
	struct block_device *whole = bdev_whole(bdev);
	struct nvme_unit *nu;
	int nsid;

	if (!is_nvme(unit->disk))
		return false;
	nsid = nvme_ioctl(whole, mode, NVME_IOCTL_ID, 0);
	if (nsid <= 0 && nsid != -EWOULDBLOCK)
		return false;
	if (!nvme_unit_create(unit)) {
		found->no_memory = true;
		return false;
	}
	nu = unit->priv;
	paths_refresh(unit);
	if (nsid <= 0 || !nu->nr) {
		found->reason = COPYOFF_REASON_NO_PATH;
		found->complete = false;
		return true;
	}
	nu->nsid = nsid;
	probe_limits(whole, mode, nsid, found);
	return true;
}

static void nvme_release(struct copyoff_unit *unit)
{
	struct nvme_unit *nu = unit->priv;

	paths_put(nu->path, nu->nr);
	kfree(nu);
}

const struct copyoff_backend copyoff_backend_nvme = {
	.method = COPYOFF_METHOD_NVME,
	.name = "nvme",
	.probe = nvme_probe,
	.release = nvme_release,
	.submit = nvme_submit,
};
