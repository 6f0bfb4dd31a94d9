# SPDX-License-Identifier: GPL-2.0-only
# profile: random
# not-on: debug
# timeout: 900
# quick-on: 6.1
#
# EXTENDED COPY in 200 rounds of random tables and ranges against a model in memory:
# within one logical unit; in 200 with two of one session; and in 200 with these, one
# with blocks of 4096 bytes, one without the command, and an NVMe namespace. Each result,
# and every byte of every disk. A failing round prints the seed and its number; do it
# again with SEED=... ROUND=... tests/vm/run -k KERNEL 420.

. "$TOP/tests/vm/lio.sh"
load
lio_up
backstore one ramdisk 16 11111111-2222-3333-4444-555555555551
backstore two ramdisk 16 99999999-8888-7777-6666-555555555552
backstore big file 8 44444444-8888-7777-6666-555555555554 block_size=4096
backstore never ramdisk 8 33333333-8888-7777-6666-555555555553 emulate_3pc=0
units one two big never
ONE=scsi:${DISKS[0]} TWO=scsi:${DISKS[1]} BIG=scsi:${DISKS[2]} NEVER=scsiplain:${DISKS[3]}
defer rmdev randa
defer rmdev randb
args=(-b -m 20)
[ -z "$SEED" ] || args+=(-s "$SEED")
# One round alone cannot have all features.
[ -z "$ROUND" ] || args+=(-r "$ROUND" -m 0)

# rounds DISK...: 200 of them
rounds() {
	local rc=0
	echo >"$LIO_TRACE/trace"
	"$TOP/build/vm-bin/randcopy" "${args[@]}" "$@" >/run/out 2>&1 || rc=$?
	cat /run/out
	note "$(grep '^seed=' /run/out)" "$(grep -o '^[0-9]* rounds.*' /run/out || :)"
	[ "$rc" = 0 ] || fail "$(grep -m 1 -E 'FAILED|TOO FEW|^randcopy:' /run/out || echo "status $rc")"
	[ -n "$ROUND" ] || [ "$(xcopies)" -gt 0 ] || fail "the target has seen none of them"
}

# between N: in so many rounds, at least, something has to have gone from one unit to the
# other by a device. Of 300 seeds with two units each came to 80 to 118 of 200 rounds, 97 in
# the middle with a deviation of 6.5; with all five to 35 to 70, 51 and 5.9.
between() {
	local n
	n=$(sed -n 's/^two_units_by_device=//p' /run/out)
	note "from one unit to the other in $n rounds"
	[ -n "$ROUND" ] || [ "$n" -ge "$1" ] || fail "seldom from one unit to another: in $n rounds"
}

rounds "$ONE" "$TWO"
between 65
# Of the three that is the one for a quick run (tests/vm/run -q).
if [ "$QUICK" = no ]; then
	rounds "$ONE" "$NEVER"
	rounds "$ONE" "$TWO" "$BIG" "$NEVER" copy:"$(ns 1)"
	between 25
fi
