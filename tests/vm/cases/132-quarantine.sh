# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: blkdebug
# quick-on: 6.1
# timeout: 180
#
# Errors one after another: the device is left alone for a while, and for longer the
# next time; each time one line in the log and one event, however many there are to
# ask for more. Then it is used again; at once, if somebody says so.

. "$TOP/tests/vm/job.sh"
load
DEV=$(ns "$NS_WRITE_BAD")
BAD=$((ERR_SECTOR << 9))
LENGTH=65536
IN_A_ROW=8
QUARANTINED=18
DEVICE_ERROR=19
mkdev bad "$(copyoff_table "$DEV")"
dd if=/dev/urandom of="$DEV" bs=1M count=1 oflag=direct status=none

# one FLAGS TO: one command's worth, to there
one() { "$TOP/build/vm-bin/copyranges" /dev/mapper/bad /dev/mapper/bad "$1" "0:$2:$LENGTH" >/run/out; }
state() { dmsetup status bad | awk '{ print $5 }'; }
is_on() { [ "$(state)" = on ]; }
lines() { dmesg | grep -c "${DEV##*/}: copy commands fail" || :; }
events() { dmsetup info -c --noheadings -o events bad; }
# In hundredths of a second, by the clock that the module goes by.
uptime() { awk '{ sub(/\./, "", $1); print $1 }' /proc/uptime; }

# fails N: so many commands that the device is sent, and cannot do; nobody else tries
fails() {
	local i
	for ((i = 0; i < $1; i++)); do
		one 1 "$BAD"
		same "$(of_copy error) $(of_copy reason)" "EOPNOTSUPP $DEVICE_ERROR" "what cannot be written"
	done
}

# works: one that the device can do, and does
works() {
	one 0 $((8 << 20))
	same "$(of_copy error) $(of_copy bytes_nvme) $(of_copy bytes_host)" "0 $LENGTH 0" "by the device"
	cmp -n $LENGTH -i 0:$((8 << 20)) "$DEV" "$DEV"
}

LINES_=$(lines)
EVENTS=$(events)
told=0
# told_once: since the last time
told_once() {
	told=$((told + 1))
	same "$(($(lines) - LINES_))" "$told" "lines in the log"
	same "$(($(events) - EVENTS))" "$told" events
}

# quarantine: one too many; BEGAN is before it begins
quarantine() {
	fails $((IN_A_ROW - 1))
	same "$(state)" on "state before the last of them"
	BEGAN=$(uptime)
	fails 1
	told_once
}

# over_after SECONDS: it is, and not before
over_after() {
	wait_for 120 is_on || fail "no end of it: $(dmsetup status bad)"
	local lasted=$(($(uptime) - BEGAN))
	[ $((lasted + 1)) -ge $(($1 * 100)) ] || fail "it was over after $lasted hundredths of a second"
}

# In a row: what goes well begins another.
fails $((IN_A_ROW - 1))
works
same "$(lines) $(events)" "$LINES_ $EVENTS" "lines and events for errors here and there"

quarantine
over_after 10
# It is asked again, and again in vain.
quarantine
over_after 20

# The third time is the longest: long enough to look at it. The host does what the
# device could; of what it cannot do there is nothing new; and it need not be waited for.
quarantine
one 0 $((8 << 20))
same "$(of_copy error) $(of_copy bytes_host) $(of_copy reason)" "0 $LENGTH $QUARANTINED" "by the host"
one 1 "$BAD"
same "$(of_copy error) $(of_copy reason)" "EOPNOTSUPP $QUARANTINED" "what is not sent"
same "$(state)" quarantined state
dmsetup message bad 0 offload retry
same "$(state)" on "state after offload retry"
works
same "$(($(lines) - LINES_)) $(($(events) - EVENTS))" "3 3" "lines and events"
