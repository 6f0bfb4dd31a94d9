# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What a case can use, in the guest. A case is run by bash with errexit, nounset
# and pipefail set and this file sourced; what it prints is its log.
#
# Cases run under xtrace; helpers whose inside nobody wants to read switch it off
# for themselves.
#
# Environment: TOP (the tree), KERNEL (its name in kernels.conf), MODULE (the
# .ko), CASE (this case's name), PROFILE, SLOWNESS (of the kernel; mostly 1), and
# what the profile adds.

. "$TOP/tests/vm/debug-checks.sh"

# The command, as built from tools/
COPYOFF=$TOP/build/tools/copyoff

# --- verdicts ----------------------------------------------------------------

# fail MESSAGE: end the case as failed
fail() {
	printf '%s\n' "$*" >"$REASON"
	exit 1
}

# skip REASON: end the case as skipped; tests/vm/skips.conf must allow it
skip() {
	printf '%s\n' "$*" >"$REASON"
	exit 77
}

# value KEY VALUE: a figure for the host-side check
value() {
	{ local -; set +x; } 2>/dev/null
	printf 'value %s %s %s\n' "$CASE" "$1" "$2" >/dev/ttyS1
	echo "value: $1 = $2"
}

# note TEXT: a line for the run's log
note() {
	{ local -; set +x; } 2>/dev/null
	printf 'note %s %s\n' "$CASE" "$*" >/dev/ttyS1
	echo "note: $*"
}

# same A B [WHAT]: two figures must be equal
same() { [ "$1" = "$2" ] || fail "${3-}${3+: }'$1' is not '$2'"; }

# refuses COMMAND...: the command must fail
refuses() {
	if "$@"; then fail "should have failed: $*"; fi
}

# wait_for SECONDS COMMAND...: until it succeeds; a slow kernel has more of them
wait_for() {
	{ local -; set +x; } 2>/dev/null
	local end=$((SECONDS + $1 * SLOWNESS)); shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.1
	done
}

# defer COMMAND...: run it when the case ends, whatever its end; last in first out
DEFERRED=()
defer() { { local -; set +x; } 2>/dev/null; DEFERRED+=("$(printf '%q ' "$@")"); }

