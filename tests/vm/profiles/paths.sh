# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# paths: one namespace by two controllers, each of which can be taken away.
#
#   ns 1   256 MiB  512-byte blocks  mssrl 2048  mcl 65536  msrc 127
#          by the controllers copyoff and copyoff2; to QEMU it is copyoff-n1

two_cpus

disk ns1 256M

nvme_subsys copyoff
nvme_path copyoff copyoff2
nvme_ns copyoff 1 ns1 512 2048 65536 127
