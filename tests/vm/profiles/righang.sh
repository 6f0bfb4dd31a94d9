# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# righang: for the rig's own test: the first boot says nothing until it is ended, the
# one after it is as it should be.

# shellcheck disable=SC2154
[ -d "$dir/first" ] || GUEST_ENV+=("sleep 1000")
