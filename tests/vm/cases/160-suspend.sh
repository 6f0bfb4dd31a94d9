# SPDX-License-Identifier: GPL-2.0-only
# profile: std
# quick-on: 5.10 7.3
# timeout: 240
#
# Suspend, resume, reload and removal in the middle of a long copy.

load
A=$(ns 1)
B=$(ns 2)
SLOW='4 max_command_kib 64 max_inflight 1'
defer full_speed copyoff-n1
SIZE=$((32 << 20))
mkdev one "$(copyoff_table "$A" 0 "$(sectors "$A")" "$SLOW")"
dd if=/dev/urandom of=/dev/mapper/one bs=1M count=$((SIZE >> 20)) oflag=direct status=none

# start DST OFFSET [OPTION...]: a copy in the background, under way, that takes some
# seconds until it is to be finished
start() {
	local dst=$1 off=$2
	shift 2
	slow_down copyoff-n1 $((8 << 20))
	dmsetup message one 0 reset_stats
	"$COPYOFF" copy --length "$SIZE" --dst "$off" --keys "$@" /dev/mapper/one "$dst" >/run/out 2>/run/err &
	PID=$!
	wait_for 20 begun "${dst##*/}" || fail "the copy does not begin"
}

begun() { [ "$(dmsetup status "$1" | awk '/copyoff/ { print $8; exit }')" -gt 5 ] || ! kill -0 "$PID"; }
running() { kill -0 "$PID" 2>/dev/null || fail "the copy is over already"; }

# finish STATUS
finish() {
	local rc=0
	full_speed copyoff-n1
	wait "$PID" || rc=$?
	cat /run/out /run/err
	same "$rc" "$1" "exit status"
}

field() { sed -n "s/^$1=//p" /run/out; }
in_flight() { dmsetup status one | awk '{ n += $6 } END { print n + 0 }'; }

# --- suspend drains, the job waits, resume lets it go on ---
start /dev/mapper/one 512M
dmsetup suspend one
running
same "$(in_flight)" 0 "commands in flight while suspended"
before=$(dmsetup status one | awk '{ print $8 }')
sleep 0.5
same "$(dmsetup status one | awk '{ print $8 }')" "$before" "commands while suspended"
running
dmsetup resume one
finish 0
same "$(field bytes_nvme)" "$SIZE" bytes_nvme
cmp -n "$SIZE" -i 0:536870912 /dev/mapper/one /dev/mapper/one

# --- a signal ends the wait for a suspended device ---
start /dev/mapper/one 512M
dmsetup suspend one
kill -INT "$PID"
finish 5
dmsetup resume one

# --- reload in mid copy: the second half of the table is elsewhere ---
start /dev/mapper/one 512M
dmsetup suspend one
half=$(($(sectors "$A") / 2))
dmsetup reload one --table "0 $half copyoff $A 0 $SLOW
$half $half copyoff $B 0 $SLOW"
dmsetup resume one
finish 0
same "$(field bytes_done)" "$SIZE" bytes_done
[ "$(field bytes_nvme)" -gt 0 ] && [ "$(field bytes_host)" -gt 0 ] || fail "not both methods"
grep -q DIFFERENT_UNIT /run/out || fail "no reason"
# What came before the reload is on A, what came after it on B.
blockdev --flushbufs "$A" "$B"
nvme=$(field bytes_nvme)
cmp -n "$nvme" -i 0:536870912 "$A" "$A" || fail "wrong before the reload"
cmp -n "$((SIZE - nvme))" -i "$nvme:$nvme" "$A" "$B" || fail "wrong after the reload"

# --- reload to linear: the host goes on, and says so ---
dmsetup suspend one
dmsetup reload one --table "$(copyoff_table "$A" 0 "$(sectors "$A")" "$SLOW")"
dmsetup resume one
start /dev/mapper/one 512M
dmsetup suspend one
dmsetup reload one --table "0 $(sectors "$A") linear $A 0"
dmsetup resume one
finish 0
same "$(field bytes_done)" "$SIZE" bytes_done
grep -q NOT_COPYOFF /run/out || fail "no reason"
cmp -n "$SIZE" -i 0:536870912 /dev/mapper/one /dev/mapper/one

# --- removal: busy while the copy runs; by force it ends with an error ---
dmsetup suspend one
dmsetup reload one --table "$(copyoff_table "$A" 0 "$(sectors "$A")" "$SLOW")"
dmsetup resume one
start /dev/mapper/one 512M
refuses dmsetup remove one
running
dmsetup remove --force one || :
finish 1
case $(field error) in EIO|ENODEV) ;; *) fail "error is $(field error)" ;; esac
[ "$(field bytes_done)" -lt "$SIZE" ] || fail "all done in spite of the removal"
