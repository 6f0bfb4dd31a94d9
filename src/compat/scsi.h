/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * <scsi/scsi_device.h>, <scsi/scsi_driver.h>; see compat.h.
 */
#ifndef COPYOFF_COMPAT_SCSI_H
#define COPYOFF_COMPAT_SCSI_H

#include <linux/blkdev.h>
#include <linux/dma-direction.h>
#include <linux/limits.h>
#include <scsi/scsi.h>
#include <scsi/scsi_common.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_driver.h>

/* What came back for a command: the device's word and the host's. */
struct compat_scsi_answer {
	u8 host;			/* host byte, DID_* */
	u8 status;			/* SAM status */
	struct scsi_sense_hdr sense;	/* if scsi_sense_valid() says so */
	int resid;			/* bytes that were not transferred */
};

#define COMPAT_SCSI_FAILFAST \
	(REQ_FAILFAST_DEV | REQ_FAILFAST_TRANSPORT | REQ_FAILFAST_DRIVER)

/* What nothing is left of is never that much. */
#define COMPAT_SCSI_NOT_SENT INT_MIN

static inline int compat_scsi_send(struct scsi_device *sdev, const u8 *cdb,
				   bool write, void *buf, unsigned int bytes,
				   int timeout, struct compat_scsi_answer *a)
{
#if defined(HAVE_SCSI_EXECUTE_CMD)
	const struct scsi_exec_args args = {
		.sshdr = &a->sense,
		.resid = &a->resid,
	};

	return scsi_execute_cmd(sdev, cdb, COMPAT_SCSI_FAILFAST |
				(write ? REQ_OP_DRV_OUT : REQ_OP_DRV_IN),
				buf, bytes, timeout, 0, &args);
#elif defined(HAVE_SCSI_EXECUTE_OPF) || defined(HAVE_SCSI_EXECUTE_U64)
	return __scsi_execute(sdev, cdb, write ? DMA_TO_DEVICE :
			      DMA_FROM_DEVICE, buf, bytes, NULL, &a->sense,
			      timeout, 0, COMPAT_SCSI_FAILFAST, 0, &a->resid);
#else
#error "dm-copyoff: no known form of scsi_execute_cmd(); kernel newer than supported?"
#endif
}

/*
 * Send a command, once, and wait for the answer. @buf is from kmalloc(). Sleeps.
 *
 * Returns 0 with @a set, or a negative errno if nothing was sent.
 */
static inline int compat_scsi_execute(struct scsi_device *sdev, const u8 *cdb,
				      bool write, void *buf,
				      unsigned int bytes, int timeout,
				      struct compat_scsi_answer *a)
{
	int result;

	memset(a, 0, sizeof(*a));
	a->resid = COMPAT_SCSI_NOT_SENT;
	result = compat_scsi_send(sdev, cdb, write, buf, bytes, timeout, a);
	/* Until 5.14 all there was for this was a byte of the result. */
	if (a->resid == COMPAT_SCSI_NOT_SENT && result >= 0)
		result = blk_queue_dying(sdev->request_queue) ? -ENODEV : -EIO;
	if (a->resid == COMPAT_SCSI_NOT_SENT)
		return result;
	a->host = result >> 16 & 0xff;
	a->status = result & 0xff;
	/* In that byte, any word of the driver but that there is sense. */
	if (!a->host && (result >> 24 & 0xff & ~0x08))
		a->host = DID_ERROR;
	return 0;
}

/* The parameters of add_dev and remove_dev in struct class_interface. */
#if defined(HAVE_CLASS_INTERFACE_DEV)
#define COMPAT_CLASS_INTERFACE_PARAMS struct device *dev
#elif defined(HAVE_CLASS_INTERFACE_INTF)
#define COMPAT_CLASS_INTERFACE_PARAMS struct device *dev, \
	struct class_interface *intf
#else
#error "dm-copyoff: no known form of class_interface; kernel newer than supported?"
#endif

#endif /* COPYOFF_COMPAT_SCSI_H */
