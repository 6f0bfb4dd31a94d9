# SPDX-License-Identifier: GPL-2.0-only
# expect: FAIL guest was reset

# A machine that starts anew without a word has failed.
sync
echo b >/proc/sysrq-trigger
sleep 30
