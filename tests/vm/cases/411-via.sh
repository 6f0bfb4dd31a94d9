# SPDX-License-Identifier: GPL-2.0-only
# profile: lio
# timeout: 150
# quick-on: 6.1
#
# dm-multipath below a copyoff line that names its paths: data goes by the device,
# EXTENDED COPY by the paths, and by another one if that in use is lost. A line is
# refused with one sentence, and an errno of its own for each thing wrong with it.

. "$TOP/tests/vm/lio.sh"
load
lio_up
backstore one ramdisk 32 11111111-2222-3333-4444-555555555551
backstore two ramdisk 32 99999999-8888-7777-6666-555555555552
backstore small ramdisk 16 33333333-8888-7777-6666-555555555553
session
ONE=$TPG
session
TWO=$TPG
for t in "$ONE" "$TWO"; do
	map "$t" 0 one
	map "$t" 1 two
done
map "$ONE" 2 small
A1=$(lun "$ONE" 0) A2=$(lun "$TWO" 0)
B1=$(lun "$ONE" 1) B2=$(lun "$TWO" 1)
S=$(lun "$ONE" 2)
mpath ma "$A1" "$A2"
mpath mb "$B1" "$B2"
dd if=/dev/urandom of="$A1" bs=1M count=32 oflag=direct status=none

# --- at boot: what the generator makes of a line of copyofftab(5) ---
mkdir -p /run/units
sed "s|@SBINDIR@/copyoff|$COPYOFF|" "$TOP/tools/boot/copyoff-generator" >/run/generator
echo "boot /dev/mapper/ma doubt_s=3600,via=$A1,via=$A2" >/run/copyofftab
COPYOFFTAB=/run/copyofftab sh /run/generator /run/units
start_boot() { sh -ec "$(sed -n 's/^ExecStart=//p' /run/units/copyoff@boot.service)"; }
defer rmdev boot
start_boot
dmsetup table boot | grep -q ' copyoff .* 6 doubt_s 3600 via 2 8:[0-9]* 8:[0-9]*$' || fail "the table is $(dmsetup table boot)"
"$COPYOFF" remove boot
# A path that is not there is no reason to do without the device.
sed -i "s|$A2|/dev/nowhere|" /run/units/copyoff@boot.service
start_boot 2>/run/err
grep -x 'copyoff: boot: the module refuses the lines, .*: the device is linear, .*' /run/err
same "$(dmsetup table boot | cut -d ' ' -f 3)" linear "the table without a path"
"$COPYOFF" remove boot

mkdev a "$(copyoff_table /dev/mapper/ma 0 65536 "5 doubt_s 3600 via 1 $A1")"
mkdev b "$(copyoff_table /dev/mapper/mb 0 65536 "6 doubt_s 3600 via 2 $B1 $B2")"

# --- the table, and the status ---
dmsetup message a 0 add_path "$A2"
for d in a b; do
	dmsetup status "$d" | grep -q ' copyoff scsi on ' || fail "no method scsi: $(dmsetup status "$d")"
	dmsetup table "$d" | grep -q ' 6 doubt_s 3600 via 2 8:[0-9]* 8:[0-9]*$' || fail "the table is $(dmsetup table "$d")"
	dmsetup load "$d" --table "$(dmsetup table "$d")"
	dmsetup clear "$d"
done

# copied SRC DST OFFSET: 8 MiB from 1 MiB on, all by scsi
copied() {
	local sent
	sent=$(xcopies)
	"$COPYOFF" copy --src 1M --dst "$3" --length 8M --keys "/dev/mapper/$1" "/dev/mapper/$2" >/run/out
	cat /run/out
	same "$(of_copy bytes_scsi)" 8388608 "bytes_scsi from $1 to $2"
	same "$(of_copy bytes_host)" 0 "bytes_host from $1 to $2"
	same "$(of_copy commands_offload)" $(($(xcopies) - sent)) "commands, as the target counts them"
	blockdev --flushbufs "$A1" "$B1" /dev/mapper/ma /dev/mapper/mb
	cmp -n 8388608 -i "1048576:$(($3))" "/dev/mapper/$1" "/dev/mapper/$2" || fail "wrong from $1 to $2"
}
copied a b $((3 << 20))
cmp -n 8388608 -i $((1 << 20)):$((3 << 20)) "$A1" "$B2"
copied a a $((20 << 20))

