# SPDX-License-Identifier: GPL-2.0-only
# profile: random
# quick-on: 6.1
# timeout: 360
#
# What a device, its table and its copies take is given back once, and not twice:
# after many of them the kernel has as many objects as before, its log is clean,
# and the module can be removed (the runner sees to these two).

load
mountpoint -q /sys/fs/cgroup || mount -t cgroup2 cgroup2 /sys/fs/cgroup
echo +memory >/sys/fs/cgroup/cgroup.subtree_control
mkdir -p /sys/fs/cgroup/copyoff-test
defer rmdir /sys/fs/cgroup/copyoff-test
defer rmdev cycle
rc=0
sh -c "echo \$\$ >/sys/fs/cgroup/copyoff-test/cgroup.procs; exec $TOP/build/vm-bin/cycles $(ns 2) 100" >/run/out 2>&1 || rc=$?
cat /run/out
same "$rc" 0 "$(tail -n 3 /run/out | tr '\n' ' ')"
