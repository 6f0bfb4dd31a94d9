# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# timeout: 600
#
# What a clone costs the machine's own processors: a volume of eight segments on two
# physical volumes is cloned by the devices, and copied by dd, in turns. The share of
# each pair, of all that the guest's processors did meanwhile, for whatever reason. Of
# dd as it is typed, "dd if= of= bs=1M conv=fsync", by way of the page cache, it must be a
# tenth at most; with direct I/O on both sides dd itself is cheap, and that is only noted.

set +x
. "$TOP/bench/pairs.sh"
PAIRS=9
load
A=$(ns 1)
B=$(ns 2)
make_vg -s 120M "$A" "$B"
holes=:0-0:2-2:4-4:6-6
lvcreate -q -y -Wn -Zn -l 8 -n golden vg "$A$holes" "$B$holes"
same "$(lvs --noheadings -o seg_count vg/golden | tr -d ' ')" 8 "segments of the original"
dd if=/dev/urandom of=/dev/vg/golden bs=1M count=960 oflag=direct status=none
"$COPYOFF" clone vg/golden vg/new
"$COPYOFF" enable --quiet vg/golden vg/new

# busy: what the processors have done since the start, in ticks
busy() { awk '$1 == "cpu" { print $2 + $3 + $4 + $7 + $8 + $9; exit }' /proc/stat; }

# cost COMMAND...: in ticks
cost() {
	local b
	b=$(busy)
	"$@" >/dev/null
	echo $(($(busy) - b))
}

by_device() {
	"$COPYOFF" copy --force --keys vg/golden vg/new >/run/out
	same "$(sed -n 's/^bytes_host=//p' /run/out)" 0 bytes_host
}
# As by_direct_dd, but as most would call it.
by_dd() { dd if=/dev/vg/golden of=/dev/vg/new bs=1M conv=fsync status=none; }
by_direct_dd() { dd if=/dev/vg/golden of=/dev/vg/new bs=1M iflag=direct oflag=direct status=none; }

# shares THEIRS: notes ours, of theirs; sets MEDIAN
shares() {
	local of=() i ours theirs
	for ((i = 0; i < PAIRS; i++)); do
		theirs=$(cost "$1")
		ours=$(cost by_device)
		of+=("$(awk "BEGIN { printf \"%.3f\", $ours / $theirs }")")
	done
	median "${of[@]}"
	note "processor time of a clone by the devices, as a share of ${1#by_}: $MEDIAN_WORDS"
}
shares by_direct_dd
shares by_dd
by_device
cmp /dev/vg/golden /dev/vg/new
demand "$MEDIAN" at-most 0.1 "processor time of a clone by the devices, as a share of dd bs=1M conv=fsync"
