# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# demo: what scripts/demo copies between.
#
#   ns 1          1280 MiB   one device
#   ns 2, ns 3     768 MiB   two that are put one behind the other
#   ns 4          1536 MiB   for LVM
#   ns 5, ns 6     640 MiB   what an array has its logical units on
#   legacy_nvme   1280 MiB   has Copy, limits all zero

disk ns1 1280M
disk ns2 768M
disk ns3 768M
disk ns4 1536M
disk ns5 640M
disk ns6 640M
disk legacy 1280M

nvme_subsys copyoff
nvme_ns copyoff 1 ns1 512 2048 65536 127
nvme_ns copyoff 2 ns2 512 2048 65536 127
nvme_ns copyoff 3 ns3 512 2048 65536 127
nvme_ns copyoff 4 ns4 512 2048 65536 127
nvme_ns copyoff 5 ns5 512 2048 65536 127
nvme_ns copyoff 6 ns6 512 2048 65536 127
nvme_legacy legacy legacy

# In a check once and little is enough; scripts/demo asks for more.
guest_env DEMO_ROUNDS "${DEMO_ROUNDS-1}"
guest_env DEMO_MIB "${DEMO_MIB-128}"
