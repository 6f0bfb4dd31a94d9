# SPDX-License-Identifier: GPL-2.0-only
# profile: lio
# not-on: debug
# timeout: 180
# quick-on: 6.1
#
# Over iSCSI: a copy within one unit, or between two of one session, does not cross
# the link. Between two targets, whose copy manager finds the units of one session
# only, the host copies, and says why, after no more than three attempts.

. "$TOP/tests/vm/iscsi.sh"
load
iscsi_up
backstore one ramdisk 48 11111111-2222-3333-4444-555555555551
backstore two ramdisk 48 99999999-8888-7777-6666-555555555552
backstore far ramdisk 48 66666666-8888-7777-6666-555555555556
target 127.0.0.1
ONE=$TPG
map "$ONE" 0 one
map "$ONE" 1 two
target 127.0.0.2
TWO=$TPG
map "$TWO" 0 far
login "$ONE" 127.0.0.1
login "$TWO" 127.0.0.2
declare -A DISK
DISK[one]=$(unit_disk "$ONE" 127.0.0.1 0)
DISK[two]=$(unit_disk "$ONE" 127.0.0.1 1)
DISK[far]=$(unit_disk "$TWO" 127.0.0.2 0)
SIZE=$((24 << 20))
for n in one two far; do mkdev "$n" "$(copyoff_table "${DISK[$n]}")"; done
dd if=/dev/urandom of="${DISK[one]}" bs=1M count=24 oflag=direct status=none
dd if=/dev/urandom of="${DISK[far]}" bs=1M count=24 oflag=direct status=none

# by METHOD SRC DST DST_OFFSET [SENT]: all of it, with at most so many commands sent
by() {
	local sent crossed
	sent=$(xcopies)
	crossed=$(lo_bytes)
	# By force, as else it would read the destination, to see if anything is there.
	"$COPYOFF" copy --force --length "$SIZE" --dst "$4" --keys "/dev/mapper/$2" "/dev/mapper/$3" >/run/out
	crossed=$(($(lo_bytes) - crossed))
	sent=$(($(xcopies) - sent))
	cat /run/out
	same "$(of_copy "bytes_$1")" "$SIZE" "bytes_$1 from $2 to $3"
	if [ "$1" = scsi ]; then
		same "$(of_copy commands_offload)" "$sent" "commands from $2 to $3, as the target counts them"
		[ "$crossed" -lt $((SIZE / 100)) ] || fail "$crossed of $SIZE bytes crossed the link from $2 to $3"
		[ "$sent" -gt 0 ] || fail "no command from $2 to $3"
	else
		[ "$crossed" -ge $((2 * SIZE)) ] || fail "the host has moved no more than $crossed bytes"
		[ "$sent" -le "$5" ] || fail "$sent commands sent from $2 to $3"
	fi
	blockdev --flushbufs "${DISK[$2]}" "${DISK[$3]}"
	cmp -n "$SIZE" -i "0:$(numfmt --from=iec "$4")" "${DISK[$2]}" "${DISK[$3]}" || fail "wrong from $2 to $3"
}
by scsi one one 24M
by scsi one two 8M
by host far two 0 3
same "$(of_copy reasons | grep -ow DIFFERENT_UNIT)" DIFFERENT_UNIT "reasons to another session"
by host far two 0 0
by scsi far far 24M
