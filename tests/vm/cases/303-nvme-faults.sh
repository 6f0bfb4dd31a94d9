# SPDX-License-Identifier: GPL-2.0-only
# profile: std
# kernels: debug
# timeout: 120
#
# Copy commands end with any status that the specification has, once each, and
# in a row: as the documentation says of that status, and with the right bytes.

. "$TOP/tests/vm/faults.sh"
load
A=$(ns 1)
# The path's disk is where the driver's faults are, if there is one.
PATHS=$(basename "$A" | sed 's/^\(nvme[0-9]*\)n/\1c*n/')
for dir in $DEBUGFS/$PATHS "$DEBUGFS/$(basename "$A")"; do
	[ ! -d "$dir/fault_inject" ] || FAULTY=$(basename "$dir")
done
[ -n "${FAULTY-}" ] || fail "no faults for $A"
mkdev one "$(copyoff_table "$A")"
dd if=/dev/urandom of="$A" bs=1M count=2 oflag=direct status=none
LENGTH=262144

field() { sed -n "s/^$1=//p" /run/out; }

# with_fault STATUS TIMES FLAGS: one copy of one command; what it answered is in
# /run/out
with_fault() {
	dmsetup message one 0 offload retry
	dd if=/dev/zero of="$A" bs=1M seek=1 count=1 oflag=direct status=none
	nvme_fault "$FAULTY" "$1" "$2"
	"$TOP/build/vm-bin/copyranges" /dev/mapper/one /dev/mapper/one "$3" 0:1048576:$LENGTH >/run/out
	echo 0 >$DEBUGFS/$FAULTY/fault_inject/probability
	[ "$(cat $DEBUGFS/$FAULTY/fault_inject/times)" -lt "$2" ] || fail "no command had status $1"
	cat /run/out
}

# status STATUS ERRNO REASON: the answer, and the bytes if it went well
status() {
	with_fault "$1" 1 0
	same "$(field error)" "$2" "errno for status $1"
	same "$(field reason)" "$3" "reason for status $1"
	same "$(($(field reason_detail)))" "$(($1))" "reason_detail"
	[ "$2" = 0 ] || return 0
	same "$(field bytes_done)" $LENGTH "bytes_done for status $1"
	cmp -n $LENGTH -i 0:1048576 "$A" "$A"
}

DEVICE_ERROR=19
# Nothing that the host could not do: invalid opcode, invalid field, internal
# error, aborted, format in progress, write fault, guard check, access denied,
# deallocated block, and some of the vendor's.
for s in 0x1 0x2 0x6 0x7 0x84 0x280 0x282 0x286 0x287 0x101 0x18f 0x7ff 0x7c0; do
	status $s 0 $DEVICE_ERROR
done
# Its word is final.
status 0x83 EBADE $DEVICE_ERROR
status 0x20 EROFS $DEVICE_ERROR
status 0x182 EROFS $DEVICE_ERROR
status 0x81 ENOSPC $DEVICE_ERROR

# Too large: smaller ones go the same way, not by the host.
with_fault 0x183 1 0
same "$(field error) $(field bytes_nvme) $(field bytes_host)" "0 $LENGTH 0" "after a size limit"
cmp -n $LENGTH -i 0:1048576 "$A" "$A"
# A path that fails once is tried again; one that stays so leaves it to the host.
with_fault 0x371 1 0
same "$(field error) $(field bytes_nvme)" "0 $LENGTH" "after a path error"
with_fault 0x371 2 0
same "$(field error) $(field bytes_host)" "0 $LENGTH" "after two path errors"
cmp -n $LENGTH -i 0:1048576 "$A" "$A"
# Nothing by the host, if so asked; then the destination may hold anything.
with_fault 0x6 1 1
same "$(field error) $(field bytes_done) $(field result_flags)" "EOPNOTSUPP 0 2" "without fallback"

# One after another until the unit is left alone for a while. The host's own reads
# and writes are to meet none of it.
dmsetup message one 0 offload retry
for ((i = 0; i < 8; i++)); do
	nvme_fault "$FAULTY" 0x6 1
	"$TOP/build/vm-bin/copyranges" /dev/mapper/one /dev/mapper/one 0 0:1048576:$LENGTH >/run/out
	same "$(field error) $(field bytes_host)" "0 $LENGTH" "the host's turn"
done
echo 0 >$DEBUGFS/$FAULTY/fault_inject/probability
same "$(dmsetup status one | awk '{ print $5 }')" quarantined state
