# SPDX-License-Identifier: GPL-2.0-only
# profile: std
# timeout: 90
# smoke: yes
#
# The thin path: a copyoff device over one namespace, one range, by NVMe Copy.

load
DEV=$(ns 1)
dd if=/dev/urandom of="$DEV" bs=1M count=64 oflag=direct status=none
mkdev fast "$(copyoff_table "$DEV")"
dmsetup table fast
dmsetup status fast

"$COPYOFF" copy --src 0 --dst 512M --length 64M --keys /dev/mapper/fast /dev/mapper/fast >/run/out
cat /run/out
dmsetup status fast
grep -qx bytes_nvme=67108864 /run/out || fail "not all of it went by nvme"
grep -qx bytes_host=0 /run/out || fail "the host copied"
cmp -n 67108864 -i 0:536870912 "$DEV" "$DEV"
