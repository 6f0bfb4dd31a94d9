# SPDX-License-Identifier: GPL-2.0-only
# profile: lio
# timeout: 120
# quick-on: 6.1 7.3
#
# While the first command of a pair is on trial no second one is sent; who waits
# for that can be interrupted; and when it is over all go on. A pair that has the
# same bytes on both sides already is tried all the same, and stays right.

. "$TOP/tests/vm/lio.sh"
load
lio_up
backstore one ramdisk 32 11111111-2222-3333-4444-555555555551
backstore two ramdisk 32 99999999-8888-7777-6666-555555555552
units one two
A=${DISKS[0]}
B=${DISKS[1]}
dd if=/dev/urandom of="$A" bs=1M count=32 oflag=direct status=none
mkdev one "$(copyoff_table "$A")"
mkdev two "$(copyoff_table "$B")"
MIB=1048576

# start N: the Nth MiB from one to two
start() {
	"$COPYOFF" copy --src "$1M" --dst "$1M" --length 1M --force --keys /dev/mapper/one /dev/mapper/two >"/run/out$1" 2>&1 &
	PID=$!
}

# waits PID: is it in the middle of its job, with nothing to do?
waits() { grep -q copyoff_job_sleep "/proc/$1/stack"; }

# came N: have so many commands come to where they are sent?
came() { same "$(awk '$1 == "command_send" { print $NF }' "$POINTS")" "$1" "commands that were to be sent"; }

hold command_send
start 1
FIRST=$PID
wait_held command_send
start 2
SECOND=$PID
start 3
THIRD=$PID
wait_for 20 waits "$SECOND" || fail "the second job does not wait"
wait_for 20 waits "$THIRD" || fail "the third job does not wait"
came 1
same "$(xcopies)" 0 "commands sent"
kill -INT "$SECOND"
rc=0
wait "$SECOND" || rc=$?
cat /run/out2
same "$rc" 5 "exit status of the one that was interrupted"
grep -qx error=EINTR /run/out2
# Within one of them it is another pair: that does not wait.
"$COPYOFF" copy --dst 16M --length 4K --keys /dev/mapper/two /dev/mapper/two >/run/own &
OWN=$!
wait_held command_send 2
release
wait "$FIRST" "$OWN"
wait "$THIRD"
cat /run/out1 /run/out3
for n in 1 3; do
	grep -qx "bytes_scsi=$MIB" "/run/out$n" || fail "MiB $n did not go by scsi"
	cmp -n $MIB -i $((n * MIB)) "$A" "$B" || fail "MiB $n is wrong"
done

# The same once more, where there is nothing to be seen: one block is made to differ.
dmsetup message two 0 offload retry
sent=$(xcopies)
start 1
wait "$PID"
cat /run/out1
grep -qx "bytes_scsi=$MIB" /run/out1 || fail "what was equal did not go by scsi"
same "$(sed -n 's/^commands_offload=//p' /run/out1)" "$(($(xcopies) - sent))" "commands, as the target counts them"
[ "$(($(xcopies) - sent))" -gt 1 ] || fail "no trial"
blockdev --flushbufs "$B"
cmp -n $MIB -i $MIB "$A" "$B"
