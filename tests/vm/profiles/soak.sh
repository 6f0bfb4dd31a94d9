# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# soak: as random, for as long as scripts/soak says.

. "$VM/profiles/random.sh"
guest_env SOAK_SECONDS "${SOAK_SECONDS-60}"
