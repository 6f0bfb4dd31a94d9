# SPDX-License-Identifier: GPL-2.0-only
# profile: std
# quick-on: 7.3
# timeout: 240
#
# The system goes to sleep (up to the freezing of all tasks) in the middle of a
# copy, which goes on afterwards; also while the copy waits for a suspended
# device.

[ -e /sys/power/pm_test ] || skip "this kernel cannot test its sleep"
load
A=$(ns 1)
SIZE=$((32 << 20))
mkdev one "$(copyoff_table "$A" 0 "$(sectors "$A")" '4 max_command_kib 64 max_inflight 2')"
dd if=/dev/urandom of=/dev/mapper/one bs=1M count=$((SIZE >> 20)) oflag=direct status=none
echo freezer >/sys/power/pm_test
defer full_speed copyoff-n1
defer sh -c 'echo none >/sys/power/pm_test'

# As fast as it can it would be over in a moment.
start() {
	slow_down copyoff-n1 $((4 << 20))
	dmsetup message one 0 reset_stats
	"$COPYOFF" copy --length "$SIZE" --dst 512M --keys "$@" /dev/mapper/one /dev/mapper/one >/run/out 2>&1 &
	PID=$!
	wait_for 20 begun
}
# The host takes no notice of the size of a command: it has but 32.
begun() { [ "$(dmsetup status one | awk '{ print $8 }')" -gt 2 ]; }
finish() {
	full_speed copyoff-n1
	wait "$PID" || fail "the copy ended: $(cat /run/out)"
	cat /run/out
	grep -qx "bytes_done=$SIZE" /run/out || fail "not all done"
	cmp -n "$SIZE" -i 0:536870912 /dev/mapper/one /dev/mapper/one
}

start
echo freeze >/sys/power/state
kill -0 "$PID" || fail "the copy was over, or ended, before the sleep: $(cat /run/out)"
finish

start --no-offload
dmsetup suspend one
echo freeze >/sys/power/state
kill -0 "$PID" || fail "the sleep ended the wait: $(cat /run/out)"
dmsetup resume one
finish
dmesg | grep -c 'Freezing user space processes'
