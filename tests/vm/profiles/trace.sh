# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# trace: as std. QEMU's trace of Copy commands is one file for the whole VM, so
# a case whose host-side check counts them must be alone in its VM: put one such
# case here, and others into profiles of their own that source std as well.

. "$VM/profiles/std.sh"
