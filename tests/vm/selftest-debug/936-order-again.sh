# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: bare
# expect: FAIL kernel log: .*(possible circular|possible deadlock|WARNING)
#
# Lockdep goes off with its first report, and with those of KASAN: this is a new guest.

MODULE=$TOP/build/$KERNEL-selftest/dm-copyoff.ko
load what=order
