# SPDX-License-Identifier: GPL-2.0-only
# profile: race
# quick-on: none
# timeout: 600
#
# A signal or the end of the time while a job is held at each of its points: it
# ends at the next border between commands, and nothing is written but what it
# says.

. "$TOP/tests/vm/race.sh"
race_load
T=/sys/kernel/tracing
echo >$T/trace
echo 1 >$T/events/copyoff/job_done/enable
defer sh -c "echo 0 >$T/events/copyoff/job_done/enable; echo >$T/trace"

# killed JOB: nobody is left to tell, so the trace does, in the same words
killed() {
	local rc=0
	ends "${JOB[$1]}" || rc=$?
	same "$rc" 137 "status of job $1"
	tail -n 1 $T/trace | sed -n 's/.*job_done: .* error -4 bytes_done \([0-9]*\) offload \([0-9]*\) host \([0-9]*\)$/error=EINTR\nbytes_done=\1\nbytes_nvme=\2\nbytes_host=\3/p' >"/run/job.$1"
	cat "/run/job.$1"
	same "$(field "$1" error)" EINTR "error in the trace"
}

# prefix JOB DST COMMANDS: that many are done, and no more
prefix() {
	local n=$(($3 * COMMAND))
	same "$(field "$1" bytes_done)" "$n" bytes_done
	same "$(($(field "$1" bytes_nvme) + $(field "$1" bytes_host)))" "$n" "bytes of both methods"
	landed "$2" "$n"
	same "$(in_flight "$2")" 0 "commands in flight"
}

# signal POINT STEPS COMMANDS SRC DST FLAGS: held there, and by then done
signal() {
	local s
	for s in TERM KILL; do
		echo "--- $s: $*"
		fresh "$4" "$5"
		hold "$1"
		begin j "$4" "$5" "$6"
		wait_held "$1"
		step "$1" "$2"
		kill "-$s" "${JOB[j]}"
		held "$1" || fail "the job was not held long enough"
		release
		if [ $s = TERM ]; then ended j EINTR $(($3 * COMMAND)); else killed j; fi
		prefix j "$5" "$3"
	done
}

mkdev r "$(part "$N1" 0 max_inflight 1)"
mkdev b "$(part "$N2" 0 max_inflight 1)"
mkdev l "$(lpart "$N2" 1)"
signal ranges_fetched 0 0 r r 0
signal range_checked 2 3 r r 0
signal gates_entered 2 3 r r 0
signal command_send 2 3 r r 0
signal command_answered 2 3 r r 0
signal range_done 1 4 r r 0
signal host_write 1 2 r b 0

# Between its halves a command is not at its border.
signal read_done 0 1 r l 0

# --- those that wait for their writes are looked at one by one ---
# Two reads end, by a device below that was suspended, while the third command is at its
# gates. Then the first is held before its write, and the signal comes: the second has
# none.
only() { [ "$(in_flight "$1")" = "$2" ]; }
one_by_one() {
	echo "--- one by one"
	fresh m l
	dmsetup suspend --noflush below
	defer resume_left below
	hold gates_entered
	begin j m l
	wait_held gates_entered
	step gates_entered 2
	resume below
	wait_for 40 only m 1 || fail "the two reads do not end"
	hold read_done
	wait_held read_done
	kill -TERM "${JOB[j]}"
	held read_done || fail "the job was not held long enough"
	release
	ended j EINTR $COMMAND
	prefix j l 1
}
mkdev below "$(lpart "$N1" 2)"
mkdev m "$(part /dev/mapper/below 0 max_inflight 3)"
one_by_one
rmdev m
rmdev below

# --- the device has failed: before the host begins, anything may be there ---
# failed POINT SIGNAL PART COMMANDS: of these, by the host
failed() {
	echo "--- failed: $*"
	mkdev e "$(part "$N3" "$3" max_inflight 1)"
	fresh e e
	hold "$1"
	begin j e e
	wait_held "$1"
	kill "-$2" "${JOB[j]}"
	held "$1" || fail "the job was not held long enough"
	release
	if [ "$2" = TERM ]; then
		ended j EINTR $(($4 * COMMAND))
		has_reason j "$DEVICE_ERROR"
		# DST_UNDEFINED, if there is no redo
		same "$(field j result_flags)" $((2 * (1 - $4))) result_flags
	else
		killed j
		same "$(field j bytes_done)" $(($4 * COMMAND)) bytes_done
	fi
	same "$(field j bytes_host)" $(($4 * COMMAND)) "bytes by the host"
	# The command that failed is all that there was.
	get /dev/mapper/e $((DST + COMMAND)) $((ALL - COMMAND)) | cmp -n $((ALL - COMMAND)) -i 0:$COMMAND - /run/old ||
		fail "something was written after the signal"
	rmdev e
}
failed redo TERM 4 1
failed redo KILL 5 1
failed command_answered TERM 6 0
failed command_answered KILL 7 0

# --- the time is over ---
# late POINT COMMANDS SRC DST FLAGS: done by then
late() {
	echo "--- late: $*"
	fresh "$3" "$4"
	hold "$1"
	begin j "$3" "$4" "$5" -t $((3000 * SLOWNESS))
	wait_held "$1"
	wait_past $((${EPOCHREALTIME/./} + 3100000 * SLOWNESS))
	held "$1" || fail "the job was not held long enough"
	release
	ended j ETIMEDOUT $(($2 * COMMAND))
	prefix j "$4" "$2"
}
is_past() { [ "${EPOCHREALTIME/./}" -gt "$1" ]; }
wait_past() { wait_for 20 is_past "$1"; }
late ranges_fetched 1 r r 0
late gates_entered 1 r r 0
late command_answered 1 r r 0
late host_write 1 r b 0
late read_done 1 r l 0

# --- while it waits for a suspended device ---
# parked_end SIGNAL|- ERRNO
parked_end() {
	echo "--- parked: $*"
	fresh r r
	hold command_answered
	# Long enough for a slow kernel to get to where it is to wait.
	[ "$1" = - ] && begin j r r 0 -t $((5000 * SLOWNESS)) || begin j r r
	wait_held command_answered
	suspend_in command_answered r waits
	wait_parked j r
	[ "$1" = - ] || kill "-$1" "${JOB[j]}"
	if [ "$1" = KILL ]; then killed j; else ended j "$2" $COMMAND; fi
	same "$(dmsetup info -c --noheadings -o suspended r)" Suspended "state of r"
	resume r
	prefix j r 1
}
parked_end TERM EINTR
parked_end KILL EINTR
parked_end - ETIMEDOUT
