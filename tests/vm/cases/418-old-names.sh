# SPDX-License-Identifier: GPL-2.0-only
# profile: lio
# timeout: 180
# quick-on: 6.1
#
# Commands that wait for their turn at a busy unit, while the source's LUN comes to lead
# to another unit: what they are sent with is what holds then, not when they came.

. "$TOP/tests/vm/iscsi.sh"
load
iscsi_up
modprobe brd rd_nr=1 rd_size=8192
mkdev door "0 16384 linear /dev/ram0 0"
backstore x ramdisk 8 11111111-2222-3333-4444-555555555551
backstore y ramdisk 8 22222222-2222-3333-4444-555555555552
backstore d iblock /dev/mapper/door 33333333-2222-3333-4444-555555555553
iscsi_units x d
A=${DISKS[0]}
B=${DISKS[1]}
echo 1 >/sys/module/dm_copyoff/parameters/scsi_inflight
mkdev a "$(copyoff_table "$A" 0 16384)"
mkdev b "$(copyoff_table "$B" 0 16384 '4 max_inflight 8 max_command_kib 512')"
head -c 2M /dev/urandom >/run/was
dd if=/run/was of="$A" bs=1M oflag=direct status=none
"$COPYOFF" copy --length 1M --dst 2M --keys /dev/mapper/a /dev/mapper/b >/run/out
same "$(of_copy bytes_scsi)" 1048576 "bytes_scsi before"

# One under way in the device, within it (who copies from x keeps its LUN), and four that
# wait for that.
# The first two of that pair are its trials, and the next two are sampled: they read.
"$COPYOFF" copy --length 1536K --src 2M --dst 6M --keys /dev/mapper/b /dev/mapper/b >/run/out
same "$(of_copy bytes_scsi)" 1572864 "bytes_scsi within the destination"
sent=$(xcopies)
dmsetup suspend --nolockfs --noflush door
open_door() { dmsetup resume door; }
defer open_door
"$COPYOFF" copy --length 512K --src 2M --dst 7680K --force /dev/mapper/b /dev/mapper/b &
FIRST=$!
begun() { [ "$(xcopies)" -gt "$sent" ]; }
wait_for 30 begun || fail "no copy was begun"
begin_copy /dev/mapper/a /dev/mapper/b 2M 4M
all_there() { [ "$(dmsetup status b | awk '{ print $6 }')" = 5 ]; }
wait_for 30 all_there || fail "not all of them are under way: $(dmsetup status b)"
same "$(xcopies)" $((sent + 1)) "commands that were sent"

# x can still be reached, and who is told of the change is somebody else.
map "$TPG" 4 x
unmap "$TPG" 0
map "$TPG" 0 y
takes_news() { sg_turs "$1"; }
for disk in "$A" "$B"; do wait_for 20 takes_news "$disk"; done
# So old may a name become.
sleep 1.5
open_door
wait "$FIRST"
end_copy 0
same "$(of_copy bytes_scsi)" $((2 << 20)) bytes_scsi
same "$(of_copy bytes_host)" 0 bytes_host
# What y has is nothing yet.
dd if="$B" bs=1M skip=4 count=2 iflag=direct status=none | cmp - <(head -c 2M /dev/zero) ||
	fail "copied from where the LUN led before"
