# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# timeout: 600
#
# EXTENDED COPY between two logical units whose disks are slow, against sg_xcopy
# with commands of the same length, in turns: by one command at a time, as sg_xcopy
# sends them, when it has to be at least 0.95 times as fast, and by four: at least twice.

set +x
. "$TOP/tests/vm/lio.sh"
. "$TOP/bench/pairs.sh"
PAIRS=9
MIB=32
CHUNK=1024	# KiB
DELAY=10	# ms, for each request of the target

modprobe dm-delay
load
lio_up
slow_disk() { mkdev "$1" "0 $((64 << 11)) delay $2 0 $DELAY"; }
slow_disk slow1 "$(ns 1)"
slow_disk slow2 "$(ns 2)"
backstore one iblock /dev/mapper/slow1 11111111-2222-3333-4444-555555555551
backstore two iblock /dev/mapper/slow2 99999999-8888-7777-6666-555555555552
units one two
A=${DISKS[0]}
B=${DISKS[1]}
# sg_xcopy opens disks by number, by what udev has elsewhere.
mkdir -p /dev/block
for d in "$A" "$B"; do ln -sf "$d" "/dev/block/$(cat "/sys/class/block/${d##*/}/dev")"; done
dd if=/dev/urandom of="$A" bs=1M count=$MIB oflag=direct status=none
mkdev a "$(copyoff_table "$A" 0 "$(sectors "$A")" "2 max_command_kib $CHUNK")"
mkdev b "$(copyoff_table "$B" 0 "$(sectors "$B")" "2 max_command_kib $CHUNK")"

by_sg_xcopy() { sg_xcopy if="$A" of="$B" count=$((MIB * 2048)) bpt=$((CHUNK * 2)) 2>/run/sg || fail "sg_xcopy: $(cat /run/sg)"; }
by_scsi() { "$COPYOFF" copy --length ${MIB}M --no-fallback --force /dev/mapper/a /dev/mapper/b; }
by_one() { echo 1 >/sys/module/dm_copyoff/parameters/scsi_inflight; by_scsi; }
by_four() { echo 4 >/sys/module/dm_copyoff/parameters/scsi_inflight; by_scsi; }

# What comes first has a trial to make.
by_scsi
pairs by_one by_sg_xcopy
ONE=$MEDIAN
pairs by_four by_sg_xcopy
FOUR=$MEDIAN
blockdev --flushbufs "$A" "$B"
cmp -n $((MIB << 20)) "$A" "$B"
demand "$ONE" at-least 0.95 "times as fast as sg_xcopy, by one command at a time"
demand "$FOUR" at-least 2 "times as fast as sg_xcopy, by four commands at a time"
