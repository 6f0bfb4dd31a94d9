# SPDX-License-Identifier: GPL-2.0-only
# profile: trace
# timeout: 120
#
# What the module says went by NVMe Copy is what the device was told to copy:
# the host-side check adds up the source ranges in QEMU's own trace.

load
A=$(ns 1)
B=$(ns 2)
dd if=/dev/urandom of="$A" bs=1M count=96 oflag=direct status=none
# Two lines over one namespace, so that there is a border in each side.
mkdev one "0 65536 copyoff $A 0
65536 131072 copyoff $A 131072"
mkdev two "$(copyoff_table "$B")"

total=0
copied() {
	cat /run/out
	total=$((total + $(sed -n 's/^bytes_nvme=//p' /run/out)))
}

"$COPYOFF" copy --length 24M --dst 48M --keys /dev/mapper/one /dev/mapper/one >/run/out
copied
grep -qx bytes_nvme=25165824 /run/out || fail "24 MiB did not go by nvme"
"$COPYOFF" copy --src 30M --length 4M --dst 80M --sync --keys /dev/mapper/one /dev/mapper/one >/run/out
copied
# Another namespace: the host.
"$COPYOFF" copy --length 8M --keys /dev/mapper/one /dev/mapper/two >/run/out
copied
grep -qx 'reasons= DIFFERENT_UNIT' /run/out || fail "no reason for the host"
cmp -n 8388608 /dev/mapper/one /dev/mapper/two
cmp -n 25165824 -i 0:50331648 /dev/mapper/one /dev/mapper/one
cmp -n 4194304 -i 31457280:83886080 /dev/mapper/one /dev/mapper/one

by_status=$(dmsetup status one | awk '{ n += $10 } END { print n }')
same "$by_status" "$total" "bytes nvme in the status"
value bytes_nvme "$total"
