# SPDX-License-Identifier: GPL-2.0-only
# profile: smp
# quick-on: 6.1
# not-on: debug
# timeout: 120
#
# A disk that hardly answers any more, with hundreds of commands under way: copies on
# another disk do not wait for it, nor does the suspend of a device there.

load
A=$(ns 1)
B=$(ns 2)
LINES=(0 1 2 3 4)
PIDS=()

mkdev free "$(copyoff_table "$B" 0 131072)"
for i in "${LINES[@]}"; do
	mkdev "busy$i" "$(copyoff_table "$A" $((i * 131072)) 131072 '4 max_inflight 64 max_command_kib 4')"
done
slow_down copyoff-n1 4096
defer full_speed copyoff-n1
for i in "${LINES[@]}"; do
	"$COPYOFF" copy --force --length 4M --dst 8M "/dev/mapper/busy$i" "/dev/mapper/busy$i" >"/run/out.$i" 2>&1 &
	PIDS+=($!)
done
in_flight() { dmsetup status --target copyoff | awk '/busy/ { n += $7 } END { print n + 0 }'; }
crowded() { [ "$(in_flight)" -ge 300 ]; }
wait_for 40 crowded || fail "only $(in_flight) commands are under way"

timeout 12 "$COPYOFF" copy --keys --length 4M --dst 8M /dev/mapper/free /dev/mapper/free >/run/out ||
	fail "the copy on the other disk does not get on: $(dmsetup status free)"
grep -x "bytes_nvme=$((4 << 20))" /run/out
timeout 12 dmsetup suspend free || fail "nor does its suspend"
dmsetup resume free
crowded || fail "the disk was not busy all the time"

full_speed copyoff-n1
for pid in "${PIDS[@]}"; do wait "$pid" || fail "a copy failed: $(cat /run/out.*)"; done
