# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: demo
# quick-on: 6.1
# timeout: 500
#
# What scripts/demo shows. What is for people goes to the console, between a
# first line "=== dm-copyoff" and a last line "===".

. "$TOP/tests/vm/lio.sh"

set +x
SIZE=$DEMO_MIB
ROUNDS=$DEMO_ROUNDS

echo 1 >/proc/sys/kernel/printk
show() { printf '%s\r\n' "$*" | tee -a /dev/ttyS0; }

# cpu: seconds that all processors of this machine have been busy
cpu() { awk '/^cpu / { print ($2 + $3 + $4 + $7 + $8) / 100 }' /proc/stat; }
now() { echo "${EPOCHREALTIME/,/.}"; }
calc() { awk "BEGIN { printf \"$1\", $2 }"; }

# timed COMMAND...: sets TOOK and BUSY, in seconds
timed() {
	local t c
	sync
	t=$(now) c=$(cpu)
	"$@"
	BUSY=$(calc %.2f "$(cpu) - $c")
	TOOK=$(calc %.4f "$(now) - $t")
}

median() { printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"; }
total() { printf '%s\n' "$@" | awk '{ n += $1 } END { printf "%.2f", n }'; }

# sum DEVICE MIB: of SIZE MiB from there, read from the device itself
sum() { dd if="$1" bs=1M skip="$2" count="$SIZE" iflag=direct status=none | sha256sum | cut -c1-16; }

by_copyoff() {
	"$COPYOFF" copy --src "$2M" --dst "$4M" --length "${SIZE}M" --progress --keys "$1" "$3" \
		>/run/out 2>/dev/ttyS0
}

by_dd() {
	dd if="$1" of="$3" bs=1M skip="$2" seek="$4" count="$SIZE" iflag=direct oflag=direct status=none
}

field() { sed -n "s/^$1=//p" /run/out; }
mib() { echo $(($(field "$1") / 1048576)); }

ROWS=()
# compare TITLE SRC SRC_MIB DST DST_MIB: both ways in turns, and a row for the end
compare() {
	local title=$1 i ours=() dds=() our_cpu=() dd_cpu=() a b row
	shift
	show ""
	show "--- $title"
	for ((i = 0; i < ROUNDS; i++)); do
		dd if=/dev/urandom of="$1" bs=1M seek="$2" count=4 oflag=direct status=none
		timed by_dd "$@"
		dds+=("$TOOK") dd_cpu+=("$BUSY")
		dd if=/dev/urandom of="$1" bs=1M seek="$2" count=4 oflag=direct status=none
		timed by_copyoff "$@"
		ours+=("$TOOK") our_cpu+=("$BUSY")
	done
	a=$(sum "$1" "$2") b=$(sum "$3" "$4")
	[ "$a" = "$b" ] || fail "$title: the copy differs from the source"
	show "    $(mib bytes_nvme) MiB by nvme and $(mib bytes_scsi) by scsi in $(field commands_offload) commands, $(mib bytes_host) MiB by host in $(field commands_host)$(why)"
	row=$(printf '%-18s %5d %5d %5d  %-15s %5d %8d %8d %7s %7s  %s' "$title" \
		"$(mib bytes_nvme)" "$(mib bytes_scsi)" "$(mib bytes_host)" "$(field reasons | sed 's/^ *//; s/^$/-/')" \
		"$(($(field commands_offload) + $(field commands_host)))" \
		"$(calc %d "$SIZE / $(median "${ours[@]}")")" "$(calc %d "$SIZE / $(median "${dds[@]}")")" \
		"$(total "${our_cpu[@]}")" "$(total "${dd_cpu[@]}")" "$a")
	ROWS+=("$row")
}
why() { [ -z "$(field reasons)" ] || echo ", because:$(field reasons)"; }

# golden_lv VG PV [PV]: a volume to clone, in two segments, and one as long for the
# clone, on the other disk if there are two
golden_lv() {
	{
		pvcreate -q "${@:2}"
		vgcreate -q "$@"
		lvcreate -q -y -Wn -Zn -L "$((SIZE / 2))M" -n golden "$1" "$2"
		lvcreate -q -y -Wn -Zn -L 16M -n between "$1" "$2"
		lvextend -q -L "${SIZE}M" "$1/golden" "$2"
		lvcreate -q -y -Wn -Zn -L "${SIZE}M" -n vm42 "$1" "${3-$2}"
	} >/run/lvm.log 2>&1 || fail "LVM: $(cat /run/lvm.log)"
	defer vgremove -qff "$1"
}

# switch_over VG: both, in place
switch_over() {
	local lv
	show ""
	show "    Two live logical volumes, as LVM made them:"
	dmsetup table | grep -E "^$1-(golden|vm42)" | while read -r line; do show "        $line"; done
	for lv in golden vm42; do
		exec 9<"/dev/mapper/$1-$lv"
		"$COPYOFF" enable --quiet "$1/$lv"
		exec 9<&-
	done
	show "    ...and switched over in place, while they are open:"
	dmsetup table | grep -E "^$1-(golden|vm42)" | while read -r line; do show "        $line"; done
}

show "=== dm-copyoff: copies of $SIZE MiB inside emulated SSDs, Linux $(uname -r)"
show "    Each is made $ROUNDS times, in turns with dd (direct, 1 MiB blocks); medians."
load

# Of a disk array plays the kernel's own SCSI target, on two of the SSDs.
lio_up
backstore lun0 iblock "$(ns 5)" 11111111-2222-3333-4444-555555555551
backstore lun1 iblock "$(ns 6)" 99999999-8888-7777-6666-555555555552
session
map "$TPG" 0 lun0
map "$TPG" 1 lun1
LUN0=$(lun "$TPG" 0)
LUN1=$(lun "$TPG" 1)
use_lvm "$(ns 4)" "$LUN0" "$LUN1"

mkdev one "$(copyoff_table "$(ns 1)")"
half=$(sectors "$(ns 2)")
mkdev two "0 $half copyoff $(ns 2) 0
$half $half copyoff $(ns 3) 0"
mkdev zero "$(copyoff_table "$(legacy_nvme)")"

golden_lv vg "$(ns 4)"
golden_lv san "$LUN0" "$LUN1"
switch_over vg
switch_over san

compare 'one namespace' /dev/mapper/one 0 /dev/mapper/one 640
compare 'two in a row' /dev/mapper/two "$((768 - SIZE / 2))" /dev/mapper/two 0
compare 'limits of zero' /dev/mapper/zero 0 /dev/mapper/zero 640
compare 'clone of an LV' /dev/mapper/vg-golden 0 /dev/mapper/vg-vm42 0
compare 'LUN to LUN' /dev/mapper/san-golden 0 /dev/mapper/san-vm42 0
[ "$(field bytes_scsi) $(field bytes_host)" = "$((SIZE << 20)) 0" ] ||
	fail "LUN to LUN: $(field bytes_scsi) bytes by scsi, and $(field bytes_host) by the host"

show ""
show "$(printf '%-18s %5s %5s %5s  %-15s %5s %8s %8s %7s %7s  %s' '' nvme scsi host reason com- MiB/s MiB/s 'CPU s' 'CPU s' 'sha256, source and')"
show "$(printf '%-18s %5s %5s %5s  %-15s %5s %8s %8s %7s %7s  %s' "$SIZE MiB" MiB MiB MiB '' mands copyoff dd copyoff dd 'copy are equal')"
for row in "${ROWS[@]}"; do show "$row"; done
show ""
show "    Emulated SSDs, an array played by the kernel itself, an emulated processor: compare the columns, not the speeds."
show "==="
