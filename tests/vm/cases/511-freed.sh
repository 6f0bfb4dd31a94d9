# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# quick-on: 6.1
# not-on: debug
# timeout: 180
#
# pvmove takes a volume from one disk to the other while it is being copied to. What it
# leaves behind is free and may become anybody's: from then on the copy writes nothing
# there. A command that was on its way when pvmove came is waited for, and what comes
# next goes to where the volume is now.

. "$TOP/tests/vm/tool.sh"
load
A=$(ns 1)
B=$(ns 2)
make_vg "$A" "$B"
lvcreate -q -y -Wn -Zn -L 16M -n golden vg "$A"
# In two pieces.
lvcreate -q -y -Wn -Zn -L 8M -n new vg "$A"
lvcreate -q -y -Wn -Zn -L 4M -n between vg "$A"
lvextend -q -L 16M vg/new "$A"
dd if=/dev/urandom of=/dev/vg/golden bs=1M count=16 oflag=direct status=none
"$COPYOFF" enable --quiet --options max_inflight=2,max_command_kib=256 vg/golden vg/new

# places: where each line of its table leads to, "DISK START SECTORS"
places() { dmsetup table vg-new | awk '{ print $4, $5, $2 }'; }
places >/run/old
cat /run/old
same "$(wc -l </run/old)" 2 "pieces before"
same "$(cut -d ' ' -f 1 /run/old | sort -u)" "$(cat "/sys/class/block/${A##*/}/dev")" "disk before"

# --- a command is about to be sent ---
hold command_send
"$COPYOFF" copy --keys vg/golden vg/new >/run/out 2>&1 &
PID=$!
wait_held command_send 2
# Not the first ones: something has been copied.
hold command_send
wait_held command_send 2

# --- pvmove: its suspend waits for that one, and the table is as it was ---
pvmove -q -i 1 -n new "$A" "$B" &
MOVE=$!
in_module() { grep -q 'copyoff_.*dm_copyoff' "/proc/$MOVE/stack"; }
wait_for 40 in_module || { cat "/proc/$MOVE/stack" || :; fail "pvmove does not wait for the command"; }
places | diff /run/old - || fail "the table was changed under a command"
held command_send 2 || fail "the commands were not held long enough"

# --- it goes on, and the copy stops before its next piece, in no gate ---
hold range_checked
wait "$MOVE"
wait_held range_checked
same "$(places | cut -d ' ' -f 1 | sort -u)" "$(cat "/sys/class/block/${B##*/}/dev")" "disk after"
same "$(pvs --noheadings --segments -o lv_name "$A" | tr -d ' ' | sort -u | xargs)" "between golden" "volumes on the first disk"

# --- what it left is somebody else's now ---
# theirs SECTORS: what they write there
theirs() { head -c $(($1 * 512)) /dev/zero | tr '\0' F; }
while read -r _ start sectors; do
	theirs "$sectors" | dd of="$A" bs=1M seek=$((start * 512)) oflag=direct,seek_bytes iflag=fullblock status=none
done </run/old
held range_checked || fail "the copy was not held long enough"
kill -0 "$PID" || fail "the copy was over before pvmove was"
release
rc=0
wait "$PID" || rc=$?
cat /run/out
same "$rc" 0 "exit status of the copy:"
grep -x bytes_done=$((16 << 20)) /run/out
grep 'reasons=.*NOT_COPYOFF' /run/out
for method in nvme host; do
	[ "$(sed -n "s/^bytes_$method=//p" /run/out)" -gt 0 ] || fail "nothing went by $method"
done
while read -r _ start sectors; do
	dd if="$A" bs=1M skip=$((start * 512)) count=$((sectors * 512)) iflag=direct,skip_bytes,count_bytes status=none |
		cmp - <(theirs "$sectors") || fail "the copy has written to what pvmove had freed"
done </run/old
cmp /dev/vg/golden /dev/vg/new || fail "the copy is wrong"
