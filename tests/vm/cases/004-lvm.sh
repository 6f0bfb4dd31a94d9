# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The rig: LVM and dmsetup work in the guest, without udev and without a word of
# complaint.

disk=$(ns 1)
use_lvm "$disk"
{
	pvcreate -ff -y "$disk"
	vgcreate vg "$disk"
	lvcreate -y -L 64M -n one vg
	lvcreate -y -L 64M -n two vg
} 2>&1 | tee /run/lvm.out
defer vgremove -f -y vg
! grep -iE 'warn|fail|error' /run/lvm.out || fail "LVM complained"

head -c 1M /dev/urandom >/run/random
dd if=/run/random of=/dev/vg/one bs=1M oflag=direct
cmp -n 1048576 /run/random /dev/vg/one
lvextend -L 96M vg/two
same "$(sectors /dev/vg/two)" 196608

mkdev linear "0 2048 linear $(ns 2) 0"
same "$(sectors /dev/mapper/linear)" 2048
