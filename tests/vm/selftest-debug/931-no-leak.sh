# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: bare
# scan: yes
# expect: ok
#
# What leaked before is not told of again.

MODULE=$TOP/build/$KERNEL-selftest/dm-copyoff.ko
load what=none
