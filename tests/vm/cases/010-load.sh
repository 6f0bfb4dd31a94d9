# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# smoke: yes
#
# The module loads, is a target, maps as linear does, and goes again.

load
dmsetup targets | grep '^copyoff '
disk=$(ns 1)
head -c 1M /dev/urandom >/run/random
dd if=/run/random of="$disk" bs=1M seek=4 oflag=direct
mkdev fast "$(copyoff_table "$disk" 8192 2048)"
dmsetup table fast
dmsetup status fast
dd if=/dev/mapper/fast bs=1M iflag=direct | cmp - /run/random
rmdev fast
rmmod dm-copyoff
