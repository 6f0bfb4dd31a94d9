# SPDX-License-Identifier: GPL-2.0-only
# profile: random
# not-on: debug
# timeout: 900
# quick-on: 6.1
#
# EXTENDED COPY in 200 rounds of random tables and ranges against a model in memory:
# within one logical unit; and another 200 with two of one session, one with blocks of
# 4096 bytes, one without the command, and an NVMe namespace. Each result, and every
# byte of every disk. A failing round prints the seed and its number; do it again with
# SEED=... ROUND=... tests/vm/run -k KERNEL 420.

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
	"$TOP/build/vm-bin/randcopy" "${args[@]}" "$@" >/run/out 2>&1 || rc=$?
	cat /run/out
	note "$(grep '^seed=' /run/out)" "$(grep -o '^[0-9]* rounds.*' /run/out || :)"
	[ "$rc" = 0 ] || fail "$(grep -m 1 -E 'FAILED|TOO FEW|^randcopy:' /run/out || echo "status $rc")"
}
rounds "$ONE" "$NEVER"
sent=$(xcopies)
rounds "$ONE" "$TWO" "$BIG" "$NEVER" copy:"$(ns 1)"
[ "$(xcopies)" -gt "$sent" ] || fail "the target has seen none of them"
[ -n "$ROUND" ] || [ "$(sed -n 's/^two_units_by_device=//p' /run/out)" -ge 20 ] ||
	fail "seldom from one unit to another: $(grep two_units /run/out)"
