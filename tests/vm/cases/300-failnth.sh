# SPDX-License-Identifier: GPL-2.0-only
# profile: std
# kernels: debug
# timeout: 300
#
# Every allocation that an ioctl of ours makes, in turn, fails: all goes well all
# the same, or the answer is ENOMEM; and the bytes are as it says.

. "$TOP/tests/vm/faults.sh"
load
A=$(ns 1)
B=$(ns 2)
P=$(virtio_disk)
mkdev one "$(copyoff_table "$A" 0 "$(sectors "$A")" '2 max_inflight 64')"
mkdev two "$(copyoff_table "$B")"
ONE=/dev/mapper/one
TWO=/dev/mapper/two
allocations_may_fail

failnth 0 features
failnth 0 query $ONE $ONE

# copy MIN FLAGS NR LENGTH GAP HOW SRC DST LOWER-SRC LOWER-DST
copy() { failnth "$1" copy "${@:2}"; }

# By the device: one range; one command of many; many commands.
copy 3 0 1 262144 0 direct $ONE $ONE "$A" "$A"
some_enomem
copy 3 0 100 4096 0 direct $ONE $ONE "$A" "$A"
some_enomem
copy 20 0 60 4096 4096 direct $ONE $ONE "$A" "$A"
some_enomem
grep -q ' ok=0 ' /run/out && fail "no later allocation could be done without"
# With a flush, and one that nothing may be done by the host.
copy 3 4 4 65536 0 direct $ONE $ONE "$A" "$A"
copy 3 1 4 65536 4096 direct $ONE $ONE "$A" "$A"

# By the host: both ways at a time, in two halves, by kcopyd.
copy 3 2 4 262144 4096 direct $ONE $TWO "$A" "$B"
some_enomem
copy 3 6 4 65536 4096 direct "$P" $ONE "$P" "$A"
some_enomem
copy 3 0 4 65536 4096 direct $ONE "$P" "$A" "$P"
echo 1 >/sys/module/dm_copyoff/parameters/host_kcopyd
copy 3 2 4 262144 4096 direct $ONE $TWO "$A" "$B"
some_enomem
echo 0 >/sys/module/dm_copyoff/parameters/host_kcopyd

# Around the page cache.
copy 3 0 4 8192 4096 cached $ONE $ONE "$A" "$A"
copy 3 4 4 8192 4096 cached $ONE $TWO "$A" "$B"

# A job that does not block: it is refused, or all of it is done.
failnth 5 submit 0 60 4096 4096 direct $ONE $ONE "$A" "$A"
some_enomem
failnth 5 submit 2 4 262144 4096 direct $ONE $TWO "$A" "$B"
some_enomem

# What is asked of a job, and its record: none of it may fail for want of memory.
for word in job-status job-cancel job-read; do
	failnth 0 $word $ONE $ONE
done
same "$(dmsetup status one | awk '{ print $6 }')" 0 "commands in flight"
