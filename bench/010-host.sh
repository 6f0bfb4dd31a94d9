# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# timeout: 400
#
# The host method against dd with direct I/O and 1 MiB blocks, in turns: the
# ratio of each pair, and the median with its extremes. Also kcopyd's, which the
# host method is there to replace, and the device's own copy.

set +x
. "$TOP/bench/pairs.sh"
PAIRS=9
MIB=256
load
mkdev one "$(copyoff_table "$(ns 1)")"
mkdev two "$(copyoff_table "$(ns 2)")"
dd if=/dev/urandom of=/dev/mapper/one bs=1M count=$MIB oflag=direct status=none

by_dd() { dd if=/dev/mapper/one of=/dev/mapper/two bs=1M count=$MIB iflag=direct oflag=direct status=none; }
by_host() { echo 0 >/sys/module/dm_copyoff/parameters/host_kcopyd; "$COPYOFF" copy --length ${MIB}M /dev/mapper/one /dev/mapper/two; }
by_kcopyd() { echo 1 >/sys/module/dm_copyoff/parameters/host_kcopyd; "$COPYOFF" copy --length ${MIB}M /dev/mapper/one /dev/mapper/two; }
by_nvme() { "$COPYOFF" copy --length ${MIB}M --dst 512M --no-fallback /dev/mapper/one /dev/mapper/one; }

for how in by_host by_kcopyd by_nvme; do pairs $how by_dd; done
