# SPDX-License-Identifier: GPL-2.0-only
# profile: race
# quick-on: 5.10
# timeout: 360
#
# A table of two lines is published one by one when it is resumed: no job sees
# half of it, neither one that waits since before nor one that begins just then.

. "$TOP/tests/vm/race.sh"
race_load
OPTS="2 max_inflight 2"
HALF=$((LEN / 2))

# ask JOB RANGE...: within r, in sectors, SRC:DST:LEN
ask() {
	local name=$1 r ranges=()
	shift
	for r in "$@"; do
		# shellcheck disable=SC2086
		set -- ${r//:/ }
		ranges+=("$(($1 * 512)):$(($2 * 512)):$(($3 * 512))")
	done
	"$TOP/build/vm-bin/copyranges" /dev/mapper/r /dev/mapper/r 0 "${ranges[@]}" >"/run/job.$name" 2>&1 &
	JOB[$name]=$!
}

# half FIRST SECOND: the two lines' places on N1; r is being resumed with them, and
# held when one is published. The process is $RESUME.
half() {
	suspend r
	suspended r
	dmsetup reload r --table "0 $HALF copyoff $N1 $1 $OPTS
$HALF $HALF copyoff $N1 $2 $OPTS"
	hold published
	dmsetup resume r &
	RESUME=$!
	wait_held published
}

# whole: both are, and the gates open
whole() {
	step published 1
	held published || fail "the resume was not held long enough"
	release
	ends "$RESUME" || fail "the resume failed"
}

# --- a job that waits since before ---
mkdev r "$(part "$N1" 0 max_inflight 2)"
fresh r r
hold gates_entered
begin j r r
wait_held gates_entered
suspend_in gates_entered r waits
wait_parked j r
get "$N1" 0 $((LEN * 512)) >/run/img
put /run/img "$N2" 0
dmsetup reload r --table "0 $HALF copyoff $N2 0 $OPTS
$HALF $HALF copyoff $N2 $HALF $OPTS"
hold published
dmsetup resume r &
RESUME=$!
wait_held published
wait_parked j r
step published 1
wait_parked j r
same "$(dmsetup status r | awk '{ n += $8 } END { print n }')" 0 "commands by half a table"
get "$N2" 0 $((LEN * 512)) | cmp - /run/img || fail "written by half a table"
release
ends "$RESUME" || fail "the resume failed"
ended j
same "$(field j bytes_nvme)" "$ALL" bytes_nvme
landed r
rmdev r

# --- a job that begins just then, in the half that is not there yet ---
mkdev r "$(part "$N1" 0 max_inflight 2)"
put /run/new /dev/mapper/r $((HALF * 512))
half 0 $HALF
# The second range reads what the first one writes, and so on.
ask k $HALF:$((HALF + 512)):256 $((HALF + 512)):$((HALF + 1024)):256 $((HALF + 1024)):$((HALF + 1536)):256
wait_parked k r
whole
ended k 0 $((3 * 256 * 512))
same "$(field k reasons)" 0x0 "reasons of a job that began in between"
same "$(field k bytes_nvme)" $((3 * 256 * 512)) bytes_nvme
for at in 512 1024 1536; do
	get /dev/mapper/r $(((HALF + at) * 512)) $((256 * 512)) | cmp -n $((256 * 512)) - /run/new || fail "wrong at $at"
done

# --- the two lines are the same place: to copy from one to the other is EINVAL ---
half 0 0
ask k 0:$((HALF + 8)):256
wait_parked k r
whole
ended k EINVAL 0
