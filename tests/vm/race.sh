# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For cases that hold a job at a point (hold in lib.sh) and change the tables
# meanwhile; in the profile race, in the guest.
#
# A job copies $RANGES ranges of 256 KiB, one behind the other, from the first MiB
# of one device to the third of another or of the same; each range takes two
# commands. Nothing here sleeps for a time: what must happen is waited for, up to
# a bound; that somebody waits is read off his kernel stack.

RANGE=$((256 << 10))
RANGES=4
ALL=$((RANGE * RANGES))
COMMAND=$((128 << 10))
DST=$((2 << 20))
# What every device of a race has, in sectors: 4 MiB.
LEN=8192

declare -A JOB=()

# race_load [PARAMETER...]: the module, the names N1 to N3, new and old contents
race_load() {
	load host_buffer_kib=128 "$@"
	N1=$(ns 1)
	N2=$(ns 2)
	N3=$(ns 3)
	head -c "$ALL" /dev/urandom >/run/new
	head -c "$((2 << 20))" /dev/urandom >/run/old
}

# part DEVICE N [OPTION...]: a table for the Nth 4 MiB of a device
part() {
	local dev=$1 n=$2
	shift 2
	echo "0 $LEN copyoff $dev $((n * LEN))${1:+ $# $*}"
}

# lpart DEVICE N: the same, linear
lpart() { echo "0 $LEN linear $1 $(($2 * LEN))"; }

# --- contents ------------------------------------------------------------------

# put FILE DEVICE BYTE: past the page cache
put() { dd if="$1" of="$2" bs=256k oflag=direct,seek_bytes seek="$3" conv=notrunc status=none; }

# get DEVICE BYTE LENGTH >FILE: the same
get() { dd if="$1" bs=256k iflag=direct,skip_bytes,count_bytes skip="$2" count="$3" status=none; }

# fresh SRC DST: what a job is to copy, and what it overwrites
fresh() {
	put /run/new "$(dev "$1")" 0
	put /run/old "$(dev "$2")" "$DST"
}

