# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# rigfaults: as blkdebug, for the case that checks the faults themselves and so
# uses up those that happen once.

. "$VM/profiles/blkdebug.sh"
