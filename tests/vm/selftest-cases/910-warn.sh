# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: bare
# expect: FAIL kernel log: .*WARNING

refuses insmod "$TOP/build/$KERNEL-selftest/selftest_warn.ko"
