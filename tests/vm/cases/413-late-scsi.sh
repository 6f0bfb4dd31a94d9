# SPDX-License-Identifier: GPL-2.0-only
# profile: lio
# timeout: 420
# quick-on: none
#
# An EXTENDED COPY outlives the session it was sent by: the target holds its write
# back until it was done again by another path. The caller writes something new as
# soon as it is told that the copy is done, and nothing may overwrite that: whether
# the doubt ends when its time is over, or because somebody says so.

. "$TOP/tests/vm/iscsi.sh"
load
iscsi_up
two_doors "0 65536 linear /dev/ram0 0"
for n in old new8 new24; do dd if=/dev/urandom of=/run/$n bs=1M count=1 status=none; done
dd if=/run/old of=/dev/mapper/a bs=1M oflag=direct status=none

# age: of the guest, in hundredths of a second
age() { cut -d ' ' -f 1 /proc/uptime | tr -d .; }

# caller MIB: as any other, that does not care how its bytes got there
caller() {
	"$COPYOFF" copy --length 1M --dst "$1M" --force --keys /dev/mapper/a /dev/mapper/b >/run/out
	age >/run/told
	dd if="/run/new$1" of=/dev/mapper/b bs=1M seek="$1" oflag=direct status=none
	touch /run/wrote
}

begun() { [ "$(xcopies)" = $((sent + 1)) ]; }
# Done again by the other path. Is the caller told, or is there doubt?
redone() { [ "$(xcopies)" = $((sent + 2)) ] && { [ -e /run/wrote ] || [ "$(status_of b doubts)" = 1 ]; }; }
late() { [ "$(written /dev/mapper/door1)" -ge $((before + 2048)) ]; }

# lose SECONDS MIB: with a doubt of that length a copy to there is begun, and its
# session lost; it is done again, and then what the first one had to write is written.
# Sets lost and came, when that was
lose() {
	local before sent
	doubt_lasts "$1"
	wait_for 60 sg_turs "${DOORS[1]}" || fail "the first session is not there"
	# The pair has been seen to work.
	"$COPYOFF" copy --length 1M --dst 16M --force --keys /dev/mapper/a /dev/mapper/b >/run/out
	same "$(of_copy bytes_scsi)" 1048576 "bytes_scsi before"
	rm -f /run/told /run/wrote
	sent=$(xcopies)
	before=$(written /dev/mapper/door1)
	dmsetup suspend --nolockfs --noflush door1
	caller "$2" &
	COPY_PID=$!
	wait_for 30 begun || fail "no copy was begun"
	lost=$(age)
	cut_off 127.0.0.1
	wait_for 40 redone || fail "not done again: $(dmsetup status b)"
	same "$(written /dev/mapper/door1)" "$before" "sectors written by the shut door"
	open_door
	wait_for 40 late || fail "the late write does not come"
	came=$(age)
}

# intact MIB: is what the caller wrote what is there?
intact() {
	dd if=/dev/ram0 of=/run/is bs=1M skip="$1" count=1 iflag=direct status=none
	cmp "/run/new$1" /run/is || fail "new data was overwritten by a command that was given up"
}

# well_told: did the caller hear all of it?
well_told() {
	cat /run/out
	same "$(of_copy bytes_scsi)" 1048576 bytes_scsi
	same "$(of_copy result_flags)" 0 result_flags
	case $(of_copy reasons) in *DOUBT*) ;; *) fail "waited for a doubt, and does not say so" ;; esac
	same "$(status_of b doubts)" 0 doubts
}

# --- it ends by itself ---
for seconds in 20 60 180; do
	lose "$seconds" 8
	wait "$COPY_PID"
	told=$(cat /run/told)
	# Where all was so slow that its time was over first nothing is shown.
	[ "$told" -lt "$came" ] && [ $((told - lost)) -ge $((seconds * 100)) ] || break
done
intact 8
[ $((told - lost)) -ge $((seconds * 100)) ] ||
	fail "told $((told - lost)) hundredths of a second after the session was lost, with doubt of $seconds s"
well_told

# --- it is said to be over ---
lose 3600 24
[ ! -e /run/told ] || fail "told though there is doubt"
dmsetup message b 0 doubt clear
wait "$COPY_PID"
intact 24
well_told
# And much later than all of that.
intact 8
