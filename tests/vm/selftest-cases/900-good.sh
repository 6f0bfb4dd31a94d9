# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: bare
# expect: ok

refuses false
same 1 1
wait_for 1 true
