# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# quick-on: 5.10 7.3
# timeout: 300
#
# Bad input to the control device: its errno, its answer, and nothing written.
# Twice, since callers of 32 and of 64 bit have one ABI.

load
NS1=$(ns 1)
NS3=$(ns 3)
LEN=4096	# 2 MiB
mkdev a "$(copyoff_table "$NS1" 0 $LEN)"
mkdev alias "$(copyoff_table "$NS1" 0 $LEN)"
mkdev b "$(copyoff_table "$NS1" 8192 $LEN)"
dmsetup create ro --readonly --table "$(copyoff_table "$NS1" 8192 $LEN)"
defer_rmdev ro
mkdev swap "$(copyoff_table "$NS1" 16384 $LEN)"
mkdev plain "0 $LEN linear $NS1 24576"
mkdev plain2 "0 $LEN linear $NS1 32768"
mkdev other "$(copyoff_table "$(ns 2)" 0 $LEN)"
mkdev k "$(copyoff_table "$NS3" 0 $LEN)"
mkdev k2 "$(copyoff_table "$NS3" 8192 $LEN)"
# So that a copy is made of many commands, and there are borders to stop at.
mkdev big "$(copyoff_table "$NS1" 1048576 524288 '4 max_inflight 2 max_command_kib 1024')"

devices=("disk=$NS1")
for role in a alias b ro swap plain plain2 other k k2 big; do
	devices+=("$role=/dev/mapper/$role")
done

programs="errno errno32"
# debug.config has no IA32_EMULATION.
[ "$KERNEL" != debug ] || programs="errno"
for program in $programs; do
	rc=0
	"$TOP/build/uapi/$program" "${devices[@]}" >/run/out || rc=$?
	sed "s/^/$program: /" /run/out
	last=$(tail -n 1 /run/out)
	[[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]] || fail "$program did not come to its end ($rc)"
	[ "${BASH_REMATCH[1]}" -gt 400 ] || fail "$program has run few tests: $last"
	[ "$rc.${BASH_REMATCH[2]}" = 0.0 ] || fail "$program: $last: $(grep -m 3 '^FAIL' /run/out)"
done
