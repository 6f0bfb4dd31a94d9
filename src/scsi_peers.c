// SPDX-License-Identifier: GPL-2.0-only
/*
 * All SCSI units that this host sees, as far as they go by a name.
 */
#include <linux/atomic.h>
#include <linux/device.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "scsi_peers.h"

/* From when it comes until it goes: so long the unit stays. */
struct peer {
	struct list_head node;
	struct scsi_device *sdev;
};

static DEFINE_MUTEX(peers_mutex);	/* protects the list; held for moments */
static LIST_HEAD(peers);
static atomic64_t nr_changes = ATOMIC64_INIT(0);
static void (*on_change)(void);

static void count_change(void)
{
	atomic64_inc(&nr_changes);
	on_change();
}

static int peer_add(COMPAT_CLASS_INTERFACE_PARAMS)
{
	struct peer *p = kzalloc(sizeof(*p), GFP_KERNEL);

	/* Then the unit is as one that we cannot see. */
	if (!p)
		return -ENOMEM;
	p->sdev = class_to_sdev(dev);
	mutex_lock(&peers_mutex);
	list_add(&p->node, &peers);
	mutex_unlock(&peers_mutex);
	count_change();
	return 0;
}

static void peer_remove(COMPAT_CLASS_INTERFACE_PARAMS)
{
	struct peer *p, *next;

	mutex_lock(&peers_mutex);
	list_for_each_entry_safe(p, next, &peers, node) {
		if (p->sdev != class_to_sdev(dev))
			continue;
		list_del(&p->node);
		kfree(p);
	}
	mutex_unlock(&peers_mutex);
	count_change();
}

static struct class_interface interface = {
	.add_dev = peer_add,
	.remove_dev = peer_remove,
};

/* Under RCU: the pages that the kernel has. */
static void pages_of(const struct scsi_device *sdev,
		     struct copyoff_scsi_pages *p)
{
	struct scsi_vpd *names = rcu_dereference(sdev->vpd_pg83);
	struct scsi_vpd *serial = rcu_dereference(sdev->vpd_pg80);

	memset(p, 0, sizeof(*p));
	p->inquiry = sdev->inquiry;
	p->inquiry_len = sdev->inquiry_len;
	if (names) {
		p->names = names->data;
		p->names_len = names->len;
	}
	if (serial) {
		p->serial = serial->data;
		p->serial_len = serial->len;
	}
}

static bool clashes(const struct scsi_device *sdev,
		    const struct copyoff_scsi_identity *id)
{
	struct copyoff_scsi_pages p;
	bool clash;

	rcu_read_lock();
	pages_of(sdev, &p);
	clash = copyoff_scsi_kin(id, &p) == COPYOFF_SCSI_CLASH;
	rcu_read_unlock();
	return clash;
}

void copyoff_peers_identity(const struct scsi_device *sdev,
			    struct copyoff_scsi_identity *id)
{
	struct copyoff_scsi_pages p;

	rcu_read_lock();
	pages_of(sdev, &p);
	copyoff_scsi_identify(&p, id);
	rcu_read_unlock();
}

u64 copyoff_peers_changes(void)
{
	return atomic64_read(&nr_changes);
}

bool copyoff_peers_clash(const struct scsi_device *sdev,
			 const struct copyoff_scsi_identity *id)
{
	bool found = false;
	struct peer *p;

	mutex_lock(&peers_mutex);
	list_for_each_entry(p, &peers, node)
		found |= p->sdev != sdev && clashes(p->sdev, id);
	mutex_unlock(&peers_mutex);
	return found;
}

int copyoff_peers_init(void (*changed)(void))
{
	on_change = changed;
	return scsi_register_interface(&interface);
}

void copyoff_peers_exit(void)
{
	scsi_unregister_interface(&interface);
}
