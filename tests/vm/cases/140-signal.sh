# SPDX-License-Identifier: GPL-2.0-only
# profile: std
# timeout: 180
#
# A signal in mid copy: results are written, nothing is left in flight, and the
# module can be removed (the runner sees to the last).

load
A=$(ns 1)
B=$(ns 2)
mkdev one "$(copyoff_table "$A" 0 "$(sectors "$A")" '4 max_command_kib 64 max_inflight 2')"
mkdev two "$(copyoff_table "$B")"
dd if=/dev/urandom of="$A" bs=1M count=400 oflag=direct status=none

# interrupt SIGNAL FLAG SRC DST: start a long copy, signal it in the middle
interrupt() {
	local rc=0 pid done
	"$COPYOFF" copy --length 400M --dst "$5" --keys $2 "$3" "$4" >/run/out 2>/run/err &
	pid=$!
	wait_for 20 running "$pid" "${4##*/}"
	kill -"$1" "$pid"
	wait "$pid" || rc=$?
	cat /run/out /run/err
	same "$rc" 5 "exit status after SIG$1"
	grep -qx error=EINTR /run/out || fail "not EINTR"
	done=$(sed -n 's/^bytes_done=//p' /run/out)
	[ "$done" -gt 0 ] && [ "$done" -lt 419430400 ] || fail "$done bytes done is not the middle"
	cmp -n "$done" -i "0:$(($(numfmt --from=iec "$5")))" "$3" "$4"
	same "$(dmsetup status "${4##*/}" | awk '{ print $6 }')" 0 "commands in flight"
}

# Has the job begun to write?
running() { [ "$(dmsetup status "$2" | awk '{ print $8 }')" -gt 20 ]; }

interrupt INT "" /dev/mapper/one /dev/mapper/one 512M
dmsetup message one 0 reset_stats
# The host is done with it in a moment, if it is let.
slow_down copyoff-n2 67108864
defer full_speed copyoff-n2
interrupt TERM --no-offload /dev/mapper/one /dev/mapper/two 0
full_speed copyoff-n2

# SIGKILL: nobody is there to read results, but all must be given back.
"$COPYOFF" copy --length 400M --dst 512M --keys /dev/mapper/one /dev/mapper/one >/run/out 2>&1 &
pid=$!
sleep 0.5
kill -KILL "$pid"
wait "$pid" || :
same "$(dmsetup status one | awk '{ print $6 }')" 0 "commands in flight"
