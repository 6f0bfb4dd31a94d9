# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: righang
# timeout: 10
# expect: ok
#
# A guest that hung before any case began is booted once more.

true
