# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# timeout: 120
#
# A flush that fails is told by the request that asked for it, whatever else
# there is to tell: when all was copied, and when a signal ended the request.
# Everything is written when the device below begins to refuse writes.

. "$TOP/tests/vm/job.sh"
load
modprobe dm-flakey
A=$(ns 1)
SIZE=$((4 << 20))
LEN=$((SIZE >> 9))
dd if=/dev/urandom of="$A" bs=1M count=4 oflag=direct status=none

# below WORDS: what is below the destination from now on
below() {
	dmsetup load flaky --table "0 $LEN flakey $A 65536 $*"
	dmsetup suspend --nolockfs flaky
	dmsetup resume flaky
}
mkdev flaky "0 $LEN flakey $A 65536 600 0"
mkdev src "$(copyoff_table "$A" 0 "$LEN")"
mkdev dst "$(copyoff_table /dev/mapper/flaky 0 "$LEN")"

# sync_copy STATUS END: the copy ends so, END being done when all is written
sync_copy() {
	hold range_done
	begin_copy /dev/mapper/src /dev/mapper/dst "$SIZE" 0 --sync
	wait_held range_done
	below 0 600 1 error_writes
	"$2"
	release
	end_copy "$1"
	below 600 0
	cmp -n "$SIZE" -i 0:$((65536 << 9)) "$A" "$A"
}
nothing() { :; }
interrupt() { kill -INT "$COPY_PID"; }

begin_copy /dev/mapper/src /dev/mapper/dst "$SIZE" 0 --sync
end_copy 0
same "$(of_copy bytes_done)" "$SIZE" bytes_done

sync_copy 1 nothing
same "$(of_copy error)" EIO error
same "$(of_copy bytes_done)" 0 bytes_done
same "$(of_copy bytes_host)" "$SIZE" bytes_host

sync_copy 1 interrupt
same "$(of_copy error)" EIO error
same "$(of_copy bytes_done)" 0 bytes_done

# One that came before is not to blame for it.
begin_copy /dev/mapper/src /dev/mapper/dst "$SIZE" 0 --sync
end_copy 0
same "$(of_copy bytes_done)" "$SIZE" bytes_done
