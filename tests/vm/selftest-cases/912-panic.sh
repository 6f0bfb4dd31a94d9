# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: bare
# expect: FAIL guest crashed: .*panic

echo c >/proc/sysrq-trigger
