# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: nopaths
# quick-on: 6.1
# timeout: 120
#
# A namespace that shows as two disks, since its two paths are not put together:
# order and overlap are those of one. Either disk may have a table or not.

load
disks() { find /sys/class/nvme/nvme*/ -maxdepth 1 -name 'nvme*n1' -printf '/dev/%f\n' | sort; }
two_disks() { [ "$(disks | wc -l)" = 2 ]; }
wait_for 20 two_disks || fail "no two disks: $(ls /sys/block)"
X=$(disks | head -n 1)
Y=$(disks | tail -n 1)
MIB=$((1 << 20))
mkdev x "$(copyoff_table "$X" 8192 65536)"
mkdev y "$(copyoff_table "$Y" 8192 65536)"
x=/dev/mapper/x y=/dev/mapper/y

# answer KEY VALUE
answer() { same "$(sed -n "s/^$1=//p" /run/out)" "$2" "$1"; }

# one SRC DST FLAGS RANGE...
one() { "$TOP/build/vm-bin/copyranges" "$@" >/run/out; cat /run/out; }

# fresh: other bytes in all of the first 32 MiB, and what they are
fresh() {
	dd if=/dev/urandom of="$X" bs=1M count=36 oflag=direct status=none
	dd if="$X" of=/run/is bs=1M count=36 iflag=direct status=none
}

# moved DST SRC BYTES: in the file that says how it has to be, 4 MiB in
moved() {
	dd if=/run/is of=/run/piece bs=4096 skip=$(((4 * MIB + $2) / 4096)) count=$(($3 / 4096)) status=none
	dd if=/run/piece of=/run/is bs=4096 seek=$(((4 * MIB + $1) / 4096)) conv=notrunc status=none
}
as_it_has_to_be() {
	dd if="$Y" of=/run/got bs=1M count=36 iflag=direct status=none
	cmp /run/is /run/got
}

# A range that overlaps itself: refused, whichever way it is named. The disks
# begin 4 MiB before the tables.
at=$((4 * MIB))
fresh
for pair in "$x $y 0 4096" "$y $x 4096 0" "$x $Y 0 $((at + 4096))" "$Y $x $((at + 4096)) 0"; do
	read -r src dst from to <<<"$pair"
	one "$src" "$dst" 0 "$from:$to:$MIB"
	answer errno EINVAL
	answer bytes_done 0
	as_it_has_to_be
done

# Ranges that use each other's bytes, by either disk: as if one after another.
for pair in "$x $y 0 0" "$y $x 0 0" "$x $Y 0 $at" "$Y $x $at 0"; do
	read -r src dst s d <<<"$pair"
	fresh
	ranges=()
	for ((i = 0; i < 12; i++)); do
		ranges+=("$((s + i * MIB)):$((d + (i + 1) * MIB)):$MIB")
		moved $(((i + 1) * MIB)) $((i * MIB)) "$MIB"
	done
	one "$src" "$dst" 0 "${ranges[@]}"
	answer errno 0
	answer bytes_host $((12 * MIB))
	as_it_has_to_be
done
