# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: fabric
# timeout: 240
# kernels: 6.12 7.3 debug
# quick-on: none
#
# The only path by the fabric is lost in mid command: it comes back by itself, and
# the copy goes on; or it does not, and the namespace is gone.

. "$TOP/tests/vm/fabric.sh"
load
fabric_up tcp
give_up_after 10
fabric_dev '4 doubt_s 3600 max_command_kib 256'
dd if=/dev/urandom of=/run/data bs=1M count=8 status=none
dd if=/run/data of="$FAB" bs=1M oflag=direct status=none
in_doubt() { [ "$(status_of fab doubts)" -gt 0 ]; }

# --- it comes back: all is done, and right, whoever did it ---
hold
begin_copy /dev/mapper/fab /dev/mapper/fab 8M 64M
wait_held
cut_reset "$(busy_controllers "$FAB")"
wait_for 30 in_doubt || fail "no doubt: $(dmsetup status fab)"
wait_for 30 has_paths 1 || fail "the path does not come back"
let_it_go
dmsetup message fab 0 doubt clear
end_copy 0
same "$(of_copy bytes_done)" $((8 << 20)) bytes_done
dd if="$DISK" of=/run/is bs=1M skip=64 count=8 iflag=direct status=none
cmp /run/data /run/is
same "$(status_of fab doubts)" 0 doubts

# --- it does not: an error, once the doubt is over; nothing is left that waits ---
hold
begin_copy /dev/mapper/fab /dev/mapper/fab 8M 128M
wait_held
nvme disconnect -n "$FABRIC"
gone() { ! nvme_ns fabric 1; }
wait_for 60 gone || fail "the namespace is still there"
wait_for 60 in_doubt || fail "no doubt: $(dmsetup status fab)"
let_it_go
dmsetup message fab 0 doubt clear
end_copy 1
case $(of_copy error) in ENODEV | EIO) ;; *) fail "error is $(of_copy error)" ;; esac
[ "$(of_copy bytes_done)" -lt $((8 << 20)) ] || fail "all done without a device"
same "$(status_of fab in_flight)" 0 "commands in flight"
same "$(status_of fab doubts)" 0 doubts
refuses "$COPYOFF" copy --length 1M --dst 32M /dev/mapper/fab /dev/mapper/fab
dmsetup remove fab
