# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: soak
# timeout: 1200
#
# What scripts/soak runs: 200-random with one seed after the other, for
# $SOAK_SECONDS.

load
defer rmdev randa
defer rmdev randb
rc=0
while [ "$SECONDS" -lt "$SOAK_SECONDS" ] && [ "$rc" = 0 ]; do
	"$TOP/build/vm-bin/randcopy" -b -m 0 copy:"$(ns 1)" copy:"$(ns 2)" copy:"$(ns 3)" \
		nolimits:"$(legacy_nvme)" plain:"$(virtio_disk)" >/run/out 2>&1 || rc=$?
	[ "$rc" = 0 ] || cat /run/out
	note "$(grep '^seed=' /run/out)" "$(grep -o '^[0-9]* rounds.*' /run/out || :)"
done
[ "$rc" = 0 ] || fail "$(grep -m 1 -E 'FAILED|^randcopy:' /run/out || echo "status $rc")"
