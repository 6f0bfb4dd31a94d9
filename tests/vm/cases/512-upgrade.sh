# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# quick-on: 6.1
# not-on: debug
#
# The commands of install.rst that have a loaded module replaced: a device that nobody
# touched has its table back, options and all; one that was changed meanwhile is left
# alone, for the old table leads elsewhere.

load
A=$(ns 1)
mkdev same "$(copyoff_table "$A" 0 8192 '2 max_inflight 3')"
mkdev moved "$(copyoff_table "$A" 8192 8192 '2 max_inflight 3')"
before=$(dmsetup table same)
grep max_inflight <<<"$before"

{
	# The words that are the system's: the module is at hand, but not installed.
	cat <<-'EOF'
	apt() { :; }
	modprobe() {
		[ "$1" = -r ] || { insmod "$MODULE"; return; }
		dmsetup table | grep linear
		rmmod dm_copyoff
		dmsetup table moved | sed 's/8192$/16384/' | dmsetup load moved
		dmsetup suspend moved
		dmsetup resume moved
	}
	EOF
	sed -n '/^Upgrading while/,/^Removing/s/^\t//p' "$TOP/Documentation/install.rst"
} >/run/upgrade.sh
grep -q '^modprobe -r' /run/upgrade.sh || fail "install.rst has no such commands"
cat /run/upgrade.sh
export MODULE
defer sh -c "rm -rf /run/tmp.*"
sh -ex /run/upgrade.sh

same "$(dmsetup table same)" "$before" "the table of what nobody touched"
same "$(dmsetup table moved)" "0 8192 linear $(cat "/sys/class/block/${A##*/}/dev") 16384" "what was changed"
same "$(cd /run && echo tmp.*/*)" "$(cd /run && echo tmp.*)/moved" "tables that were not loaded"
