# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: smp
# quick-on: 6.1
# not-on: debug
# timeout: 300
#
# copyoff enable, copy, status and disable on live logical volumes: the tables are
# swapped and nothing else of them, all of the volumes or none, and under LVM's lock.

load
A=$(ns 1)
B=$(ns 2)
make_vg "$A" "$B"
lvcreate -q -y -Wn -Zn -L 64M -n golden vg "$A"
lvcreate -q -y -Wn -Zn -L 16M -n between vg "$A"
lvextend -q -L +32M vg/golden "$A"
lvcreate -q -y -Wn -Zn -L 96M -n vm42 vg "$A"

# lines DEVICE TYPE: how many
lines() { dmsetup table "$1" | grep -c " $2 " || :; }
as_linear() { dmsetup table "$1" | sed 's/ copyoff / linear /'; }

dmsetup table vg-golden >/run/before
same "$(lines vg-golden linear)" 2 segments

# --- there ---
"$COPYOFF" enable vg/golden vg-vm42 | tee /run/out
diff - /run/out <<-END
	vg/golden: copyoff, 2 lines, copies by nvme
	vg-vm42: copyoff, 1 line, copies by nvme
END
same "$(lines vg-golden copyoff) $(lines vg-vm42 copyoff)" "2 1" "copyoff lines"
as_linear vg-golden | diff /run/before -
"$COPYOFF" enable /dev/vg/golden | grep -x '/dev/vg/golden: already copyoff, 2 lines, copies by nvme'

# --- a copy, and what status says of it ---
dd if=/dev/urandom of=/dev/vg/golden bs=1M count=96 oflag=direct status=none
"$COPYOFF" copy vg/golden vg/vm42 >/run/out
cat /run/out
grep -E '^96.0 MiB in [0-9.]+ s: 96.0 MiB by nvme, 0 B by host$' /run/out
cmp /dev/vg/golden /dev/vg/vm42
"$COPYOFF" status | tee /run/out
same "$(awk '{ print $1, $3, $4, $5, $6, $7, $8, $13 }' /run/out | tail -n 1)" "vg-vm42 nvme on 0 0 96.0 MiB 0" "status of vg/vm42"
same "$(awk '$1 == "vg-vm42" { print $2 }' /run/out)" "${A##*/}" "what is below it"

# --- options, and back ---
"$COPYOFF" enable --options max_inflight=4,min_offload_kib=64 vg/vm42
dmsetup table vg-vm42 | grep ' 4 max_inflight 4 min_offload_kib 64$'
"$COPYOFF" disable vg/vm42 | grep -x 'vg/vm42: linear, 1 line'
same "$(lines vg-vm42 linear)" 1 "linear lines"
"$COPYOFF" disable --all | grep -x 'vg-golden: linear, 2 lines'
dmsetup table vg-golden | diff /run/before -
"$COPYOFF" disable --all | grep -x 'no device has a copyoff line'

# --- under LVM's lock: LVM's own commands wait for us, and we for them ---
V=/run/lock/lvm/V_vg
flock "$V" sleep 3 &
HOLDER=$!
wait_for 10 test -e "$V"
sleep 0.5
"$COPYOFF" enable -q vg/golden 2>/run/err &&
	fail "-q is no option"
same "$("$COPYOFF" enable --quiet vg/golden; kill -0 $HOLDER 2>/dev/null && echo early || :)" "" "before the lock was free"
wait "$HOLDER"
same "$(lines vg-golden copyoff)" 2 "copyoff lines"

rm -f "$V"
strace -f -qq -o /run/strace -e trace=ioctl -e inject=ioctl:delay_enter=400000 \
	"$COPYOFF" disable --quiet vg/golden &
PID=$!
wait_for 10 test -e "$V" || fail "no lock was taken"
refuses flock -n "$V" true
vgs vg
# LVM has waited.
same "$(lines vg-golden linear)" 2 "linear lines when LVM went on"
wait "$PID"
[ ! -e "$V" ] || flock -n "$V" true || fail "the lock is kept"

# Nobody has asked LVM for anything since boot.
rm -rf "${V%/*}"
"$COPYOFF" enable --quiet vg/golden
same "$(lines vg-golden copyoff)" 2 "copyoff lines"

# --- a step that fails undoes the others ---
"$COPYOFF" disable --quiet --all
tables() { for lv in golden vm42 between; do dmsetup table vg-$lv; done; }
states() { dmsetup info -c --noheadings -o suspended,tables_loaded vg-golden vg-vm42 vg-between | sort -u; }
tables >/run/before
enable_three() { strace -qq -o /run/strace -e trace=ioctl "$@" "$COPYOFF" enable --quiet vg/golden vg/vm42 vg/between; }
enable_three
# Its calls that change something, by their numbers: three loads, suspends and resumes.
grep '^ioctl' /run/strace | grep -nE 'DM_TABLE_LOAD|DM_DEV_SUSPEND' | cut -d: -f 1 >/run/calls
mapfile -t calls </run/calls
same "${#calls[@]}" 9 "calls that change a table"
for i in "${calls[@]}"; do
	"$COPYOFF" disable --quiet --all
	rc=0
	enable_three -e inject=ioctl:error=ENOMEM:when="$i" 2>/run/err || rc=$?
	cat /run/err
	same "$rc" 1 "exit status when call $i fails"
	same "$(states)" Active:Live "state after call $i failed"
	tables | diff /run/before - || fail "not undone when call $i failed"
done
