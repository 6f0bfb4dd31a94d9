# SPDX-License-Identifier: GPL-2.0-only
# profile: std
# quick-on: 6.1
# timeout: 120
# backtraces: expected
#
# A command outlasts the freezing of all tasks: then the system does not go to sleep,
# and says why with a backtrace. The copy goes on: it was no signal that came.

[ -e /sys/power/state ] || skip "this kernel has no sleep"
load
A=$(ns 1)
MIB=$((1 << 20))
mkdev one "$(copyoff_table "$A" 0 "$(sectors "$A")" '4 max_command_kib 64 max_inflight 2')"
dd if=/dev/urandom of=/dev/mapper/one bs=1M count=1 oflag=direct status=none
echo freezer >/sys/power/pm_test
defer sh -c 'echo none >/sys/power/pm_test'
before=$(cat /sys/power/pm_freeze_timeout)
defer sh -c "echo $before >/sys/power/pm_freeze_timeout"
echo $((1000 * SLOWNESS)) >/sys/power/pm_freeze_timeout

hold command_answered
# Not by the command, which goes on when no signal of its own has come.
"$TOP/build/vm-bin/copyranges" /dev/mapper/one /dev/mapper/one 0 0:$((512 * MIB)):$MIB >/run/out 2>&1 &
PID=$!
wait_held command_answered 2
refuses sh -c 'echo freeze >/sys/power/state'
dmesg | grep 'Freezing of tasks failed\|Freezing user space processes failed'
held command_answered 2 || fail "the commands were not held long enough"
release
wait "$PID"
cat /run/out
grep -x errno=0 /run/out || fail "the copy ended"
grep -x "bytes_done=$MIB" /run/out
cmp -n "$MIB" -i 0:536870912 /dev/mapper/one /dev/mapper/one

# A command by the host that waits for its write: what the freezer leaves behind is
# found before the next one is issued, and there are four.
B=$(ns 2)
mkdev plain "0 $((4 * 2048)) linear $B 0"
hold read_done
"$TOP/build/vm-bin/copyranges" /dev/mapper/one /dev/mapper/plain 0 0:0:$((4 * MIB)) >/run/out 2>&1 &
PID=$!
wait_held read_done
refuses sh -c 'echo freeze >/sys/power/state'
held read_done || fail "the command was not held long enough"
release
wait "$PID" || :
cat /run/out
grep -x errno=0 /run/out || fail "the copy ended"
grep -x "bytes_done=$((4 * MIB))" /run/out
grep -x "bytes_host=$((4 * MIB))" /run/out
cmp -n $((4 * MIB)) /dev/mapper/one /dev/mapper/plain
