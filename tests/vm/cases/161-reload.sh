# SPDX-License-Identifier: GPL-2.0-only
# profile: std
# timeout: 120
#
# Another table while commands of a copy are between their reading and their
# writing. That is made certain: the source is a linear device that is suspended,
# so what is read from it comes when we want it to.

load
A=$(ns 1)
B=$(ns 2)
MIB=$((1 << 20))
TRACING=/sys/kernel/tracing
mkdev slow "0 $(sectors "$B") linear $B 0"
echo 1 >$TRACING/events/copyoff/command_start/enable
defer sh -c "echo 0 >$TRACING/events/copyoff/command_start/enable"

field() { sed -n "s/^$1=//p" /run/out; }
commands() { grep -c command_start $TRACING/trace; }
# read_back FROM-MIB MIB: what is on the disk itself, in /run/back
read_back() { dd if="$1" of=/run/back bs=1M skip="$2" count="$3" iflag=direct status=none; }
begun() { [ "$(commands)" -ge "$1" ]; }

# start COMMANDS RANGE...: copy from slow to d, until so many commands read
start() {
	local n=$1
	shift
	dmsetup suspend slow
	echo >$TRACING/trace
	"$TOP/build/vm-bin/copyranges" /dev/mapper/slow /dev/mapper/d 0 "$@" >/run/out &
	PID=$!
	wait_for 30 begun "$n" || fail "$(commands) commands began"
}

# go_on TABLE: have d another one, then let the reads end, then the copy
go_on() {
	same "$(dmsetup status d | awk '{ print $8 }')" 0 "commands that wrote"
	dmsetup suspend d
	dmsetup reload d --table "$1"
	dmsetup resume d
	dmsetup resume slow
	wait "$PID"
	cat /run/out
}

# --- what was read is written where the new table says ---
dd if=/dev/urandom of=/run/data bs=1M count=4 status=none
dd if=/run/data of="$B" bs=1M oflag=direct status=none
dd if=/dev/zero of="$A" bs=1M count=128 oflag=direct status=none
mkdev d "0 65536 copyoff $A 0"
start 4 0:0:$((4 * MIB))
go_on "0 65536 copyoff $A 131072"
same "$(field errno)" 0 errno
same "$(field bytes_done)" $((4 * MIB)) bytes_done
read_back "$A" 64 4
cmp /run/data /run/back || fail "not where the new table says"
read_back "$A" 0 64
cmp -n $((64 * MIB)) /run/back /dev/zero || fail "where the old table said"
rmdev d

# --- ranges that conflict by the new table alone ---
# There d is the source from 1 MiB on, so that each range reads what the one
# before it wrote: all get the contents of the first.
STEP=$((128 << 10))
LEN=$((64 << 10))
NR=20
dd if=/dev/urandom of=/run/data bs=1M count=8 status=none
dd if=/run/data of="$B" bs=1M oflag=direct status=none
mkdev d "0 65536 copyoff $A 0"
words=("0:0:$LEN")
for ((i = 1; i < NR; i++)); do words+=("$((MIB + (i - 1) * STEP)):$((i * STEP)):$LEN"); done
# As many as the host has buffers; the others are issued later.
start 8 "${words[@]}"
go_on "0 65536 copyoff /dev/mapper/slow 2048"
same "$(field errno)" 0 errno
same "$(field bytes_done)" $((NR * LEN)) bytes_done
for ((i = 0; i < NR; i++)); do
	dd if=/run/data of=/run/data bs=$LEN count=1 seek=$((MIB / LEN + 2 * i)) conv=notrunc status=none
done
read_back "$B" 0 8
cmp /run/data /run/back || fail "not in the order of the list"
rmdev d

# --- a range that overlaps itself by the new table alone ---
dd if=/dev/urandom of=/run/data bs=1M count=32 status=none
dd if=/run/data of="$B" bs=1M oflag=direct status=none
mkdev d "0 65536 copyoff $A 0"
start 8 $((20 * MIB)):$((24 * MIB)):$((2 * MIB)) 0:0:$((16 * MIB))
go_on "0 65536 copyoff /dev/mapper/slow 8192"
same "$(field errno)" EINVAL errno
same "$(field failed_range)" 1 failed_range
same "$(field bytes_done)" $((2 * MIB)) bytes_done
dd if=/run/data of=/run/data bs=1M skip=20 seek=28 count=2 conv=notrunc status=none
read_back "$B" 0 32
cmp /run/data /run/back || fail "the range was begun all the same"
