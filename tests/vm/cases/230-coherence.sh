# SPDX-License-Identifier: GPL-2.0-only
# profile: std
# timeout: 60
#
# The page cache of the two nodes: a buffered write to the source just before is
# copied, a buffered read of the destination just after sees the new bytes, and
# a buffered write to the destination before does not come back over the copy.

load
A=$(ns 1)
B=$(ns 2)
mkdev one "$(copyoff_table "$A")"
mkdev two "$(copyoff_table "$B")"
sysctl -q vm.dirty_writeback_centisecs=0 vm.dirty_background_ratio=90 vm.dirty_ratio=95
# Of that a device has as much as it wrote lately: of these two, nothing.
for d in one two; do
	echo 45 >"/sys/class/block/$(dmsetup info -c --noheadings -o blkdevname $d)/bdi/min_ratio"
done

# check SRC DST SRC-MIB DST-MIB [OPTION...]
check() {
	local src=$1 dst=$2 from=$3 to=$4
	shift 4
	dd if=/dev/urandom of=/run/old bs=1M count=8 status=none
	dd if=/dev/urandom of=/run/new bs=1M count=8 status=none
	# Keep the nodes open: the last close would write everything back.
	exec 8<>"$src" 9<>"$dst"
	dd if=/run/old of="$dst" bs=1M seek="$to" conv=notrunc status=none
	dd if="$dst" of=/dev/null bs=1M skip="$to" count=8 status=none
	dd if=/run/new of="$src" bs=1M seek="$from" conv=notrunc status=none
	[ "$(awk '/^Dirty:/ { print $2 }' /proc/meminfo)" -gt 4096 ] || fail "nothing is dirty: this would prove nothing"
	"$COPYOFF" copy --src "${from}M" --dst "${to}M" --length 8M --keys "$@" "$src" "$dst" >/run/out
	dd if="$dst" of=/run/got bs=1M skip="$to" count=8 status=none
	cmp /run/new /run/got || fail "a buffered read does not see the copy"
	sync
	dd if="$dst" of=/run/got bs=1M skip="$to" count=8 iflag=direct status=none
	cmp /run/new /run/got || fail "the copy was overwritten later"
	exec 8>&- 9>&-
}

check /dev/mapper/one /dev/mapper/one 16 64
grep -qx bytes_nvme=8388608 /run/out || fail "not by nvme"
check /dev/mapper/one /dev/mapper/one 32 96 --no-offload
check /dev/mapper/one /dev/mapper/two 48 16
# The other side is a plain disk.
check /dev/mapper/one "$(virtio_disk)" 48 16
check "$(virtio_disk)" /dev/mapper/two 100 200
