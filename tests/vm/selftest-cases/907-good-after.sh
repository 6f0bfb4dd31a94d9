# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: bare
# expect: ok
#
# Neither a leftover device nor a killed case spoils the next one.

same "$(dmsetup ls)" "No devices found"