dev() { case $1 in /*) echo "$1" ;; *) echo "/dev/mapper/$1" ;; esac; }

# landed DST [BYTES]: are that many there (all, if not told), and not one more?
landed() {
	local n=${2-$ALL}
	get "$(dev "$1")" "$DST" $((2 << 20)) >/run/got
	[ "$n" = 0 ] || cmp -n "$n" /run/got /run/new || fail "what was copied is wrong"
	cmp -i "$n" /run/got /run/old || fail "something was written past the $n bytes that are done"
}

# --- jobs ------------------------------------------------------------------------

# begin JOB SRC DST [FLAGS [OPTION...]]: start one, in the background
begin() {
	local name=$1 src dst flags=${4-0} i ranges=()
	src=$(dev "$2")
	dst=$(dev "$3")
	shift $(($# < 4 ? $# : 4))
	for ((i = 0; i < RANGES; i++)); do ranges+=("$((i * RANGE)):$((DST + i * RANGE)):$RANGE"); done
	"$TOP/build/vm-bin/copyranges" "$@" "$src" "$dst" "$flags" "${ranges[@]}" >"/run/job.$name" 2>&1 &
	JOB[$name]=$!
}

NO_FALLBACK=1
NO_OFFLOAD=2

alive() { kill -0 "$1" 2>/dev/null; }
gone() { ! alive "$1"; }

# ends PID: wait for it, not for ever; its status
ends() {
	{ local -; set +x; } 2>/dev/null
	wait_for 60 gone "$1" || { stack_of "$1"; fail "process $1 does not end"; }
	wait "$1"
}

# field JOB NAME: of what came out
field() { sed -n "s/^$2=//p" "/run/job.$1"; }

# ended JOB [ERRNO [BYTES]]: it ends with that (0: without), having done so much
ended() {
	ends "${JOB[$1]}"
	cat "/run/job.$1"
	same "$(field "$1" error)" "${2-0}" "error of job $1"
	same "$(field "$1" bytes_done)" "${3-$ALL}" "bytes_done of job $1"
}

has_reason() { [ $(($(field "$1" reasons) >> $2 & 1)) = 1 ] || fail "job $1 does not tell reason $2"; }
NOT_COPYOFF=5
DEVICE_ERROR=19

# in_flight NAME...: commands in the gates of these devices
in_flight() {
	local n
	for n in "$@"; do dmsetup status "$n"; done | awk '$3 == "copyoff" { n += $6 } END { print n + 0 }'
}

stack_of() { cat "/proc/$1/stack" || :; }
look() { stack_of "${JOB[$1]}"; cat "/run/job.$1"; }

# on_stack PID WORD [NOT]: is it in that function, and not in the other?
on_stack() {
	local stack
	stack=$(cat "/proc/$1/stack" 2>/dev/null) || return 1
	[[ $stack == *"$2"* && ( -z ${3-} || $stack != *"$3"* ) ]]
}

# parked JOB NAME...: it waits, and has nothing in the gates of these devices
parked() {
	on_stack "${JOB[$1]}" copyoff_job_run copyoff_delay_wait || return 1
	shift
	[ "$(in_flight "$@")" = 0 ]
}

wait_parked() {
	{ local -; set +x; } 2>/dev/null
	wait_for 40 parked "$@" || { look "$1"; fail "job $1 does not wait for the gate"; }
}

# --- tables ----------------------------------------------------------------------

# suspend NAME [OPTION...]: begin to; the device may not let it end. Its process
# is $SUSPEND.
suspend() {
	dmsetup suspend "${@:2}" "$1" &
	SUSPEND=$!
	# Else a case that fails here could not be cleared away.
	defer resume_left "$1"
}

resume_left() { dmsetup info -c --noheadings -o suspended "$1" 2>/dev/null | grep -q Susp && dmsetup resume "$1"; }

drains() { on_stack "$SUSPEND" copyoff_registry_close copyoff_delay_wait; }
drains_or_gone() { drains || gone "$SUSPEND"; }

# suspend_waits: for a command in the gate it does
suspend_waits() {
	{ local -; set +x; } 2>/dev/null
	wait_for 40 drains_or_gone || fail "suspend does neither wait nor end"
	drains || fail "suspend did not wait for the command in the gate"
}

# suspended NAME: it has ended, and the device is suspended
suspended() {
	local rc=0
	wait_for 40 gone "$SUSPEND" || { stack_of "$SUSPEND"; fail "suspend of $1 does not end"; }
	wait "$SUSPEND" || rc=$?
	same "$rc" 0 "status of suspend"
	same "$(dmsetup info -c --noheadings -o suspended "$1")" Suspended "state of $1"
}

# suspend_in POINT NAME waits|free: suspend a device while a job is held; "waits":
# until the job goes on. Afterwards nobody is held, and the device is suspended.
suspend_in() {
	suspend "$2"
	if [ "$3" = waits ]; then
		suspend_waits
		held "$1" || fail "the job was not held long enough"
		release
		suspended "$2"
	else
		suspended "$2"
		held "$1" || fail "the job was not held long enough"
		release
	fi
}

# resume NAME...: must not wait for anybody
resume() {
	local n
	for n in "$@"; do timeout 60 dmsetup resume "$n" || fail "$n cannot be resumed"; done
}

# --- another table in the middle of a job ------------------------------------------

# step POINT N: let the job go on to the point so many times more
step() {
	local i
	for ((i = 0; i < $2; i++)); do hold "$1"; wait_held "$1"; done
}

# layout "SECTORS DEVICE START [OPTION...]"...: put /run/img there, cut like that,
# and make the TABLE for it
layout() {
	local at=0 line len dev start opts
	TABLE=
	for line in "$@"; do
		read -r len dev start opts <<<"$line"
		TABLE+="$at $len copyoff $dev $start${opts:+ $(wc -w <<<"$opts") $opts}"$'\n'
		dd if=/run/img of="$dev" bs=64k iflag=skip_bytes,count_bytes oflag=seek_bytes \
			skip=$((at * 512)) count=$((len * 512)) seek=$((start * 512)) conv=notrunc,fsync status=none
		at=$((at + len))
	done
	blockdev --flushbufs "$N1" "$N2"
}

# leave DEVICE BYTE: take all of a device's 4 MiB from there into /run/img, and
# leave junk behind, which nobody may touch (see left)
leave() {
	get "$1" "$2" $((LEN * 512)) >/run/img
	[ -s /run/junk ] || head -c $((LEN * 512)) /dev/urandom >/run/junk
	put /run/junk "$1" "$2"
	LEFT=("$1" "$2")
}

# left: is it as it was left?
left() { get "${LEFT[@]}" $((LEN * 512)) | cmp - /run/junk || fail "something was written where the device is no more"; }

# switch NAME: to TABLE; it is suspended
switch() {
	dmsetup reload "$1" --table "$TABLE"
	resume "$1"
}
