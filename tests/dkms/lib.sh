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
# fails ends it; "passed" is for who wants to know of it. Behind "step ... ||" or "if
# step" that shell would go on after what failed, so that is refused.
step() {
	local name=$1 log
	shift
	STEP_RC=0
	(set -e; false; exit 2) &
	wait $! || STEP_RC=$?
	if [ "$STEP_RC" != 1 ]; then
		$REPORT "FAIL $name: this step could not fail"
		STEP_RC=1
		return 0
	fi
	log=$(mktemp)
	STEP_RC=0
	# Not into what a "$(...)" takes.
	(set -eE; trap 'echo "failed: $BASH_COMMAND" >&2' ERR; "$@") >"$log" 2>&1 </dev/null &
	wait $! || STEP_RC=$?
	if [ "$STEP_RC" = 0 ]; then
		$REPORT "ok   $name"
	else
		$REPORT "FAIL $name: $(grep -v '^failed: return ' "$log" | tail -n 1)"
		tail -n 30 "$log" | sed 's/^/     | /' | while IFS= read -r line; do $REPORT "$line"; done
	fi
	rm -f "$log"
}

passed() { [ "$STEP_RC" = 0 ]; }

# fails COMMAND...: what "!" would be if a step were ended by it
fails() {
	! "$@" || { echo "this did not fail: $*"; return 1; }
}

# expect WHAT IS SHOULD-BE
expect() {
	[ "$2" = "$3" ] || { echo "$1: '$2', and should be '$3'"; return 1; }
}
