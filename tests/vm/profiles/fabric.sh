# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# fabric: a namespace whose writes can be held back in the device, for a target in
# the guest to give on: see fabric.sh beside lib.sh.
#
#   ns 1   256 MiB  512-byte blocks  mssrl 2048  mcl 65536  msrc 127; a gated_disk,
#          to QEMU it is copyoff-n1

two_cpus

gated_disk ns1 256M

nvme_subsys copyoff
nvme_ns copyoff 1 ns1 512 2048 65536 127
