# SPDX-License-Identifier: GPL-2.0-only
# profile: std
# timeout: 60
#
# A border of one table within a logical block of the other side's device: no
# lower device can be given a part of a block, so those go through the dm
# devices themselves, and the bytes are right.

load
A=$(ns 1)
C=$(ns 3)
same "$(blockdev --getss "$C")" 4096 "block size"
dd if=/dev/urandom of=/run/data bs=1M count=2 status=none
mkdev s "0 5 copyoff $A 0
5 2043 copyoff $A 100
2048 2045 copyoff $A 8192
4093 3 linear $A 20000"
mkdev d "0 4096 copyoff $C 0"
dd if=/run/data of=/dev/mapper/s bs=1M oflag=direct status=none

"$COPYOFF" copy --keys /dev/mapper/s /dev/mapper/d >/run/out
cat /run/out
grep -q "^reasons=.*DIFFERENT_UNIT" /run/out || fail "another reason"
grep -qx bytes_done=2097152 /run/out || fail "not all done"
dd if=/dev/mapper/d of=/run/back bs=1M iflag=direct status=none
cmp /run/data /run/back

dd if=/dev/urandom of=/run/data bs=1M count=2 status=none
dd if=/run/data of=/dev/mapper/d bs=1M oflag=direct status=none
"$COPYOFF" copy --keys /dev/mapper/d /dev/mapper/s >/run/out
cat /run/out
dd if=/dev/mapper/s of=/run/back bs=1M iflag=direct status=none
cmp /run/data /run/back

# The host may not: nothing is written.
rc=0
"$COPYOFF" copy --length 4096 --no-fallback --keys /dev/mapper/d /dev/mapper/s >/run/out || rc=$?
same "$rc" 1 "exit status"
grep -qx error=EOPNOTSUPP /run/out
dd if=/dev/mapper/s of=/run/back bs=1M iflag=direct status=none
cmp /run/data /run/back

# A line that is none of ours, with an odd border, before one with large blocks.
rmdev s
rmdev d
mkdev s "0 5 copyoff $A 0
5 2043 linear $A 100
2048 2048 copyoff $C 0"
mkdev d "0 4096 copyoff $A 65536"
dd if=/dev/urandom of=/run/data bs=1M count=2 status=none
dd if=/run/data of=/dev/mapper/s bs=1M oflag=direct status=none
"$COPYOFF" copy --keys /dev/mapper/s /dev/mapper/d >/run/out
cat /run/out
dd if=/dev/mapper/d of=/run/back bs=1M iflag=direct status=none
cmp /run/data /run/back
dd if=/dev/urandom of=/run/data bs=1M count=2 status=none
dd if=/run/data of=/dev/mapper/d bs=1M oflag=direct status=none
"$COPYOFF" copy --keys /dev/mapper/d /dev/mapper/s >/run/out
dd if=/dev/mapper/s of=/run/back bs=1M iflag=direct status=none
cmp /run/data /run/back

# Room made by a message is found by those who wait for it.
rmdev d
mkdev d "$(copyoff_table "$A" 65536 262144 '4 max_inflight 1 max_command_kib 16')"
for i in 1 2 3; do
	"$COPYOFF" copy --src $((i * 8))M --dst $((64 + i * 8))M --length 8M --force --keys /dev/mapper/d /dev/mapper/d >/run/out$i &
done
dmsetup message d 0 max_inflight 16
wait
for i in 1 2 3; do grep -qx bytes_done=8388608 /run/out$i || fail "copy $i: $(cat /run/out$i)"; done
