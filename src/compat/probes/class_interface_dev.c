// SPDX-License-Identifier: GPL-2.0-only
/*
 * v6.4, 2243acd50ac4 ("driver core: class: remove struct class_interface * from
 * callbacks").
 */
#include <linux/device.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_driver.h>

int copyoff_probe(struct class_interface *intf, struct device *dev)
{
	int (*add)(struct device *dev) = intf->add_dev;
	void (*remove)(struct device *dev) = intf->remove_dev;

	remove(dev);
	return add(dev) + scsi_register_interface(intf);
}
