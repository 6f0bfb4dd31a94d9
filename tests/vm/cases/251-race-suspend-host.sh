# SPDX-License-Identifier: GPL-2.0-only
# profile: race
# quick-on: none
# timeout: 600
#
# As 250-race-suspend, where the host copies: in both gates if both sides have
# one, else in two halves, each in the gate of its own side only. What one side
# waits for must not hold up the suspend of the other.

. "$TOP/tests/vm/race.sh"
race_load
mkdev a "$(part "$N1" 0 max_inflight 2)"
mkdev b "$(part "$N2" 0 max_inflight 2)"
mkdev l "$(lpart "$N2" 1)"
mkdev under "$(lpart "$N2" 2)"
mkdev s "$(part /dev/mapper/under 0 max_inflight 2)"

# try POINT SRC DST SUSPENDED waits|free
try() {
	echo "--- $*"
	fresh "$2" "$3"
	hold "$1"
	begin j "$2" "$3"
	wait_held "$1"
	suspend_in "$1" "$4" "$5"
	wait_parked j "$4"
	resume "$4"
	ended j
	same "$(field j bytes_host)" "$ALL" "bytes by the host"
	landed "$3"
}

# --- both gates at once ---
for of in "a b a" "a b b" "b a b" "b a a"; do
	# shellcheck disable=SC2086
	set -- $of
	try range_checked "$@" free
	try gates_entered "$@" waits
	try host_write "$@" waits
	try range_done "$@" free
done

# --- what the device could not do, done again by the host ---
# again POINT PART waits|free
again() {
	echo "--- redo: $*"
	# One at a time: there is more to come.
	mkdev e "$(part "$N3" "$2" max_inflight 1)"
	fresh e e
	hold "$1"
	begin j e e
	wait_held "$1"
	suspend_in "$1" e "$3"
	wait_parked j e
	resume e
	ended j
	same "$(field j bytes_host)" "$COMMAND" "bytes by the host"
	has_reason j "$DEVICE_ERROR"
	landed e
	rmdev e
}
again redo 0 free
again host_write 1 waits

# --- two halves: no gate is entered between them ---
try gates_entered a l a waits
try read_done a l a free
try read_done l a a free
try read_done a s a free
try read_done a s s free

# stuck SRC DST SUSPENDED IN: the job cannot go on for a plain device that is
# suspended; it is in the gate of IN, or in none if that is "-"
stuck() {
	echo "--- stuck: $*"
	fresh "$1" "$2"
	hold range_checked
	begin j "$1" "$2"
	wait_held range_checked
	suspend "$3"
	suspended "$3"
	release
	if [ "$4" = - ]; then
		wait_parked j a s
	else
		wait_for 40 in_gate "$4" || { look j; fail "the job does not come to the gate of $4"; }
	fi
}
in_gate() { [ "$(in_flight "$1")" -gt 0 ] && [ "$(in_flight a)" = 0 ]; }

# The other half is in no gate of ours, so none is held up.
for of in "a l" "l a"; do
	# shellcheck disable=SC2086
	stuck $of l -
	suspend a
	suspended a
	resume l
	# What was read by then needs nothing but l.
	[ "$of" = "a l" ] || wait_parked j a
	resume a
	ended j
	landed "${of#* }"
done

# The other half is in the gate of s: only that of s waits, for its own device.
for of in "a s" "s a"; do
	# shellcheck disable=SC2086
	stuck $of under s
	suspend a
	suspended a
	[ "$(in_flight s)" -gt 0 ] || fail "nothing waits for the device under s any more"
	suspend s
	suspend_waits
	resume under
	suspended s
	wait_parked j a s
	resume a s
	ended j
	landed "${of#* }"
done
