# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# std: the usual devices.
#
#   ns 1          1 GiB    512-byte blocks   mssrl 2048  mcl 65536  msrc 127 (128 ranges)
#   ns 2          1 GiB    512               the same
#   ns 3          256 MiB  4096              mssrl 2048  mcl 65536  msrc 15 (16 ranges)
#   legacy_nvme   512 MiB  512               has Copy, limits all zero
#   virtio_disk   512 MiB  512               not NVMe
#
# Devices that a case can take away with host_monitor device_del: copyoff (the
# controller of ns 1 to 3), legacy, plain.

disk ns1 1G
disk ns2 1G
disk ns3 256M
disk legacy 512M
disk plain 512M

nvme_subsys copyoff
nvme_ns copyoff 1 ns1 512 2048 65536 127
nvme_ns copyoff 2 ns2 512 2048 65536 127
nvme_ns copyoff 3 ns3 4096 2048 65536 15
nvme_legacy legacy legacy
virtio_blk plain plain
