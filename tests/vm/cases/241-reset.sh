# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# timeout: 240
#
# The controller is reset again and again in the middle of a copy. What is
# cancelled by that, some of it before a byte was written, is done again. The
# controller was disabled first, so that nothing can come late: no doubt.

. "$TOP/tests/vm/job.sh"
load
A=$(ns 1)
SIZE=$((96 << 20))
mkdev one "$(copyoff_table "$A" 0 "$(sectors "$A")" '4 max_command_kib 256 max_inflight 8')"
dd if=/dev/urandom of="$A" bs=1M count=96 oflag=direct status=none
dd if=/dev/zero of="$A" bs=1M seek=512 count=96 oflag=direct status=none
reset=/sys/class/nvme/$(controllers_of "$A")/reset_controller

slow_down copyoff-n1 $((8 << 20))
defer full_speed copyoff-n1
before=$(copies_seen)
begin_copy /dev/mapper/one /dev/mapper/one "$SIZE" 512M
for ((i = 0; i < 5; i++)); do
	more_done one 8
	still_copying "before reset $i"
	[ "$(status_of one in_flight)" -gt 0 ] || fail "nothing in flight"
	echo 1 >"$reset"
done
more_done one 8
still_copying "before the end"
same "$(status_of one doubts)" 0 doubts
full_speed copyoff-n1
end_copy 0
cmp -n "$SIZE" -i 0:$((512 << 20)) "$A" "$A"
same "$(of_copy bytes_done)" "$SIZE" bytes_done
same "$(of_copy bytes_nvme)" "$SIZE" bytes_nvme
same "$(of_copy bytes_host)" 0 bytes_host
same "$(of_copy result_flags)" 0 result_flags
same "$(status_of one doubts)" 0 doubts
# The reset did meet commands: the host did them again, or the device.
sent=$(($(copies_seen) - before))
[ "$(of_copy bytes_host)" -gt 0 ] || [ "$sent" -gt $((SIZE >> 18)) ] || fail "no command was cancelled"
