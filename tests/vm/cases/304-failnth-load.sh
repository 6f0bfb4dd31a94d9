# SPDX-License-Identifier: GPL-2.0-only
# profile: std
# kernels: debug
# backtraces: expected
# timeout: 450
#
# Every allocation fails, in turn, while the module is loaded: it is there, or it is
# not, and takes everything with it.

. "$TOP/tests/vm/faults.sh"
[ -f "$MODULE" ] || fail "no module was built for $KERNEL"
modprobe -a dm_mod nvme
allocations_may_fail

# Where a load that failed has its functions is not known to anybody afterwards, so
# all that this program left behind counts; pages, as of the buffers (8 MiB), are
# not kmemleak's.
available() { awk '/^MemAvailable:/ { print $2 }' /proc/meminfo; }
before=$(available)
failnth 50 insmod "$MODULE"
some_enomem
lost=$((before - $(available)))
[ "$lost" -lt 262144 ] || fail "$lost KiB of memory lost by loading"
scan_twice
! grep -A 24 'comm "failnth"' "$KMEMLEAK" || fail "failed loads left memory behind"
