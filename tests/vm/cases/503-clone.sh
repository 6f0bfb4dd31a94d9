# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# quick-on: 6.1
# not-on: debug
# timeout: 400
#
# copyoff clone: a volume of eight segments on two physical volumes becomes two more,
# all by the devices; what fails, differs or is interrupted leaves no half of a clone. And
# LVM's own commands during a copy that somebody looks at.

. "$TOP/tests/vm/pty.sh"
. "$TOP/tests/vm/tool.sh"
load
A=$(ns 1)
B=$(ns 2)
make_vg "$A" "$B"

# Eight segments: four pieces of each device, with holes between them.
holes=:0-0:2-2:4-4:6-6
lvcreate -q -y -Wn -Zn -l 8 -n golden vg "$A$holes" "$B$holes"
same "$(lvs --noheadings -o seg_count vg/golden | tr -d ' ')" 8 "segments of the original"
dd if=/dev/urandom of=/dev/vg/golden bs=1M count=32 oflag=direct status=none

volumes() { lvs --noheadings -o name vg | tr -d ' ' | sort | tr '\n' ' '; }

# --- one to many ---
"$COPYOFF" clone --strict --verify vg/golden vg/vm1 vg/vm3 | tee /run/out
same "$(grep -cE '^vg/vm[13]: 32.0 MiB in .*: 32.0 MiB by nvme, 0 B by host$' /run/out)" 2 "clones by nvme"
for i in 1 3; do cmp /dev/vg/golden "/dev/vg/vm$i" || fail "clone $i is wrong"; done
same "$(lvs --noheadings -o lv_size --units m vg/vm3 | tr -d ' ')" 32.00m size
# LVM was told that they are complete, and has left the tables alone.
same "$(lvs --noheadings -o tags vg/vm1 vg/vm3 | tr -d ' \n')" "" "tags of complete clones"
refuses grep -v ' copyoff ' <(dmsetup table vg-vm1)
lvremove -qf vg/vm3

# --- what is refused ---
tells 2 "'golden' is not VG/LV" clone golden vg/vm2
tells 2 "in another volume group" clone vg/golden other/vm2
tells 1 "vg/nosuch: LVM does not know it" clone vg/nosuch vg/vm2
tells 1 "vg/vm1 could not be made" clone vg/golden vg/vm2 vg/vm1
same "$(volumes)" "golden vm1 " "volumes after one could not be made"
cmp /dev/vg/golden /dev/vg/vm1
lvcreate -q -y -Wn -Zn --type striped -i 2 -L 8M -n striped vg
tells 4 "vg/striped is not a linear volume" clone vg/striped vg/vm2
lvremove -qf vg/striped

# --- interrupted on a terminal: nothing that is half done stays ---
defer full_speed copyoff-n1
slow_down copyoff-n1 4194304
"$COPYOFF" enable --quiet --options max_inflight=1,max_command_kib=256 vg/golden
on_pty 100 "$COPYOFF" clone vg/golden vg/vm2
wait_for 60 grep -q 'MiB/s.*by nvme' /run/pty || { cat /run/pty; fail "it does not begin"; }
type_in '\003'
end_pty 5
full_speed copyoff-n1
grep -q 'interrupted while copying to vg/vm2' /run/pty
grep -q 'vg/vm2 was not complete: it is removed' /run/pty
grep -q 'go on with: copyoff clone vg/golden vg/vm2' /run/pty
same "$(volumes)" "golden vm1 " "volumes after an interruption"
cmp /dev/vg/golden /dev/vg/vm1

# begin ARGUMENT...: a clone to vg/vm2, slowly; what it says is in $SAYS
SAYS=/run/out
begin() {
	"$COPYOFF" clone "$@" vg/golden vg/vm2 >"$SAYS" 2>&1 &
	PID=$!
}
begun() { [ "$(dmsetup status vg-vm2 2>/dev/null | awk '{ n += $9 } END { print n + 0 }')" -gt 0 ]; }
# nothing_left: it was interrupted, and then there is as much as before
nothing_left() {
	local rc=0
	wait "$PID" || rc=$?
	cat /run/out
	same "$rc" 5 "exit status after $1:"
	same "$(volumes)" "golden vm1 " "volumes after $1:"
}

