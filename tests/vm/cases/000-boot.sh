# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# smoke: yes
#
# The guest is what the profile says, so that no later case blames the module
# for the rig.

note "kernel $(uname -r)"
lsblk -o NAME,SIZE,LOG-SEC,SERIAL
same "$(sectors "$(ns 1)")" 2097152 "ns 1"
same "$(sectors "$(ns 2)")" 2097152 "ns 2"
same "$(sectors "$(ns 3)")" 524288 "ns 3"
same "$(blockdev --getss "$(ns 3)")" 4096 "block size of ns 3"
same "$(sectors "$(legacy_nvme)")" 1048576 "legacy nvme"
same "$(sectors "$(virtio_disk)")" 1048576 "virtio disk"
