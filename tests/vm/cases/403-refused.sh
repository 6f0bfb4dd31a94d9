# SPDX-License-Identifier: GPL-2.0-only
# profile: lio
# not-on: debug
# timeout: 180
# quick-on: 6.1 7.3
#
# What cannot be copied by EXTENDED COPY goes by the host, for the right reason and
# after no more than a few attempts: no such command, other block sizes, another
# session, and a unit that has the command no more. A reservation ends the job.

. "$TOP/tests/vm/lio.sh"
load
lio_up
backstore a ramdisk 32 11111111-2222-3333-4444-555555555551
backstore b ramdisk 32 22222222-8888-7777-6666-555555555552
backstore never ramdisk 32 33333333-8888-7777-6666-555555555553 emulate_3pc=0
backstore big file 32 44444444-8888-7777-6666-555555555554 block_size=4096
backstore big2 file 32 55555555-8888-7777-6666-555555555555 block_size=4096
backstore far ramdisk 32 66666666-8888-7777-6666-555555555556
session
ONE=$TPG
for n in 0:a 1:b 2:never 3:big 4:big2; do map "$ONE" "${n%:*}" "${n#*:}"; done
session
TWO=$TPG
map "$TWO" 0 far
map "$TWO" 1 b
declare -A DISK
for n in 0:a 1:b 2:never 3:big 4:big2; do DISK[${n#*:}]=$(lun "$ONE" "${n%:*}"); done
DISK[far]=$(lun "$TWO" 0)
OTHER=$(lun "$TWO" 1)
for n in a b never big big2 far; do
	dd if=/dev/urandom of="${DISK[$n]}" bs=1M count=32 oflag=direct status=none
	mkdev "$n" "$(copyoff_table "${DISK[$n]}")"
done

# by METHOD REASON SENT SRC DST: 8 MiB, with at most so many commands sent
by() {
	local sent
	sent=$(xcopies)
	"$COPYOFF" copy --length 8M --dst 16M --keys "/dev/mapper/$4" "/dev/mapper/$5" >/run/out
	cat /run/out
	same "$(of_copy "bytes_$1")" 8388608 "bytes_$1 from $4 to $5"
	[ "$(($(xcopies) - sent))" -le "$3" ] || fail "$(($(xcopies) - sent)) commands sent from $4 to $5"
	case $(of_copy reasons) in *"$2"*) ;; *) fail "reasons from $4 to $5: $(of_copy reasons), not $2" ;; esac
	blockdev --flushbufs "${DISK[$4]}" "${DISK[$5]}"
	cmp -n 8388608 -i 0:16777216 "/dev/mapper/$4" "/dev/mapper/$5" || fail "wrong from $4 to $5"
}

by scsi '' 99 a b
by scsi '' 99 big big2
by scsi '' 99 big big
by host NO_COPY_COMMAND 0 never a
by host NO_COPY_COMMAND 0 a never
by host BLOCK_SIZE 0 a big
by host BLOCK_SIZE 0 big a
# The target looks for units in one session only. Then all is said: no more attempts.
by host DIFFERENT_UNIT 3 far a
by host DIFFERENT_UNIT 0 far a
by host DIFFERENT_UNIT 3 a far
by scsi '' 99 far far

# --- a partition ---
PART=${DISK[a]}1
addpart "${DISK[a]}" 1 2049 40000
defer delpart "${DISK[a]}" 1
rmdev a
mkdev part "$(copyoff_table "$PART" 3)"
DISK[part]=$PART
by scsi '' 99 part b
dd if="${DISK[a]}" bs=512 skip=2052 count=16384 iflag=direct status=none | cmp -n 8388608 -i 0:16777216 - "${DISK[b]}"

# --- somebody else has reserved the destination ---
sg_persist --out --register --param-sark=0xabc "$OTHER"
sg_persist --out --reserve --param-rk=0xabc --prout-type=1 "$OTHER"
rc=0
"$COPYOFF" copy --length 8M --src 16M --keys /dev/mapper/b /dev/mapper/b >/run/out || rc=$?
cat /run/out
same "$rc" 1 "exit status against a reservation"
same "$(of_copy error)" EBADE "errno against a reservation"
same "$(of_copy bytes_host)" 0 "bytes by the host against a reservation"
sg_persist --out --release --param-rk=0xabc --prout-type=1 "$OTHER"
by scsi '' 99 b b

# --- the unit loses the command ---
attribute "${STORE[b]}" emulate_3pc=0
by host DEVICE_ERROR 8 part b
same "$(of_copy reasons | grep -o 0x52000)" 0x52000 "what the device said"
by host NO_COPY_COMMAND 0 part b
