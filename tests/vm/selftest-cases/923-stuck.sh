# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# timeout: 4
# expect: FAIL guest hung: 923-stuck: nothing was heard for
#
# All processors turn in the kernel, with interrupts off: nothing in the guest can say
# so. What they were at is in the console, for they take an NMI.

refuses insmod "$TOP/build/$KERNEL-selftest/selftest_warn.ko" stuck=1
