# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# lio: no block device, for cases that make SCSI disks of their own (../lio.sh).

# LIO's copies have work on their stack that is not annotated: a kernel that looks for
# that says so, and lockdep is off from there on. Kernels that do not know the word pass
# it by.
kernel_arg no_debug_objects