run_deferred() {
	local i
	set +e
	for ((i = ${#DEFERRED[@]} - 1; i >= 0; i--)); do eval "${DEFERRED[i]}"; done
	DEFERRED=()
}

# --- devices -----------------------------------------------------------------

# nvme_ns SUBSYSTEM NSID: the block device, be it a multipath head or not
nvme_ns() {
	{ local -; set +x; } 2>/dev/null
	local b
	for b in /sys/block/nvme*; do
		[ -e "/dev/${b##*/}" ] && [ "$(cat "$b/nsid" 2>/dev/null)" = "$2" ] || continue
		case $(cat "$b/device/subsysnqn") in *":$1") echo "/dev/${b##*/}"; return 0 ;; esac
	done
	return 1
}

# ns NSID: that namespace of the controller with a subsystem
ns() { nvme_ns copyoff "$1" || fail "no namespace $1"; }

# legacy_nvme: the controller without Copy limits
legacy_nvme() { nvme_ns legacy 1 || fail "no legacy nvme"; }

# virtio_disk: a disk that is not NVMe
virtio_disk() {
	{ local -; set +x; } 2>/dev/null
	local b
	for b in /sys/block/vd*; do
		[ "$(cat "$b/serial" 2>/dev/null)" = plain ] && { echo "/dev/${b##*/}"; return 0; }
	done
	fail "no virtio disk"
}

# sectors DEVICE: its size in sectors of 512 bytes
sectors() { blockdev --getsz "$1"; }

# --- the module and device-mapper ----------------------------------------------

# load [PARAMETER=VALUE...]: our module, after what it builds on
load() {
	[ -f "$MODULE" ] || fail "no module was built for $KERNEL"
	modprobe -a dm_mod nvme scsi_mod
	insmod "$MODULE" "$@"
	note_symbols
}

# loaded: is it?
loaded() { [ -e /sys/module/dm_copyoff ]; }

# mkdev NAME TABLE: create a dm device (removed when the case ends); prints nothing
mkdev() {
	dmsetup create "$1" --table "$2"
	defer_rmdev "$1"
}

defer_rmdev() { defer rmdev "$1"; }

# rmdev NAME: remove a dm device if it is there
rmdev() {
	{ local -; set +x; } 2>/dev/null
	dmsetup info "$1" >/dev/null 2>&1 || return 0
	dmsetup remove --retry "$1"
}

# copyoff_table DEVICE [START [SECTORS [OPTIONS]]]: one line of a table
copyoff_table() {
	{ local -; set +x; } 2>/dev/null
	local start=${2:-0}
	echo "0 ${3:-$(($(sectors "$1") - start))} copyoff $1 $start${4:+ $4}"
}

# use_lvm DEVICE...: have LVM see only these (and the dm devices on them)
use_lvm() {
	{ local -; set +x; } 2>/dev/null
	local dev filter=
	for dev in "$@"; do filter+="\"a|^$dev\$|\", "; done
	export LVM_SYSTEM_DIR=/run/lvm-$CASE LVM_SUPPRESS_FD_WARNINGS=1
	mkdir -p "$LVM_SYSTEM_DIR" /run/lock/lvm
	cat >"$LVM_SYSTEM_DIR/lvm.conf" <<-END
	devices {
		dir = "/dev"
		scan = [ "/dev" ]
		use_devicesfile = 0
		obtain_device_list_from_udev = 0
		external_device_info_source = "none"
		multipath_component_detection = 0
		global_filter = [ $filter"r|.*|" ]
	}
	activation { udev_sync = 0 udev_rules = 0 verify_udev_operations = 0 monitoring = 0 }
	global { use_lvmpolld = 0 event_activation = 0 locking_dir = "/run/lock/lvm" }
	backup { backup_dir = "$LVM_SYSTEM_DIR/backup" archive = 0 }
	END
}

# make_vg [-s SIZE] DEVICE...: LVM sees only these, and has them for the volume group vg
# until the case ends
make_vg() {
	local options=()
	[ "$1" != -s ] || { options=(-s "$2"); shift 2; }
	use_lvm "$@"
	wipefs -qa "$@"
	pvcreate -q "$@"
	defer wipefs -qa "$@"
	vgcreate -q "${options[@]}" vg "$@"
	defer drop_vg
}
# What somebody has removed without LVM leaves a link: there is no udev, and no new vg then.
drop_vg() {
	! vgs vg >/dev/null 2>&1 || vgremove -qff vg
	rm -rf /dev/vg
}

# --- the network ------------------------------------------------------------------

# cut_net: the loopback interface lets nothing through any more, until mend_net
cut_net() {
	{ local -; set +x; } 2>/dev/null
	modprobe sch_netem
	tc qdisc add dev lo root netem loss 100%
	defer mend_net
}
mend_net() { ! tc qdisc show dev lo | grep -q netem || tc qdisc del dev lo root; }

# --- the module held in the middle of things (src/delay.h) ------------------------

POINTS=/sys/module/dm_copyoff/parameters/delay_points

# hold POINT...: whoever comes to one of them from now on waits there, for a minute
# at most. Whoever waits anywhere goes on: again, it is a step to the next time.
hold() {
	{ local -; set +x; } 2>/dev/null
	local p words=
	[ -n "${HELD-}" ] || defer release
	HELD=yes
	for p in "$@"; do words+="$p=60000,"; done
	echo "$words" >"$POINTS"
}

# release: let all go on, and hold nobody any more
release() { [ ! -e "$POINTS" ] || echo >"$POINTS"; }

# held POINT [N]: have N come to it since it is held, and wait there now?
held() {
	{ local -; set +x; } 2>/dev/null
	local point rest waiting came
	while read -r point rest rest waiting rest came; do
		[ "$point" != "$1" ] || { [ "$waiting" -ge "${2-1}" ] && [ "$came" -ge "${2-1}" ]; return; }
	done <"$POINTS"
	return 1
}

# wait_held POINT [N]: until they do
wait_held() {
	{ local -; set +x; } 2>/dev/null
	wait_for 40 held "$@" || { cat "$POINTS"; fail "only so few are held at $1"; }
}

# --- the host ------------------------------------------------------------------

# host_monitor COMMAND...: have QEMU's monitor run it, as "device_del copyoff";
# prints the answer.
host_monitor() {
	{ local -; set +x; } 2>/dev/null
	exec 7<>/dev/ttyS2
	flock 7
	reach_monitor || fail "the monitor does not answer"
	ask_monitor "$*" || fail "the monitor did not answer '$*'"
	exec 7>&-
}

# reach_monitor: until it answers on descriptor 7. It may not have heard what came
# first on a line that was only just opened, and it may have heard part of its own
# greeting, sent back by the line before that was told not to, and wait for all the
# brackets to be closed: 0xff has it forget. This may be said any number of times, a
# command only once; and soon again, for some cases have little time.
reach_monitor() {
	local line try id
	for try in {1..30}; do
		id=hello-$try-$RANDOM
		printf '\377\n{"execute":"qmp_capabilities","id":"%s"}\n' "$id" >&7
		while IFS= read -r -t 1 line <&7; do
			[[ $line != *"\"id\": \"$id\""* ]] || return 0
		done
	done
	return 1
}

# ask_monitor COMMAND: on descriptor 7, once; false if there is no answer
ask_monitor() {
	local line id=$RANDOM
	printf '{"execute":"human-monitor-command","arguments":{"command-line":"%s"},"id":"%s"}\n' "${1//\"/\\\"}" "$id" >&7
	# Events and answers to others are passed over.
	while IFS= read -r -t 40 line <&7; do
		[[ $line == *"\"id\": \"$id\""* ]] || continue
		[[ $line == *'"return": '* ]] || fail "monitor: $line"
		line=${line#*\"return\": \"}
		printf '%b' "${line%\", \"id*}"
		return 0
	done
	return 1
}

# slow_down DEVICE BYTES_PER_SECOND: have QEMU throttle what is read and written
# through a namespace, as "slow_down copyoff-n1 1048576"; by Copy, too, which does
# both. Nothing is split: the first may pass, what follows waits.
slow_down() { host_monitor block_set_io_throttle "$1" "$2" 0 0 0 0 0; }

# full_speed DEVICE: and no more
full_speed() { host_monitor block_set_io_throttle "$1" 0 0 0 0 0 0; }

# hold_write DEVICE: the next write through that namespace, on a gated_disk, stays
# in the device until let_go DEVICE. Reads and other writes pass it.
hold_write() { host_monitor "qemu-io -d $1 \"break write_aio held\""; }
let_go() { host_monitor "qemu-io -d $1 \"resume held\""; }
