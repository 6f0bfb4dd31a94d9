// SPDX-License-Identifier: GPL-2.0-only
/*
 * Beginning and end of the module, in the order in which parts need others.
 */
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>

#include "async.h"
#include "backend.h"
#include "doubt.h"
#include "front.h"
#include "registry.h"

struct workqueue_struct *copyoff_host_wq;

static int __init copyoff_init(void)
{
	int err;

	copyoff_host_wq = alloc_workqueue("copyoff_host",
					  WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!copyoff_host_wq)
		return -ENOMEM;
	err = copyoff_host_init();
	if (err)
		goto out_host_wq;
	err = copyoff_scsi_init();
	if (err)
		goto out_host;
	err = copyoff_asyncs_init();
	if (err)
		goto out_scsi;
	err = copyoff_target_init();
	if (err)
		goto out_asyncs;
	err = copyoff_ctl_init();
	if (err)
		goto out_target;
	return 0;

out_target:
	copyoff_target_exit();
out_asyncs:
	copyoff_asyncs_exit();
out_scsi:
	copyoff_scsi_exit();
out_host:
	copyoff_host_exit();
out_host_wq:
	destroy_workqueue(copyoff_host_wq);
	return err;
}

static void __exit copyoff_exit(void)
{
	copyoff_ctl_exit();
	copyoff_asyncs_exit();
	copyoff_target_exit();
	copyoff_doubts_exit();
	copyoff_registry_exit();
	copyoff_units_exit();
	copyoff_scsi_exit();
	destroy_workqueue(copyoff_host_wq);
	copyoff_host_exit();
	/* No callback of ours is to run after our code is gone. */
	rcu_barrier();
}

module_init(copyoff_init);
module_exit(copyoff_exit);

MODULE_DESCRIPTION("Device-mapper target with copy offload");
MODULE_AUTHOR("The dm-copyoff developers");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
/* What the kernel that this was built for answered. */
MODULE_INFO(probes, COPYOFF_PROBES);
