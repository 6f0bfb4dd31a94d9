# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: smp
# quick-on: 6.1
# timeout: 300
#
# Jobs that do not block: as many as 256 at once, by the device and by the host, of
# one range and of as many as there may be; every record and every byte.

. "$TOP/tests/vm/jobs.sh"
load
A=$(ns 1)
B=$(ns 2)
mkdev one "$(copyoff_table "$A")"
mkdev two "$(copyoff_table "$B")"
ONE=/dev/mapper/one
TWO=/dev/mapper/two

# all_by METHOD BYTES: that much, and nothing else
all_by() {
	same "$(of_jobs "bytes_$1")" "$2" "bytes by $1"
	same "$(($(of_jobs bytes_nvme) + $(of_jobs bytes_host)))" "$2" "bytes by all"
}

jobs many $ONE $ONE 1 4M 1
all_by nvme $((4 << 20))
jobs many $ONE $ONE 256 256k 1
all_by nvme $((64 << 20))
# By the host: in both gates, and in two halves.
jobs -f "$NO_OFFLOAD" many $ONE $TWO 256 64k 4
all_by host $((16 << 20))
jobs -f "$SYNC" many $ONE $ONE 2 8M 16384
all_by nvme $((16 << 20))
# All that a job waits for comes before it does.
echo job_waits=100 >"$POINTS"
jobs many $ONE $ONE 2 1M 1
release
all_by nvme $((2 << 20))
idle one two
