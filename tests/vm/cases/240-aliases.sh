# SPDX-License-Identifier: GPL-2.0-only
# profile: random
# quick-on: 7.3
# timeout: 300
#
# The same blocks by several ways at a time: the disk, its partition, two tables
# over either. Ranges that conflict below end as if copied one after another, and
# one that overlaps itself below is refused. Then what is documented to count as
# a disk of its own: nothing outside of the ranges is written, nothing crashes.

load
D=$(ns 2)
NAME=${D##*/}
same "$(blockdev --getss "$D")" 512 "block size"
# Partitions of a native multipath head, which has paths of its own.
[ -n "$(find /sys/block -name "${NAME%n*}c*n${NAME##*n}")" ] || fail "$NAME is no multipath head"
for n in 1 2 3; do delpart "$D" "$n" 2>/dev/null || :; done
addpart "$D" 1 4097 16384
defer delpart "$D" 1
P=${D}p1
N=$(sectors "$D")
SEED=${SEED:-$RANDOM}
note "seed=$SEED"

# aliases VIEW...
aliases() {
	local rc=0
	"$TOP/build/vm-bin/aliases" "$D" "$SEED" 4 "$@" >/run/out 2>&1 || rc=$?
	cat /run/out
	same "$rc" 0 "$(grep -m 1 -E '^(FAIL|aliases:)' /run/out || echo status)"
}

# The border of t2 lies in the middle of where the ranges are.
mkdev t1 "$(copyoff_table "$D")"
mkdev t2 "0 8192 copyoff $D 8192
8192 8192 copyoff $D 0"
aliases "disk:plain:$D:0+$N" "part:plain:$P:4097+16384" \
	"t1:table:/dev/mapper/t1:0+$N" "t2:table:/dev/mapper/t2:8192+8192,0+8192"

# --- below another dm device ---
# copy SRC DST RANGE...: and no byte outside of 4 to 6 MiB changes
MIB=$((1 << 20))
copy() {
	dd if="$D" of=/run/before bs=1M iflag=direct status=none
	"$TOP/build/vm-bin/copyranges" "$1" "$2" 0 "${@:3}" >/run/out
	cat /run/out
	same "$(sed -n 's/^errno=//p' /run/out)" 0 errno
	dd if="$D" of=/run/after bs=1M iflag=direct status=none
	cmp -n $((4 * MIB)) /run/before /run/after || fail "$1 to $2: wrote before its ranges"
	cmp -i $((6 * MIB)) /run/before /run/after || fail "$1 to $2: wrote behind its ranges"
}
mkdev hidden "0 $N linear $D 0"
mkdev above "0 $N copyoff /dev/mapper/t1 0"
for dev in hidden above; do
	for pair in "$dev t1" "t1 $dev"; do
		read -r src dst <<<"$pair"
		dd if=/dev/urandom of="$D" bs=1M count=8 oflag=direct status=none
		copy "/dev/mapper/$src" "/dev/mapper/$dst" $((1 * MIB)):$((4 * MIB)):$((2 * MIB))
		cmp -n $((2 * MIB)) -i $((1 * MIB)):$((4 * MIB)) /run/before /run/after
		# It overlaps itself, which is not seen.
		copy "/dev/mapper/$src" "/dev/mapper/$dst" $((4 * MIB - 4096)):$((4 * MIB)):$((2 * MIB))
	done
done
rmdev above
rmdev hidden
rmdev t2
rmdev t1

# The kernel lets a disk and its partition be opened by tables one at a time.
mkdev t3 "0 12000 copyoff $P 100"
mkdev t4 "0 6096 copyoff $P 4095
6096 4095 copyoff $P 0"
aliases "disk:plain:$D:0+$N" "part:plain:$P:4097+16384" \
	"t3:table:/dev/mapper/t3:4197+12000" "t4:table:/dev/mapper/t4:8192+6096,4097+4095"
