# SPDX-License-Identifier: GPL-2.0-only
# profile: std
# quick-on: 7.3
# not-on: debug
# timeout: 480
#
# The most ranges that one ioctl takes, of a page each: as few commands as the device's
# limit on source ranges allows, and under 1 MiB of the caller's kernel memory. The
# 4 GiB go to the second half of a smaller device, again and again.

load
A=$(ns 1)
NR=$((1 << 20))
mkdev one "$(copyoff_table "$A" 0 "$(sectors "$A")")"
dd if=/dev/urandom of="$A" bs=1M count=512 oflag=direct status=none

mountpoint -q /sys/fs/cgroup || mount -t cgroup2 cgroup2 /sys/fs/cgroup
echo +memory >/sys/fs/cgroup/cgroup.subtree_control
mkdir -p /sys/fs/cgroup/copyoff-test
defer rmdir /sys/fs/cgroup/copyoff-test

# field NAME
field() { sed -n "s/^$1=//p" /run/out; }
# many NR BYTES SOURCE-RANGES-PER-COMMAND
many() {
	sh -c "echo \$\$ >/sys/fs/cgroup/copyoff-test/cgroup.procs; exec $TOP/build/vm-bin/manyranges /dev/mapper/one $1 $2" >/run/out
	cat /run/out
	same "$(field error)" 0 error
	same "$(field bytes)" right bytes
	same "$(field bytes_nvme)" $(($1 * $2)) bytes_nvme
	same "$(field commands_offload)" $((($1 + $3 - 1) / $3)) commands
	# 5.10's cgroups do not tell it (its memory.stat has no "kernel").
	[[ $(uname -r) != 5.10.* ]] || return 0
	[ "$(field kernel_memory)" -gt 0 ] || fail "the memory was not measured"
	[ "$(field kernel_memory)" -lt 1048576 ] || fail "$(field kernel_memory) bytes of kernel memory"
}

many $NR 4096 128
# A limit that no batch of ranges is a multiple of.
rmdev one
mkdev one "$(copyoff_table "$A" 0 "$(sectors "$A")" '2 msrc 37')"
many 65536 512 37
