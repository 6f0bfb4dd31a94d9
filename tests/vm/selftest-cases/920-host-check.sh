# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# timeout: 10
# expect: FAIL host check: .*'512' is not '0'

nvme copy "$(ns 1)" -d 8192 -s 0 -b 0
