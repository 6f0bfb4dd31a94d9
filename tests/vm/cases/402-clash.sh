# SPDX-License-Identifier: GPL-2.0-only
# profile: lio
# not-on: debug
# timeout: 120
# quick-on: 6.1 7.3
#
# Two units that this host sees go by one name: nothing is sent to or from either,
# also if the second one comes when the first one is in use; when it is gone, and
# really so, copies go by the device again. Units without a name at all.

. "$TOP/tests/vm/lio.sh"
load
lio_up
backstore src ramdisk 32 aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeee01
backstore dst ramdisk 32 99999999-8888-7777-6666-555555555552
backstore twin ramdisk 32 aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeee02
backstore nameless ramdisk 32 -
units src dst
A=${DISKS[0]}
B=${DISKS[1]}
dd if=/dev/urandom of="$A" bs=1M count=32 oflag=direct status=none
mkdev src "$(copyoff_table "$A")"
mkdev dst "$(copyoff_table "$B")"

# by METHOD REASON SRC DST: 8 MiB
by() {
	local sent
	sent=$(xcopies)
	"$COPYOFF" copy --length 8M --dst 16M --keys "/dev/mapper/$3" "/dev/mapper/$4" >/run/out
	cat /run/out
	same "$(of_copy "bytes_$1")" 8388608 "bytes_$1 from $3 to $4"
	[ "$1" = scsi ] || same "$(xcopies)" "$sent" "commands sent from $3 to $4"
	same "$(of_copy reasons | tr -d ' ')" "$2" "reasons from $3 to $4"
	blockdev --flushbufs "$A" "$B"
	cmp -n 8388608 -i 0:16777216 "/dev/mapper/$3" "/dev/mapper/$4"
}
by scsi '' src dst

map "$TPG" 2 twin
C=$(lun "$TPG" 2)
dd if=/dev/urandom of="$C" bs=1M count=32 oflag=direct status=none
mkdev twin "$(copyoff_table "$C")"
wait_for 20 eval 'dmsetup status src | grep -q " copyoff host off .* DESIGNATOR_CLASH\$"' || fail "the status does not say so: $(dmsetup status src)"
by host DESIGNATOR_CLASH src dst
by host DESIGNATOR_CLASH dst src
by host DESIGNATOR_CLASH twin dst
by scsi '' dst dst
"$COPYOFF" query --length 8M /dev/mapper/src /dev/mapper/dst | grep -qx reason=DESIGNATOR_CLASH
rmdev twin
unmap "$TPG" 2
wait_for 20 eval 'dmsetup status src | grep -q " copyoff scsi on "' || fail "the clash does not end: $(dmsetup status src)"
by scsi '' src dst

map "$TPG" 3 nameless
D=$(lun "$TPG" 3)
dd if=/dev/urandom of="$D" bs=1M count=32 oflag=direct status=none
mkdev nameless "$(copyoff_table "$D")"
by host NO_DESIGNATOR nameless dst
by host NO_DESIGNATOR nameless nameless
