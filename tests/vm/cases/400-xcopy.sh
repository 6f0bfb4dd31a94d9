# SPDX-License-Identifier: GPL-2.0-only
# profile: lio
# quick-on: 6.1
# timeout: 120
#
# SCSI: a copy within one logical unit, and one between two of the same session,
# go out as EXTENDED COPY. The target's own tracepoint counts as many commands as
# the module does; and what others have for it, sg_xcopy, comes to the same bytes.

. "$TOP/tests/vm/lio.sh"
load
lio_up
backstore one ramdisk 64 11111111-2222-3333-4444-555555555551
backstore two ramdisk 64 99999999-8888-7777-6666-555555555552
units one two
A=${DISKS[0]}
B=${DISKS[1]}
dd if=/dev/urandom of="$A" bs=1M count=32 oflag=direct status=none
mkdev one "$(copyoff_table "$A")"
mkdev two "$(copyoff_table "$B")"
dmsetup status one | grep -q ' copyoff scsi on ' || fail "no method scsi: $(dmsetup status one)"

# copied SRC DST OFFSET: 16 MiB from 1 MiB on, all by scsi
copied() {
	local before sent
	before=$(xcopies)
	"$COPYOFF" copy --src 1M --dst "$3" --length 16M --keys "$1" "$2" >/run/out
	cat /run/out
	sent=$(($(xcopies) - before))
	same "$(of_copy bytes_scsi)" 16777216 bytes_scsi
	same "$(of_copy bytes_host)" 0 bytes_host
	same "$(of_copy commands_offload)" "$sent" "commands, as the target counts them"
	[ "$sent" -gt 1 ] || fail "no trial came first"
}

# others_copy DISK OFFSET TO: the same blocks, by sg_xcopy to TO of that disk, are what
# the copy has left at OFFSET; all in MiB
others_copy() {
	local sent
	dd if=/dev/zero of="$1" bs=1M seek="$3" count=16 oflag=direct status=none
	sent=$(xcopies)
	sg_xcopy if="$A" of="$1" bs=512 skip=2048 seek="$(($3 * 2048))" count=32768
	[ "$(xcopies)" -gt "$sent" ] || fail "sg_xcopy has sent nothing"
	blockdev --flushbufs "$1"
	cmp -n 16777216 -i $(($2 << 20)):$(($3 << 20)) "$1" "$1" || fail "not as sg_xcopy does it, to ${1##*/}"
}

# It opens disks by number, by what udev has elsewhere.
mkdir -p /dev/block
for d in "$A" "$B"; do ln -sf "$d" "/dev/block/$(cat "/sys/class/block/${d##*/}/dev")"; done

copied /dev/mapper/one /dev/mapper/one 40M
cmp -n 16777216 -i 1048576:41943040 "$A" "$A"
others_copy "$A" 40 20

copied /dev/mapper/one /dev/mapper/two 3M
blockdev --flushbufs "$B"
cmp -n 16777216 -i 1048576:3145728 "$A" "$B"
same "$(dmsetup status two | awk '{ print $11 }')" 16777216 "bytes scsi in the status"
others_copy "$B" 3 24
