# SPDX-License-Identifier: GPL-2.0-only
# profile: race
# quick-on: 6.1
# timeout: 420
#
# LVM suspends several volumes before it resumes any. A job across two of them
# waits for the one, and holds up the suspend of the other in no order of things.

. "$TOP/tests/vm/race.sh"
race_load
mkdev a "$(part "$N1" 0 max_inflight 2)"
mkdev c "$(part "$N1" 1 max_inflight 2)"
mkdev b "$(part "$N2" 0 max_inflight 2)"
mkdev under "$(lpart "$N2" 2)"
mkdev s "$(part /dev/mapper/under 0 max_inflight 2)"

# across SRC DST FIRST SECOND RESUMED-FIRST RESUMED-SECOND
across() {
	echo "--- $*"
	fresh "$1" "$2"
	hold gates_entered
	begin j "$1" "$2"
	wait_held gates_entered
	# In both gates: the first suspend waits for that.
	suspend_in gates_entered "$3" waits
	wait_parked j "$1" "$2"
	# Out of both: the second does not.
	suspend "$4"
	suspended "$4"
	resume "$5"
	wait_parked j "$1" "$2"
	# Nor does anybody wait for the one that is resumed.
	suspend "$5"
	suspended "$5"
	resume "$5"
	wait_parked j "$1" "$2"
	resume "$6"
	ended j
	landed "$2"
}

for of in "a c" "a b" "a s" "s a"; do
	# shellcheck disable=SC2086
	set -- $of
	across "$@" "$1" "$2" "$1" "$2"
	across "$@" "$1" "$2" "$2" "$1"
	across "$@" "$2" "$1" "$1" "$2"
	across "$@" "$2" "$1" "$2" "$1"
done

# --- a job that begins while both are suspended ---
fresh a b
suspend b
suspended b
suspend a
suspended a
begin j a b
wait_parked j a b
resume b
wait_parked j a b
suspend b
suspended b
resume a
wait_parked j a b
resume b
ended j
landed b
