# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# random: small disks, so that all of them can be compared again and again, and
# limits so low that most commands meet one. For 200-random, which overwrites
# them all. SEED and ROUND of the run's own environment go through to it.
#
#   ns 1          16 MiB  512-byte blocks   mssrl 64    mcl 256    msrc 7  (8 ranges)
#   ns 2          16 MiB  512               mssrl 2048  mcl 65536  msrc 127
#   ns 3          8 MiB   4096              mssrl 16    mcl 64     msrc 3  (4 ranges)
#   legacy_nvme   8 MiB   512               has Copy, limits all zero
#   virtio_disk   8 MiB   512               not NVMe

CPUS=2

guest_env SEED "${SEED-}"
guest_env ROUND "${ROUND-}"

disk ns1 16M
disk ns2 16M
disk ns3 8M
disk legacy 8M
disk plain 8M

nvme_subsys copyoff
nvme_ns copyoff 1 ns1 512 64 256 7
nvme_ns copyoff 2 ns2 512 2048 65536 127
nvme_ns copyoff 3 ns3 4096 16 64 3
nvme_legacy legacy legacy
virtio_blk plain plain
