# SPDX-License-Identifier: GPL-2.0-only
# profile: race
# quick-on: none
# timeout: 600
#
# Suspend while a native copy is held at each of its points: it waits for a
# command in the gate and for nothing else, nothing is in flight once it has
# ended, and the job goes on after the resume.

. "$TOP/tests/vm/race.sh"
race_load
# Two at a time: they are in workers, and there is more to come.
mkdev a "$(part "$N1" 0 max_inflight 2)"
mkdev c "$(part "$N1" 1 max_inflight 2)"

# try POINT SRC DST SUSPENDED waits|free
try() {
	echo "--- $*"
	fresh "$2" "$3"
	hold "$1"
	begin j "$2" "$3"
	wait_held "$1"
	suspend_in "$1" "$4" "$5"
	wait_parked j a c
	same "$(dmsetup info -c --noheadings -o suspended "$4")" Suspended "state of $4"
	resume "$4"
	ended j
	same "$(field j bytes_nvme)" "$ALL" "bytes by the device"
	landed "$3"
	# What a step more than one limit cost is forgotten.
	dmsetup message a 0 offload retry
}

for of in "a a a" "a c a" "a c c"; do
	# shellcheck disable=SC2086
	set -- $of
	try ranges_fetched "$@" free
	try range_checked "$@" free
	try gates_entered "$@" waits
	try command_send "$@" waits
	try command_answered "$@" waits
	try range_done "$@" free
done

# --- a command that was too long for the device, to be done again in smaller ones ---
rmdev a
rmdev c
MORE="max_inflight 2 mssrl 2048 mcl 65536 msrc 128"
# shellcheck disable=SC2086
mkdev a "$(part "$N1" 0 $MORE)"
# shellcheck disable=SC2086
mkdev c "$(part "$N1" 1 $MORE)"
for of in "a a a" "a c a" "a c c"; do
	# shellcheck disable=SC2086
	try redo $of free
done
