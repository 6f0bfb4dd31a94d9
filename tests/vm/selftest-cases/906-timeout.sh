# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: bare
# timeout: 3
# expect: FAIL timeout after 3 s

sleep 1000
