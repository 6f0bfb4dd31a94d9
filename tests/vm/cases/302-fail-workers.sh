# SPDX-License-Identifier: GPL-2.0-only
# profile: std
# kernels: debug
# timeout: 300
#
# Allocations of the module fail here and there, in its workers as well, while it
# copies: the bytes are right, or the answer is ENOMEM and they are as it says.

. "$TOP/tests/vm/faults.sh"
load
A=$(ns 1)
B=$(ns 2)
P=$(virtio_disk)
mkdev one "$(copyoff_table "$A" 0 "$(sectors "$A")" '2 max_inflight 8')"
mkdev two "$(copyoff_table "$B")"
ONE=/dev/mapper/one
TWO=/dev/mapper/two
allocations_may_fail

TIMES=100000
failed=0
# copies FLAGS NR LENGTH GAP SRC DST LOWER-SRC LOWER-DST
copies() {
	local before after
	before=$(failures_left)
	"$FAILNTH" -r 40 copy "${@:1:4}" direct "${@:5}" >/run/out 2>/run/err || fail "copies $*: $(cat /run/err)"
	cat /run/out
	after=$(failures_left)
	[ "$after" -lt "$before" ] || fail "copies $*: nothing failed"
	failed=$((failed + before - after))
	grep -q ' *ok=0' /run/out && fail "copies $*: none went well"
	return 0
}

fail_ours 8 $TIMES
copies 0 100 4096 0 $ONE $ONE "$A" "$A"
copies 0 60 4096 4096 $ONE $ONE "$A" "$A"
copies 4 4 65536 4096 $ONE $ONE "$A" "$A"
copies 2 4 262144 4096 $ONE $TWO "$A" "$B"
copies 0 4 65536 4096 "$P" $ONE "$P" "$A"
copies 0 4 65536 4096 $ONE "$P" "$A" "$P"
echo 1 >/sys/module/dm_copyoff/parameters/host_kcopyd
copies 2 4 262144 4096 $ONE $TWO "$A" "$B"
echo 0 >/sys/module/dm_copyoff/parameters/host_kcopyd
echo "$failed allocations failed"
