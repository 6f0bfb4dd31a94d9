# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# timeout: 10
# expect: FAIL guest ended in order, but

busybox poweroff -f
