/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What tests/dkms/run adds to a probe: it answers no on kernels newer than the root's
 * first one, as if they had changed what it asks for in a way unknown to us.
 */
#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#error "broken on purpose"
#endif
