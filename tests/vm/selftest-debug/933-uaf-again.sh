# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: bare
# expect: FAIL kernel log: .*KASAN
#
# KASAN would stop after its first report, and the guest is still the same one.

MODULE=$TOP/build/$KERNEL-selftest/dm-copyoff.ko
load what=uaf
