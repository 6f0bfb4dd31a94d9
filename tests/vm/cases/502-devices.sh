# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# quick-on: 6.1
# not-on: debug
# timeout: 240
#
# copyoff create and remove, over a partition, too; what probe, status, top and events
# say of devices and of copies.

. "$TOP/tests/vm/tool.sh"
load
A=$(ns 1)
B=$(ns 2)
L=$(legacy_nvme)
V=$(virtio_disk)

# --- create, remove ---
defer rmdev both
"$COPYOFF" create --options max_inflight=8 both "$A" "$B"
same "$(dmsetup table both | cut -d' ' -f 1-3)" "0 $(sectors "$A") copyoff
$(sectors "$A") $(sectors "$B") copyoff" "lines"
same "$(dmsetup table both | grep -c ' 0 2 max_inflight 8$')" 2 "options"
same "$(dmsetup info -c --noheadings -o uuid both)" COPYOFF-both uuid
says 1 "both: there is a device of that name" create both "$L"
says 4 "$A is busy: dm-[0-9]+ \(both\) lies on it" create again "$A"
mkdev other "0 2048 linear $L 0"
says 4 "other was not made by copyoff create" remove other
says 4 "other is a dm device: above it nothing can be offloaded" create over other
rmdev other
"$COPYOFF" remove both
refuses dmsetup info both
mkfs.ext4 -q -F "$V"
mkdir -p /run/mnt
mount "$V" /run/mnt
defer umount -q /run/mnt
says 4 "$V is mounted on /run/mnt" create again "$V"
umount /run/mnt
wipefs -qa "$V"

make_vg "$L"
says 4 "$L is a physical volume of LVM: .*copyoff enable its volumes" create again "$L"
lvcreate -q -y -Wn -Zn -L 64M -n golden vg
lvcreate -q -y -s -L 16M -n snap vg/golden
says 4 "vg/golden has a snapshot-origin line" enable vg/golden
says 1 "$V is no device-mapper device; for a raw one: copyoff create NAME $V" enable "$V"
lvremove -qf vg/snap
"$COPYOFF" enable vg/golden | grep -x 'vg/golden: copyoff, 1 line, copies by host (NO_LIMITS)'
dmsetup suspend vg-golden
says 4 "vg/golden is suspended" disable vg/golden
dmsetup resume vg-golden

# row NAME: what probe has said of it
row() { awk -v d="$1" '$1 == d' /run/out; }

