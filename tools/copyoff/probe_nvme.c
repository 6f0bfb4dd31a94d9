// SPDX-License-Identifier: GPL-2.0-only
/*
 * NVMe: what the controller and the namespace say of Copy, by libnvme.
 */
#define _GNU_SOURCE
#include <endian.h>
#include <libnvme.h>
#include <string.h>

#include "probe.h"

static bool has_namespace(nvme_subsystem_t s, const char *name)
{
	nvme_ctrl_t c;
	nvme_ns_t n;

	nvme_subsystem_for_each_ns(s, n)
		if (!strcmp(nvme_ns_get_name(n), name))
			return true;
	nvme_subsystem_for_each_ctrl(s, c)
		nvme_ctrl_for_each_ns(c, n)
			if (!strcmp(nvme_ns_get_name(n), name))
				return true;
	return false;
}

/*
 * A head of several paths is below a subsystem, and has no transport itself. Nor has a
 * partition: it goes by its disk.
 */
static void find_transport(struct probed *p)
{
	nvme_root_t root = nvme_scan(NULL);
	char disk[KNAME] = "";
	nvme_subsystem_t s;
	nvme_ctrl_t c;
	nvme_host_t h;
	int paths = 0;

	if (!root)
		return;
	kname_of(p->disk, disk);
	nvme_for_each_host(root, h)
		nvme_for_each_subsystem(h, s) {
			if (!has_namespace(s, disk))
				continue;
			nvme_subsystem_for_each_ctrl(s, c) {
				snprintf(p->transport, sizeof(p->transport), "nvme-%s",
					 nvme_ctrl_get_transport(c));
				paths++;
			}
		}
	if (paths > 1) {
		size_t used = strlen(p->transport);

		snprintf(p->transport + used, sizeof(p->transport) - used, "*%d", paths);
	}
	nvme_free_tree(root);
}

static void judge(struct probed *p, const struct nvme_id_ctrl *ctrl, const struct nvme_id_ns *ns)
{
	unsigned int mssrl = le16toh(ns->mssrl), mcl = le32toh(ns->mcl), flbas = ns->flbas;
	const struct nvme_lbaf *lbaf = &ns->lbaf[(flbas & 0xf) | (flbas >> 1 & 0x30)];
	unsigned int block = 1U << lbaf->ds;
	char a[HUMAN], b[HUMAN];

	if (!(le16toh(ctrl->oncs) & NVME_CTRL_ONCS_COPY)) {
		snprintf(p->would, sizeof(p->would), "host: NO_COPY_COMMAND");
		return;
	}
	snprintf(p->command, sizeof(p->command), "copy");
	snprintf(p->limits, sizeof(p->limits), "%s, %s*%u", human((uint64_t)mcl * block, a),
		 human((uint64_t)mssrl * block, b), ns->msrc + 1);
	if (!mssrl || !mcl) {
		snprintf(p->limits, sizeof(p->limits), "zero");
		snprintf(p->would, sizeof(p->would), "host: NO_LIMITS");
	} else if (le16toh(lbaf->ms)) {
		snprintf(p->would, sizeof(p->would), "host: PROTECTION_INFO");
	} else {
		snprintf(p->would, sizeof(p->would), "nvme");
	}
}

bool probe_nvme(struct probed *p, const struct device *d)
{
	struct nvme_id_ctrl ctrl = { 0 };
	struct nvme_id_ns ns = { 0 };
	__u32 nsid;

	if (strncmp(p->name, "nvme", 4) || nvme_get_nsid(d->fd, &nsid))
		return false;
	snprintf(p->transport, sizeof(p->transport), "nvme");
	find_transport(p);
	device_attr(whole_disk(d->rdev), "wwid", p->designator);
	if (nvme_identify_ctrl(d->fd, &ctrl) || nvme_identify_ns(d->fd, nsid, &ns))
		snprintf(p->would, sizeof(p->would), "host: it does not answer Identify");
	else
		judge(p, &ctrl, &ns);
	return true;
}
