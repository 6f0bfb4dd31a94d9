# SPDX-License-Identifier: GPL-2.0-only
# profile: std
# kernels: debug
# backtraces: expected
# timeout: 300
#
# Every allocation fails, in turn, while device-mapper constructs, resumes,
# suspends, asks and removes a target.

. "$TOP/tests/vm/faults.sh"
A=$(ns 1)
TABLE="0 65536 copyoff $A 0"
# All options that take a number, and the one that takes a word.
OPTIONS="16 offload nvme max_inflight 8 max_command_kib 512 min_offload_kib 4 mssrl 512 mcl 1024 msrc 16 doubt_s 90"
load
allocations_may_fail

# On a disk that nobody knows yet: it is asked for its limits each time.
dmsetup create dev --notable
defer rmdev dev
# shellcheck disable=SC2086
failnth 10 load dev $TABLE
some_enomem
# The disk is known by another device. From here on with options: they are what was
# asked for, however often there was no memory.
mkdev other "0 65536 copyoff $A 65536"
TABLE+=" $OPTIONS"
# shellcheck disable=SC2086
failnth 5 load dev $TABLE
some_enomem
# shellcheck disable=SC2086
failnth 1 resume dev $TABLE
failnth 0 suspend dev
dmsetup resume dev

failnth 0 status dev
failnth 0 table dev
same "$(dmsetup table dev)" "0 65536 copyoff $(dmsetup table dev | awk '{ print $4 }') 0 $OPTIONS" table
for message in 'offload off' 'offload on' 'offload retry' 'max_inflight 8' 'doubt clear' reset_stats stats; do
	# shellcheck disable=SC2086
	failnth 0 message dev $message
done
# shellcheck disable=SC2086
failnth 1 remove gone $TABLE
