# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: fabric
# quick-on: 6.12
# timeout: 180
# kernels: 6.12 debug
#
# Paths that answer that they are not accessible: that is an answer, so nothing is
# in doubt; all paths are tried, and the host, whose requests wait for a path, does
# it when there is one again.

. "$TOP/tests/vm/fabric.sh"
load
fabric_up tcp tcp
fabric_dev ''
dd if=/dev/urandom of=/run/data bs=1M count=4 status=none
dd if=/run/data of="$FAB" bs=1M oflag=direct status=none
"$COPYOFF" copy --length 4M --dst 32M --keys /dev/mapper/fab /dev/mapper/fab >/run/out
same "$(of_copy bytes_nvme)" $((4 << 20)) "bytes_nvme with the paths accessible"
ana_state inaccessible
nvmet_plain

before=$(copies_seen)
begin_copy /dev/mapper/fab /dev/mapper/fab 4M 64M
refused() { [ "$(status_of fab fallbacks)" -gt 0 ]; }
wait_for 30 refused || fail "no command was refused: $(dmsetup status fab)"
sleep 1
still_copying "without a path"
same "$(status_of fab host)" 0 "bytes by the host"
same "$(status_of fab doubts)" 0 doubts
ana_state optimized
end_copy 0
same "$(of_copy bytes_host)" $((4 << 20)) bytes_host
same "$(of_copy result_flags)" 0 result_flags
same "$(copies_seen)" "$before" "Copy commands that reached the device"
[[ $(of_copy reasons) == *NO_PATH* && $(of_copy reasons) != *DOUBT* ]] || fail "reasons: $(of_copy reasons)"
same "$(of_copy reason_detail)" 0x302 "the status (asymmetric access inaccessible)"
dd if="$DISK" of=/run/is bs=1M skip=64 count=4 iflag=direct status=none
cmp /run/data /run/is
dmsetup remove fab
