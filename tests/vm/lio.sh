# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# SCSI in the guest: the kernel's own target, LIO, whose logical units come back
# as disks by tcm_loop. It has EXTENDED COPY: between the units of one session, that
# is of one tpgt_1 below, and within one of them. For cases to source.

. "$TOP/tests/vm/job.sh"

LIO=/sys/kernel/config/target
LOOPS=0
LIO_TRACE=/sys/kernel/tracing

# lio_up: the target, with nothing in it
lio_up() {
	{ local -; set +x; } 2>/dev/null
	modprobe -a target_core_mod target_core_file target_core_iblock tcm_loop sd_mod
	mountpoint -q /sys/kernel/config || mount -t configfs configfs /sys/kernel/config
	# Where it would keep what must survive a reboot.
	mkdir -p /var/target/alua /var/target/pr
	trap_copies
}

# --- backstores ------------------------------------------------------------------

# backstore NAME ramdisk|file|iblock SIZE|DEVICE SERIAL [ATTRIBUTE=VALUE...]: SIZE in
# MiB; without a serial ("-") it has no name by which a copy could address it
backstore() {
	{ local -; set +x; } 2>/dev/null
	local name=$1 kind=$2 what=$3 serial=$4 dir a
	shift 4
	dir=$(store_dir "$name" "$kind")
	mkdir -p "$dir"
	defer lio_rmdir "$dir"
	case $kind in
	ramdisk) echo "rd_pages=$((what * 256))" >"$dir/control" ;;
	file)
		truncate -s "${what}M" "/run/$name.store"
		defer rm -f "/run/$name.store"
		echo "fd_dev_name=/run/$name.store,fd_dev_size=$((what << 20))" >"$dir/control" ;;
	iblock) echo "udev_path=$what" >"$dir/control" ;;
	esac
	[ "$serial" = - ] || echo "$serial" >"$dir/wwn/vpd_unit_serial"
	echo 1 >"$dir/enable"
	for a in "$@"; do attribute "$dir" "$a"; done
	STORE[$name]=$dir
}

# attribute DIR NAME=VALUE
attribute() { echo "${2#*=}" >"$1/attrib/${2%%=*}"; }

declare -A STORE
store_dir() {
	case $2 in
	ramdisk) echo "$LIO/core/rd_mcp_0/$1" ;;
	file) echo "$LIO/core/fileio_0/$1" ;;
	iblock) echo "$LIO/core/iblock_0/$1" ;;
	*) fail "no backstore '$2'" ;;
	esac
}

# The target lets go of things a moment after it says so.
lio_rmdir() { wait_for 20 rmdir_now "$1"; }
rmdir_now() { rmdir "$1" 2>/dev/null; }

# --- sessions ----------------------------------------------------------------------

# session: a new one; sets TPG
session() {
	{ local -; set +x; } 2>/dev/null
	LOOPS=$((LOOPS + 1))
	TPG=$LIO/loopback/naa.6001405000000a0$LOOPS/tpgt_1
	mkdir -p "$TPG"
	defer end_session "$TPG"
	echo "naa.6001405000000b0$LOOPS" >"$TPG/nexus"
}

end_session() {
	{ local -; set +x; } 2>/dev/null
	local lun
	for lun in "$1"/lun/lun_*; do
		[ ! -d "$lun" ] || unmap "$1" "${lun##*_}"
	done
	echo NULL >"$1/nexus" 2>/dev/null
	lio_rmdir "$1"
	lio_rmdir "${1%/*}"
}

# map TPG LUN NAME: the backstore as that unit of the session
map() {
	{ local -; set +x; } 2>/dev/null
	mkdir "$1/lun/lun_$2"
	ln -s "${STORE[$3]}" "$1/lun/lun_$2/$3"
}

# map_all TPG STORE...: as its units, from 0 on
map_all() {
	local tpg=$1 n=0 store
	shift
	for store in "$@"; do
		map "$tpg" "$n" "$store"
		n=$((n + 1))
	done
}

# units STORE...: a session with these; sets DISKS, in that order, and TPG
units() {
	{ local -; set +x; } 2>/dev/null
	local n
	session
	map_all "$TPG" "$@"
	DISKS=()
	for ((n = 0; n < $#; n++)); do DISKS+=("$(lun "$TPG" "$n")"); done
}

unmap() {
	{ local -; set +x; } 2>/dev/null
	find "$1/lun/lun_$2" -maxdepth 1 -type l -delete
	lio_rmdir "$1/lun/lun_$2"
}

# lun TPG LUN: the disk that it is
lun() {
	{ local -; set +x; } 2>/dev/null
	wait_for 20 lun_now "$@" >/dev/null || fail "unit $2 of ${1#"$LIO"/} is no disk"
	lun_now "$@"
}

lun_now() {
	local b
	for b in "/sys/bus/scsi/devices/$(cat "$1/address"):$2/block/"sd*; do
		[ -b "/dev/${b##*/}" ] && [ "$(cat "$b/size")" -gt 0 ] && echo "/dev/${b##*/}" && return 0
	done
	return 1
}

# mpath NAME DISK...: a multipath device on them, which uses the first one that works
mpath() {
	{ local -; set +x; } 2>/dev/null
	local name=$1 disk groups=
	shift
	modprobe -a dm-multipath dm-round-robin
	for disk in "$@"; do groups+=" round-robin 0 1 1 $disk 1000"; done
	mkdev "$name" "0 $(sectors "$1") multipath 1 queue_if_no_path 0 $# 1$groups"
}

# transport TPG offline|online: what is sent to a session by tcm_loop is answered by
# nobody but the host adapter
transport() { echo "$2" >"$1/transport_status"; }

# hide DISK: the host forgets that it is there; the session does not
hide() {
	{ local -; set +x; } 2>/dev/null
	echo 1 >"/sys/block/${1##*/}/device/delete"
	wait_for 20 test ! -b "$1" || fail "$1 stays"
}

# --- what the target was told ----------------------------------------------------------

trap_copies() {
	echo 'opcode == 0x83' >"$LIO_TRACE/events/target/target_sequencer_start/filter"
	echo 1 >"$LIO_TRACE/events/target/target_sequencer_start/enable"
	echo >"$LIO_TRACE/trace"
	defer untrap_copies
}

untrap_copies() { echo 0 >"$LIO_TRACE/events/target/target_sequencer_start/enable"; }

# xcopies: how many EXTENDED COPY commands it was sent
xcopies() { grep -c 'CDB 83 ' "$LIO_TRACE/trace" || :; }

# trap_names: from now on it is told, too, who asks for the names of units
trap_names() {
	echo 'opcode == 0x83 || opcode == 0x12' >"$LIO_TRACE/events/target/target_sequencer_start/filter"
}

# names_asked LUN: how often that was
names_asked() { grep -c "LUN $(printf %03d "$1") .*CDB 12 01 83 " "$LIO_TRACE/trace" || :; }
