# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Faults on demand, for cases on a kernel with fault injection; sourced by them.

FAILNTH=$TOP/build/vm-bin/failnth
DEBUGFS=/sys/kernel/debug

# allocations_may_fail: which ones: those that may sleep, too, of every size and
# from every cache. Every one that is made to fail would be in the kernel's log,
# with a backtrace.
allocations_may_fail() {
	[ -e /proc/self/fail-nth ] || fail "$KERNEL has no fault injection"
	echo N >$DEBUGFS/failslab/ignore-gfp-wait
	echo N >$DEBUGFS/failslab/cache-filter
	echo N >$DEBUGFS/fail_page_alloc/ignore-gfp-wait
	echo N >$DEBUGFS/fail_page_alloc/ignore-gfp-highmem
	echo 0 >$DEBUGFS/fail_page_alloc/min-order
	echo 0 >$DEBUGFS/failslab/verbose
	echo 0 >$DEBUGFS/fail_page_alloc/verbose
}

# failnth MIN WORD...: at least MIN allocations were made to fail
failnth() {
	local least=$1 sites
	shift
	"$FAILNTH" "$@" >/run/out 2>/run/err || fail "failnth $*: $(cat /run/err)"
	cat /run/out /run/err
	sites=$(sed -n 's/^sites=\([0-9]*\) .*/\1/p' /run/out)
	[ "$sites" -ge "$least" ] || fail "failnth $*: only $sites allocations failed"
}

# some_enomem: that is what came of some of them
some_enomem() { grep -q ' ENOMEM=' /run/out || fail "none of them was told of"; }

# module_range: where the module's functions are: "START END"
module_range() {
	awk '$4 == "[dm_copyoff]" && $2 ~ /[tT]/ { print $1 }' /proc/kallsyms | sort |
		awk 'NR == 1 { first = $1 } END { print "0x" first, "0x" substr($1, 1, 12) "ffff" }'
}

# fail_ours PERCENT TIMES: of the allocations that the module makes or causes, in
# whatever task, that many fail
fail_ours() {
	local knob range
	range=$(module_range)
	for knob in failslab fail_page_alloc; do
		echo "${range% *}" >"$DEBUGFS/$knob/require-start"
		echo "${range#* }" >"$DEBUGFS/$knob/require-end"
		echo "$2" >"$DEBUGFS/$knob/times"
		echo "$1" >"$DEBUGFS/$knob/probability"
		defer all_may_fail "$knob"
	done
}

# all_may_fail KNOB: whoever asks for memory, as it is when the kernel has booted
all_may_fail() {
	echo 0 >"$DEBUGFS/$1/probability"
	echo 0 >"$DEBUGFS/$1/require-start"
	echo 0xffffffffffffffff >"$DEBUGFS/$1/require-end"
	echo 1 >"$DEBUGFS/$1/times"
}

# failures_left: how many more there may be
failures_left() { echo $(($(cat $DEBUGFS/failslab/times) + $(cat $DEBUGFS/fail_page_alloc/times))); }

# nvme_fault DISK STATUS TIMES: the next TIMES commands to the namespace end with
# that status, whatever they did; it is for us, not for nvme, to do something
# about it
nvme_fault() {
	local dir=$DEBUGFS/$1/fault_inject
	echo 0 >"$dir/verbose"
	echo "$2" >"$dir/status"
	echo 1 >"$dir/dont_retry"
	echo "$3" >"$dir/times"
	echo 100 >"$dir/probability"
}
