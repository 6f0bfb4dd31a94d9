# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# bare: no block device at all; for what needs only a kernel.
