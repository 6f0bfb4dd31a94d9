# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# quick-on: 6.1
# timeout: 300
#
# The three ioctls of asynchronous jobs, and their records: each errno and limit,
# and nothing written that must not be. Twice, for callers of 32 and of 64 bit.

load
NS1=$(ns 1)
LEN=4096	# 2 MiB
mkdev a "$(copyoff_table "$NS1" 0 $LEN)"
mkdev b "$(copyoff_table "$NS1" 8192 $LEN)"
mkdev plain "0 $LEN linear $NS1 24576"
mkdev plain2 "0 $LEN linear $NS1 32768"
mkdev slow "$(copyoff_table "$(ns 2)" 0 131072 '4 max_inflight 2 max_command_kib 1024')"
# 16 MiB are read and written there in four seconds.
slow_down copyoff-n2 8388608
defer full_speed copyoff-n2

devices=()
for role in a b plain plain2 slow; do devices+=("$role=/dev/mapper/$role"); done

programs="jobs jobs32"
# debug.config has no IA32_EMULATION.
[ "$KERNEL" != debug ] || programs="jobs"
for program in $programs; do
	rc=0
	"$TOP/build/uapi/$program" "${devices[@]}" >/run/out || rc=$?
	sed "s/^/$program: /" /run/out
	last=$(tail -n 1 /run/out)
	[[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]] || fail "$program did not come to its end ($rc)"
	[ "${BASH_REMATCH[1]}" -gt 200 ] || fail "$program has run few tests: $last"
	[ "$rc.${BASH_REMATCH[2]}" = 0.0 ] || fail "$program: $last: $(grep -m 3 '^FAIL' /run/out)"
done