# --- a partition: its device, what is said of it, and copies in it that begin where it does ---
addpart "$A" 1 $((96 << 11)) $((64 << 11))
defer delpart "$A" 1
P=${A}p1
wait_for 10 test -b "$P"
wipefs -qa "$P"
"$COPYOFF" probe "$P" | tee /run/out
row "${P##*/}" | grep -E ' 64\.0 MiB +nvme-pcie +copy +32\.0 MiB, 1\.0 MiB\*128 +.* no +nvme$'
"$COPYOFF" create part "$P"
defer rmdev part
same "$(dmsetup table part)" "0 $((64 << 11)) copyoff $(cat "/sys/class/block/${P##*/}/dev") 0" "table over a partition"
"$COPYOFF" probe part | tee /run/out
row part | grep -E ' 64\.0 MiB +dm .* enabled: nvme$'
says 4 "$A is busy: its partition ${P##*/} is used by dm-[0-9]+ \(part\)" create whole "$A"
dd if=/dev/urandom of=/dev/mapper/part bs=1M count=16 oflag=direct status=none
# What is around it is not to change.
around() { dd if="$A" bs=1M skip=88 count=8 iflag=direct status=none; dd if="$A" bs=1M skip=160 count=8 iflag=direct status=none; }
around | md5sum >/run/around
"$COPYOFF" copy --length 16M --dst 48M part part | tee /run/out
grep -E '^16\.0 MiB in .*: 16\.0 MiB by nvme, 0 B by host$' /run/out
cmp <(dd if=/dev/mapper/part bs=1M count=16 iflag=direct status=none) \
	<(dd if="$A" bs=1M skip=$((96 + 48)) count=16 iflag=direct status=none) || fail "the copy in a partition is wrong"
around | md5sum | diff /run/around - || fail "the copy has left its partition"
says 1 "part has 67108864 bytes, and the range of 16777216 from 51380224 ends beyond" copy --length 16M --dst 49M part part
"$COPYOFF" remove part
delpart "$A" 1

# --- probe ---
# Commands of a size that does not go by how fast the device has been: a copy is to be seen
# in several.
"$COPYOFF" create --options "max_command_kib=1024 max_inflight=2" fast "$A"
defer rmdev fast
"$COPYOFF" probe | tee /run/out
row "${A##*/}" | grep -E ' 1\.0 GiB +nvme-pcie +copy +32\.0 MiB, 1\.0 MiB\*128 +.* no +nvme$'
row "${L##*/}" | grep -E ' nvme-pcie +copy +zero .* no +host: NO_LIMITS$'
row "${V##*/}" | grep -E ' other +- .* host: NO_COPY_COMMAND$'
row fast | grep -E ' dm .* enabled: nvme$'
row vg-golden | grep -E ' dm .* enabled: host, NO_LIMITS$'
wwid=$(cat "/sys/block/${A##*/}/wwid")
row "${A##*/}" | grep -F " $wwid "
"$COPYOFF" probe "$B" >/run/out
same "$(wc -l </run/out)" 2 "lines for one device"

# --- probe: a name as long as a line of sysfs can be, and the columns are straight ---
head -c 250 /dev/zero | tr '\0' w >/run/wwid
mount --bind /run/wwid "/sys/block/${A##*/}/wwid"
defer umount -q "/sys/block/${A##*/}/wwid"
"$COPYOFF" probe | tee /run/out
row "${A##*/}" | grep -E ' w{250} no +nvme$'
awk 'NR == 1 { at = index($0, "CLASH") } NR > 1 && substr($0, at - 1, 4) != " no " { exit 1 }' /run/out ||
	fail "columns that are not straight"
umount "/sys/block/${A##*/}/wwid"

# --- status, as programs read it ---
dd if=/dev/urandom of=/dev/mapper/fast bs=1M count=32 oflag=direct status=none
"$COPYOFF" copy --length 32M --dst 64M fast fast
"$COPYOFF" copy --length 8M --dst 128M --no-offload fast fast
"$COPYOFF" status --json fast >/run/out
python3 - <<-END
	import json
	line, = json.load(open("/run/out"))["lines"]
	assert line["device"] == "fast" and line["below"] == "${A##*/}", line
	assert line["bytes_nvme"] == 32 << 20 and line["bytes_host"] == 8 << 20, line
	assert line["length"] == $(blockdev --getsize64 "$A") and line["last_reason"] == "FLAG", line
END
"$COPYOFF" status --prometheus | tee /run/out
grep -Fx "copyoff_bytes_total{method=\"nvme\",device=\"fast\",start=\"0\",below=\"${A##*/}\"} $((32 << 20))" /run/out
grep -Fx "copyoff_offload{device=\"vg-golden\",start=\"0\",below=\"${L##*/}\"} 0" /run/out
same "$(grep -c '^# TYPE copyoff_bytes_total counter$' /run/out)" 1 "types of one metric"
says 1 "no such device" status nosuch
lvcreate -q -y -Wn -Zn -L 16M -n plain vg
says 1 "vg/plain has no copyoff line: copyoff enable vg/plain" status vg/plain

# --- status: only devices with copyoff lines are asked, and none has to flush for it ---
strace -qq -o /run/strace -e trace=ioctl "$COPYOFF" status
grep DM_TABLE_STATUS /run/strace | grep -v DM_STATUS_TABLE_FLAG >/run/asked
grep -q 'name="fast"' /run/asked || fail "fast was not asked"
refuses grep 'name="vg-plain"' /run/asked
refuses grep -v DM_NOFLUSH_FLAG /run/asked

# --- top: twice, with a copy in between ---
(sleep 1; exec "$COPYOFF" copy --length 32M --dst 64M fast fast) &
"$COPYOFF" top --count 2 --interval 8 | tee /run/out
wait
same "$(grep -c '^DEVICE ' /run/out)" 2 "pictures"
same "$(awk '$1 == "fast" { print $7 $8 }' /run/out | head -n 1)" "0B" "rate before"
awk '$1 == "fast"' /run/out | tail -n 1 | grep -E ' [1-9][0-9.]* MiB +0 B '

# --- top: how far copies are, of whoever makes them; and nothing of those that are over ---
number=$(stat -c '%Hr:%Lr' /dev/mapper/fast)
SIZED='[1-9][0-9.]* [MK]iB'
# told PATTERN: it is in a picture of now
told() { "$COPYOFF" top --count 1 >/run/out && grep -E "$1" /run/out; }
# watched PATTERN INFO OPTION...: of a copy with these options both can be seen
watched() {
	slow_down copyoff-n1 $((4 << 20))
	"$COPYOFF" copy --length 32M --dst 64M "${@:3}" fast fast >/run/copy 2>&1 &
	PID=$!
	wait_for 30 told "^ +$1\$" || { cat /run/out /run/copy; fail "top does not tell how far it is"; }
	grep -E "^ +$PID +.*copyoff copy --length 32M" /run/out
	for f in "/proc/$PID/fd"/*; do
		[ "$(readlink "$f")" != /dev/copyoff-ctl ] || fd=${f##*/}
	done
	grep -E "^copyoff-$2\$" "/proc/$PID/fdinfo/$fd"
	full_speed copyoff-n1
	wait "$PID"
}
watched "copy: fast to fast, $SIZED, $SIZED by the device, 0 B by the host" \
	"copy:.- $number $number - - [0-9]+ [0-9]+ 0 0"
