# SPDX-License-Identifier: GPL-2.0-only
# profile: lio
# timeout: 240
# quick-on: none
#
# An EXTENDED COPY outlives the session it was sent by: the target holds its write
# back until it was done again by another path. The caller writes something new as
# soon as it is told that the copy is done, and nothing may overwrite that.

. "$TOP/tests/vm/iscsi.sh"
load
iscsi_up
two_doors "0 65536 linear /dev/ram0 0"
dd if=/dev/urandom of=/run/old bs=1M count=1 status=none
dd if=/dev/urandom of=/run/new bs=1M count=1 status=none
dd if=/run/old of=/dev/mapper/a bs=1M oflag=direct status=none

# A caller as any other, that does not care how its bytes got there.
caller() {
	"$COPYOFF" copy --length 1M --dst 8M --force --keys /dev/mapper/a /dev/mapper/b >/run/out
	dd if=/run/new of=/dev/mapper/b bs=1M seek=8 oflag=direct status=none
	touch /run/wrote
}

# The pair has been seen to work.
"$COPYOFF" copy --length 1M --dst 16M --keys /dev/mapper/a /dev/mapper/b >/run/out
same "$(of_copy bytes_scsi)" 1048576 "bytes_scsi before"
sent=$(xcopies)
before=$(written /dev/mapper/door1)
dmsetup suspend --nolockfs --noflush door1
caller &
COPY_PID=$!
begun() { [ "$(xcopies)" = $((sent + 1)) ]; }
wait_for 30 begun || fail "no copy was begun"
cut_off 127.0.0.1

# Done again by the other path. Is the caller told, or is there doubt?
redone() { [ "$(xcopies)" = $((sent + 2)) ] && { [ -e /run/wrote ] || [ "$(status_of b doubts)" = 1 ]; }; }
wait_for 40 redone || fail "not done again: $(dmsetup status b)"
same "$(written /dev/mapper/door1)" "$before" "sectors written by the shut door"
open_door
late() { [ "$(written /dev/mapper/door1)" -ge $((before + 2048)) ]; }
wait_for 40 late || fail "the late write does not come"
dmsetup message b 0 doubt clear
wait "$COPY_PID"
dd if=/dev/ram0 of=/run/is bs=1M skip=8 count=1 iflag=direct status=none
cmp /run/new /run/is || fail "new data was overwritten by a command that was given up"
cat /run/out
same "$(of_copy bytes_scsi)" 1048576 bytes_scsi
same "$(of_copy result_flags)" 0 result_flags
case $(of_copy reasons) in *DOUBT*) ;; *) fail "waited for a doubt, and does not say so" ;; esac
same "$(status_of b doubts)" 0 doubts
