# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: bare
# expect: ok
#
# Nobody looks for what leaked before the last case.

MODULE=$TOP/build/$KERNEL-selftest/dm-copyoff.ko
load what=leak
