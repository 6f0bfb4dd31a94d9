# SPDX-License-Identifier: GPL-2.0-only
# profile: std
# quick-on: 5.10
# not-on: debug
# timeout: 300
#
# A live logical volume of two segments is switched from linear to copyoff and
# back under fio, cloned, and extended in the middle of a copy: LVM puts linear
# back, and the copy ends right by the host.

load
A=$(ns 1)
B=$(ns 2)
make_vg "$A" "$B"
lvcreate -q -y -Wn -an -L 192M -n golden vg "$A"
lvcreate -q -y -Wn -an -L 16M -n between vg "$A"
lvextend -q -L +64M vg/golden "$A"
lvcreate -q -y -Wn -an -L 256M -n vm42 vg "$A"
lvchange -ay vg
same "$(dmsetup table vg-golden | wc -l)" 2 "segments"

# swap NAME FROM TO [WORDS]: the same table with another target type
swap() {
	dmsetup table "$1" | sed "s/ $2 \([^ ]* [0-9]*\).*/ $3 \1${4:+ $4}/" | dmsetup load "$1"
	dmsetup suspend "$1"
	dmsetup resume "$1"
}

# --- there and back under I/O ---
fio --name=live --filename=/dev/mapper/vg-golden --rw=randwrite --bs=16k --iodepth=8 \
	--ioengine=libaio --direct=1 --size=128M --verify=crc32c --verify_backlog=64 --verify_fatal=1 \
	--do_verify=1 --time_based --runtime=20 --output=/run/fio.log &
FIO=$!
sleep 2
swaps=0
while kill -0 "$FIO" 2>/dev/null; do
	swap vg-golden linear copyoff
	same "$(dmsetup table vg-golden | grep -c ' copyoff ')" 2 "copyoff lines"
	kill -0 "$FIO" 2>/dev/null && swaps=$((swaps + 1))
	swap vg-golden copyoff linear
done
[ "$swaps" -ge 3 ] || fail "only $swaps swaps under I/O"
swap vg-golden linear copyoff
wait "$FIO" || fail "fio: $(cat /run/fio.log)"
grep -q 'err= 0' /run/fio.log || fail "fio: $(cat /run/fio.log)"

# --- a clone, all of it by the device ---
swap vg-vm42 linear copyoff
dd if=/dev/urandom of=/dev/mapper/vg-golden bs=1M seek=150 count=100 oflag=direct status=none
"$COPYOFF" copy --keys /dev/mapper/vg-golden /dev/mapper/vg-vm42 >/run/out
cat /run/out
grep -qx bytes_host=0 /run/out || fail "the host copied"
cmp /dev/mapper/vg-golden /dev/mapper/vg-vm42 || fail "the clone is wrong"

# --- extended in mid copy: linear comes back by itself ---
dd if=/dev/urandom of=/dev/mapper/vg-golden bs=1M count=256 oflag=direct status=none
swap vg-vm42 copyoff copyoff '4 max_inflight 1 max_command_kib 16'
dmsetup message vg-vm42 0 reset_stats
"$COPYOFF" copy --keys /dev/mapper/vg-golden /dev/mapper/vg-vm42 >/run/out 2>&1 &
PID=$!
begun() { [ "$(dmsetup status vg-vm42 | awk '/copyoff/ { print $8; exit }')" -gt 20 ]; }
wait_for 30 begun
lvextend -q -L +16M vg/vm42
kill -0 "$PID" || fail "the copy was over before lvextend was"
rc=0
wait "$PID" || rc=$?
cat /run/out
same "$rc" 0 "exit status"
same "$(dmsetup table vg-vm42 | grep -c ' copyoff ' || :)" 0 "copyoff lines after lvextend"
grep -qx bytes_done=268435456 /run/out || fail "not all done"
grep -q 'reasons=.*NOT_COPYOFF' /run/out || fail "no reason"
[ "$(sed -n 's/^bytes_nvme=//p' /run/out)" -gt 0 ] || fail "nothing went by nvme before"
[ "$(sed -n 's/^bytes_host=//p' /run/out)" -gt 0 ] || fail "nothing went by the host after"
cmp -n 268435456 /dev/mapper/vg-golden /dev/mapper/vg-vm42 || fail "the bytes are wrong"

# --- and back ---
swap vg-golden copyoff linear
cmp -n 268435456 /dev/mapper/vg-golden /dev/mapper/vg-vm42
lvs -o name,segtype,size vg
