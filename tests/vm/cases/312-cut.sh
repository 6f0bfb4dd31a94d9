# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: fabric
# timeout: 300
# kernels: 6.12 7.3
# quick-on: none
#
# More ways to lose the connection in mid command, all of them with doubt: a
# command that takes longer than the host gives it; a network that lets nothing
# through, until it is mended; a path that is deleted.

. "$TOP/tests/vm/fabric.sh"
load
fabric_up tcp tcp
give_up_after 10
fabric_dev '2 doubt_s 3600'
dd if=/dev/urandom of=/run/data bs=1M count=1 status=none
dd if=/run/data of="$FAB" bs=1M oflag=direct status=none

in_doubt() { [ "$(status_of fab doubts)" -gt 0 ]; }

# lost DST_MIB COMMAND...: a copy, and how it loses its connection in the middle
lost() {
	local dst=$1
	shift
	# When all paths were lost, Copy is left alone for a while.
	dmsetup message fab 0 offload retry
	hold
	begin_copy /dev/mapper/fab /dev/mapper/fab 1M "${dst}M"
	wait_held
	"$@"
	wait_for 90 in_doubt || fail "no doubt after $*: $(dmsetup status fab)"
	still_copying "though in doubt"
	let_it_go
	dmsetup message fab 0 doubt clear
	end_copy 0
	grep -q 'reasons=.* DOUBT' /run/out || fail "no reason"
	same "$(of_copy bytes_done)" 1048576 bytes_done
	dd if="$DISK" of=/run/is bs=1M skip="$dst" count=1 iflag=direct status=none
	cmp /run/data /run/is
	same "$(status_of fab doubts)" 0 doubts
}

just_wait() { :; }
lost 32 just_wait
wait_for 30 has_paths 2 || fail "the paths do not come back"

# The host's own reads and writes wait for a path: so it is mended in the middle.
no_path() { has_paths 0; }
net() {
	cut_net
	wait_for 60 no_path || fail "the host did not notice"
	mend_net
}
lost 64 net
wait_for 60 has_paths 2 || fail "the paths do not come back"

# Deleting waits for the command, and so for the time that the host gives it.
delete() {
	DELETED=$(busy_controllers "$FAB")
	echo 1 >"/sys/class/nvme/$DELETED/delete_controller"
	[ ! -e "/sys/class/nvme/$DELETED" ] || fail "the controller is still there"
}
lost 96 delete
same "$(of_copy bytes_nvme)" 1048576 bytes_nvme
has_paths 1 || fail "the other path is lost, too"
