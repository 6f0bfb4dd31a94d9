# SPDX-License-Identifier: GPL-2.0-only
# profile: race
# quick-on: 5.10
# timeout: 360
#
# A table that changes between the two halves of a copy by the host: what was
# read is not written where the destination was before, and what comes later is
# read where the source is now.

. "$TOP/tests/vm/race.sh"
race_load
OPTS="max_inflight 2"
mkdev a "$(part "$N1" 0 $OPTS)"
mkdev under "$(lpart "$N2" 0)"
mkdev under2 "$(lpart "$N2" 1)"

# What the other side, r, is: a plain device, or above one.
plain() { lpart "$N2" 0; }
above() { part /dev/mapper/under 0 $OPTS; }
# What it becomes, with the same bytes.
copyoff_on_raw() { put /run/img "$N1" $((2 * LEN * 512)); TABLE=$(part "$N1" 2 $OPTS); }
copyoff_above() { put /run/img "$N2" $((LEN * 512)); TABLE=$(part /dev/mapper/under2 0 $OPTS); }
linear() { put /run/img "$N2" $((LEN * 512)); TABLE=$(lpart "$N2" 1); }

# try SRC DST WAS BECOMES
try() {
	echo "--- $*"
	mkdev r "$("$3")"
	fresh "$1" "$2"
	hold read_done
	begin j "$1" "$2"
	wait_held read_done
	suspend r
	suspended r
	leave "$N2" 0
	"$4"
	switch r
	held read_done || fail "the job was not held long enough"
	release
	ended j
	landed "$2"
	left
	rmdev r
}

for of in "a r" "r a"; do
	for was in plain above; do
		for becomes in copyoff_on_raw copyoff_above linear; do
			# shellcheck disable=SC2086
			try $of "$was" "$becomes"
		done
	done
done
