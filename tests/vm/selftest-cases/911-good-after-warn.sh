# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: bare
# expect: ok
#
# The tainted guest was given up: this runs in a new one.

same "$(($(cat /proc/sys/kernel/tainted) & 512))" 0
