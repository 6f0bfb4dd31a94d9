# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: fabric
# quick-on: 7.3
# timeout: 240
# kernels: 6.12 7.3 debug
#
# What doubt does while it lasts: the request that met it waits, others wait only
# where they conflict, suspending waits; a caller may go, the doubt stays with the
# target. And that it can be cleared. No doubt in here ends by time: an hour.

. "$TOP/tests/vm/fabric.sh"
load
fabric_up tcp tcp
fabric_dev '2 doubt_s 3600'
dd if=/dev/urandom of=/run/data bs=1M count=16 status=none
dd if=/run/data of="$FAB" bs=1M oflag=direct status=none

in_doubt() { [ "$(status_of fab doubts)" = "$1" ]; }
gone() { ! copying; }

# lose N: the copy under way loses its connection in mid command: N doubts now
lose() {
	wait_held
	cut_reset "$(busy_controllers "$FAB")"
	wait_for 30 in_doubt "$1" || fail "no doubt: $(dmsetup status fab)"
	same "$(status_of fab in_flight)" 0 "commands in flight"
	still_copying "though in doubt"
}

# on_disk OFFSET MIB: what the target's own disk has there
on_disk() { dd if="$DISK" bs=1M skip="$1" count="$2" iflag=direct status=none; }

# in_module PID: does it wait for something in there?
in_module() { grep -q 'copyoff_.*dm_copyoff' "/proc/$1/stack"; }

# --- one that waits it out, while others come ---
hold
begin_copy /dev/mapper/fab /dev/mapper/fab 1M 64M
lose 1
on_disk 64 1 >/run/is
cmp -n 1048576 /run/data /run/is || fail "not done again at once"
# Elsewhere: at once.
"$COPYOFF" copy --src 2M --length 1M --dst 96M --force --keys /dev/mapper/fab /dev/mapper/fab >/run/other
grep -qx bytes_nvme=1048576 /run/other
# What writes there, reads there, or writes the source: not.
commands=$(status_of fab commands)
"$COPYOFF" copy --src 4M --length 1M --dst 64M --force --keys /dev/mapper/fab /dev/mapper/fab >/run/over &
over=$!
"$COPYOFF" copy --src 64M --length 1M --dst 100M --force --keys /dev/mapper/fab /dev/mapper/fab >/run/reads &
reads=$!
"$COPYOFF" copy --src 6M --length 1M --dst 0 --force --keys /dev/mapper/fab /dev/mapper/fab >/run/source &
source=$!
for p in "$over" "$reads" "$source"; do
	wait_for 10 in_module "$p" || fail "$p does not begin"
done
sleep 1
for p in "$over" "$reads" "$source"; do kill -0 "$p" || fail "a conflicting copy went on"; done
same "$(status_of fab commands)" "$commands" "commands while in doubt"
still_copying "before the doubt is over"
same "$(status_of fab doubts)" 1 doubts
let_it_go
dmsetup message fab 0 doubt clear
end_copy 0
wait "$over" && wait "$reads" && wait "$source"
grep -q 'reasons=.* DOUBT' /run/out || fail "no reason"
same "$(of_copy result_flags)" 0 result_flags
for f in over reads source; do
	grep -q 'reasons=.* DOUBT' "/run/$f" || fail "$f does not say why it waited"
	grep -qx bytes_done=1048576 "/run/$f"
done
same "$(status_of fab doubts)" 0 doubts

# --- a caller that is interrupted says what it leaves behind ---
hold
begin_copy /dev/mapper/fab /dev/mapper/fab 1M 64M
lose 1
kill -INT "$COPY_PID"
wait_for 10 gone || fail "SIGINT does not end the wait for a doubt"
end_copy 5
same "$(of_copy error)" EINTR error
same "$(($(of_copy result_flags) & 1))" 1 IN_DOUBT
same "$(of_copy bytes_done)" 0 bytes_done
same "$(status_of fab doubts)" 1 "doubts without a caller"
let_it_go

# --- and one that is killed: two doubts now; suspending waits for both ---
hold
begin_copy /dev/mapper/fab /dev/mapper/fab 1M 80M
lose 2
kill -KILL "$COPY_PID"
wait_for 10 gone || fail "SIGKILL does not end it"
wait "$COPY_PID" || :
same "$(status_of fab doubts)" 2 "doubts without callers"
dmsetup suspend fab &
suspend=$!
wait_for 10 in_module "$suspend" || fail "suspend did not begin"
sleep 1
kill -0 "$suspend" || fail "suspended with a command in doubt"
same "$(status_of fab doubts)" 2 "doubts under suspend"
let_it_go
dmsetup message fab 0 doubt clear
wait "$suspend"
same "$(status_of fab doubts)" 0 doubts
dmsetup resume fab

on_disk 0 16 >/run/data
"$COPYOFF" copy --length 16M --dst 128M --keys /dev/mapper/fab /dev/mapper/fab >/run/out
same "$(of_copy bytes_nvme)" $((16 << 20)) bytes_nvme
on_disk 128 16 >/run/is
cmp /run/data /run/is