watched "job [0-9]+: fast to fast, $SIZED of 32.0 MiB \([0-9]+ %\), $SIZED by the device, 0 B by the host, (copies|waits for a device)" \
	"job:.[0-9]+ $number $number [0-4] $((32 << 20)) [0-9]+ [0-9]+ 0 0" --progress
"$COPYOFF" top --count 1 >/run/out
refuses grep -E '^ *(job|copy) ' /run/out

# --- events ---
"$COPYOFF" events >/run/out 2>/run/err &
PID=$!
wait_for 10 test -d "/sys/kernel/tracing/instances/copyoff-$PID"
wait_for 10 grep -q 1 "/sys/kernel/tracing/instances/copyoff-$PID/events/copyoff/enable"
sleep 0.5
"$COPYOFF" copy --length 2M --dst 64M fast fast
"$COPYOFF" copy --length 1M --dst 64M --no-offload fast fast
wait_for 10 grep -q '1.0 MiB by the host' /run/out || { cat /run/out /run/err; fail "events are missing"; }
kill -INT "$PID"
wait "$PID"
cat /run/out
grep -E '^[0-9.]+  job [0-9]+ begins: fast to fast, 1 range\(s\)$' /run/out
grep -E '^[0-9.]+  job [0-9]+ sends [0-9.]+ [MK]iB from sector 0 to 131072 by nvme$' /run/out
grep -E '^[0-9.]+  job [0-9]+ has [0-9.]+ [MK]iB at sector 131072 after [0-9.]+ ms$' /run/out
grep -E 'goes by the host, FLAG: the caller asked for the host$' /run/out
grep -E 'ends: 2.0 MiB, 2.0 MiB by the device, 0 B by the host$' /run/out
refuses test -d "/sys/kernel/tracing/instances/copyoff-$PID"
# A terminal that is closed is no reason to leave the instance behind.
"$COPYOFF" events >/run/out 2>/run/err &
PID=$!
wait_for 10 grep -q 1 "/sys/kernel/tracing/instances/copyoff-$PID/events/copyoff/enable"
rc=0
kill -HUP "$PID"
wait "$PID" || rc=$?
same "$rc" 0 "exit status of events after SIGHUP"
refuses test -d "/sys/kernel/tracing/instances/copyoff-$PID"

# --- on a terminal: progress, colours; none elsewhere ---
script -qec "TERM=xterm $COPYOFF copy --length 32M --dst 64M fast fast" /run/typescript >/dev/null
grep -aE '100%  32\.0 MiB of 32\.0 MiB  .*/s  0:00 left  32\.0 MiB by nvme, 0 B' /run/typescript
script -qec "TERM=xterm $COPYOFF status" /run/typescript >/dev/null
grep -aF $'\033[' /run/typescript
script -qec "TERM=xterm NO_COLOR=1 $COPYOFF status" /run/typescript >/dev/null
refuses grep -aF $'\033[' /run/typescript
"$COPYOFF" status >/run/out
refuses grep -aF $'\033[' /run/out
