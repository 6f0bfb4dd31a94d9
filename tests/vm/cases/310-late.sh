# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: fabric
# quick-on: 7.3
# timeout: 180
# kernels: 6.12 7.3 debug
#
# Over a fabric, a command outlives its connection: the target holds its write
# back until it was done again by another path. The caller writes something new
# as soon as it is told that the copy is done, and nothing may overwrite that; so it
# is not told before the time for doubt is over, however long the write has been done.

. "$TOP/tests/vm/fabric.sh"
load
fabric_up tcp tcp
DOUBT_S=30
fabric_dev "2 doubt_s $DOUBT_S"
dd if=/dev/urandom of=/run/old bs=1M count=1 status=none
dd if=/dev/urandom of=/run/new bs=1M count=1 status=none
dd if=/run/old of="$FAB" bs=1M oflag=direct status=none

# uptime: in hundredths of a second; it goes as the clock does that doubt ends by
uptime() { awk '{ sub(/\./, "", $1); print $1 }' /proc/uptime; }

# A caller as any other, that does not care how its bytes got there.
caller() {
	"$COPYOFF" copy --length 1M --dst 64M --keys /dev/mapper/fab /dev/mapper/fab >/run/out
	uptime >/run/returned
	dd if=/run/new of=/dev/mapper/fab bs=1M seek=64 oflag=direct status=none
	touch /run/wrote
}

before=$(copies_seen)
hold
caller &
caller=$!
wait_held
path=$(busy_controllers "$FAB")
same "$(wc -w <<<"$path")" 1 "paths in use"
cut=$(uptime)
cut_reset "$path"

# Done again by the other path. Is the caller told, or is there doubt?
redone() { [ "$(copies_seen)" = $((before + 2)) ] && { [ -e /run/wrote ] || [ "$(status_of fab doubts)" = 1 ]; }; }
wait_for 20 redone || fail "not done again: $(dmsetup status fab)"
# As late as leaves time enough to do that before the doubt ends.
late() { [ $(($(uptime) - cut)) -ge $((DOUBT_S * 100 / 3)) ]; }
wait_for "$DOUBT_S" late
let_it_go
wait "$caller"
dd if="$DISK" of=/run/is bs=1M skip=64 count=1 iflag=direct status=none
cmp /run/new /run/is || fail "new data was overwritten by a command that was given up"
# The clock was read after the copy was over, and before the doubt began.
lasted=$(($(cat /run/returned) - cut))
[ $((lasted + 1)) -ge $((DOUBT_S * 100)) ] || fail "the doubt was over after $lasted hundredths of a second"
grep -qx bytes_done=1048576 /run/out
grep -qx bytes_nvme=1048576 /run/out
grep -qx result_flags=0 /run/out
grep -q 'reasons=.* DOUBT' /run/out || fail "waited for a doubt, and does not say so"
same "$(status_of fab doubts)" 0 doubts
