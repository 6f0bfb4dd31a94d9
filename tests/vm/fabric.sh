# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# NVMe over fabrics, in the guest: its own NVMe target gives a controller of
# QEMU's on as it is ("passthru", so Copy and all), and the guest connects to
# that. A namespace then is there a second time, with one path for each
# connection. For cases of the profile fabric to source.

. "$TOP/tests/vm/job.sh"

NVMET=/sys/kernel/config/nvmet
FABRIC=nqn.copyoff:fabric
# fabric_up [-a] tcp|loop...: the target on the controller copyoff, and a connection
# by each of the transports named. Sets DISK, the namespace as the target sees
# it, and FAB, the same by the fabric. -a: the host has learnt of ANA (see below).
fabric_up() {
	{ local -; set +x; } 2>/dev/null
	local n=0 transport ana=no
	[ "$1" != -a ] || { ana=yes; shift; }
	DISK=$(ns 1)
	nvmet_passthru_start "$(controllers_of "$DISK")"
	[ "$ana" = no ] || nvmet_plain
	for transport in "$@"; do
		n=$((n + 1))
		nvmet_port "$n" "$transport"
		nvmet_connect "$n" "$transport"
	done
	wait_for 30 has_paths "$n" || fail "no $n paths by the fabric"
	FAB=$(nvme_ns fabric 1)
	[ "$ana" = no ] || nvmet_passthru_again
}

# has_paths N: are so many of the fabric's connections usable?
has_paths() {
	{ local -; set +x; } 2>/dev/null
	local head c live=0
	head=$(nvme_ns fabric 1) || return 1
	for c in $(controllers_of "$head"); do
		[ "$(cat "/sys/class/nvme/$c/state")" != live ] || live=$((live + 1))
	done
	[ "$live" = "$1" ]
}

