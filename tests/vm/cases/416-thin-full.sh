# SPDX-License-Identifier: GPL-2.0-only
# profile: lio
# not-on: debug
# timeout: 180
# quick-on: none
#
# A thin unit that has no more room in the middle of a job: what is said to be done is
# there, the job ends with an error, and says what the unit said; with more room the
# same job goes through.

. "$TOP/tests/vm/lio.sh"
load
lio_up
modprobe dm-thin-pool
modprobe brd rd_nr=1 rd_size=32768
[ -b /dev/ram0 ] || fail "no ram disk"
mkdev meta "0 8192 linear /dev/ram0 0"
mkdev data "0 16384 linear /dev/ram0 8192"
dd if=/dev/zero of=/dev/mapper/meta bs=4k count=1 oflag=direct status=none
mkdev pool "0 16384 thin-pool /dev/mapper/meta /dev/mapper/data 128 0 1 error_if_no_space"
dmsetup message pool 0 create_thin 0
mkdev thin "0 32768 thin /dev/mapper/pool 0"
backstore src ramdisk 16 11111111-2222-3333-4444-555555555551
backstore dst iblock /dev/mapper/thin 99999999-8888-7777-6666-555555555552
units src dst
A=${DISKS[0]}
B=${DISKS[1]}
dd if=/dev/urandom of="$A" bs=1M count=16 oflag=direct status=none
mkdev a "$(copyoff_table "$A")"
mkdev b "$(copyoff_table "$B" 0 32768 '4 max_inflight 2 max_command_kib 512')"

rc=0
"$COPYOFF" copy --keys /dev/mapper/a /dev/mapper/b >/run/out 2>/run/err || rc=$?
cat /run/out /run/err
same "$rc" 1 "exit status without room"
# The target does not tell a device that is full from one that is broken: a write ends as
# TCM_LOGICAL_UNIT_COMMUNICATION_FAILURE (2/08/00, for which this host's disk has EIO), a
# copy as COPY_TARGET_DEVICE_NOT_REACHABLE (a/0d/02), or in 5.10 as any write.
said=0xa0d02
[ "$KERNEL" != 5.10 ] || said=0x20800
same "$(of_copy error)" EIO "error without room"
same "$(of_copy reasons | grep -o '0x[0-9a-f]*')" "$said" "what the unit said"
got=$(of_copy bytes_done)
[ "$got" -gt 0 ] && [ "$got" -le $((8 << 20)) ] || fail "$got bytes are done, with room for 8 MiB"
[ "$(of_copy bytes_scsi)" -gt 0 ] || fail "nothing went by scsi"
grep -q 'reasons=.*DEVICE_ERROR' /run/out || fail "not a word of what the unit said"
cmp -n "$got" "$A" "$B" || fail "what is done is not there"

# --- and with more room ---
dmsetup load data --table "0 49152 linear /dev/ram0 8192"
dmsetup suspend data
dmsetup resume data
dmsetup load pool --table "0 49152 thin-pool /dev/mapper/meta /dev/mapper/data 128 0 1 error_if_no_space"
dmsetup suspend pool
dmsetup resume pool
dmsetup message b 0 offload retry
"$COPYOFF" copy --force --keys /dev/mapper/a /dev/mapper/b >/run/out
cat /run/out
same "$(of_copy bytes_scsi)" $((16 << 20)) "bytes_scsi with more room"
blockdev --flushbufs "$A" "$B"
cmp "$A" "$B"
