# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: fabric
# quick-on: none
# timeout: 420
# kernels: 6.12 debug
#
# Paths become inaccessible in mid copy, with a command in the device and others on
# their way: the one is done, the others are answered, so nothing is in doubt. By
# nvme-tcp and by nvme-loop; one path while the other stays, and then both; or both
# before any command is refused.
#
# The target has ANA only where it serves the namespace itself, and no Copy there: it
# changes over just before. So a path that stays takes reads and writes only.

. "$TOP/tests/vm/fabric.sh"
load
MIB=$((1 << 20))
dd if=/dev/urandom of=/run/data bs=1M count=4 status=none

# at POINT: who comes there is held, whoever is held elsewhere goes on; see hold in
# lib.sh, of which fabric.sh has another
at() { echo "$1=60000" >"$POINTS"; }
wait_at() { wait_for 40 held "$1" "$2" || { cat "$POINTS"; fail "not so many are at $1"; }; }

# four_begun: of four commands at a time one is in the device, which has its write;
# three have been done, and three more are about to be sent
four_begun() {
	at command_send
	begin_copy /dev/mapper/fab /dev/mapper/fab 4M 64M
	wait_at command_send 4
	hold
	at command_send
	wait_held
	wait_at command_send 3
	same "$(copies_seen)" $((before + 4)) "Copy commands that reached the device"
	same "$(status_of fab in_flight)" 4 "commands in flight"
}

# port_of CONTROLLER: the number of the port that it is connected to
port_of() {
	local address
	address=$(cat "/sys/class/nvme/$1/address")
	case $address in
	*trsvcid=*) address=${address#*trsvcid=}; echo $((${address%%,*} - 4420)) ;;
	*) address=${address#*traddr=loop}; echo "${address%%,*}" ;;
	esac
}

no_doubt() { same "$(status_of fab doubts)" 0 "doubts $1"; }
waits() {
	sleep 1
	still_copying "without a path"
	no_doubt "without a path"
	same "$(status_of fab host)" 0 "bytes by the host"
}
refused() { [ "$(status_of fab fallbacks)" -ge 3 ]; }

# goes CONTROLLER: the path is not accessible from now on, and the host has heard so
goes() {
	ana_state inaccessible "$(port_of "$1")"
	wait_for 30 host_sees "$1" inaccessible || fail "the host has not heard of $1"
}

# one_then_both USED OTHER: the path in use goes, and is refused; the host's copies
# read by the other one, and it goes before they write
one_then_both() {
	goes "$1"
	let_it_go
	at host_write
	wait_at host_write 1
	wait_for 30 refused || fail "no command was refused: $(dmsetup status fab)"
	no_doubt "with one path"
	goes "$2"
	release
	waits
}

both() {
	goes "$1"
	goes "$2"
	let_it_go
	release
	wait_for 30 refused || fail "no command was refused: $(dmsetup status fab)"
	waits
}

# mid_copy TRANSPORT COMMAND REASON DETAIL
mid_copy() {
	local before used other
	fabric_up -a "$1" "$1"
	fabric_dev '4 max_command_kib 256 max_inflight 4'
	# What waits for a path would keep all of it from going, should this fail.
	defer ana_state optimized
	defer release
	dd if=/run/data of="$DISK" bs=1M oflag=direct status=none
	dd if=/dev/zero of="$DISK" bs=1M seek=64 count=4 oflag=direct status=none
	before=$(copies_seen)
	four_begun
	used=$(busy_controllers "$FAB")
	same "$(wc -w <<<"$used")" 1 "paths in use"
	other=$(controllers_of "$FAB" | grep -vx "$used")
	nvmet_plain
	"$2" "$used" "$other"
	# The first of them comes back; the other one does not.
	ana_state optimized "$(port_of "$used")"
	end_copy 0
	same "$(of_copy bytes_done)" $((4 * MIB)) bytes_done
	same "$(of_copy bytes_nvme)" "$MIB" "bytes of what the device had begun"
	same "$(of_copy bytes_host)" $((3 * MIB)) "bytes of what was refused"
	same "$(of_copy result_flags)" 0 result_flags
	same "$(of_copy reason_detail)" "$4" "what was answered first"
	[[ " $(of_copy reasons) " == *" $3 "* && $(of_copy reasons) != *DOUBT* ]] || fail "reasons: $(of_copy reasons)"
	same "$(copies_seen)" $((before + 4)) "Copy commands that reached the device"
	host_sees "$other" inaccessible || fail "the other path is accessible again"
	no_doubt "at the end"
	same "$(status_of fab in_flight)" 0 "commands in flight at the end"
	dd if="$DISK" of=/run/is bs=1M skip=64 count=4 iflag=direct status=none
	cmp /run/data /run/is
	dmsetup remove fab
	nvmet_stop
}

# The other path has the last word: that it knows no Copy.
mid_copy tcp one_then_both DEVICE_ERROR 0x1
mid_copy loop one_then_both DEVICE_ERROR 0x1
mid_copy loop both NO_PATH 0x302
