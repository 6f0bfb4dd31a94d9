# SPDX-License-Identifier: GPL-2.0-only
# profile: race
# quick-on: none
# timeout: 420
#
# Two jobs at once: for the one place that a target has, against each other
# across two devices that are suspended; and a suspend that is given up.

. "$TOP/tests/vm/race.sh"
race_load
ONE="max_inflight 1"

# in_loop JOB: it waits for a gate, and is not held
in_loop() { wait_for 40 on_stack "${JOB[$1]}" copyoff_job_run copyoff_delay_wait || fail "job $1 does not wait"; }

# --- one command at a time, two jobs that want it ---
mkdev a "$(part "$N1" 0 $ONE)"
mkdev b "$(part "$N2" 0 $ONE)"
mkdev c "$(part "$N1" 1 $ONE)"

# compete SRC1 DST1 SRC2 DST2: the second comes when the first has the place
compete() {
	echo "--- compete: $*"
	fresh "$1" "$2"
	fresh "$3" "$4"
	hold gates_entered
	begin j "$1" "$2"
	wait_held gates_entered
	begin k "$3" "$4"
	in_loop k
	held gates_entered || fail "the job was not held long enough"
	same "$(in_flight a)" 1 "commands where there is room for one"
	release
	ended j
	ended k
	landed "$2"
	landed "$4"
}
compete a a a c
compete a c c a
compete a b b a
for dev in a b c; do rmdev $dev; done

# --- two jobs against each other, both devices suspended, in both orders ---
mkdev a "$(part "$N1" 0 max_inflight 2)"
mkdev b "$(part "$N2" 0 max_inflight 2)"
mkdev c "$(part "$N1" 1 max_inflight 2)"

# crossing OTHER FIRST SECOND RESUMED...
crossing() {
	local other=$1 first
	echo "--- crossing: $*"
	fresh a "$other"
	fresh "$other" a
	hold gates_entered
	begin j a "$other"
	begin k "$other" a
	wait_held gates_entered 2
	suspend "$2"
	first=$SUSPEND
	suspend_waits
	suspend "$3"
	suspend_waits
	held gates_entered 2 || fail "the jobs were not held long enough"
	release
	suspended "$3"
	SUSPEND=$first
	suspended "$2"
	wait_parked j a "$other"
	wait_parked k a "$other"
	resume "$4"
	wait_parked j a "$other"
	wait_parked k a "$other"
	resume "$5"
	ended j
	ended k
	landed a
	landed "$other"
}
for other in b c; do
	crossing $other a $other a $other
	crossing $other a $other $other a
	crossing $other $other a a $other
done

# --- a suspend that is given up opens the gates again ---
# Its second line is above a suspended device, so that ordinary I/O keeps the
# suspend from its end, after the gates were closed.
mkdev under "$(lpart "$N2" 2)"
mkdev u "$(part "$N1" 2 max_inflight 2)
$LEN $LEN copyoff /dev/mapper/under 0"
fresh u u
suspend under
suspended under
dd if=/run/old of=/dev/mapper/u bs=4k count=1 oflag=direct,seek_bytes seek=$((LEN * 512)) conv=notrunc status=none &
WRITER=$!
# Else nothing of this could be removed.
defer dmsetup resume under
wait_for 30 on_stack "$WRITER" blkdev || fail "the write does not wait"
hold range_checked
begin j u u
wait_held range_checked
step range_checked 1
suspend u
# Both before the first gate is closed and when it is, the job is held.
defer kill -KILL "$SUSPEND"
hold range_checked gate_drained
wait_held gate_drained
release
wait_parked j u
on_stack "$SUSPEND" dm_suspend copyoff_registry_close || fail "the suspend does not wait for ordinary I/O"
same "$(dmsetup info -c --noheadings -o suspended u)" Active "state of u"
kill -KILL "$SUSPEND"
ends "$SUSPEND" && fail "the suspend was not given up"
ended j
landed u
resume under
ends "$WRITER" || fail "the write failed"
