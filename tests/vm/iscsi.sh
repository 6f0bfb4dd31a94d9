# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# iSCSI in the guest: LIO's target at addresses of the loopback interface, and the
# kernel's initiator with its daemon. For cases to source.

. "$TOP/tests/vm/lio.sh"

INITIATOR=iqn.2026-01.guest:initiator
TARGETS=0

# iscsi_up [SECONDS [PING]]: target and initiator, with nothing in them; so long a
# session that is lost may take to come back; and that often, in seconds, it is asked
# whether it is still there: not at all, if not told so, for a slow guest is no lost one
iscsi_up() {
	{ local -; set +x; } 2>/dev/null
	lio_up
	modprobe -a iscsi_target_mod iscsi_tcp tcp_diag
	mkdir -p "$LIO/iscsi" /run/lock/iscsi
	echo "InitiatorName=$INITIATOR" >/etc/iscsi/initiatorname.iscsi
	cat >/etc/iscsi/iscsid.conf <<-END
	node.startup = manual
	node.session.timeo.replacement_timeout = ${1:-5}
	node.conn[0].timeo.noop_out_interval = ${2:-0}
	node.conn[0].timeo.noop_out_timeout = ${2:-0}
	node.session.scan = auto
	END
	# When it ends it ends its process group.
	setsid iscsid -f -d 2 >/run/iscsid.log 2>&1 &
	defer iscsi_down $!
	wait_for 30 iscsi_ready || { cat /run/iscsid.log; fail "no iscsid"; }
}

# No record at all is an answer, too.
iscsi_ready() {
	local rc=0
	iscsiadm -m session >/dev/null 2>&1 || rc=$?
	[ "$rc" = 0 ] || [ "$rc" = 21 ]
}

iscsi_down() {
	iscsiadm -m node -u >/dev/null 2>&1
	iscsiadm -m node -o delete >/dev/null 2>&1
	kill "$1"
	wait "$1"
}

# --- targets ------------------------------------------------------------------------

# target ADDRESS...: a new one, at those; sets TPG and IQN
target() {
	{ local -; set +x; } 2>/dev/null
	local a
	TARGETS=$((TARGETS + 1))
	IQN=iqn.2026-01.guest:t$TARGETS
	TPG=$LIO/iscsi/$IQN/tpgt_1
	mkdir -p "$TPG"
	defer end_target "$TPG"
	for a in "$@"; do mkdir "$TPG/np/$a:3260"; done
	for a in authentication=0 generate_node_acls=1 cache_dynamic_acls=1 demo_mode_write_protect=0; do
		attribute "$TPG" "$a"
	done
	echo 1 >"$TPG/enable"
}

end_target() {
	{ local -; set +x; } 2>/dev/null
	local lun np
	echo 0 >"$1/enable"
	for lun in "$1"/lun/lun_*; do
		[ ! -d "$lun" ] || unmap "$1" "${lun##*_}"
	done
	for np in "$1"/np/*; do [ ! -d "$np" ] || lio_rmdir "$np"; done
	lio_rmdir "$1"
	lio_rmdir "${1%/*}"
}

# --- sessions ----------------------------------------------------------------------------

# login TPG ADDRESS: a session; its units have to be mapped by now
login() {
	{ local -; set +x; } 2>/dev/null
	local iqn
	iqn=$(basename "${1%/*}")
	iscsiadm -m node -o new -T "$iqn" -p "$2:3260,1" >/dev/null
	iscsiadm -m node -T "$iqn" -p "$2:3260,1" --login
}

# iscsi_units STORE...: a session with a new target at 127.0.0.1 that has these; sets
# DISKS, in that order, and TPG
iscsi_units() {
	{ local -; set +x; } 2>/dev/null
	local n
	target 127.0.0.1
	map_all "$TPG" "$@"
	login "$TPG" 127.0.0.1
	DISKS=()
	for ((n = 0; n < $#; n++)); do DISKS+=("$(unit_disk "$TPG" 127.0.0.1 "$n")"); done
}

# unit_disk TPG ADDRESS LUN: what that unit is by the session there
unit_disk() {
	{ local -; set +x; } 2>/dev/null
	wait_for 30 unit_disk_now "$@" >/dev/null || fail "unit $3 at $2 is no disk"
	unit_disk_now "$@"
}

unit_disk_now() {
	local s b
	s=$(session_of "$1" "$2") || return 1
	for b in "/sys/class/iscsi_session/$s/device"/target*/*:"$3/block/"sd*; do
		[ -b "/dev/${b##*/}" ] && [ "$(cat "$b/size")" -gt 0 ] && echo "/dev/${b##*/}" && return 0
	done
	return 1
}

