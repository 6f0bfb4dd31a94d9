# SPDX-License-Identifier: GPL-2.0-only
# profile: blkdebug
# timeout: 120
#
# Errors below the namespace and a list of ranges: which one failed, how much of
# the list is done, by whichever method, and nothing outside the ranges written.

load
MIB=$((1 << 20))
field() { sed -n "s/^$1=//p" /run/out; }

# ranges DEVICE FLAGS: six ranges of 2 MiB from 8 MiB on to 60 MiB and on; the
# bad sectors lie at 64 MiB, where the third one begins
ranges() {
	local i words=()
	for i in 0 1 2 3 4 5; do
		words+=("$(((8 + 2 * i) * MIB)):$(((60 + 2 * i) * MIB)):$((2 * MIB))")
	done
	"$TOP/build/vm-bin/copyranges" "$1" "$1" "$2" "${words[@]}" >/run/out
	cat /run/out
}

# check DEVICE FLAGS ERROR
check() {
	dd if=/dev/urandom of=/run/data bs=1M count=12 status=none
	dd if=/run/data of="$1" bs=1M seek=8 oflag=direct status=none
	dd if="$1" of=/run/before bs=1M skip=72 iflag=direct status=none
	ranges "$1" "$2"
	same "$(field errno)" "$3" errno
	same "$(field error)" "$3" error
	same "$(field failed_range)" 2 failed_range
	done=$(field bytes_done)
	[ "$done" -ge $((4 * MIB)) ] && [ "$done" -lt $((6 * MIB)) ] || fail "$done bytes done"
	cmp -n "$done" -i "$((60 * MIB)):0" "$1" /run/data
	cmp -n $((12 * MIB)) -i "$((8 * MIB)):0" "$1" /run/data
	dd if="$1" of=/run/after bs=1M skip=72 iflag=direct status=none
	cmp /run/before /run/after
	[ $(($(field result_flags) & 2)) = 2 ] || fail "the destination is not said to be undefined"
}

# One command a range, so that the first two can be done when the third fails.
mkdev bad "$(copyoff_table "$(ns "$NS_WRITE_BAD")" 0 "$(sectors "$(ns "$NS_WRITE_BAD")")" '2 max_command_kib 2048')"
check /dev/mapper/bad 0 EIO
# By the host alone.
check /dev/mapper/bad 2 EIO
same "$(field bytes_nvme)" 0 bytes_nvme
# By the device alone.
check /dev/mapper/bad 1 EOPNOTSUPP
same "$(field bytes_host)" 0 bytes_host
[ "$(field reason_detail)" != 0x0 ] || fail "the device's word is missing"

# The same where the sources cannot be read: 64 MiB is the third's again.
rmdev bad
DEV=$(ns "$NS_READ_BAD")
mkdev bad "$(copyoff_table "$DEV")"
dd if=/dev/urandom of=/run/data bs=1M count=4 status=none
dd if=/run/data of=/dev/mapper/bad bs=1M seek=60 oflag=direct status=none
"$TOP/build/vm-bin/copyranges" /dev/mapper/bad /dev/mapper/bad 2 \
	$((60 * MIB)):0:$((2 * MIB)) $((62 * MIB)):$((2 * MIB)):$((2 * MIB)) \
	$((64 * MIB)):$((4 * MIB)):$((2 * MIB)) $((66 * MIB)):$((6 * MIB)):$((2 * MIB)) >/run/out
cat /run/out
same "$(field error)" EIO error
same "$(field failed_range)" 2 failed_range
same "$(field bytes_done)" $((4 * MIB)) bytes_done
cmp -n $((4 * MIB)) /dev/mapper/bad /run/data
