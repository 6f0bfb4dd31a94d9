# SPDX-License-Identifier: GPL-2.0-only
# profile: random
# quick-on: 7.3
# timeout: 240
#
# Another thread rewrites the list of ranges while it is read: each range is taken
# as it was once. Nothing is written that no good range allows, on all of the
# disk, and each answer is one that a range deserved.

load
D=$(ns 2)
same "$(sectors "$D")" 32768 "sectors of the disk"
dd if=/dev/urandom of="$D" bs=1M count=16 oflag=direct status=none
mkdev half "$(copyoff_table "$D" 0 16384)"
rc=0
"$TOP/build/vm-bin/rangerace" /dev/mapper/half "$D" 300 >/run/out 2>&1 || rc=$?
cat /run/out
same "$rc" 0 "$(grep -m 1 -E '^(FAIL|rangerace:)' /run/out || echo status)"
