# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: bare
# scan: yes
# expect: FAIL kernel log: memory leaked: [0-9]* objects, the first by bad_leak

MODULE=$TOP/build/$KERNEL-selftest/dm-copyoff.ko
load what=leak
