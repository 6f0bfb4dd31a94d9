# SPDX-License-Identifier: GPL-2.0-only
# profile: blkdebug
# timeout: 180
#
# Errors below the namespace. Once: the host redoes the command and says so. For
# ever: EIO, and what is said to be done is done.

load

# fill DEVICE [BYTE]: 16 MiB of new contents there
fill() {
	dd if=/dev/urandom of=/run/data bs=1M count=16 status=none
	dd if=/run/data of="$1" bs=1M oflag=direct,seek_bytes seek="${2-0}" status=none
}

# A table for sources with a bad sector, which must not be in the first range of any
# command: see the profile. Commands are of 1 MiB or, if the device is quick, a power
# of two of that; so with ranges of half a MiB, and a source that begins half a MiB
# off, 64 MiB is where a command's second range begins, or a later one.
halves() { copyoff_table "$1" 0 "$(sectors "$1")" '2 mssrl 1024'; }
MIB=$((1 << 20))
HALF=$((MIB / 2))

# field NAME: from the last copy's keys
field() { sed -n "s/^$1=//p" /run/out; }

# fallbacks NAME: from the status
fallbacks() { dmsetup status "$1" | awk '{ print $13 }'; }

# --- once, on a read: sector $ERR_SECTOR is 64 MiB in ---
DEV=$(ns "$NS_READ_ONCE")
SRC=$((60 * MIB - HALF))
mkdev dev "$(halves "$DEV")"
fill "$DEV" "$SRC"
"$COPYOFF" copy --src "$SRC" --dst 8M --length 16M --keys /dev/mapper/dev /dev/mapper/dev >/run/out
cat /run/out
cmp -n 16777216 -i 8388608:0 "$DEV" /run/data
same "$(field bytes_done)" 16777216 bytes_done
[ "$(field bytes_host)" -gt 0 ] || fail "nothing was redone by the host"
same "$(($(field bytes_host) + $(field bytes_nvme)))" 16777216 "bytes of both methods"
grep -q DEVICE_ERROR /run/out || fail "no reason"
same "$(fallbacks dev)" 1 fallbacks
rmdev dev

# --- once, on a write ---
DEV=$(ns "$NS_WRITE_ONCE")
mkdev dev "$(copyoff_table "$DEV")"
fill "$DEV"
"$COPYOFF" copy --dst 56M --length 16M --keys /dev/mapper/dev /dev/mapper/dev >/run/out
cat /run/out
cmp -n 16777216 -i 58720256:0 "$DEV" /run/data
same "$(field bytes_done)" 16777216 bytes_done
[ "$(field bytes_host)" -gt 0 ] || fail "nothing was redone by the host"
same "$(fallbacks dev)" 1 fallbacks
rmdev dev

# --- for ever, on a write: EIO, and the prefix is right ---
DEV=$(ns "$NS_WRITE_BAD")
mkdev dev "$(copyoff_table "$DEV")"
fill "$DEV"
rc=0
"$COPYOFF" copy --dst 56M --length 16M --keys /dev/mapper/dev /dev/mapper/dev >/run/out || rc=$?
cat /run/out
same "$rc" 1 "exit status"
grep -qx error=EIO /run/out || fail "not EIO"
done=$(field bytes_done)
[ "$done" -le $((8 << 20)) ] || fail "$done bytes done, past the error"
[ "$done" -ge $((6 << 20)) ] || fail "only $done bytes done"
cmp -n "$done" -i 58720256:0 "$DEV" /run/data
[ $(($(field result_flags) & 2)) = 2 ] || fail "the destination is not said to be undefined"
rmdev dev

# --- for ever, on a read ---
DEV=$(ns "$NS_READ_BAD")
SRC=$((56 * MIB - HALF))
mkdev dev "$(halves "$DEV")"
fill "$DEV" "$SRC"
rc=0
"$COPYOFF" copy --src "$SRC" --length 16M --keys /dev/mapper/dev /dev/mapper/dev >/run/out || rc=$?
cat /run/out
same "$rc" 1 "exit status"
grep -qx error=EIO /run/out || fail "not EIO"
done=$(field bytes_done)
[ "$done" -le $((8 * MIB + HALF)) ] || fail "$done bytes done, past the error"
[ "$done" -ge $((6 * MIB)) ] || fail "only $done bytes done"
cmp -n "$done" "$DEV" /run/data
rmdev dev
