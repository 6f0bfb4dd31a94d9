# SPDX-License-Identifier: GPL-2.0-only
# profile: race
# quick-on: none
# timeout: 600
#
# A table in mid copy after which it cannot go on as it was, or not at all: linear,
# too short, error; and one that changes between the two halves of a copy.

. "$TOP/tests/vm/race.sh"
race_load
ERANGE=ERANGE

# to POINT STEPS waits|free FLAGS: have a job r to r there, and suspend r
to() {
	echo "--- $*"
	mkdev r "$(part "$N1" 0 max_inflight 1)"
	fresh r r
	hold "$1"
	begin j r r "$4"
	wait_held "$1"
	step "$1" "$2"
	suspend r
	if [ "$3" = waits ]; then
		suspend_waits
		held "$1" || fail "the job was not held long enough"
		release
	fi
	suspended r
}

# go_on POINT waits|free: resumed with TABLE
go_on() {
	switch r
	[ "$2" = waits ] || held "$1" || fail "the job was not held long enough"
	release
}

# back: r as it was, so that it can be looked at
back() {
	suspend r
	suspended r
	TABLE=$(part "$N1" 0)
	switch r
}

# --- linear: the host does the rest, and says why ---
linear() {
	to "$1" "$2" "$3" 0
	leave "$N1" 0
	put /run/img "$N2" 0
	TABLE=$(lpart "$N2" 0)
	go_on "$1" "$3"
	ended j
	has_reason j "$NOT_COPYOFF"
	same "$(($(field j bytes_nvme) + $(field j bytes_host)))" "$ALL" "bytes of both methods"
	[ "$(field j bytes_host)" -ge $((ALL / 2)) ] || fail "the device has copied what is linear"
	landed r
	left
	rmdev r
}
linear ranges_fetched 0 free
linear range_checked 2 free
linear gates_entered 2 waits
linear command_send 2 waits
linear command_answered 2 waits
linear range_done 0 free

# --- too short: the ranges that are beyond are ERANGE, those before are done ---
# short POINT STEPS waits|free SECTORS DONE
short() {
	to "$1" "$2" "$3" 0
	TABLE="0 $4 copyoff $N1 0 2 max_inflight 1"
	go_on "$1" "$3"
	ended j "$ERANGE" "$5"
	same "$(field j failed_range)" $(($5 / RANGE)) failed_range
	back
	landed r "$5"
	rmdev r
}
TWO=$(((DST + 2 * RANGE) / 512))
short ranges_fetched 0 free "$TWO" $((2 * RANGE))
short range_checked 1 free "$TWO" $((2 * RANGE))
short gates_entered 1 waits "$TWO" $((2 * RANGE))
short command_answered 1 waits "$TWO" $((2 * RANGE))
short range_done 0 free "$TWO" $((2 * RANGE))
# In the middle of the range that is under way: its first command is done.
short command_answered 4 waits $((TWO + COMMAND / 512)) $((2 * RANGE + COMMAND))
# Not even begun: refused as a whole.
short gates_entered 0 waits $((DST / 512 + 8)) $COMMAND

# --- an error table: what was done before it is ---
# broken POINT STEPS waits|free FLAGS DONE
broken() {
	to "$1" "$2" "$3" "$4"
	TABLE="0 $LEN error"
	go_on "$1" "$3"
	ended j EIO "$5"
	same "$(field j failed_range)" $(($5 / RANGE)) failed_range
	back
	landed r "$5"
	rmdev r
}
broken range_checked 3 free 0 $((3 * COMMAND))
broken gates_entered 3 waits 0 $((4 * COMMAND))
broken command_send 3 waits 0 $((4 * COMMAND))
broken command_answered 3 waits 0 $((4 * COMMAND))
broken host_write 3 waits "$NO_OFFLOAD" $((4 * COMMAND))
