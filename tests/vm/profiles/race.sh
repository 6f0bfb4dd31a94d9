# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# race: small disks with low limits, for jobs that are held in the middle (see
# ../race.sh): a command moves 128 KiB at most, by two source ranges of 64 KiB.
#
#   ns 1, ns 2    32 MiB  512-byte blocks   mssrl 128  mcl 256  msrc 7
#   ns 3          the same, in $FAULTS parts of 4 MiB; in each, the first read of
#                 the sector $FAULT_SECTOR fails. It lies in the second source
#                 range of a command from the part's beginning, for the reason
#                 that the profile blkdebug gives. That is once a VM, so each
#                 part is for one case: 0 and 1 for 251, 2 and 3 for 253, the
#                 others for 256.

two_cpus

FAULTS=8
FAULT_SECTOR=133
guest_env FAULTS "$FAULTS"
guest_env FAULT_SECTOR "$FAULT_SECTOR"

fault_rules() {
	local n
	for ((n = 0; n < FAULTS; n++)); do echo "read:$((n * 8192 + FAULT_SECTOR)):once"; done
}

disk ns1 32M
disk ns2 32M
# shellcheck disable=SC2046
faulty_disk ns3 32M $(fault_rules)

nvme_subsys copyoff
nvme_ns copyoff 1 ns1 512 128 256 7
nvme_ns copyoff 2 ns2 512 128 256 7
nvme_ns copyoff 3 ns3 512 128 256 7
