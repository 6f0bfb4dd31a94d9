# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: single
# quick-on: 5.10 7.3
# timeout: 240
#
# A namespace that is no multipath head: copied by the device, its controller
# reset in the middle of a copy, and in the middle of another taken away.

. "$TOP/tests/vm/job.sh"
load
A=$(ns 1)
SIZE=$((64 << 20))
same "$(find /sys/block -name 'nvme*c*n*')" "" "hidden paths"
controller=/sys/class/nvme/$(basename "$(readlink -f "/sys/block/${A##*/}/device")")
mkdev one "$(copyoff_table "$A" 0 "$(sectors "$A")" '4 max_command_kib 256 max_inflight 4')"
dd if=/dev/urandom of="$A" bs=1M count=64 oflag=direct status=none
SLOW=$((4 << 20))

"$COPYOFF" copy --length "$SIZE" --dst 128M --keys /dev/mapper/one /dev/mapper/one >/run/out
same "$(of_copy bytes_nvme)" "$SIZE" bytes_nvme
cmp -n "$SIZE" -i 0:$((128 << 20)) "$A" "$A"
dd if=/dev/zero of="$A" bs=1M seek=128 count=64 oflag=direct status=none

# --- reset ---
slow_down copyoff-n1 "$SLOW"
begin_copy /dev/mapper/one /dev/mapper/one "$SIZE" 128M
for ((i = 0; i < 3; i++)); do
	more_done one 5
	still_copying "before reset $i"
	echo 1 >"$controller/reset_controller"
done
full_speed copyoff-n1
end_copy 0
same "$(($(of_copy bytes_nvme) + $(of_copy bytes_host)))" "$SIZE" "bytes of both methods"
same "$(of_copy result_flags)" 0 result_flags
same "$(status_of one doubts)" 0 doubts
cmp -n "$SIZE" -i 0:$((128 << 20)) "$A" "$A"

# --- gone: an error, and no device any more ---
dmsetup message one 0 offload retry
slow_down copyoff-n1 "$SLOW"
begin_copy /dev/mapper/one /dev/mapper/one "$SIZE" 128M
more_done one 5
host_monitor device_del copyoff
gone() { [ ! -e "$controller" ]; }
wait_for 60 gone || fail "the controller is still there"
end_copy 1
case $(of_copy error) in ENODEV | EIO) ;; *) fail "error is $(of_copy error)" ;; esac
done=$(of_copy bytes_done)
[ "$done" -gt 0 ] && [ "$done" -lt "$SIZE" ] || fail "$done bytes done is not the middle"
same "$(status_of one in_flight)" 0 "commands in flight"
same "$(status_of one doubts)" 0 doubts
refuses "$COPYOFF" copy --length 1M --dst 128M /dev/mapper/one /dev/mapper/one
dmsetup remove one