# --- a path is lost: the other one does it ---
# Found when the unit was asked for its name; if that was but a moment ago, by the
# command, which the lost path may have done, too: 413 is about that.
dd if=/dev/zero of=/dev/mapper/b bs=1M count=32 oflag=direct status=none
transport "$ONE" offline
begin_copy /dev/mapper/a /dev/mapper/b 8M 16M
in_doubt() { [ "$(status_of b doubts)" -gt 0 ] && [ "$(status_of b in_flight)" = 0 ]; }
over_or_in_doubt() { ! copying || in_doubt; }
wait_for 60 over_or_in_doubt || fail "not done by the other path: $(dmsetup status b)"
dmsetup message b 0 doubt clear
end_copy 0
same "$(of_copy bytes_scsi)" 8388608 "bytes_scsi with one path"
same "$(of_copy bytes_host)" 0 "bytes_host with one path"
cmp -n 8388608 -i 0:16777216 "$A2" "$B2"
# From now on that one is asked first: no doubt.
copied a b $((24 << 20))
same "$(status_of b doubts)" 0 doubts

# --- all are lost: the host, by what is left of the device, when there is something ---
transport "$TWO" offline
begin_copy /dev/mapper/a /dev/mapper/b 1M 1M
no_path() { dmsetup status b | grep -q ' NO_PATH$'; }
wait_for 20 no_path || fail "not a word of the paths: $(dmsetup status b)"
transport "$ONE" online
dmsetup message ma 0 reinstate_path "$A1"
dmsetup message mb 0 reinstate_path "$B1"
wait_for 60 over_or_in_doubt || fail "does not go on: $(dmsetup status b)"
dmsetup message b 0 doubt clear
end_copy 0
same "$(of_copy bytes_done)" 1048576 "bytes done without a path"
cmp -n 1048576 -i 0:1048576 "$A1" "$B1"
transport "$TWO" online

# --- paths go and come ---
dmsetup message b 0 offload retry
dmsetup message b 0 del_path "$B2"
dmsetup table b | grep -q ' via 1 8:[0-9]*$' || fail "the path is still there: $(dmsetup table b)"
copied a b $((3 << 20))
refuses dmsetup message b 0 del_path "$B1"
refuses dmsetup message b 0 del_path "$B2"
refuses dmsetup message b 0 add_path "$B1"
refuses dmsetup message b 0 add_path "$A2"
dmsetup message b 0 add_path "$B2"

# --- another one has reserved it: no path is to get round that ---
# The first one may meet news for that path.
sg_turs "$B2" || :
sg_persist --out --register --param-sark=0xabc "$B2"
sg_persist --out --reserve --param-rk=0xabc --prout-type=1 "$B2"
rc=0
"$COPYOFF" copy --length 1M --src 4M --keys /dev/mapper/a /dev/mapper/b >/run/out || rc=$?
cat /run/out
same "$rc" 1 "exit status against a reservation"
same "$(of_copy error)" EBADE "errno against a reservation"
sg_persist --out --release --param-rk=0xabc --prout-type=1 "$B2"
copied a b $((3 << 20))

# --- lines that are refused ---
# wrong ERRNO DEVICE OPTIONS SENTENCE
wrong() {
	dmsg=$(dmesg | wc -l)
	if dmsetup create wrong --table "0 1024 copyoff $2 0 $3" 2>/run/err; then fail "not refused: $3"; fi
	cat /run/err
	grep -q "$1" /run/err || fail "not '$1' for '$3': $(cat /run/err)"
	dmesg | tail -n +"$dmsg" | grep -qF "$4" || fail "no '$4' for '$3': $(dmesg | tail -n 3)"
}
wrong 'Invalid argument' /dev/mapper/mb "2 via 0" 'via takes a number from 1 to 16, and as many devices'
wrong 'Operation not supported' "$B1" "3 via 1 $B2" 'via needs a dm-multipath device, and one that is request-based'
wrong 'Operation not supported' /dev/mapper/b "3 via 1 $B2" 'via needs a dm-multipath device, and one that is request-based'
wrong 'No such device or address' /dev/mapper/mb "3 via 1 /dev/mapper/ma" 'A path has to be a whole SCSI disk'
wrong 'Link has been severed' /dev/mapper/mb "3 via 1 $A1" 'The device has no such path'
wrong 'File exists' /dev/mapper/mb "4 via 2 $B1 $B1" 'A path is named twice'
mpath odd "$S" "$A1"
wrong 'Numerical result out of range' /dev/mapper/odd "4 via 2 $S $A1" 'A path has to be as large as the device, in size and blocks'
rmdev odd
mpath odd "$A1" "$B1"
wrong 'Invalid cross-device link' /dev/mapper/odd "4 via 2 $A1 $B1" 'The paths lead to different units'
