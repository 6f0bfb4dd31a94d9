# SPDX-License-Identifier: GPL-2.0-only
# profile: lio
# timeout: 240
# quick-on: 6.1
#
# A LUN comes to lead to another unit in the middle of a job. The target says so once
# a LUN (3F/0E), to whoever asks first: to us, or to somebody else who uses the disk.
# Either way what comes next goes where the LUN leads, as data does; what the unit of
# before is called by, which is still in the session, is not used any more. A unit that
# is reset (29/03) may be another one as well: all is asked and tried anew.

. "$TOP/tests/vm/iscsi.sh"
load
iscsi_up
N=0
for name in x y d e; do
	N=$((N + 1))
	backstore "$name" ramdisk 8 "$N$N$N$N$N$N$N$N-2222-3333-4444-55555555555$N"
done
iscsi_units x d
A=${DISKS[0]}
B=${DISKS[1]}
mkdev a "$(copyoff_table "$A" 0 16384)"
mkdev b "$(copyoff_table "$B" 0 16384 '4 max_inflight 1 max_command_kib 512')"
SPARE=3

# remap LUN OLD NEW: leads to NEW; OLD can still be reached, at a LUN that nobody
# here has looked for
remap() {
	SPARE=$((SPARE + 1))
	map "$TPG" "$SPARE" "$2"
	unmap "$TPG" "$1"
	map "$TPG" "$1" "$3"
}

# told_others: somebody else uses both disks, and takes the news
told_others() {
	local disk
	for disk in "$A" "$B"; do dd if="$disk" of=/dev/null bs=4k count=1 iflag=direct status=none; done
	# So old may a name become.
	sleep 1.5
}

# fill DISK: with something new, which is in /run/is.DISK
fill() {
	head -c 1M /dev/urandom >"/run/is.${1##*/}"
	dd if="/run/is.${1##*/}" of="$1" bs=1M oflag=direct status=none
}

# holds NAME FILE...: has the disk or dm device 512 KiB of each of these, from 4 MiB on?
holds() {
	local dev=$1 n=0 file
	shift
	for file in "$@"; do
		dd if="$dev" bs=512k skip=$((8 + n)) count=1 iflag=direct status=none |
			cmp - <(tail -c +$((n * 524288 + 1)) "$file" | head -c 524288) || fail "$dev has not what is in ${file##*.}, in part $n"
		n=$((n + 1))
	done
}

# midway: begin a job of 1 MiB, and hold it before the second of its two commands
midway() {
	hold command_send
	begin_copy /dev/mapper/a /dev/mapper/b 1M 4M
	wait_held command_send
	hold command_send
	wait_held command_send
}

# goes_on: and let it end
goes_on() {
	release
	end_copy 0
	same "$(of_copy bytes_scsi)" 1048576 bytes_scsi
	same "$(of_copy bytes_host)" 0 bytes_host
}

fill "$A"
"$COPYOFF" copy --length 1M --dst 2M --keys /dev/mapper/a /dev/mapper/b >/run/out
same "$(of_copy bytes_scsi)" 1048576 "bytes_scsi before"

# --- the source; we are told ---
cp "/run/is.${A##*/}" /run/was
midway
remap 0 x y
goes_on
# What y has is nothing yet.
head -c 1M /dev/zero >/run/zeros
holds "$B" /run/was /run/zeros

# --- the source; somebody else is told ---
fill "$A"
cp "/run/is.${A##*/}" /run/was
midway
remap 0 y x
told_others
dd if="$A" of=/run/now bs=1M count=1 iflag=direct status=none
cmp -s /run/was /run/now && fail "the LUN leads where it did"
goes_on
holds "$B" /run/was /run/now

# --- the destination; somebody else is told ---
fill "$A"
cp "/run/is.${A##*/}" /run/was
dd if=/dev/zero of="$B" bs=1M oflag=direct count=8 status=none
midway
remap 1 d e
told_others
goes_on
holds "$B" /run/zeros /run/was
midway
remap 1 e d
told_others
goes_on
holds "$B" /run/was /run/was

# --- the destination is reset ---
fill "$A"
cp "/run/is.${A##*/}" /run/was
midway
sg_reset --no-escalate --device "$B"
# So old may a name become. Then both are asked for before the command is sent, that is
# answered with the news, and they are asked for again.
sleep 1.5
trap_names
sent=$(xcopies)
goes_on
holds "$B" /run/was /run/was
same $(($(xcopies) - sent)) 3 "commands sent after the reset: one told of it, a trial, and what was left"
for n in 0 1; do [ "$(names_asked $n)" -ge 2 ] || fail "the name of unit $n was not asked for after the news"; done
