# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A root file system of its own: how to make one, and how to run something in it.
# Sourced after scripts/lib.sh.

# The suite of the root, and that of its newer kernel.
SUITE=bookworm
NEWER_SUITE=$SUITE-backports

# in_guest_root ROOT COMMAND...: with /proc, which dkms needs, and with nothing
# left running. What is mounted goes with the process.
in_guest_root() {
	local root=$1
	shift
	unshare --mount --pid --fork --kill-child --mount-proc="$root/proc" \
		chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C \
		DEBIAN_FRONTEND=noninteractive "$@" </dev/null
}

# set_root: ROOT, from the cache
set_root() {
	"$TOP/tests/dkms/fetch-root"
	ROOT=$(readlink -f "$CACHE/dkms-roots/current")/root
}

# steps: each prints ok or FAIL, and what it had to say if it failed; by word of
# mouth of $REPORT, which host and guest have in their own ways.

# step NAME COMMAND...: in a shell of its own, in which the first thing that
# fails ends it
step() {
	local name=$1 rc=0 log
	shift
	log=$(mktemp)
	(set -eE; trap 'echo "failed: $BASH_COMMAND"' ERR; "$@") >"$log" 2>&1 </dev/null &
	wait $! || rc=$?
	if [ "$rc" = 0 ]; then
		$REPORT "ok   $name"
	else
		$REPORT "FAIL $name: $(grep -v '^failed: return ' "$log" | tail -n 1)"
		tail -n 30 "$log" | sed 's/^/     | /' | while IFS= read -r line; do $REPORT "$line"; done
	fi
	rm -f "$log"
	return "$rc"
}

# expect WHAT IS SHOULD-BE
expect() {
	[ "$2" = "$3" ] || { echo "$1: '$2', and should be '$3'"; return 1; }
}
