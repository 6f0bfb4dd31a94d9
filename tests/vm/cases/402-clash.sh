# SPDX-License-Identifier: GPL-2.0-only
# profile: lio
# not-on: debug
# timeout: 180
# quick-on: 6.1 7.3
#
# Two units that this host sees go by one name: nothing is sent to or from either,
# also if the second one comes when the first one is in use; when it is gone, and
# really so, copies go by the device again. Units without a name at all.

. "$TOP/tests/vm/lio.sh"
load
lio_up
backstore src ramdisk 8 aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeee01
backstore dst ramdisk 8 99999999-8888-7777-6666-555555555552
backstore twin ramdisk 8 aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeee02
backstore nameless ramdisk 8 -
units src dst

# comes NAME DISK: it is there from now on; what it has is in /run/NAME
declare -A DISK
comes() {
	DISK[$1]=$2
	head -c 6M /dev/urandom >"/run/$1"
	dd if="/run/$1" of="$2" bs=1M oflag=direct status=none
	mkdev "$1" "$(copyoff_table "$2")"
}

# by METHOD REASON SRC DST: 2 MiB that nobody has seen yet. First of all every unit is
# looked at: has the one what the other has, and are all others as they were?
by() {
	local n sent
	head -c 2M /dev/urandom >/run/piece
	dd if=/run/piece of="${DISK[$3]}" bs=1M oflag=direct status=none
	dd if=/run/piece of="/run/$3" bs=1M conv=notrunc status=none
	sent=$(xcopies)
	"$COPYOFF" copy --length 2M --dst 4M --force --keys "/dev/mapper/$3" "/dev/mapper/$4" >/run/out
	cat /run/out
	dd if=/run/piece of="/run/$4" bs=1M seek=4 conv=notrunc status=none
	for n in "${!DISK[@]}"; do is_as_told "$n" "$4"; done
	same "$(of_copy "bytes_$1")" 2097152 "bytes_$1 from $3 to $4"
	[ "$1" = scsi ] || same "$(xcopies)" "$sent" "commands sent from $3 to $4"
	same "$(of_copy reasons | tr -d ' ')" "$2" "reasons from $3 to $4"
}

# is_as_told UNIT DST: has it what is in /run/UNIT, and if not, whose is that?
is_as_told() {
	local n
	! dd if="${DISK[$1]}" bs=1M count=6 iflag=direct status=none | cmp - "/run/$1" || return 0
	for n in "${!DISK[@]}"; do
		! cmp -n 2097152 -i 4194304:0 "${DISK[$1]}" "/run/$n" || fail "the copy went to the wrong unit: $1 has what $n had"
	done
	fail "$1 has other bytes, after a copy to $2"
}

comes src "${DISKS[0]}"
comes dst "${DISKS[1]}"
by scsi '' src dst

map "$TPG" 2 twin
comes twin "$(lun "$TPG" 2)"
by host DESIGNATOR_CLASH src dst
by host DESIGNATOR_CLASH dst src
by host DESIGNATOR_CLASH twin dst
by scsi '' dst dst
wait_for 20 eval 'dmsetup status src | grep -q " copyoff host off .* DESIGNATOR_CLASH\$"' || fail "the status does not say so: $(dmsetup status src)"
"$COPYOFF" query --length 2M /dev/mapper/src /dev/mapper/dst | grep -qx reason=DESIGNATOR_CLASH
rmdev twin
unset 'DISK[twin]'
unmap "$TPG" 2
wait_for 20 eval 'dmsetup status src | grep -q " copyoff scsi on "' || fail "the clash does not end: $(dmsetup status src)"
by scsi '' src dst

map "$TPG" 3 nameless
comes nameless "$(lun "$TPG" 3)"
by host NO_DESIGNATOR nameless dst
by host NO_DESIGNATOR nameless nameless
