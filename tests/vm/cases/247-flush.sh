# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# timeout: 120
#
# A flush that fails is told by the request that asked for it, whatever else
# there is to tell: when all was copied, and when a signal ended the request.
# Everything is written when the device below begins to refuse writes. And what was
# written is flushed before a suspend may lead to another device below.

. "$TOP/tests/vm/job.sh"
load
modprobe dm-flakey
A=$(ns 1)
SIZE=$((4 << 20))
LEN=$((64 << 11))
dd if=/dev/urandom of="$A" bs=1M count=32 oflag=direct status=none

# below WORDS: what is below the destination from now on
below() {
	dmsetup load flaky --table "0 $LEN flakey $A 131072 $*"
	dmsetup suspend --nolockfs flaky
	dmsetup resume flaky
}
mkdev flaky "0 $LEN flakey $A 131072 600 0"
mkdev src "$(copyoff_table "$A" 0 "$LEN")"
mkdev dst "$(copyoff_table /dev/mapper/flaky 0 "$LEN")"

# refusing COMMAND...: a copy that is begun so; the device below it refuses writes
# from the moment when all of the first range is written
refusing() {
	hold range_done
	"$@"
	wait_held range_done
	below 0 600 1 error_writes
}
as_before() { below 600 0; }

begin_copy /dev/mapper/src /dev/mapper/dst "$SIZE" 0 --sync
end_copy 0
same "$(of_copy bytes_done)" "$SIZE" bytes_done

# All of it is copied.
refusing begin_copy /dev/mapper/src /dev/mapper/dst "$SIZE" 0 --sync
release
end_copy 1
same "$(of_copy error)" EIO error
same "$(of_copy bytes_done)" 0 bytes_done
same "$(of_copy bytes_host)" "$SIZE" bytes_host
as_before
cmp -n "$SIZE" -i 0:$((131072 << 9)) "$A" "$A"

# A signal ends it after the first of two ranges, of which the second is longer
# than what the host has buffers for.
two_ranges() {
	"$TOP/build/vm-bin/copyranges" /dev/mapper/src /dev/mapper/dst 4 \
		"0:0:$SIZE" "$SIZE:$SIZE:$((24 << 20))" >/run/out 2>/run/err &
	COPY_PID=$!
}
refusing two_ranges
kill -INT "$COPY_PID"
release
end_copy 0
same "$(of_copy errno)" EIO errno
same "$(of_copy bytes_done)" 0 bytes_done
same "$(of_copy failed_range)" 0 failed_range
as_before

# Suspended in the middle, and the line leads past that device from then on: nobody
# would ever flush there what was written up to then.
moved() {
	dmsetup suspend dst
	dmsetup load dst --table "$(copyoff_table "$A" 131072 "$LEN")"
	dmsetup resume dst
	held range_done || fail "the request was not held long enough"
	release
}
moved_back() {
	dmsetup suspend dst
	dmsetup load dst --table "$(copyoff_table /dev/mapper/flaky 0 "$LEN")"
	dmsetup resume dst
}
BOTH=$((SIZE + (24 << 20)))

# It is flushed there, and at the end here.
hold range_done
two_ranges
wait_held range_done
moved
end_copy 0
same "$(of_copy errno)" 0 errno
same "$(of_copy bytes_done)" "$BOTH" bytes_done
moved_back

# There it cannot be. All that comes after goes well, and is flushed, too.
dd if=/dev/zero of="$A" bs=1M seek=64 count=28 oflag=direct status=none
refusing two_ranges
moved
end_copy 0
same "$(of_copy errno)" EIO errno
same "$(of_copy bytes_done)" 0 bytes_done
same "$(of_copy failed_range)" 0 failed_range
cmp -n "$BOTH" -i 0:$((131072 << 9)) "$A" "$A"
as_before
moved_back

# One that comes after is not to blame for it.
begin_copy /dev/mapper/src /dev/mapper/dst "$SIZE" 0 --sync
end_copy 0
same "$(of_copy bytes_done)" "$SIZE" bytes_done
