# SPDX-License-Identifier: GPL-2.0-only
# profile: lio
# timeout: 120
# quick-on: 6.1 7.3
#
# A unit of the session that this host does not see goes by the source's name, and
# the target copies from that one: the trial sees it, nothing more is sent, the
# host copies, and says so.

. "$TOP/tests/vm/lio.sh"
load
lio_up
# Of a serial number only the first 25 digits are in the name.
backstore src ramdisk 32 aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeee01
backstore dst ramdisk 32 99999999-8888-7777-6666-555555555552
backstore hidden ramdisk 32 aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeee02
units src dst
A=${DISKS[0]}
B=${DISKS[1]}
# What is mapped last is found first.
map "$TPG" 2 hidden
C=$(lun "$TPG" 2)
for dev in "$A" "$B" "$C"; do dd if=/dev/urandom of="$dev" bs=1M count=32 oflag=direct status=none; done
hide "$C"
mkdev src "$(copyoff_table "$A")"
mkdev dst "$(copyoff_table "$B")"
dmsetup status dst | grep -q ' copyoff scsi on ' || fail "not even tried: $(dmsetup status dst)"

events() { dmsetup info -c --noheadings -o events dst; }
before=$(events)
"$COPYOFF" copy --length 16M --keys /dev/mapper/src /dev/mapper/dst >/run/out
cat /run/out
cmp -n 16777216 "$A" "$B" || fail "the bytes are another unit's"
same "$(of_copy bytes_scsi)" 0 bytes_scsi
same "$(of_copy commands_offload)" 1 "commands of the device"
same "$(xcopies)" 1 "commands that the target saw"
same "$(of_copy reasons)" " DESIGNATOR_CLASH" reasons
same "$(events)" "$((before + 1))" "dm events"
dmesg | grep -q "copy from ${A##*/} went to ANOTHER UNIT" || fail "not a word in the log"

# The pair stays off; others, and the pair turned round, have nothing to do with it.
"$COPYOFF" copy --length 4M --src 8M --dst 20M --keys /dev/mapper/src /dev/mapper/dst >/run/out
same "$(of_copy bytes_scsi)" 0 "bytes_scsi, the second time"
same "$(xcopies)" 1 "commands, the second time"
"$COPYOFF" copy --length 4M --dst 20M --keys /dev/mapper/dst /dev/mapper/dst >/run/out
same "$(of_copy bytes_scsi)" 4194304 "bytes_scsi within the destination"
cmp -n 4194304 -i 0:20971520 "$B" "$B"

# Gone from the target, and told so: it is tried again.
unmap "$TPG" 2
dmsetup message dst 0 offload retry
dd if=/dev/urandom of="$A" bs=1M count=32 oflag=direct status=none
"$COPYOFF" copy --length 16M --keys /dev/mapper/src /dev/mapper/dst >/run/out
cat /run/out
same "$(of_copy bytes_scsi)" 16777216 "bytes_scsi when the clash is over"
blockdev --flushbufs "$A" "$B"
cmp -n 16777216 "$A" "$B"

# Both begin with the same bytes, as clones of one image do; so the trial sees nothing,
# but a command of any size that comes next is sampled.
for same in 8192 $((8192 + 524288)); do
	dmsetup remove dst
	mkdev dst "$(copyoff_table "$B" 0 65536 '2 max_command_kib 512')"
	map "$TPG" 2 hidden
	C=$(lun "$TPG" 2)
	dd if=/dev/urandom of="$C" bs=1M count=32 oflag=direct status=none
	dd if="$A" of="$C" bs=8192 count=$((same / 8192)) oflag=direct status=none
	hide "$C"
	dmsetup message dst 0 offload retry
	# Who is told that there are other units is somebody else: else the first command
	# is sent again, and the next one may be the trial.
	for disk in "$A" "$B"; do wait_for 20 sg_turs "$disk"; done
	dmesg -C
	rc=0
	"$COPYOFF" copy --length 16M --force --keys /dev/mapper/src /dev/mapper/dst >/run/out || rc=$?
	cat /run/out
	blockdev --flushbufs "$A" "$B"
	[ "$rc" != 0 ] || cmp -n 16777216 "$A" "$B" || fail "the bytes are another unit's"
	grep -q DESIGNATOR_CLASH /run/out || fail "nobody has noticed"
	dmesg | grep "copy from ${A##*/} went to ANOTHER UNIT" >/run/said || fail "not a word in the log"
	if [ "$same" = 8192 ]; then
		same "$rc $(of_copy bytes_scsi)" "0 8192" "status and bytes_scsi"
	else
		# What was done meanwhile cannot be relied on: so nothing was done.
		same "$rc $(of_copy error) $(of_copy bytes_done)" "1 EIO 0" "status and bytes_done"
		grep 'HAS TO BE COPIED AGAIN' /run/said
		"$COPYOFF" copy --length 16M --force --keys /dev/mapper/src /dev/mapper/dst >/run/out
		same "$(of_copy bytes_scsi)" 0 bytes_scsi
	fi
	blockdev --flushbufs "$A" "$B"
	cmp -n 16777216 "$A" "$B" || fail "the bytes are another unit's"
	unmap "$TPG" 2
done