# give_up_after SECONDS: the time that the host gives a command, by all paths there
# are; usually 30
give_up_after() {
	{ local -; set +x; } 2>/dev/null
	local head=${FAB##*/} p
	for p in /sys/block/"${head%n*}"c*"n${head##*n}"; do
		echo "$(($1 * 1000))" >"$p/queue/io_timeout"
	done
}

# --- the target -----------------------------------------------------------------

# nvmet_passthru_start CONTROLLER: as "nvme0"
nvmet_passthru_start() {
	{ local -; set +x; } 2>/dev/null
	local s=$NVMET/subsystems/$FABRIC
	modprobe -a nvmet nvmet-tcp nvme-loop nvme-tcp
	mountpoint -q /sys/kernel/config || mount -t configfs configfs /sys/kernel/config
	mkdir "$s"
	defer nvmet_stop
	echo 1 >"$s/attr_allow_any_host"
	echo -n "/dev/$1" >"$s/passthru/device_path"
	# What is held back must not be aborted. In jiffies, whatever the name says.
	echo 250000 >"$s/passthru/io_timeout"
	# The namespace is known by its identifiers already.
	echo 1 >"$s/passthru/clear_ids"
	echo 1 >"$s/passthru/enable"
}

# nvmet_port NUMBER tcp|loop
nvmet_port() {
	{ local -; set +x; } 2>/dev/null
	local p=$NVMET/ports/$1
	mkdir "$p"
	echo "$2" >"$p/addr_trtype"
	if [ "$2" = tcp ]; then
		echo ipv4 >"$p/addr_adrfam"
		echo 127.0.0.1 >"$p/addr_traddr"
		echo "$((4420 + $1))" >"$p/addr_trsvcid"
	else
		echo "loop$1" >"$p/addr_traddr"
	fi
	ln -s "$NVMET/subsystems/$FABRIC" "$p/subsystems/"
}

# nvmet_connect NUMBER tcp|loop [OPTION...]: a path by that port
nvmet_connect() {
	{ local -; set +x; } 2>/dev/null
	local how=(-a "loop$1")
	[ "$2" = loop ] || how=(-a 127.0.0.1 -s "$((4420 + $1))" --reconnect-delay=1)
	nvme connect -t "$2" "${how[@]}" -n "$FABRIC" --keep-alive-tmo=5 "${@:3}"
}

# All of it goes, and what is held is let go: the target waits for its commands.
nvmet_stop() {
	local p s=$NVMET/subsystems/$FABRIC
	[ -d "$s" ] || return 0
	let_go copyoff-n1
	nvme disconnect -n "$FABRIC"
	for p in "$NVMET"/ports/*; do
		[ -d "$p" ] || continue
		rm -f "$p/subsystems/$FABRIC"
		rmdir "$p"
	done
	echo 0 >"$s/passthru/enable"
	[ ! -d "$s/namespaces/1" ] || rmdir "$s/namespaces/1"
	rmdir "$s"
}

# fabric_dev [OPTIONS]: the dm device fab on it. A case that fails in the middle
# leaves nothing that waits for an hour.
fabric_dev() {
	mkdev fab "$(copyoff_table "$FAB" 0 "$(sectors "$FAB")" "${1-}")"
	defer fabric_dev_free
}

fabric_dev_free() {
	let_go copyoff-n1
	[ -z "${COPY_PID-}" ] || ! copying || kill -KILL "$COPY_PID"
	! dmsetup info fab >/dev/null 2>&1 || dmsetup message fab 0 doubt clear
}

# --- writes that are held back ---------------------------------------------------

suspended() { grep -c 'Suspended request' /run/vm/qemu.log || :; }
resumed() { grep -c 'Resuming request' /run/vm/qemu.log || :; }

# hold: the next write to the namespace stays in the device until let_it_go
hold() {
	HELD=$(suspended)
	hold_write copyoff-n1
}

wait_held() { wait_for 30 is_held || fail "no write was held"; }
is_held() { [ "$(suspended)" -gt "$HELD" ]; }

# let_it_go: returns when it has been done
let_it_go() {
	let_go copyoff-n1
	same "$(resumed)" "$(suspended)" "writes that went on"
	wait_for 30 target_idle || fail "the target is still busy"
}

# target_idle: is no passed-on command of its being executed?
target_idle() { [ -z "$(busy_controllers "$DISK")" ]; }

# --- cutting connections -----------------------------------------------------------

# cut_reset CONTROLLER: the host gives up the connection and makes a new one. The
# target goes on with what it had begun.
cut_reset() { echo 1 >"/sys/class/nvme/$1/reset_controller"; }

# --- asymmetric access ----------------------------------------------------------------

# nvmet_plain: from now on the target serves the namespace itself, at the same
# connections. It has no Copy then, but it has ANA, which passing on has not; and
# its answer to a path that is not accessible comes before it looks at the command.
nvmet_plain() {
	{ local -; set +x; } 2>/dev/null
	local s=$NVMET/subsystems/$FABRIC
	echo 0 >"$s/passthru/enable"
	mkdir "$s/namespaces/1"
	echo -n "$DISK" >"$s/namespaces/1/device_path"
	# The host takes it for the same one: it was given no identifiers before.
	echo 00000000-0000-0000-0000-000000000000 >"$s/namespaces/1/device_uuid"
	echo 1 >"$s/namespaces/1/enable"
}

# nvmet_passthru_again: and back. Who was connected meanwhile goes on to use what he
# has learnt of ANA: the states as they were. He hears of other states, but only from
# the target that has them; and not of namespaces that come and go, or he would look.
nvmet_passthru_again() {
	{ local -; set +x; } 2>/dev/null
	local s=$NVMET/subsystems/$FABRIC c
	for c in $(controllers_of "$FAB"); do
		nvme set-feature "/dev/$c" --feature-id=0xb --value=0x800 >/dev/null
	done
	rmdir "$s/namespaces/1"
	echo 1 >"$s/passthru/enable"
}

# host_sees CONTROLLER STATE: of that path
host_sees() {
	{ local -; set +x; } 2>/dev/null
	local head=${FAB##*/}
	[ "$(cat "/sys/block/${head%n*}c${1#nvme}n${head##*n}/ana_state")" = "$2" ]
}

# ana_state STATE [PORT]: of all ports, or of that one
ana_state() {
	{ local -; set +x; } 2>/dev/null
	local p
	for p in "$NVMET"/ports/${2-*}; do echo "$1" >"$p/ana_groups/1/ana_state"; done
}
