# SPDX-License-Identifier: GPL-2.0-only
# profile: std
# timeout: 120
#
# A namespace that has the Copy bit and limits of zero: the host copies and says
# why; with --no-fallback nothing is written at all. What the table says in the
# place of the limits is used, and the device's refusal then turns it off.

load
DEV=$(legacy_nvme)
dd if=/dev/urandom of="$DEV" bs=1M count=32 oflag=direct status=none
mkdev zero "$(copyoff_table "$DEV")"
dmsetup status zero | grep -q 'host off 0 0 .* NO_LIMITS$' || fail "the status gives no reason"

dd if="$DEV" of=/run/before bs=1M skip=256 count=32 iflag=direct status=none
rc=0
"$COPYOFF" copy --dst 256M --length 32M --no-fallback --keys /dev/mapper/zero /dev/mapper/zero >/run/out || rc=$?
cat /run/out
same "$rc" 1 "exit status"
grep -qx error=EOPNOTSUPP /run/out || fail "not EOPNOTSUPP"
grep -qx bytes_done=0 /run/out || fail "something was done"
dd if="$DEV" of=/run/after bs=1M skip=256 count=32 iflag=direct status=none
cmp /run/before /run/after || fail "something was written"

"$COPYOFF" copy --dst 256M --length 32M --keys /dev/mapper/zero /dev/mapper/zero >/run/out
cat /run/out
grep -qx bytes_host=33554432 /run/out || fail "not all of it by the host"
grep -qx 'reasons= NO_LIMITS' /run/out || fail "not for want of limits"
cmp -n 33554432 -i 0:268435456 "$DEV" "$DEV"
"$COPYOFF" query --dst 256M --length 32M /dev/mapper/zero /dev/mapper/zero | grep -qx reason=NO_LIMITS

# The table claims limits; the device knows better.
dmsetup suspend zero
dmsetup reload zero --table "$(copyoff_table "$DEV" 0 "$(sectors "$DEV")" '6 mssrl 128 mcl 128 msrc 8')"
dmsetup resume zero
dd if=/dev/urandom of=/dev/mapper/zero bs=1M count=8 oflag=direct status=none
events() { dmsetup info -c --noheadings -o events zero; }
before=$(events)
"$COPYOFF" copy --dst 256M --length 8M --keys /dev/mapper/zero /dev/mapper/zero >/run/out
cat /run/out
same "$(events)" "$((before + 1))" "dm events when the unit is turned off"
same "$(dmesg | grep -c 'refuses copy commands')" 1 "log lines when the unit is turned off"
grep -qx bytes_host=8388608 /run/out || fail "a command that was refused counts as done"
grep -q '^reasons=.*0x183' /run/out || fail "the device's word is missing"
cmp -n 8388608 -i 0:268435456 /dev/mapper/zero /dev/mapper/zero
