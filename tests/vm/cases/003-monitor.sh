# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: rigtrace
# quick-on: 6.1
#
# The rig: a case can have the host take a device away; also if the monitor has
# first heard half a sentence.

printf '{"QMP": {"version": [{' >/dev/ttyS2
host_monitor info status | grep running
disk=$(virtio_disk)
gone() { [ ! -b "$disk" ]; }
host_monitor device_del plain
wait_for 20 gone || fail "the disk is still there"
