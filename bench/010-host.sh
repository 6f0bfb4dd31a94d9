# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# timeout: 400
#
# The host method against dd with direct I/O and 1 MiB blocks, in turns: the
# ratio of each pair, and the median with its extremes. Also kcopyd's, which the
# host method is there to replace, and the device's own copy.

set +x
PAIRS=9
MIB=256
load
mkdev one "$(copyoff_table "$(ns 1)")"
mkdev two "$(copyoff_table "$(ns 2)")"
dd if=/dev/urandom of=/dev/mapper/one bs=1M count=$MIB oflag=direct status=none

took() {
	local t=${EPOCHREALTIME/./}
	"$@" >/dev/null
	echo $((${EPOCHREALTIME/./} - t))
}
by_dd() { dd if=/dev/mapper/one of=/dev/mapper/two bs=1M count=$MIB iflag=direct oflag=direct status=none; }
by_host() { echo 0 >/sys/module/dm_copyoff/parameters/host_kcopyd; "$COPYOFF" copy --length ${MIB}M /dev/mapper/one /dev/mapper/two; }
by_kcopyd() { echo 1 >/sys/module/dm_copyoff/parameters/host_kcopyd; "$COPYOFF" copy --length ${MIB}M /dev/mapper/one /dev/mapper/two; }
by_nvme() { "$COPYOFF" copy --length ${MIB}M --dst 512M --no-fallback /dev/mapper/one /dev/mapper/one; }

for how in by_host by_kcopyd by_nvme; do
	ratios=()
	for ((i = 0; i < PAIRS; i++)); do
		theirs=$(took by_dd)
		ours=$(took $how)
		ratios+=("$(awk "BEGIN { printf \"%.2f\", $theirs / $ours }")")
	done
	note "$how: times as fast as dd: $(printf '%s\n' "${ratios[@]}" | sort -n | awk '{ v[NR] = $1 } END { print "median " v[int((NR + 1) / 2)] ", of " NR " pairs from " v[1] " to " v[NR] }')"
done
