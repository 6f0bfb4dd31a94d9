# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# quick-on: 6.1
# not-on: debug
# timeout: 300
#
# copyoff clone: a volume of eight segments on two physical volumes becomes three,
# all by the devices; what fails or is interrupted leaves no half of a clone. And
# LVM's own commands during a copy.

load
A=$(ns 1)
B=$(ns 2)
use_lvm "$A" "$B"
pvcreate -q "$A" "$B"
vgcreate -q vg "$A" "$B"
defer wipefs -qa "$A" "$B"
defer vgremove -qff vg

# Eight segments: a piece of another volume between each two on one device.
lvcreate -q -y -Wn -Zn -L 8M -n golden vg "$A"
for i in 1 2 3 4 5 6 7; do
	[ $((i % 2)) = 0 ] && pv=$A || pv=$B
	lvcreate -q -y -Wn -Zn -L 4M -n "gap$i" vg "$pv"
	lvextend -q -L +8M vg/golden "$pv"
done
same "$(lvs --noheadings -o seg_count vg/golden | tr -d ' ')" 8 "segments of the original"
dd if=/dev/urandom of=/dev/vg/golden bs=1M count=64 oflag=direct status=none

says() {
	local want=$1 pattern=$2 rc=0
	shift 2
	"$COPYOFF" "$@" >/run/out 2>/run/err || rc=$?
	cat /run/out /run/err
	same "$rc" "$want" "exit status of copyoff $*:"
	grep -E -- "$pattern" /run/err || fail "copyoff $*: no word of $pattern"
}
volumes() { lvs --noheadings -o name vg | tr -d ' ' | grep -v '^gap' | sort | tr '\n' ' '; }

# --- one to many ---
"$COPYOFF" clone --strict --verify vg/golden vg/vm1 vg/vm2 vg/vm3 | tee /run/out
same "$(grep -cE '^vg/vm[123]: 64.0 MiB in .*: 64.0 MiB by nvme, 0 B by host$' /run/out)" 3 "clones by nvme"
for i in 1 2 3; do cmp /dev/vg/golden "/dev/vg/vm$i" || fail "clone $i is wrong"; done
same "$(lvs --noheadings -o lv_size --units m vg/vm3 | tr -d ' ')" 64.00m size
lvremove -qf vg/vm2 vg/vm3

# --- what is refused ---
says 2 "'golden' is not VG/LV" clone golden vg/vm2
says 2 "in another volume group" clone vg/golden other/vm2
says 1 "vg/nosuch: LVM does not know it" clone vg/nosuch vg/vm2
says 1 "vg/vm1 could not be made" clone vg/golden vg/vm2 vg/vm1
same "$(volumes)" "golden vm1 " "volumes after one could not be made"
cmp /dev/vg/golden /dev/vg/vm1
lvcreate -q -y -Wn -Zn --type striped -i 2 -L 8M -n striped vg
says 4 "vg/striped is not a linear volume" clone vg/striped vg/vm2
lvremove -qf vg/striped

# --- interrupted: nothing that is half done stays ---
"$COPYOFF" enable --quiet --options max_inflight=1,max_command_kib=4 vg/golden
"$COPYOFF" clone vg/golden vg/vm2 >/run/out 2>/run/err &
PID=$!
writing() { [ "$(dmsetup status vg-vm2 2>/dev/null | awk '$3 == "copyoff" { print $8; exit }')" -gt 50 ] 2>/dev/null; }
wait_for 60 writing || { cat /run/err; fail "it does not begin"; }
kill -INT "$PID"
rc=0
wait "$PID" || rc=$?
cat /run/out /run/err
same "$rc" 5 "exit status"
grep -q 'vg/vm2 was not complete: it is removed' /run/err
same "$(volumes)" "golden vm1 " "volumes after an interruption"

# --- lvremove and pvmove in the middle of a copy ---
lvcreate -q -y -Wn -Zn -L 64M -n vm2 vg "$A"
"$COPYOFF" enable --quiet vg/vm2
# So that it is not over before LVM has its say.
slow_down copyoff-n1 4194304
defer full_speed copyoff-n1
"$COPYOFF" copy vg/golden vg/vm2 >/run/out 2>&1 &
PID=$!
wait_for 60 writing || { cat /run/out; fail "it does not begin"; }
refuses lvremove -qf vg/vm2
kill -0 "$PID" || fail "the copy was over before pvmove began"
pvmove -q -i 1 -n golden "$B" "$A"
wait "$PID" || { cat /run/out; fail "the copy has failed"; }
full_speed copyoff-n1
cat /run/out
grep -E '^64.0 MiB in .*because:.* NOT_COPYOFF' /run/out
cmp -n $((64 << 20)) /dev/vg/golden /dev/vg/vm2
lvremove -qf vg/vm2
