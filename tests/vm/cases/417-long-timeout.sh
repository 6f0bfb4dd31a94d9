# SPDX-License-Identifier: GPL-2.0-only
# profile: lio
# not-on: debug
# timeout: 500
# quick-on: none
#
# The network is lost in the middle of a copy over iSCSI, whose session waits for 120 s,
# as it is set everywhere, before it says so. Meanwhile the status tells what goes on; a
# caller that is killed, and who suspends the device, have to wait for no more than that;
# and when the network is back all goes on.

. "$TOP/tests/vm/iscsi.sh"
load
iscsi_up 120 5
modprobe brd rd_nr=1 rd_size=32768
mkdev door "0 65536 linear /dev/ram0 0"
backstore src ramdisk 32 11111111-2222-3333-4444-555555555551
backstore dst iblock /dev/mapper/door 99999999-8888-7777-6666-555555555552
iscsi_units src dst
A=${DISKS[0]}
B=${DISKS[1]}
mkdev a "$(copyoff_table "$A")"
mkdev b "$(copyoff_table "$B" 0 65536 '2 doubt_s 3600')"
dd if=/dev/urandom of="$A" bs=1M count=32 oflag=direct status=none
dd if=/dev/urandom of=/run/old bs=1M count=32 status=none
dd if=/run/old of="$B" bs=1M oflag=direct status=none
"$COPYOFF" copy --force --length 1M --dst 16M --keys /dev/mapper/a /dev/mapper/b >/run/out
same "$(of_copy bytes_scsi)" 1048576 "bytes_scsi before"
dd if="$A" of=/run/old bs=1M count=1 seek=16 conv=notrunc status=none

sent=$(xcopies)
dmsetup suspend --nolockfs --noflush door
defer shut_no_more
shut_no_more() { dmsetup resume door; ! dmsetup info b >/dev/null 2>&1 || dmsetup message b 0 doubt clear; }
begin_copy /dev/mapper/a /dev/mapper/b 1M 8M
begun() { [ "$(xcopies)" -gt "$sent" ]; }
wait_for 30 begun || fail "no copy was begun"
cut_net
wait_for 90 in_doubt || fail "no doubt: $(dmsetup status b)"
still_copying "though in doubt"
# The target, which is in this kernel, too, shall not be what hangs.
dmsetup resume door

# --- now everything waits; nothing for ever ---
kill -KILL "$COPY_PID"
dmsetup suspend --nolockfs b &
SUSPEND=$!
closing() { [ -z "$(dmsetup info -c --noheadings -o suspended b | grep -v Active)" ] && kill -0 "$SUSPEND"; }
closing || fail "suspended though a command is under way"
timeout 20 dmsetup status b >/run/status || fail "no status while all waits"
cat /run/status
same "$(awk '{ print ($6 > 0), $7 }' /run/status)" "1 1" "commands in flight, and in doubt"
over() { ! copying; }
wait_for 200 over || fail "the killed caller stays: $(cat "/proc/$COPY_PID/stack")"
wait "$COPY_PID" || :
kill -0 "$SUSPEND" || fail "suspended though there is doubt"
dmsetup message b 0 doubt clear
suspended() { ! kill -0 "$SUSPEND" 2>/dev/null; }
wait_for 60 suspended || fail "suspend does not end: $(cat "/proc/$SUSPEND/stack")"
wait "$SUSPEND"
same "$(dmsetup info -c --noheadings -o suspended b)" Suspended "state of b"
dmsetup resume b

# --- and is mended ---
mend_net
answers() { dd if="$B" of=/dev/null bs=4k count=1 iflag=direct status=none 2>/dev/null; }
wait_for 120 answers || fail "the session does not come back"
cmp -n $((8 << 20)) "$B" /run/old || fail "written before the range"
cmp -i $((9 << 20)) "$B" /run/old || fail "written after the range"
dmsetup message b 0 offload retry
"$COPYOFF" copy --force --length 1M --dst 8M --keys /dev/mapper/a /dev/mapper/b >/run/out
cat /run/out
same "$(of_copy bytes_scsi)" 1048576 "bytes_scsi when it is back"
blockdev --flushbufs "$A" "$B"
cmp -n 1048576 -i 0:8388608 "$A" "$B"
