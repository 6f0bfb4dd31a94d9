# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: bare
# expect: FAIL kernel log: .*sleeping function

MODULE=$TOP/build/$KERNEL-selftest/dm-copyoff.ko
load what=sleep
