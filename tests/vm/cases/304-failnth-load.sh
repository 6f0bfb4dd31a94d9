# SPDX-License-Identifier: GPL-2.0-only
# profile: std
# kernels: debug
# backtraces: expected
# timeout: 450
#
# Allocations fail, in turn, while the module is loaded, from where it is asked on: it
# is there, or it is not, and takes everything with it. There are over a thousand, most
# of them the kernel's own: so each time another quarter of them.

. "$TOP/tests/vm/faults.sh"
[ -f "$MODULE" ] || fail "no module was built for $KERNEL"
modprobe -a dm_mod nvme scsi_mod
allocations_may_fail

# Where a load that failed has its functions is not known to anybody afterwards, so
# all that this program left behind counts; pages, as of the buffers (8 MiB), are
# not kmemleak's.
# But other cases had such a program, too: what counts is as young as this one.
jiffies() { awk '/^jiffies:/ { print $2; exit }' /proc/timer_list; }
young_leaks() {
	awk -v since="$1" '
	function flush() { if (ours) printf "%s", text; text = ""; ours = 0 }
	/^unreferenced object/ { flush() }
	/comm "failnth"/ { ours = $NF + 0 >= since }
	{ text = text $0 "\n" }
	END { flush() }' "$KMEMLEAK"
}
available() { awk '/^MemAvailable:/ { print $2 }' /proc/meminfo; }
since=$(jiffies)
[ -n "$since" ] || fail "no jiffies"
before=$(available)
failnth 50 -s 4 insmod "$MODULE"
some_enomem
lost=$((before - $(available)))
[ "$lost" -lt 262144 ] || fail "$lost KiB of memory lost by loading"
scan_twice
young_leaks "$since" >/run/leaks
[ ! -s /run/leaks ] || { cat /run/leaks; fail "failed loads left memory behind"; }