# session_of TPG ADDRESS: as "session1"
session_of() {
	local s c
	for s in /sys/class/iscsi_session/session*; do
		[ "$(cat "$s/targetname" 2>/dev/null)" = "$(basename "${1%/*}")" ] || continue
		c=${s##*/session}
		[ "$(cat "/sys/class/iscsi_connection/connection$c:0/persistent_address")" = "$2" ] || continue
		echo "${s##*/}"
		return 0
	done
	return 1
}

# cut_off ADDRESS: the connections to there break; the initiator makes new ones. The
# target goes on with what it had begun.
cut_off() { ss -K -t dst "$1" dport = :3260; }

# --- a unit with two doors ---------------------------------------------------------------

# two_doors TABLE: /dev/mapper/b, a copyoff line above dm-multipath, of a unit that is
# /dev/ram0, of 32 MiB. Each path has a backstore of its own, above dm devices door1, of
# that table, and door2: so what comes by the first path can be held back. And
# /dev/mapper/a, another unit of the same target; both with doubt that stays. Sets DOORS:
# the disk of a, and b's two.
two_doors() {
	{ local -; set +x; } 2>/dev/null
	local one two
	modprobe brd rd_nr=1 rd_size=32768
	mkdev door1 "$1"
	mkdev door2 "0 65536 linear /dev/ram0 0"
	backstore src ramdisk 32 11111111-2222-3333-4444-555555555551
	backstore dst1 iblock /dev/mapper/door1 99999999-8888-7777-6666-555555555552
	backstore dst2 iblock /dev/mapper/door2 99999999-8888-7777-6666-555555555552
	target 127.0.0.1
	one=$TPG
	target 127.0.0.2
	two=$TPG
	map "$one" 0 src
	map "$one" 1 dst1
	map "$two" 0 src
	map "$two" 1 dst2
	login "$one" 127.0.0.1
	login "$two" 127.0.0.2
	DOORS=("$(unit_disk "$one" 127.0.0.1 0)" "$(unit_disk "$one" 127.0.0.1 1)" "$(unit_disk "$two" 127.0.0.2 1)")
	mpath mb "${DOORS[@]:1}"
	defer_rmdev a
	defer_rmdev b
	doubt_lasts 3600
	defer give_way
}

# doubt_lasts SECONDS: a and b are made, or made anew, with doubt of that length
doubt_lasts() {
	{ local -; set +x; } 2>/dev/null
	rmdev b
	rmdev a
	dmsetup create a --table "$(copyoff_table "${DOORS[0]}" 0 65536 "2 doubt_s $1")"
	dmsetup create b --table "$(copyoff_table /dev/mapper/mb 0 65536 "6 doubt_s $1 via 2 ${DOORS[*]:1}")"
}

# A case that fails in the middle leaves nothing that waits for an hour.
give_way() {
	open_door
	[ -z "${COPY_PID-}" ] || ! copying || kill -KILL "$COPY_PID"
	! dmsetup info b >/dev/null 2>&1 || dmsetup message b 0 doubt clear
}

# open_door: what was held back at door1 is let go, and nothing is any more
open_door() {
	dmsetup load door1 --table "0 65536 linear /dev/ram0 0"
	dmsetup suspend --nolockfs door1
	dmsetup resume door1
}

# in_doubt: has the copy to b met doubt?
in_doubt() { [ "$(status_of b doubts)" -gt 0 ]; }

# written DEVICE: sectors, by now
written() { awk '{ print $7 }' "/sys/dev/block/$(stat -Lc '%Hr:%Lr' "$1")/stat"; }

# --- what goes over the link -------------------------------------------------------------

# lo_bytes: so many by now
lo_bytes() { cat /sys/class/net/lo/statistics/rx_bytes; }
