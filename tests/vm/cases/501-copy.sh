# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# quick-on: 6.1
# not-on: debug
# timeout: 300
#
# copyoff copy: what it refuses, with which sentence and which exit status; that a
# refusal changes nothing; ranges and dry runs. What is interrupted: 506.

. "$TOP/tests/vm/tool.sh"
load
A=$(ns 1)
B=$(ns 2)
V=$(virtio_disk)
mkdev one "$(copyoff_table "$A" 0 $((128 << 11)))"
mkdev two "$(copyoff_table "$A" $((512 << 11)) $((64 << 11)))"
mkdev far "$(copyoff_table "$B" 0 $((64 << 11)))"
mkdev plain "0 $((64 << 11)) linear $B $((512 << 11))"
dd if=/dev/urandom of=/dev/mapper/one bs=1M count=64 oflag=direct status=none
# Whatever other cases have left there.
wipefs -qa /dev/mapper/two /dev/mapper/far /dev/mapper/plain "$V"

sum() { dd if=/dev/mapper/"$1" bs=1M iflag=direct status=none | md5sum; }

# --- 2: wrong usage ---
says 2 "copy: .* 1 given; see copyoff copy --help" copy one
says 2 "no option '--bogus'" copy --bogus one two
says 2 "'12q' is no number of bytes" copy --length 12q one two
says 2 "needs a value" copy one two --length
says 2 "leave nobody to copy" copy --no-fallback --no-offload one two
says 2 "no command 'cpoy'" cpoy one two
says 2 "--skip out" copy --skip 1M --resume /run/r one two

# --- 1: failed ---
says 1 "nosuch: there is no such device" copy nosuch two
says 1 "/dev/null is no block device" copy /dev/null two
says 1 "two has 67108864 bytes, .* --length" copy one two
says 1 "neither plain nor $V has a copyoff target: copyoff enable" copy --length 1M plain "$V"
says 1 "no device can copy from one to far" copy --no-fallback --length 1M one far
says 1 "not a multiple" copy --src 100 --length 512 one two

# --- 4: refused, and nothing was changed ---
mkfs.ext4 -q -F -L precious /dev/mapper/two
before=$(sum two)
says 4 "two has a signature of ext4 .*label precious.*: wipefs -a /dev/mapper/two, or --force" copy --length 1M one two
same "$(sum two)" "$before" "what must not have been written"
mkdir -p /run/mnt
mount /dev/mapper/two /run/mnt
defer umount -q /run/mnt
says 4 "two is mounted on /run/mnt: umount it" copy --length 1M one two
umount /run/mnt
# The mount has written to it, of course.
before=$(sum two)
mkdev above "0 2048 linear /dev/mapper/two 0"
says 4 "two is busy: dm-[0-9]+ \(above\) lies on it" copy --length 1M one two
rmdev above
wipefs -qa /dev/mapper/plain
mkswap /dev/mapper/plain
swapon /dev/mapper/plain
defer swapoff /dev/mapper/plain
says 4 "plain is in use as swap" copy --length 1M one plain
says 4 "plain is in use as swap" copy --length 1M --force one plain
swapoff /dev/mapper/plain
same "$(sum two)" "$before" "what must not have been written"
"$COPYOFF" copy --length 1M --force one two

# What cannot be read may have a signature: here it has, and the place where RAID would
# have one is bad.
wipefs -qa /dev/mapper/plain
mkfs.ext4 -q -F /dev/mapper/plain 16M
rmdev plain
dmsetup create plain --table "0 $((63 << 11)) linear $B $((512 << 11))
$((63 << 11)) $((1 << 11)) error"
defer_rmdev plain
says 4 "plain cannot be read wherever a signature may be" copy --length 1M one plain
"$COPYOFF" copy --length 1M --ignore-signature one plain
rmdev plain
mkdev plain "0 $((64 << 11)) linear $B $((512 << 11))"

# --- 4: layers that transform, as source and as destination, by force too ---
# Where they lie, and what they keep of their own.
mkdev below "0 $((64 << 11)) linear $B $((512 << 11))"
mkdev kept "0 $((16 << 11)) linear $B $((700 << 11))"
# written NAME: sectors, ever
written() { awk '{ print $7 }' "/sys/dev/block/$(stat -Lc '%Hr:%Lr' "/dev/mapper/$1")/stat"; }

# refused_through TYPE LINE: so it is with a device "layer" of that line; and nothing was
# written
refused_through() {
	local as before
	mkdev layer "$2"
	before="$(written layer) $(written two)"
	for as in "one layer" "layer two"; do
		# shellcheck disable=SC2086
		says 4 "^copyoff: layer goes through layer, a $1 layer: .*; use dd$" copy --length 1M --force $as
	done
	same "$(written layer) $(written two)" "$before" "sectors written through $1"
	[ "$1" != crypt ] || {
		mkdev over "$(copyoff_table /dev/mapper/layer)"
		says 4 "^copyoff: over goes through layer, a crypt layer" copy --length 1M over two --force
		rmdev over
	}
	rmdev layer
}

