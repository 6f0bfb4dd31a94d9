# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# rigtrace: as std, for the case that checks tracing itself; see trace.

. "$VM/profiles/std.sh"
