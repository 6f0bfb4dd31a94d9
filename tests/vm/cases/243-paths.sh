# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: paths
# quick-on: 5.10 7.3
# timeout: 240
#
# A namespace with two paths. One is lost in the middle of a copy, then the other.

. "$TOP/tests/vm/job.sh"
load
A=$(ns 1)
SIZE=$((64 << 20))
two_paths() { [ "$(controllers_of "$A" | wc -l)" = 2 ]; }
one_path() { [ "$(controllers_of "$A" | wc -l)" = 1 ]; }
wait_for 20 two_paths || fail "no two paths: $(ls /sys/block)"
mkdev one "$(copyoff_table "$A" 0 "$(sectors "$A")" '4 max_command_kib 256 max_inflight 4')"
dd if=/dev/urandom of="$A" bs=1M count=64 oflag=direct status=none

# --- one of two, the one in use: all of it by the device, by the other path ---
slow_down copyoff-n1 $((4 << 20))
begin_copy /dev/mapper/one /dev/mapper/one "$SIZE" 128M
more_done one 5
path=$(busy_controllers "$A")
same "$(wc -w <<<"$path")" 1 "paths in use at a time"
host_monitor device_del "$(qemu_id "$path")"
wait_for 60 one_path || fail "the path is still there"
more_done one 5
still_copying "before the end"
full_speed copyoff-n1
end_copy 0
same "$(of_copy bytes_nvme)" "$SIZE" bytes_nvme
same "$(of_copy bytes_host)" 0 bytes_host
same "$(of_copy result_flags)" 0 result_flags
cmp -n "$SIZE" -i 0:$((128 << 20)) "$A" "$A"
other=$(controllers_of "$A")
[ "$other" != "$path" ] || fail "the wrong path went"

# --- the last: an error, and no device any more ---
dd if=/dev/zero of="$A" bs=1M seek=128 count=64 oflag=direct status=none
slow_down copyoff-n1 $((4 << 20))
begin_copy /dev/mapper/one /dev/mapper/one "$SIZE" 128M
more_done one 5
host_monitor device_del "$(qemu_id "$other")"
# What is under way when the namespace goes is waited for; it may hurry.
gone() { [ ! -e "/sys/class/nvme/$other" ]; }
wait_for 60 gone || fail "the controller is still there"
end_copy 1
case $(of_copy error) in ENODEV | EIO) ;; *) fail "error is $(of_copy error)" ;; esac
done=$(of_copy bytes_done)
[ "$done" -gt 0 ] && [ "$done" -lt "$SIZE" ] || fail "$done bytes done is not the middle"
same "$(status_of one in_flight)" 0 "commands in flight"
same "$(status_of one doubts)" 0 doubts
refuses "$COPYOFF" copy --length 1M --dst 128M /dev/mapper/one /dev/mapper/one
dmsetup remove one
