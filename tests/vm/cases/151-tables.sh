# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# quick-on: 6.1
# not-on: debug
# timeout: 400
#
# Table lines and messages: the bad ones are refused, each with its sentence, and
# leave nothing behind; the good ones come out of "dmsetup table" as they can go
# in again. In everything but copies a target is what linear is.

load
NS1=$(ns 1)
LEN=16384

# --- refused --------------------------------------------------------------------

# What is to be refused is gathered, with what device-mapper is to say, and then tried at
# once by one program; see refused.c for what it does by itself.
MARKS=0

# expect TEXT LINE: of a line for that program
expect() {
	MARKS=$((MARKS + 1))
	echo "$MARKS $1" >>/run/want
	echo "$2" >>/run/lines
}

# as_expected NAME: now, of that device. A kernel without SYMBOLIC_ERRNAME says it in
# numbers.
as_expected() {
	local first=$((MARKS - $(wc -l </run/lines) + 1))
	cat /run/lines
	"$TOP/build/vm-bin/refused" "$1" "$first" </run/lines >/run/err || fail "$(head -n 1 /run/err)"
	rm /run/lines
	# The last one is over: what follows is none of its.
	echo "<5>copyoff-mark" >/dev/kmsg
	dmesg | sed 's/^\[[^]]*\] //; s/\(Device lookup failed\) (-[E0-9][A-Z0-9]*)/\1/; s/ (-22)\( \|$\)/ (-EINVAL)\1/' | awk '
	function flush() { if (n) print n said; said = "" }
	$1 == "copyoff-mark" { flush(); n = $2 }
	sub(/^device-mapper: /, "") { sub(/(table: )?[0-9]+:[0-9]+: /, ""); said = said " " $0 }
	END { flush() }' >/run/said
	diff /run/want /run/said || fail "$(diff /run/want /run/said | sed -n '2p;/^>/{p;q}' | tr '\n' ' ')"
	same "$(wc -l </run/said)" "$MARKS" "answers"
}

