# SPDX-License-Identifier: GPL-2.0-only
# profile: race
# quick-on: 6.1
# timeout: 360
#
# Removal in mid copy: refused while the device is open, put off until it is
# closed, or by force, which ends the copy; and the module stays for as long.

. "$TOP/tests/vm/race.sh"
race_load
TABLE=$(part "$N1" 0 max_inflight 1)

# under_way POINT: a job r to r is held there, its first command done
under_way() {
	mkdev r "$TABLE"
	fresh r r
	hold "$1"
	begin j r r
	wait_held "$1"
	step "$1" 1
	refuses rmmod dm_copyoff
}

# busy COMMAND...: it says that the device is in use, at once
busy() {
	refuses timeout 30 "$@" >/run/said 2>&1
	grep -qi busy /run/said || fail "not busy: $(cat /run/said)"
}

exists() { dmsetup info r >/dev/null 2>&1; }
no_more() { ! exists; }

for point in range_checked gates_entered command_answered range_done; do
	echo "--- remove: $point"
	under_way "$point"
	busy dmsetup remove r
	held "$point" || fail "the job was not held long enough"
	release
	ended j
	landed r
	dmsetup remove r

	echo "--- deferred: $point"
	under_way "$point"
	timeout 30 dmsetup remove --deferred r
	exists || fail "removed while it is open"
	held "$point" || fail "the job was not held long enough"
	release
	ended j
	wait_for 30 no_more || fail "r is not removed when it is closed"
	mkdev r "$TABLE"
	landed r
	dmsetup remove r
done

# force POINT COMMANDS waits|free: so many are done when the error table comes
force() {
	echo "--- force: $*"
	under_way "$1"
	dmsetup remove --force r >/run/said 2>&1 &
	SUSPEND=$!
	if [ "$3" = waits ]; then suspend_waits; else wait_for 40 is_error || fail "no error table comes"; fi
	held "$1" || fail "the job was not held long enough"
	release
	ended j EIO $(($2 * COMMAND))
	ends "$SUSPEND" || cat /run/said
	rmdev r
	mkdev r "$TABLE"
	landed r $(($2 * COMMAND))
	dmsetup remove r
}
is_error() { dmsetup table r | grep -q ' error'; }
force range_checked 1 free
force gates_entered 2 waits
force command_answered 2 waits
force range_done 4 free

# Nothing has been left that would keep the module.
rmmod dm_copyoff
loaded && fail "the module is still there"
race_load
mkdev r "$TABLE"
fresh r r
begin j r r
ended j
landed r
