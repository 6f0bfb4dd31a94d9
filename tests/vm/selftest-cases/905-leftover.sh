# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: bare
# expect: FAIL a dm device was left: leftover

dmsetup create leftover --table "0 8 error"
