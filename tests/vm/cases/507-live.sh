# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: smp
# quick-on: 6.1
# not-on: debug
# timeout: 240
#
# copyoff enable and disable, again and again, on a volume of two segments that is in
# use: fio reads and writes it all the while, and finds each byte that it wrote; and it
# is cloned meanwhile, whatever its table then is.

load
A=$(ns 1)
B=$(ns 2)
make_vg "$A" "$B"
lvcreate -q -y -Wn -Zn -L 64M -n golden vg "$A"
lvcreate -q -y -Wn -Zn -L 16M -n between vg "$A"
lvextend -q -L +64M vg/golden "$A"
lvcreate -q -y -Wn -Zn -L 64M -n new vg "$A"
# fio has the first half, the clone is of the other.
dd if=/dev/urandom of=/dev/vg/golden bs=1M seek=64 count=64 oflag=direct status=none

lines() { dmsetup table vg-golden | grep -c " $1 " || :; }

# live: fio, in the background, for a while
live() {
	fio --name=live --filename=/dev/mapper/vg-golden --rw=randwrite --bs=16k --iodepth=8 \
		--ioengine=libaio --direct=1 --size=64M --verify=crc32c --verify_backlog=64 --verify_fatal=1 \
		--do_verify=1 --time_based --runtime=20 --output=/run/fio.log &
	FIO=$!
}
lives() { kill -0 "$FIO" 2>/dev/null; }
right() {
	wait "$FIO" || fail "fio: $(cat /run/fio.log)"
	grep -q 'err= 0' /run/fio.log || fail "fio: $(cat /run/fio.log)"
}
end_fio() { ! lives || kill -KILL "$FIO"; }
busy() { [ "$(awk '{ print $5 }' "/sys/dev/block/$(stat -Lc '%Hr:%Lr' /dev/mapper/vg-golden)/stat")" -gt 1000 ]; }
live
defer end_fio
wait_for 60 busy || fail "fio does nothing"

# However long they take: what counts is that fio was at it all the while.
swaps=0
clones=0
while [ "$swaps" -lt 4 ]; do
	lives || { right; live; }
	"$COPYOFF" enable --quiet vg/golden vg/new
	same "$(lines copyoff)" 2 "copyoff lines"
	# Half of the clones meet the table being taken away.
	"$COPYOFF" copy --force --src 64M --length 64M --keys vg/golden vg/new >/run/out &
	COPY=$!
	[ $((clones % 2)) = 0 ] || wait "$COPY"
	"$COPYOFF" disable --quiet vg/golden
	[ $((clones % 2)) = 1 ] || wait "$COPY"
	same "$(lines linear)" 2 "linear lines"
	same "$(sed -n 's/^bytes_done=//p' /run/out)" 67108864 bytes_done
	clones=$((clones + 1))
	! lives || swaps=$((swaps + 1))
done
right
note "$swaps swaps and $clones clones under fio"
cmp <(dd if=/dev/vg/golden bs=1M skip=64 iflag=direct status=none) /dev/vg/new
