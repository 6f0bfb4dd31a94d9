# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: bare
# expect: FAIL on the inside
#
# A fail inside of a command substitution whose status nobody looks at.

echo "never $(fail 'on the inside')"
