# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# quick-on: 7.3
# timeout: 300
#
# LVM itself suspends both sides of a copy, a copyoff volume and a plain one, before it
# resumes any, with the job in the one's gate: pvmove moves them, and the copy goes on
# with what LVM has made of them. That is to show the whole with a real LVM: it is in no
# order of things that tells one missing protection from another, as 250 to 255 do.

. "$TOP/tests/vm/job.sh"
load
A=$(ns 1)
B=$(ns 2)
SIZE=$((24 << 20))
make_vg "$A" "$B"
lvcreate -q -y -Wn -Zn -L 24M -n golden vg "$A"
lvcreate -q -y -Wn -Zn -L 24M -n plain vg "$A"

# What LVM has loaded to put in place of the live tables, or has put there already.
at_work() { dmsetup info -c --noheadings -o attr vg-golden vg-plain | grep -q I || moved_on; }
moved_on() { ! dmsetup table vg-golden | grep -q copyoff; }

# moved SRC DST FROM TO: copied while both are moved from one disk to the other
moved() {
	dmsetup table vg-golden | sed 's/ linear / copyoff /' | dmsetup load vg-golden
	dmsetup suspend vg-golden
	dmsetup resume vg-golden
	dd if=/dev/urandom of="/dev/vg/$1" bs=1M count=24 oflag=direct status=none
	hold gates_entered
	begin_copy "/dev/vg/$1" "/dev/vg/$2" "$SIZE" 0
	wait_held gates_entered
	pvmove -q -i 1 "$3" "$4" &
	local move=$!
	wait_for 60 at_work || fail "pvmove does not begin"
	# Time enough for it to suspend what it can.
	sleep 2
	still_copying "before pvmove was at it"
	release
	wait "$move" || fail "pvmove has failed"
	end_copy 0
	same "$(of_copy bytes_done)" "$SIZE" bytes_done
	[[ $(of_copy reasons) == *NOT_COPYOFF* ]] || fail "reasons: $(of_copy reasons)"
	cmp -n "$SIZE" "/dev/vg/$1" "/dev/vg/$2"
	same "$(lvs --noheadings -o devices vg | grep -c "$4")" 2 "volumes on the other disk"
	same "$(dmsetup info -c --noheadings -o attr vg-golden vg-plain | grep -c s || :)" 0 "suspended volumes"
}
moved golden plain "$A" "$B"
moved plain golden "$B" "$A"
