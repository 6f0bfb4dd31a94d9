// SPDX-License-Identifier: GPL-2.0-only
/* The form before v6.4, 2243acd50ac4. */
#include <linux/device.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_driver.h>

int copyoff_probe(struct class_interface *intf, struct device *dev)
{
	int (*add)(struct device *dev,
		   struct class_interface *intf) = intf->add_dev;
	void (*remove)(struct device *dev,
		       struct class_interface *intf) = intf->remove_dev;

	remove(dev, intf);
	return add(dev, intf) + scsi_register_interface(intf);
}
