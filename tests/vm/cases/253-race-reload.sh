# SPDX-License-Identifier: GPL-2.0-only
# profile: race
# quick-on: none
# timeout: 600
#
# Another table in mid copy, with the job held at each of its points: what comes
# after the suspend goes where the new table says, and nothing goes where the old
# one did.

. "$TOP/tests/vm/race.sh"
race_load
OPTS="max_inflight 2"

# The same bytes elsewhere, on another device or in another order on the same, or
# in pieces whose borders are those of nothing.
moved() { layout "$LEN $N2 0 $OPTS"; }
swapped() { layout "4096 $N1 16384 $OPTS" "4096 $N1 12288 $OPTS"; }
cut() { layout "1000 $N2 8192 $OPTS" "3873 $N1 8193 $OPTS" "3319 $N2 100 $OPTS"; }

# try POINT STEPS waits|free HOW FLAGS: the old place is the first part of N1
try() {
	echo "--- $*"
	mkdev r "$(part "$N1" 0 $OPTS)"
	fresh r r
	hold "$1"
	begin j r r "$5"
	wait_held "$1"
	step "$1" "$2"
	suspend r
	if [ "$3" = waits ]; then
		suspend_waits
		held "$1" || fail "the job was not held long enough"
		release
	fi
	suspended r
	leave "$N1" 0
	"$4"
	switch r
	# Whom no suspend waits for is held throughout.
	[ "$3" = waits ] || held "$1" || fail "the job was not held long enough"
	release
	ended j
	landed r
	left
	get /dev/mapper/r 0 "$DST" | cmp -n "$DST" - /run/img || fail "the source was written to"
	rmdev r
}

for how in moved swapped cut; do
	try ranges_fetched 0 free "$how" 0
	try range_checked 3 free "$how" 0
	try gates_entered 3 waits "$how" 0
	try command_send 1 waits "$how" 0
	try command_answered 2 waits "$how" 0
	try range_done 1 free "$how" 0
	try host_write 2 waits "$how" "$NO_OFFLOAD"
done

# --- what the device could not do is done again by the new table ---
# again HOW PART
again() {
	echo "--- again: $*"
	mkdev r "$(part "$N3" "$2" $OPTS)"
	fresh r r
	hold redo
	begin j r r
	wait_held redo
	suspend r
	suspended r
	leave "$N3" $(($2 * LEN * 512))
	"$1"
	switch r
	held redo || fail "the job was not held long enough"
	release
	ended j
	has_reason j "$DEVICE_ERROR"
	landed r
	left
	rmdev r
}
again moved 2
again cut 3
