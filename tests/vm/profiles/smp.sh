# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# smp: as std, with two processors.

CPUS=2
. "$VM/profiles/std.sh"
