# SPDX-License-Identifier: GPL-2.0-only
# profile: random
# timeout: 240
#
# What a device, its table and its copies take is given back once, and not twice:
# after many of them the kernel has as many objects as before, its log is clean,
# and the module can be removed (the runner sees to these two).

load
defer rmdev cycle
rc=0
"$TOP/build/vm-bin/cycles" "$(ns 2)" 160 >/run/out 2>&1 || rc=$?
cat /run/out
same "$rc" 0 "$(head -n 1 /run/out)"
