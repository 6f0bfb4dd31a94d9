# SPDX-License-Identifier: GPL-2.0-only
# profile: std
# timeout: 120
#
# What it does can be seen: tracepoints, status, latency.

T=/sys/kernel/tracing
load
A=$(ns 1)
mkdev one "$(copyoff_table "$A")"
dd if=/dev/urandom of=/dev/mapper/one bs=1M count=16 oflag=direct status=none

echo 0 >$T/tracing_on
echo >$T/trace
echo 1 >$T/events/copyoff/enable
defer sh -c "echo 0 >$T/events/copyoff/enable; echo >$T/trace; echo 1 >$T/tracing_on"
echo 1 >$T/tracing_on
"$COPYOFF" copy --length 16M --dst 64M --keys /dev/mapper/one /dev/mapper/one >/run/out
"$COPYOFF" copy --length 8M --dst 96M --no-offload --keys /dev/mapper/one /dev/mapper/one >>/run/out
echo 0 >$T/tracing_on
sed -n 's/.*: \(\(job_start\|job_done\|command_start\|command_done\|fallback\): .*\)/\1/p' $T/trace >/run/events
cat /run/events

# count PATTERN: events
count() { grep -c "$1" /run/events || :; }
sectors_of() { sed -n "s/.*$1.* sectors \([0-9]*\).*/\1/p" /run/events | awk '{ n += $1 } END { print n + 0 }'; }

same "$(count job_start)" 2 job_start
same "$(count 'job_done.* error 0 ')" 2 job_done
same "$(count command_start)" "$(count command_done)" "starts and ends"
same "$(count 'command_done.* nvme .*verdict done')" "$(count 'command_done.* nvme ')" "ends that went well"
same "$(sectors_of 'command_start: .* nvme ')" $((16 * 2048)) "sectors by nvme"
same "$(sectors_of 'command_start: .* host ')" $((8 * 2048)) "sectors by host"
[ "$(count 'fallback.* reason 1 ')" -gt 0 ] || fail "no event says why the host copies"
n=$(sed -n 's/^commands_offload=//p' /run/out | head -n 1)
same "$(count 'command_start.* nvme ')" "$n" "commands, traced and in the result"

# method state in-flight doubts commands ranges nvme scsi host fallbacks errors reason
set -- $(dmsetup status one)
shift 3
same $# 12 "fields in the status"
same "$1 $2 $3 $4" "nvme on 0 0" "method, state, in flight, doubts"
same "$7 $8 $9" "$((16 << 20)) 0 $((8 << 20))" "bytes by method"
same "${10} ${11} ${12}" "0 0 FLAG" "fallbacks, errors, reason"

# Every command is in the histogram of its method, once.
dmsetup message one 0 stats >/run/stats
cat /run/stats
sum() { sed -n "s/^$1 //p" /run/stats | tr ' ' '\n' | awk -F: '{ n += $2 } END { print n + 0 }'; }
same "$(($(sum nvme) + $(sum host)))" "$5" "commands in the histogram"
same "$(sum nvme)" "$n" "of them by nvme"
dmsetup message one 0 reset_stats
same "$(dmsetup status one | cut -d' ' -f 8-14)" "0 0 0 0 0 0 0" "after reset_stats"
