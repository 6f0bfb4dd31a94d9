# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# nopaths: one namespace by two controllers, without native multipath: two disks.
#
#   256 MiB  512-byte blocks  mssrl 2048  mcl 65536  msrc 127

two_cpus

kernel_arg nvme_core.multipath=N
disk ns1 256M

nvme_subsys copyoff
nvme_path copyoff copyoff2
nvme_ns copyoff 1 ns1 512 2048 65536 127
