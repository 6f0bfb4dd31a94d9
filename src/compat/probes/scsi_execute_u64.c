// SPDX-License-Identifier: GPL-2.0-only
/* The form before v6.0, 2599cac57a9a. */
#include <linux/dma-direction.h>
#include <scsi/scsi_device.h>

int copyoff_probe(struct scsi_device *sdev, const unsigned char *cdb, void *buf,
		  struct scsi_sense_hdr *sense, int *resid)
{
	int (*form)(struct scsi_device *sdev, const unsigned char *cmd,
		    int data_direction, void *buffer, unsigned int bufflen,
		    unsigned char *sense, struct scsi_sense_hdr *sshdr,
		    int timeout, int retries, u64 flags,
		    req_flags_t rq_flags, int *resid) = __scsi_execute;

	return form(sdev, cdb, DMA_FROM_DEVICE, buf, 0, NULL, sense, 0, 0, 0, 0,
		    resid);
}
