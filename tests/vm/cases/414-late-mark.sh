# SPDX-License-Identifier: GPL-2.0-only
# profile: lio
# not-on: debug
# timeout: 240
# quick-on: none
#
# Where source and destination are the same already, a pair's trial makes one block
# differ. That write is lost with its session, and done later: the host must not copy
# before that, or the block would be what stays.

. "$TOP/tests/vm/iscsi.sh"
load
iscsi_up
modprobe dm-delay
# What is read goes through, what is written stays until the device is suspended.
two_doors "0 65536 delay /dev/ram0 0 0 /dev/ram0 0 600000"
dd if=/dev/urandom of=/run/data bs=1M count=1 status=none
dd if=/run/data of=/dev/mapper/a bs=1M oflag=direct status=none
dd if=/run/data of=/dev/ram0 bs=1M seek=8 oflag=direct status=none

read_back() { dd if=/dev/ram0 of=/run/is bs=1M skip=8 count=1 iflag=direct status=none; }
held_back() { [ "$(dmsetup status door1 | awk '{ print $5 }')" -gt 0 ]; }
sent=$(xcopies)
begin_copy /dev/mapper/a /dev/mapper/b 1M 8M
wait_for 40 held_back || fail "the block is not written: $(dmsetup status door1)"
before=$(written /dev/mapper/door2)
cut_off 127.0.0.1
wait_for 40 in_doubt || fail "no doubt: $(dmsetup status b)"
same "$(xcopies)" "$sent" "copies sent so far"
# Time enough for a host that would not wait.
sleep 2
late=$(written /dev/mapper/door2)
open_door
done_late() { read_back; ! cmp -s /run/data /run/is; }
wait_for 40 done_late || fail "the late write does not come"
dmsetup message b 0 doubt clear
end_copy 0
same "$late" "$before" "sectors written while there was doubt"
read_back
cmp /run/data /run/is || fail "the trial's block is what stayed"
same "$(of_copy bytes_done)" 1048576 bytes_done
same "$(of_copy result_flags)" 0 result_flags
same "$(status_of b doubts)" 0 doubts