# fresh NAME: nothing is on it that a layer would take for its own
fresh() { dd if=/dev/zero of="/dev/mapper/$1" bs=1M count=1 oflag=direct status=none; }
SIZE=$((32 << 11))
KEY=$(printf '%064x' 7 11)
modprobe -a dm-snapshot dm-crypt dm-integrity dm-thin-pool dm-cache dm-cache-smq
fresh kept
refused_through snapshot "0 $SIZE snapshot /dev/mapper/below /dev/mapper/kept P 8"
refused_through crypt "0 $SIZE crypt aes-xts-plain64 $KEY 0 /dev/mapper/below 0"
fresh below
refused_through integrity "0 $SIZE integrity /dev/mapper/below 0 - J 1 internal_hash:crc32c"
fresh kept
mkdev pool "0 $SIZE thin-pool /dev/mapper/kept /dev/mapper/below 128 0"
dmsetup message pool 0 create_thin 0
refused_through thin "0 $SIZE thin /dev/mapper/pool 0"
rmdev pool
# A disk behind a fast one, and what is where.
mkdev quick "0 $((16 << 11)) linear $B $((720 << 11))"
fresh kept
refused_through cache "0 $SIZE cache /dev/mapper/kept /dev/mapper/quick /dev/mapper/below 128 1 writethrough default 0"
for d in quick kept below; do rmdev "$d"; done

# --- 4: a disk, for the sake of its partition ---
addpart "$V" 1 2048 $((32 << 11))
defer delpart "$V" 1
wait_for 10 test -b "${V}1"
mkfs.ext4 -q -F "${V}1"
mount "${V}1" /run/mnt
first() { dd if="$V" bs=1M count=1 iflag=direct status=none | md5sum; }
before=$(first)
says 4 "$V is busy: its partition ${V##*/}1 is used by /run/mnt; free that, or --force" copy --length 1M one "$V"
same "$(first)" "$before" "what must not have been written"
umount /run/mnt
mkdev held "0 2048 linear ${V}1 0"
before=$(first)
says 4 "$V is busy: its partition ${V##*/}1 is used by dm-[0-9]+ \(held\); free that" copy --length 1M one "$V"
same "$(first)" "$before" "what must not have been written"
rmdev held
wipefs -qa "${V}1"
delpart "$V" 1

# --- 3: strict ---
wipefs -qa /dev/mapper/two /dev/mapper/far
says 3 "one to far: not all of it was copied by the device" copy --strict --length 4M one far
grep -E '4.0 MiB by host, because: DIFFERENT_UNIT$' /run/out
"$COPYOFF" copy --strict --length 4M one two

# --- dry runs, explanations ---
before=$(sum far)
"$COPYOFF" copy --dry-run --length 8M one far | grep -x 'would copy 8.0 MiB: 0 B by nvme, 8.0 MiB by host, because: DIFFERENT_UNIT'
same "$(sum far)" "$before" "a dry run"
dmsetup create mixed --table "0 $((8 << 11)) copyoff $A $((900 << 11))
$((8 << 11)) $((8 << 11)) copyoff $B $((900 << 11))"
defer_rmdev mixed
"$COPYOFF" explain --length 16M one mixed | tee /run/out
same "$(awk '$5 == "nvme" || $5 == "nvme," || $5 == "host," { print $1, $2, $3, $4, $5 }' /run/out)" \
	"0 0 8.0 MiB nvme
8388608 8388608 8.0 MiB host," "pieces"
grep -q 'DIFFERENT_UNIT: no command copies between' /run/out
grep -q -- '-> keep source and destination on one device' /run/out

# --- ranges, in order, and only those ---
dd if=/dev/zero of=/dev/mapper/two bs=1M count=16 oflag=direct status=none
cat >/run/ranges <<-END
	# backwards
	0 3M 1M
	1M 2M 1M   # one
	10M 5M 4K
END
"$COPYOFF" copy --ranges /run/ranges --keys one two | grep -x bytes_done=2101248
head -c $((16 << 20)) /dev/zero >/run/want
dd if=/dev/mapper/one of=/run/want bs=1M count=1 seek=3 conv=notrunc status=none
dd if=/dev/mapper/one of=/run/want bs=1M count=1 skip=1 seek=2 conv=notrunc status=none
dd if=/dev/mapper/one of=/run/want bs=4k count=1 skip=2560 seek=1280 conv=notrunc status=none
cmp -n $((16 << 20)) /run/want /dev/mapper/two
echo "0 1M" >/run/bad
says 2 "/run/bad line 1: a range is SRC DST LENGTH" copy --ranges /run/bad one two

# --- 6: no module ---
dmsetup remove_all
rmmod dm-copyoff
says 6 "/dev/copyoff-ctl: .*modprobe dm-copyoff" copy "$A" "$B"
