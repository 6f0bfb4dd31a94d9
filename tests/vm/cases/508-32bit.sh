# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# quick-on: 6.1
# not-on: debug 6.1-arm64
# programs: i386
# timeout: 180
#
# The command as a program of 32 bit, on the 64-bit kernel: what it says and does is the
# same, past 4 GiB too.

TOOL32=$TOP/build/i386/tools/copyoff
# The fifth byte of a program is 1 if it is one of 32 bit.
head -c 5 "$TOOL32" | cmp - <(printf '\177ELF\1')
load
A=$(ns 1)
make_vg "$A"
lvcreate -q -y -Wn -Zn -L 64M -n golden vg
lvcreate -q -y -Wn -Zn -L 64M -n new vg
dd if=/dev/urandom of=/dev/vg/golden bs=1M count=64 oflag=direct status=none

"$TOOL32" enable --options max_inflight=2,max_command_kib=256 vg/golden vg/new | tee /run/out
same "$(grep -c ': copyoff, 1 line, copies by nvme$' /run/out)" 2 "volumes that are copyoff"
"$TOOL32" copy --strict vg/golden vg/new >/run/out
cat /run/out
grep -E '^64.0 MiB in [0-9.]+ s: 64.0 MiB by nvme, 0 B by host$' /run/out
cmp /dev/vg/golden /dev/vg/new

# --- it says what the other one says ---
for words in "status" "status --json" "status --prometheus" "probe" "explain vg/golden vg/new"; do
	# shellcheck disable=SC2086
	diff <("$COPYOFF" $words) <("$TOOL32" $words) || fail "copyoff $words: not the same"
done

# --- a job that is followed, and can be resumed ---
defer full_speed copyoff-n1
slow_down copyoff-n1 4194304
"$TOOL32" copy --force --progress --resume /run/resume vg/golden vg/new >/run/out 2>&1 &
PID=$!
wait_for 60 grep -q 'MiB/s' /run/out || { cat /run/out; fail "no progress"; }
kill -TERM "$PID"
rc=0
wait "$PID" || rc=$?
cat /run/out
same "$rc" 5 "exit status of what was interrupted"
full_speed copyoff-n1
"$TOOL32" copy --force --resume /run/resume vg/golden vg/new
cmp /dev/vg/golden /dev/vg/new
"$TOOL32" disable --all
same "$(dmsetup table | grep -c ' copyoff ' || :)" 0 "copyoff lines"

# --- past what 32 bit can count ---
GIB=2097152
lvremove -qff vg/new
vgremove -qff vg
mkdev big "0 $((8 * GIB)) zero
$((8 * GIB)) 131072 copyoff $A 0"
dd if=/dev/urandom of="$A" bs=1M count=16 oflag=direct status=none
"$TOOL32" copy --force --src 8G --dst 8224M --length 16M --keys /dev/mapper/big /dev/mapper/big >/run/out
cat /run/out
grep -qx bytes_nvme=16777216 /run/out
cmp -n 16777216 -i 0:33554432 "$A" "$A"
