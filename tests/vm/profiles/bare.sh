# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# bare: no block device at all; for what needs only a kernel.

# LIO's copies have work on their stack that is not annotated: a kernel that looks for
# that says so, and lockdep is off from there on. Kernels that do not know the word pass
# it by.
kernel_arg no_debug_objects
