# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# quick-on: 6.1
# not-on: debug
# timeout: 300
#
# copyoff copy that somebody looks at: progress on a terminal and elsewhere; Ctrl-C,
# and going on as it then says, with a file and without; Ctrl-Z and fg; tables that become linear in
# the middle, while progress is shown. Nothing beside the destination is written.

. "$TOP/tests/vm/pty.sh"
load
A=$(ns 1)
LENGTH=$((32 << 20))
# The destination has 4 MiB before it and behind it, on the disk, that are not its own.
AROUND=$((4 << 20))
AT=$((512 << 20))
mkdev one "$(copyoff_table "$A" 0 $((40 << 11)))"
mkdev two "$(copyoff_table "$A" $((AT >> 9)) $((36 << 11)) '4 max_inflight 2 max_command_kib 256')"
dd if=/dev/urandom of=/dev/mapper/one bs=1M count=40 oflag=direct status=none
# Something that has a signature once it has been copied, but not before.
mkfs.ext4 -q -F /dev/mapper/one 32M
sync

head -c $((LENGTH + 2 * AROUND)) /dev/zero | tr '\0' z >/run/around
defer rm -f /run/around

# afresh: nothing of it is there yet, and copies are slow enough to be interrupted
afresh() {
	dd if=/run/around of="$A" bs=1M seek=$(((AT - AROUND) >> 20)) oflag=direct status=none
	dmsetup message two 0 reset_stats
	slow_down copyoff-n1 $((12 << 20))
}
defer full_speed copyoff-n1
written() { [ "$(dmsetup status two | awk '{ print $9 }')" -ge "$1" ]; }

# same_to LENGTH: so much of the destination is as the source, and around it is nothing
same_to() {
	local before=$(((AT - AROUND) >> 20)) behind=$(((AT + LENGTH) >> 20))
	cmp -n "$1" /dev/mapper/one /dev/mapper/two || fail "wrong before $1"
	for at in $before $behind; do
		dd if="$A" bs=1M skip="$at" count=$((AROUND >> 20)) iflag=direct status=none
	done | cmp - -n $((2 * AROUND)) /run/around || fail "written to beside the destination"
}
go_on() { tr -d '\r' </run/"$1" | sed -n 's/.*go on with: copyoff \(copy .*\)/\1/p'; }
COPY=("$COPYOFF" copy --length 32M)

# --- Ctrl-C on a terminal ---
afresh
on_pty 60 "${COPY[@]}" one two
wait_for 60 written 4 || { cat /run/pty; fail "it does not begin"; }
wait_for 60 grep -q 'MiB/s' /run/pty
type_in '\003'
end_pty 5
full_speed copyoff-n1
done=$(sed -n "s/.*interrupted after \([0-9]*\) of $LENGTH bytes.*/\1/p" /run/pty)
[ "$done" -gt 0 ] && [ "$done" -lt $LENGTH ] || fail "$done is not the middle"
pty_lines >/run/lines
grep -E '^ *[0-9]+%  [0-9.]+ [KM]iB of 32.0 MiB  [0-9.]+ [KM]iB/s  [0-9:-]+ left ' /run/lines
same "$(grep 'MiB/s' /run/lines | awk 'length > 59' | wc -l)" 0 "lines of progress too long for the terminal"
same_to "$done"
go_on pty | grep -xE -- "copy --src $done --dst $done --length $((LENGTH - done)) --ignore-signature one two"
# shellcheck disable=SC2046
"$COPYOFF" $(go_on pty) --keys >/run/out
grep -x "bytes_done=$((LENGTH - done))" /run/out
same_to $LENGTH

# --- the same with a file; progress to a file has no escape sequences ---
afresh
rc=0
echo mine >/run/resume.new
defer rm -f /run/resume.new
"${COPY[@]}" --progress --resume /run/resume one two >/run/out 2>/run/err &
PID=$!
# Before there is any end.
wait_for 60 test -e /run/resume || fail "nothing is kept in the middle"
kill -INT "$PID"
wait "$PID" || rc=$?
full_speed copyoff-n1
cat /run/out /run/err /run/resume
same "$rc" 5 "exit status after SIGINT"
refuses grep -q $'[\r\033]' /run/err
done=$(sed -n 's/.*"done":\([0-9]*\).*/\1/p' /run/resume)
[ "$done" -gt 0 ] && [ "$done" -lt $LENGTH ] || fail "$done is not the middle"
grep "interrupted after $done of" /run/err
same_to "$done"
again=$(go_on err)
same "$again" "copy --resume /run/resume one two" "how to go on"
refused() {
	rc=0
	"$COPYOFF" "${@:2}" 2>/run/err || rc=$?
	same "$rc $(grep -cE "$1" /run/err)" "4 1" "$(cat /run/err)"
}
refused '/run/resume is of a copy between other devices' copy --resume /run/resume one "$(ns 2)"
refused '/run/resume is of a copy of other ranges' copy --resume /run/resume --length 8M one two
# Another place of the same name. Other options, or none, are the same place.
rmdev two
mkdev two "$(copyoff_table "$A" $(((AT >> 9) + 8)) $((36 << 11)))"
refused '/run/resume is of a copy between other devices' copy --resume /run/resume one two
rmdev two
mkdev two "0 $((36 << 11)) linear $A $((AT >> 9))"
# Nobody else may say what needs no copy.
chmod 666 /run/resume
refused '/run/resume is no file that you alone can write' copy --resume /run/resume one two
chmod 600 /run/resume
# A signature is a copy's own only if the copy has written anything.
sed 's/"done":[0-9]*/"done":0/' /run/resume >/run/nothing
chmod 600 /run/nothing
refused '^copyoff: two has a signature of ext4' copy --resume /run/nothing one two
rm /run/nothing
same "$(cat /run/resume.new)" mine "a file that is none of a copy's"
ln -s resume /run/link
refused '/run/link is a symbolic link' copy --resume /run/link one two
rm /run/link
# shellcheck disable=SC2086
"$COPYOFF" $again --keys >/run/out
grep -x "bytes_done=$((LENGTH - done))" /run/out
same_to $LENGTH
[ ! -e /run/resume ] || fail "the file of a copy that is done is left"

