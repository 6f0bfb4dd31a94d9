# SPDX-License-Identifier: GPL-2.0-only
# profile: random
# timeout: 400
#
# 200 rounds of random tables and ranges against a model in memory: the result,
# and every byte of every disk. Each of six features has to come up in at least
# 20 rounds. A failing round prints the seed and its number;
# do it again with SEED=... ROUND=... tests/vm/run -k KERNEL 200. With -b borders
# also come to lie within blocks of the other device.

load
defer rmdev randa
defer rmdev randb
args=()
[ -z "$SEED" ] || args+=(-s "$SEED")
# One round alone cannot have all features.
[ -z "$ROUND" ] || args+=(-r "$ROUND" -m 0)
rc=0
"$TOP/build/vm-bin/randcopy" -b -m 20 "${args[@]}" copy:"$(ns 1)" copy:"$(ns 2)" copy:"$(ns 3)" \
	nolimits:"$(legacy_nvme)" plain:"$(virtio_disk)" >/run/out 2>&1 || rc=$?
cat /run/out
note "$(grep '^seed=' /run/out)" "$(grep -o '^[0-9]* rounds.*' /run/out || :)"
[ "$rc" = 0 ] || fail "$(grep -m 1 -E 'FAILED|TOO FEW|^randcopy:' /run/out || echo "status $rc")"