# --- while the volume is made: that waits for whoever reads what LVM has ---
exec 8>/run/lock/lvm/V_vg
flock -s 8
begin --verify --strict 8>&-
making() { pgrep -P "$PID" -f lvcreate; }
wait_for 60 making || { cat /run/out; fail "it makes no volume"; }
kill -TERM "$PID"
flock -u 8
exec 8>&-
nothing_left "SIGTERM while it made the volume"
grep -x 'copyoff: interrupted while volumes were made' /run/out
grep -x 'copyoff: go on with: copyoff clone --verify --strict vg/golden vg/vm2' /run/out

# --- while it copies, and who read what it says is gone, as tee is by the same Ctrl-C ---
slow_down copyoff-n1 4194304
mkfifo /run/fifo
defer rm -f /run/fifo
cat /run/fifo >/run/out &
READER=$!
SAYS=/run/fifo
begin
wait_for 60 begun || fail "it does not begin"
kill -KILL "$READER"
wait "$READER" || :
kill -TERM "$PID"
nothing_left "SIGTERM without a reader"
SAYS=/run/out

# --- while it verifies: then it has each of them open twice ---
begin --verify
verifying() { [ "$(readlink "/proc/$PID/fd/"* 2>/dev/null | grep -c '/mapper/vg-')" = 4 ]; }
wait_for 100 verifying || { cat /run/out; fail "it does not verify"; }
kill -TERM "$PID"
nothing_left "SIGTERM while it verified"
grep -x 'copyoff: interrupted while vg/vm2 was verified' /run/out

# --- while it verifies, and somebody writes to the clone: it is not said to be one ---
# The last block of it, which is on the disk that is not slow, and looked at last.
begin --verify
wait_for 100 verifying || { cat /run/out; fail "it does not verify"; }
head -c 4096 /dev/zero | tr '\0' x >/run/block
dd if=/run/block of=/dev/mapper/vg-vm2 bs=4k seek=8191 oflag=direct conv=notrunc status=none
kill -0 "$PID" || fail "it was over before the block was written"
full_speed copyoff-n1
rc=0
wait "$PID" || rc=$?
cat /run/out
same "$rc" 1 "exit status when the clone differs:"
grep -x "copyoff: vg/vm2 differs from vg/golden near byte $((28 << 20)): was vg/golden written to meanwhile?" /run/out
grep -x 'copyoff: vg/vm2 was not complete: it is removed' /run/out
same "$(volumes)" "golden vm1 " "volumes after a clone that differs"
slow_down copyoff-n1 4194304

# --- killed: what it leaves behind can be found ---
begin
wait_for 60 begun || { cat /run/out; fail "it does not begin"; }
kill -KILL "$PID"
wait "$PID" || :
full_speed copyoff-n1
same "$(lvs --noheadings -o name @copyoff_incomplete | tr -d ' ')" vm2 "volumes that are not complete"
lvremove -qf @copyoff_incomplete
same "$(volumes)" "golden vm1 " "volumes"
cmp /dev/vg/golden /dev/vg/vm1

# --- lvremove and pvmove in the middle of a copy, while progress is shown ---
lvcreate -q -y -Wn -Zn -L 32M -n vm2 vg "$A"
"$COPYOFF" enable --quiet --options max_inflight=2,max_command_kib=256 vg/golden vg/vm2
writing() { [ "$(dmsetup status vg-vm2 | awk '{ print $9 }')" -gt 0 ]; }
# So that it is not over before LVM has its say.
slow_down copyoff-n1 2097152
"$COPYOFF" copy --progress vg/golden vg/vm2 >/run/out 2>&1 &
PID=$!
wait_for 60 writing || { cat /run/out; fail "it does not begin"; }
refuses lvremove -qf vg/vm2
kill -0 "$PID" || fail "the copy was over before pvmove began"
pvmove -q -i 1 -n golden "$B" "$A" &
MOVE=$!
# From here on golden is what LVM makes of it: linear lines, and the mirror of pvmove.
moving() { ! dmsetup table vg-golden | grep -q copyoff; }
wait_for 60 moving || fail "pvmove does not begin"
kill -0 "$PID" || fail "the copy was over before pvmove was at it"
full_speed copyoff-n1
wait "$PID" || { cat /run/out; fail "the copy has failed"; }
wait "$MOVE"
cat /run/out
grep -E '^100%  32.0 MiB of 32.0 MiB .* because NOT_COPYOFF$' /run/out
grep -E '^32.0 MiB in .*because:.* NOT_COPYOFF' /run/out
cmp /dev/vg/golden /dev/vg/vm2
cmp /dev/vg/golden /dev/vg/vm1
lvremove -qf vg/vm2
