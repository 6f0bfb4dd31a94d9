# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: rigtrace
# quick-on: 6.1
#
# The rig: what QEMU traced of Copy commands is what the guest sent.

nvme copy "$(ns 1)" -d 8192 -s 0,4096 -b 2047,15
nvme copy "$(ns 3)" -d 1024 -s 0 -b 7
value bytes_nvme $(((2048 + 16) * 512))
value bytes_nvme $((8 * 4096))
value commands 2
value ranges 3
