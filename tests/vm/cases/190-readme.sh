# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# quick-on: 6.1
# not-on: debug
# timeout: 400
#
# The commands that README.md and Documentation/ tell people to use do what is
# said there: each block of shell is run as it stands, in order, and where the
# text shows what it prints, that is compared. Blocks for another place than the
# guest (console) are listed only.
#
# What the texts take for granted is made true here: /dev/nvme0n1 of 1 GiB with
# Copy, vg on another namespace with the volumes golden and vm42 of 192 MiB, the
# module loaded, copyoff in the path, the top of the sources as working directory.

load
RAW=$(ns 1)
PV=$(ns 2)
export PATH=$TOP/build/tools:$PATH

{
	make_vg "$PV"
	lvcreate -q -y -Wn -Zn -L 192M -n golden vg
	lvcreate -q -y -Wn -Zn -L 192M -n vm42 vg
} || fail "LVM"
defer rmdev fast
dd if=/dev/urandom of="$RAW" bs=1M count=256 oflag=direct status=none
dd if=/dev/urandom of=/dev/vg/golden bs=1M count=192 oflag=direct status=none

# names_here: the one name that the guest may have given to another device, since
# controllers are probed side by side
names_here() { sed "s|/dev/nvme0n1|$RAW|g" "$1"; }

# comparable: seconds, numbers of commands and of devices are not the same twice
comparable() {
	sed -E "s/ in [0-9.]+ s:/ in T s:/
		s/(copyoff (nvme|host) [a-z]+ [0-9]+ [0-9]+) [0-9]+ [0-9]+/\1 COMMANDS RANGES/
		s/(copyoff )[0-9]+:[0-9]+ /\1DEVICE /"
}

# block TEXT LINE FILE: run it; its output goes to /run/readme/out
block() {
	echo "--- $1 line $2"
	names_here "$3" >/run/readme/block
	cat /run/readme/block
	(cd /run/readme/top && bash -euo pipefail /run/readme/block) >/run/readme/out 2>/run/readme/err ||
		fail "$1 line $2: status $?: $(tail -n 1 /run/readme/err)"
	cat /run/readme/out /run/readme/err
}

# prints TEXT LINE FILE: the block before it has printed this
prints() {
	comparable </run/readme/out >/run/readme/out.same
	comparable <"$3" | diff - /run/readme/out.same ||
		fail "$1 line $2: not what the block before it prints: $(head -n 1 /run/readme/out)"
}

# afresh: as no block has run
afresh() {
	rmdev fast
	lvchange -q --refresh vg/golden vg/vm42
	dmsetup table vg-golden | grep -q ' linear ' || fail "vg/golden is not linear"
}

# try TEXT: all of its blocks
try() {
	{ local -; set +x; } 2>/dev/null
	local dir=/run/readme/${1##*/} kind line file runs=0 wants=0 skips=0
	"$TOP/tests/vm/readme-blocks" "$TOP/$1" "$dir" >"$dir.list" || fail "$1: $(tail -n 1 "$dir.list")"
	while read -r kind line file <&8; do
		case $kind in
		run) block "$1" "$line" "$file"; runs=$((runs + 1)) ;;
		want) prints "$1" "$line" "$file"; wants=$((wants + 1)) ;;
		skip) echo "--- $1 line $line, not run:"; cat "$file"; skips=$((skips + 1)) ;;
		file) cp "$file" /run/readme/top/ ;;
		esac
	done 8<"$dir.list"
	same "$runs" "$(grep -cE '^(```|\.\. code-block:: )sh$' "$TOP/$1")" "blocks run of $1"
	note "$1: $runs blocks run, $wants outputs compared, $skips blocks skipped"
}

# The sources, and a place to build in.
mkdir -p /run/readme/top
ln -s "$TOP/include" /run/readme/top/include

for text in README.md Documentation/dm-copyoff.rst Documentation/uapi.rst Documentation/semantics.rst \
	tools/man/copyoff.8.rst; do
	afresh
	try "$text"
	# Whatever else a text does, it clones this.
	cmp /dev/vg/golden /dev/vg/vm42 || fail "$text: the clone differs"
	dd if=/dev/urandom of=/dev/vg/golden bs=1M count=192 oflag=direct status=none
done

# What the texts say of two linear volumes, and of one that is in use.
afresh
refuses copyoff copy /dev/vg/golden /dev/vg/vm42 2>/run/readme/err
grep 'neither .* has a copyoff target' /run/readme/err
mkdev fast "$(copyoff_table "$RAW")"
mkdev above "0 2048 linear /dev/mapper/fast 0"
refuses copyoff copy /dev/vg/golden /dev/mapper/fast 2>/run/readme/err
grep busy /run/readme/err
rmdev above
