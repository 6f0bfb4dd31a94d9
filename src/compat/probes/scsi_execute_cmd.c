// SPDX-License-Identifier: GPL-2.0-only
/*
 * v6.3, d0949565811f ("scsi: core: Add struct for args to execution
 * functions").
 */
#include <scsi/scsi_device.h>

int copyoff_probe(struct scsi_device *sdev, const unsigned char *cdb, void *buf,
		  struct scsi_sense_hdr *sense, int *resid)
{
	int (*form)(struct scsi_device *sdev, const unsigned char *cmd,
		    blk_opf_t opf, void *buffer, unsigned int bufflen,
		    int timeout, int retries,
		    const struct scsi_exec_args *args) = scsi_execute_cmd;
	const struct scsi_exec_args args = { .sshdr = sense, .resid = resid };

	return form(sdev, cdb, REQ_OP_DRV_IN, buf, 0, 0, 0, &args);
}
