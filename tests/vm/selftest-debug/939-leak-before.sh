# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: bare
# expect: FAIL kernel log: memory leaked: [0-9]* objects, the first by bad_leak
#
# Then it is told of what the one before it left.

MODULE=$TOP/build/$KERNEL-selftest/dm-copyoff.ko
load what=none
