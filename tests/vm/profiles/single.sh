# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# single: without native multipath, so that a namespace is a disk of its own and
# no head; and it can be taken away.
#
#   ns 1   256 MiB  512-byte blocks  mssrl 2048  mcl 65536  msrc 127

two_cpus

kernel_arg nvme_core.multipath=0

disk ns1 256M

nvme_subsys copyoff
nvme_ns copyoff 1 ns1 512 2048 65536 127
