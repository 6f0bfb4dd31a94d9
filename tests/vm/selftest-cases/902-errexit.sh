# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: bare
# expect: FAIL line [0-9]*: ls /nowhere

ls /nowhere
echo "not reached"