# --- a flush that fails, and the next one does not: what was done before is not safe ---
rmdev two
mkdev two "$(copyoff_table "$A" $((AT >> 9)) $((36 << 11)) '4 max_inflight 2 max_command_kib 256')"
afresh
slow_down copyoff-n1 $((4 << 20))
rc=0
# The file is tried, kept, kept again: each time it is written, the device is flushed first.
strace -qq -f -o /run/strace -e trace=fsync -e inject=fsync:error=EIO:when=4 \
	"${COPY[@]}" --progress --resume /run/resume one two >/run/out 2>/run/err || rc=$?
full_speed copyoff-n1
cat /run/out /run/err /run/resume /run/strace
same "$rc" 1 "exit status after a failed flush"
grep 'two: it cannot be flushed' /run/err
done=$(sed -n 's/.*"done":\([0-9]*\).*/\1/p' /run/resume)
[ "$done" -gt 0 ] && [ "$done" -lt $LENGTH ] || fail "$done is not the middle"
grep "it ended after $done of" /run/err
# The rest is as it was: had it been taken for done, nobody would copy it.
dd if=/run/around of=/dev/mapper/two bs=4k seek=$((done >> 12)) count=$(((LENGTH - done) >> 12)) oflag=direct status=none
# shellcheck disable=SC2046
"$COPYOFF" $(go_on err) --keys >/run/out
grep -x "bytes_done=$((LENGTH - done))" /run/out
same_to $LENGTH

# --- stopped and continued, with nobody to look at it: that is no signal to end ---
afresh
rc=0
"${COPY[@]}" --keys one two >/run/out 2>/run/err &
PID=$!
wait_for 60 written 4 || { cat /run/err; fail "it does not begin"; }
stopped() { grep -q '^State:.T' "/proc/$PID/status"; }
kill -STOP "$PID"
wait_for 60 stopped || fail "it does not stop"
kill -CONT "$PID"
wait "$PID" || rc=$?
full_speed copyoff-n1
cat /run/out /run/err
same "$rc" 0 "exit status of what was stopped and continued"
grep -x "bytes_done=$LENGTH" /run/out
same_to $LENGTH

# --- both become linear in the middle ---
afresh
on_pty 200 "${COPY[@]}" --force one two
wait_for 60 written 4 || { cat /run/pty; fail "it does not begin"; }
# A device that is suspended: that is said, and no more.
dmsetup suspend one
wait_for 60 grep -q 'waits: a device is suspended or busy' /run/pty
for d in one two; do
	dmsetup table $d | awk '{ print $1, $2, "linear", $4, $5 }' | dmsetup load $d
	dmsetup suspend $d
	dmsetup resume $d
done
wait_for 60 grep -q ' by host because NOT_COPYOFF' /run/pty
full_speed copyoff-n1
end_pty 0
grep -E '^32.0 MiB in .* by nvme, [0-9.]+ [KM]iB by host, .*because: NOT_COPYOFF' /run/pty
same_to $LENGTH

# --- a module that knows no jobs: slice by slice, in the ioctl that blocks ---
rmdev one
mkdev one "$(copyoff_table "$A" 0 $((200 << 11)))"
dd if=/dev/urandom of=/dev/mapper/one bs=1M count=80 oflag=direct status=none
BLOCKING=(strace -qq -o /run/strace -e trace=ioctl)
# calls NUMBER: those of ours, by their places among all
calls() { grep '^ioctl' /run/strace | grep -n "0xbb, $1, 0)" | cut -d: -f 1; }
copy_80() { "$@" "$COPYOFF" copy --progress --keys --force --length 80M --dst 100M one one >/run/out 2>/run/err; }
copy_80 "${BLOCKING[@]}"
same "$(calls 0x3 | wc -l) $(calls 0x2 | wc -l)" "1 0" "jobs, and requests that block"
copy_80 "${BLOCKING[@]}" -e inject=ioctl:error=ENOTTY:when="$(calls 0 | head -n 1)"
cat /run/err
same "$(calls 0x3 | wc -l) $(calls 0x2 | wc -l)" "0 2" "jobs, and requests that block"
grep -x "bytes_done=$((80 << 20))" /run/out
cmp -n $((80 << 20)) /dev/mapper/one /dev/mapper/one -i 0:$((100 << 20))

# --- an answer that cannot be written is none ---
rc=0
"$COPYOFF" status >/dev/full 2>/run/err || rc=$?
same "$rc" 1 "exit status with a full disk"
grep 'standard output: No space left' /run/err
