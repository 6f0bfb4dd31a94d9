# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# blkdebug: namespaces with faults, each 128 MiB, 512-byte blocks, limits as ns 1
# of std (mssrl 2048, mcl 65536, msrc 127). The faults lie at $ERR_SECTOR (64 MiB
# in) and cover $ERR_SECTORS sectors where they stay; any command that touches
# one of them fails with EIO in QEMU. Ordinary I/O and Copy alike meet them.
#
#   ns $NS_CLEAN       no fault
#   ns $NS_CLEAN2      no fault
#   ns $NS_READ_ONCE   the first read of $ERR_SECTOR fails
#   ns $NS_WRITE_ONCE  the first write of $ERR_SECTOR fails
#   ns $NS_READ_BAD    every read of the $ERR_SECTORS sectors from $ERR_SECTOR fails
#   ns $NS_WRITE_BAD   every write of them fails
#   ns $NS_COPY_ONCE   first read of $ERR_SECTOR + 65536 (96 MiB in) and first
#                      write of $ERR_SECTOR fail: for copies inside one namespace
#   legacy_nvme        64 MiB, no fault; virtio_disk: 128 MiB, no fault
#
# "First" means once a VM: only one case of a profile can use such a fault. More
# cases want more namespaces, or a profile of their own that sources this one.
#
# Linux itself repeats ordinary I/O after such an error, so that an error met
# once shows only in a command passed through, as Copy is.
#
# QEMU 10.0 may abort (an assertion in block/accounting.c) on a Copy whose very
# first read fails: have a faulty sector in a command's second source range, or
# later. Writes may fail anywhere.

ERR_SECTOR=131072
ERR_SECTORS=8

bad_sectors() {
	local s
	for ((s = ERR_SECTOR; s < ERR_SECTOR + ERR_SECTORS; s++)); do echo "$1:$s:always"; done
}

nsid=0
# fault_ns NAME RULE...
fault_ns() {
	local name=$1
	shift
	nsid=$((nsid + 1))
	faulty_disk "fault$nsid" 128M "$@"
	nvme_ns copyoff "$nsid" "fault$nsid" 512 2048 65536 127
	guest_env "NS_$name" "$nsid"
}

guest_env ERR_SECTOR "$ERR_SECTOR"
guest_env ERR_SECTORS "$ERR_SECTORS"

nvme_subsys copyoff
fault_ns CLEAN
fault_ns CLEAN2
fault_ns READ_ONCE "read:$ERR_SECTOR:once"
fault_ns WRITE_ONCE "write:$ERR_SECTOR:once"
# shellcheck disable=SC2046
fault_ns READ_BAD $(bad_sectors read)
# shellcheck disable=SC2046
fault_ns WRITE_BAD $(bad_sectors write)
fault_ns COPY_ONCE "read:$((ERR_SECTOR + 65536)):once" "write:$ERR_SECTOR:once"

disk legacy 64M
disk plain 128M
nvme_legacy legacy legacy
virtio_blk plain plain
