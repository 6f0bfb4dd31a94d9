# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A copy in the background, for cases that do something to the devices in the
# middle of it. To be sourced.

# begin_copy SRC DST LENGTH DST_OFFSET [OPTION...]: start it; one at a time
begin_copy() {
	{ local -; set +x; } 2>/dev/null
	rm -f /run/out /run/err
	"$COPYOFF" copy --length "$3" --dst "$4" --force --keys "${@:5}" "$1" "$2" >/run/out 2>/run/err &
	COPY_PID=$!
}

# copying: is it still at it?
copying() { kill -0 "$COPY_PID" 2>/dev/null; }

# still_copying WHEN: it must be
still_copying() { copying || fail "the copy is over $1: $(cat /run/out /run/err)"; }

# end_copy STATUS: wait for it
end_copy() {
	local rc=0
	wait "$COPY_PID" || rc=$?
	cat /run/out /run/err
	same "$rc" "$1" "exit status of the copy"
}

# of_copy KEY: what it said in the end
of_copy() { sed -n "s/^$1=//p" /run/out; }

# status_of DEVICE FIELD: the sum over the table's copyoff lines of
# in_flight|doubts|commands|nvme|host|fallbacks|errors
status_of() {
	{ local -; set +x; } 2>/dev/null
	local n
	case $2 in
	in_flight) n=6 ;; doubts) n=7 ;; commands) n=8 ;; nvme) n=10 ;;
	host) n=12 ;; fallbacks) n=13 ;; errors) n=14 ;;
	*) fail "no field $2 in a status" ;;
	esac
	dmsetup status "$1" | awk -v n="$n" '$3 == "copyoff" { s += $n } END { print s + 0 }'
}

# more_done DEVICE N: wait until it has done N more commands
more_done() {
	{ local -; set +x; } 2>/dev/null
	local goal
	goal=$(($(status_of "$1" commands) + $2))
	wait_for 60 done_to "$1" "$goal" || fail "$1 does not get on: $(dmsetup status "$1")"
}

done_to() { [ "$(status_of "$1" commands)" -ge "$2" ]; }

# --- what QEMU and the paths are at -----------------------------------------------

# copies_seen: how many Copy commands QEMU has begun
copies_seen() { grep -c 'pci_nvme_copy cid' /run/vm/trace || :; }

# busy_controllers DEVICE: those with a passed-through command of that head's, as "nvme0"
busy_controllers() {
	{ local -; set +x; } 2>/dev/null
	local head=${1##*/} f
	for f in /sys/kernel/debug/block/"${head%n*}"c*"n${head##*n}"/hctx*/busy; do
		grep -q DRV_OUT "$f" || continue
		f=${f#*/block/"${head%n*}"c}
		echo "nvme${f%%n*}"
	done | sort -u
}

# controllers_of DEVICE: those that lead to a namespace, as "nvme0"
controllers_of() {
	{ local -; set +x; } 2>/dev/null
	local head=${1##*/} p
	for p in /sys/block/"${head%n*}"c*"n${head##*n}"; do
		[ ! -e "$p" ] || basename "$(readlink -f "$p/device")"
	done
}

# qemu_id CONTROLLER: what QEMU calls a controller of a subsystem with several
qemu_id() {
	{ local -; set +x; } 2>/dev/null
	local port name
	port=$(readlink -f "/sys/class/nvme/$1/device/..")
	port=${port##*:}
	name=CONTROLLER_AT_${port%.*}
	echo "${!name}"
}
