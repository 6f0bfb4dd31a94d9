# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# timeout: 10
# expect: FAIL guest hung: 922-frozen: nothing was heard for
#
# The whole guest stands still: not even its own time limits work.

host_monitor stop
sleep 1000