# nothing_left WHAT: neither a device, nor a table's hold on module and disk
nothing_left() {
	local refs
	read -r refs </sys/module/dm_copyoff/refcnt
	same "$refs" 0 "references to the module after $1"
	[ ! -e /dev/mapper/bad ] || fail "there is a device after $1"
	same "$(echo "/sys/block/${NS1#/dev/}/holders"/*)" "/sys/block/${NS1#/dev/}/holders/*" "holders of the disk after $1"
}

# bad_table WORDS SENTENCE
bad_table() {
	{ local -; set +x; } 2>/dev/null
	local errno=' (-EINVAL)'
	# Whose errno is device-mapper's affair; and 5.10's does not say it at all
	# (drivers/md/dm-table.c, dm_table_add_target).
	[ "$2" != "Device lookup failed" ] || errno=
	[[ $(uname -r) != 5.10.* ]] || errno=
	expect "copyoff: $2$errno ioctl: error adding target to table" "table $LEN copyoff $1"
}

dev_start="$NS1 0"
bad_table "" "Needs a device and a start sector"
bad_table "$NS1" "Needs a device and a start sector"
for start in -1 -0 +1 0x10 1a a '0,' 1.0 1e3 18446744073709551616 36893488147419103232 \
	99999999999999999999999999 '\ ' '1\ '; do
	bad_table "$NS1 $start" "Invalid start sector"
done
bad_table "/dev/no-such-device 0" "Device lookup failed"
bad_table "/dev/zero 0" "Device lookup failed"
bad_table "999:999 0" "Device lookup failed"
bad_table "nonsense 0" "Device lookup failed"

count_wrong='The number of option words does not match the words that follow'
for options in 1 2 '0 offload on' '1 offload on' '3 offload on' '4 offload on' '-2 offload on' \
	'0x2 offload on' 'two offload on' 'offload on' 'offload' '2 offload' '2 offload on off' \
	'18446744073709551618 offload on' '4294967298 offload on'; do
	bad_table "$dev_start $options" "$count_wrong"
done
bad_table "$dev_start 1 offload" "Every option takes one value"
bad_table "$dev_start 3 offload on max_inflight" "Every option takes one value"
bad_table "$dev_start 1 nonsense" "Every option takes one value"
for option in 'nonsense 1' 'Offload on' 'offloa on' 'offloadd on' 'doubt 1' '1 1' 'on offload'; do
	bad_table "$dev_start 2 $option" "Unknown option"
done
bad_table "$dev_start 4 offload on nonsense 1" "Unknown option"
for word in yes 1 0 ON retry host none nvm nvmee on,off; do
	bad_table "$dev_start 2 offload $word" "offload takes on, off, nvme or scsi"
done

# NAME MIN MAX WHAT: as the sentence has it
numbers=(
	'max_inflight 1 64 a number'
	'max_command_kib 1 2097152 a number'
	'min_offload_kib 1 2097152 a number'
	'mssrl 1 65536 a number of blocks'
	'mcl 1 4294967295 a number of blocks'
	'msrc 1 256 a number of source ranges'
	'doubt_s 1 86400 a number of seconds'
)
for line in "${numbers[@]}"; do
	read -r name min max what <<<"$line"
	sentence="$name takes $what from $min to $max"
	for value in $((min - 1)) $((max + 1)) -1 x 1k 0x1 '\ ' 4294967297 18446744073709551617; do
		bad_table "$dev_start 2 $name $value" "$sentence"
	done
	bad_table "$dev_start 4 offload off $name 0" "$sentence"
done

as_expected bad
nothing_left "what was refused"
refuses dmsetup info bad

# A start beyond the end is a matter for device-mapper, as with linear.
refuses dmsetup create bad --table "0 $LEN linear $NS1 $(sectors "$NS1")"
refuses dmsetup create bad --table "0 $LEN copyoff $NS1 $(sectors "$NS1")"
nothing_left "a start beyond the end"

# A refused reload leaves the live table alone.
mkdev fast "$(copyoff_table "$NS1" 0 $LEN)"
before=$(dmsetup table fast)
refuses dmsetup reload fast --table "0 $LEN copyoff $NS1 x"
same "$(dmsetup table fast)" "$before" "the live table after a refused one"
same "$(dmsetup table --inactive fast)" '' "the table waiting after a refused one"

# --- messages ---------------------------------------------------------------------

status() { dmsetup status fast; }

# bad_message SENTENCE WORDS...
bad_message() {
	{ local -; set +x; } 2>/dev/null
	local sentence=$1; shift
	expect "copyoff: $sentence" "message $*"
}

first_status=$(status)
for words in nonsense offload max_inflight doubt 'doubt off' 'doubt clear now' 'reset_stats now' \
	'stats now' 'offload on off' 'offload on off nvme' 'max_inflight 1 2' 'mssrl 8' 'Offload on' \
	'doubt_s 10' 'reset_stat'; do
	# shellcheck disable=SC2086
	bad_message "Unknown message" $words
done
for word in yes 1 ON nvm retrying host; do
	bad_message "offload takes on, off, nvme, scsi or retry" offload $word
done
for value in 0 65 -1 x 0x1 1k 4294967297 18446744073709551617; do
	bad_message "max_inflight takes a number from 1 to 64" max_inflight "$value"
done
as_expected fast
same "$(status)" "$first_status" "the status after bad messages"
same "$(dmsetup table fast)" "$before" "the table after bad messages"

# table_of OPTIONS: the line with them
table_of() { echo "0 $LEN copyoff $(stat -c '%Hr:%Lr' "$NS1") 0${1:+ $1}"; }
field() { status | awk -v n="$1" '{ print $(n + 3) }'; }

for word in off nvme scsi; do
	dmsetup message fast 0 offload $word
	same "$(dmsetup table fast)" "$(table_of "2 offload $word")" "the table after message offload $word"
done
dmsetup message fast 0 offload on
same "$(dmsetup table fast)" "$(table_of)" "the table after message offload on"
for value in 1 64 7; do
	dmsetup message fast 0 max_inflight $value
	same "$(dmsetup table fast)" "$(table_of "2 max_inflight $value")"
done
dmsetup message fast 0 max_inflight 16
same "$(dmsetup table fast)" "$(table_of)" "the table with the default again"
dmsetup message fast 0 doubt clear
dmsetup message fast 0 offload retry
same "$(dmsetup table fast)" "$(table_of)" "the table after doubt clear and retry"

# What they do to copies, and to the counts.
copy() { "$COPYOFF" copy --dst 4M --length 1M --keys /dev/mapper/fast /dev/mapper/fast >/run/out; }
dmsetup message fast 0 reset_stats
copy
same "$(field 7) $(field 9)" "1048576 0" "bytes by nvme and by host"
dmsetup message fast 0 offload off
same "$(field 1) $(field 2)" "host off" "method and state with offload off"
copy
same "$(field 7) $(field 9) $(field 12)" "1048576 1048576 TARGET_OFF" "by host and why"
dmsetup message fast 0 offload scsi
same "$(field 1) $(field 2)" "host off" "method and state with offload scsi"
dmsetup message fast 0 offload nvme
same "$(field 1) $(field 2)" "nvme on" "method and state with offload nvme"
dmsetup message fast 0 stats >/run/out
grep -q '^nvme .*[0-9]*:[0-9]' /run/out || fail "message stats has no latencies"
dmsetup message fast 0 reset_stats
same "$(status | cut -d' ' -f4-)" "nvme on 0 0 0 0 0 0 0 0 0 -" "the status after reset_stats"
dmsetup message fast 0 stats >/run/out
refuses grep : /run/out
same "$(status | awk '{ print NF - 3 }')" 12 "fields of the status"

# To look should not change what is seen.
dmsetup message fast 0 offload off
status
dmsetup message fast 0 offload on
[ "$(field 12)" = - ] || note "reading the status has left $(field 12) in it, which no copy has met"
rmdev fast

# --- there and back -----------------------------------------------------------------

round_trip() {
	{ local -; set +x; } 2>/dev/null
	local options=$1 canonical=$2 printed
	dmsetup create one --table "0 $LEN copyoff $NS1 8192${options:+ $options}" || fail "refused: $options"
	printed=$(dmsetup table one)
	same "$printed" "0 $LEN copyoff $(stat -c '%Hr:%Lr' "$NS1") 8192${canonical:+ $canonical}" "options '$options'"
	dmsetup create two --table "$printed" || fail "refused what was printed: $printed"
	same "$(dmsetup table two)" "$printed" "printed again"
	same "$(dmsetup status two | wc -w)" 15 "words of the status"
	rmdev two
	rmdev one
}

# Defaults are not printed; the order is always the same.
round_trip '' ''
round_trip '0' ''
round_trip '2 offload on' ''
round_trip '2 offload off' '2 offload off'
round_trip '2 offload nvme' '2 offload nvme'
round_trip '2 offload scsi' '2 offload scsi'
round_trip '2 max_inflight 16' ''
round_trip '2 max_inflight 1' '2 max_inflight 1'
round_trip '2 max_inflight 64' '2 max_inflight 64'
round_trip '2 doubt_s 60' ''
round_trip '2 doubt_s 86400' '2 doubt_s 86400'
round_trip '2 mcl 4294967295' '2 mcl 4294967295'
round_trip '2 max_command_kib 2097152' '2 max_command_kib 2097152'
round_trip '2 min_offload_kib 1' '2 min_offload_kib 1'
round_trip '2 max_inflight 0008' '2 max_inflight 8'
round_trip '6 msrc 256 mcl 65536 mssrl 65536' '6 mssrl 65536 mcl 65536 msrc 256'
round_trip '4 offload off offload nvme' '2 offload nvme'
round_trip '6 doubt_s 1 max_inflight 2 offload off' '6 offload off max_inflight 2 doubt_s 1'
round_trip '16 doubt_s 5 msrc 4 mcl 3 mssrl 2 min_offload_kib 6 max_command_kib 7 max_inflight 8 offload scsi' \
	'16 offload scsi max_inflight 8 max_command_kib 7 min_offload_kib 6 mssrl 2 mcl 3 msrc 4 doubt_s 5'

# --- in linear's place -----------------------------------------------------------------

# swap NAME TYPE: as the lines of a volume are exchanged, under I/O
swap() {
	dmsetup reload "$1" --table "0 $(sectors "/dev/mapper/$1") $2 $NS1 8192"
	dmsetup suspend "$1"
	dmsetup resume "$1"
}

mkdev vol "0 65536 linear $NS1 8192"
verified_io() {
	cd /run || exit
	while [ ! -e /run/enough ]; do
		fio --name=swap --filename=/dev/mapper/vol --rw=randwrite --bsrange=4k-64k --size=16m --direct=1 \
			--ioengine=libaio --iodepth=8 --verify=crc32c --verify_fatal=1 --verify_state_save=0 \
			--thread --output=/run/fio.out
	done
}

verified_io &
io=$!
for ((i = 0; i < 10; i++)); do
	swap vol copyoff
	dmsetup table vol | grep -q copyoff
	sleep 0.1
	swap vol linear
	sleep 0.1
done
kill -0 $io || fail "the I/O has not lasted"
touch /run/enough
wait $io || fail "fio: $(grep -m 1 -E 'verify|err=' /run/fio.out)"
grep -E 'err= 0' /run/fio.out
rmdev vol

# --- the same as linear ----------------------------------------------------------------

# limits NAME: all files of the queue
limits() {
	{ local -; set +x; } 2>/dev/null
	local minor
	minor=$(dmsetup info -c --noheadings -o minor "$1")
	(cd "/sys/block/dm-$minor/queue" && { grep -rs '' . || :; } | sort)
}

# seen NAME: what lsblk makes of it
seen() { lsblk -n -d -b -o SIZE,ALIGNMENT,MIN-IO,OPT-IO,PHY-SEC,LOG-SEC,ROTA,RQ-SIZE,RA,WSAME,DISC-ALN,DISC-GRAN,DISC-MAX,DISC-ZERO,ZONED,DAX,RO "/dev/mapper/$1"; }

# does NAME COMMAND...: how it ends, what it says, what is then on the device
does() {
	{ local -; set +x; } 2>/dev/null
	local name=$1 rc=0; shift
	"$@" "/dev/mapper/$name" >/run/says 2>&1 || rc=$?
	echo "status $rc"
	sed "s/$name/NAME/g" /run/says
	blockdev --flushbufs "/dev/mapper/$name"
	dd if="/dev/mapper/$name" bs=1M iflag=direct status=none | cksum
}

# as_linear COMMAND...: from the same contents on
as_linear() {
	local kind
	for kind in lin cpy; do
		dd if=/run/data of=/dev/mapper/$kind bs=1M oflag=direct status=none
		does $kind "$@" >/run/$kind
	done
	cat /run/lin
	cmp /run/lin /run/cpy || fail "not as linear does: $* on $lower: $(diff /run/lin /run/cpy | tail -n 1)"
}

# flushed NAME: what was written to the page cache is below after --flushbufs
flushed() {
	dd if=/run/random of="/dev/mapper/$1" bs=4096 status=none
	blockdev --flushbufs "/dev/mapper/$1"
	dd if="$lower" bs=4096 skip=1024 count=1 iflag=direct status=none | cmp - /run/random
}

head -c 8M /dev/urandom >/run/data
head -c 4096 /dev/urandom >/run/random
for lower in "$NS1" "$(ns 3)" "$(legacy_nvme)" "$(virtio_disk)"; do
	mkdev lin "0 $LEN linear $lower 8192"
	mkdev cpy "0 $LEN copyoff $lower 8192"
	limits lin >/run/lin
	limits cpy >/run/cpy
	[ "$(wc -l </run/lin)" -gt 30 ] || fail "few limits in /sys"
	diff /run/lin /run/cpy || fail "the limits over $lower differ from linear's"
	same "$(seen cpy)" "$(seen lin)" "lsblk over $lower"
	as_linear blkdiscard -o 1M -l 2M
	as_linear blkdiscard
	as_linear blkdiscard -z -o 1M -l 2M
	as_linear blkdiscard -o 512 -l 512
	as_linear blkdiscard -z -o 512 -l 512
	as_linear blkdiscard -s -o 1M -l 2M
	as_linear blkdiscard -o 8M -l 1M
	as_linear blockdev --getro --getss --getpbsz --getiomin --getioopt --getalignoff --getmaxsect --getra
	flushed lin
	flushed cpy
	rmdev lin
	rmdev cpy
done
