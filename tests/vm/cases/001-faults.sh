# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: rigfaults
# quick-on: 6.1
#
# The rig: faults are where the profile says, and nowhere else.

# at_sector COMMAND NSID SECTOR: one block, by ordinary direct I/O
read_at() { dd if="$(ns "$1")" of=/dev/null bs=512 count=1 skip="$2" iflag=direct; }
write_at() { dd if=/dev/zero of="$(ns "$1")" bs=512 count=1 seek="$2" oflag=direct; }

# one_block COMMAND NSID SECTOR: the same by a command passed through, which
# Linux does not repeat
one_block() { nvme "$1" "$(ns "$2")" -s "$3" -c 0 -z 512 -d /run/block; }

head -c 512 /dev/zero >/run/block

for nsid in "$NS_CLEAN" "$NS_CLEAN2"; do
	read_at "$nsid" "$ERR_SECTOR"
	write_at "$nsid" "$ERR_SECTOR"
done

last=$((ERR_SECTOR + ERR_SECTORS - 1))
for sector in "$ERR_SECTOR" "$last"; do
	refuses read_at "$NS_READ_BAD" "$sector"
	refuses write_at "$NS_WRITE_BAD" "$sector"
done
for sector in $((ERR_SECTOR - 1)) $((last + 1)); do
	read_at "$NS_READ_BAD" "$sector"
	write_at "$NS_WRITE_BAD" "$sector"
done
write_at "$NS_READ_BAD" "$ERR_SECTOR"
read_at "$NS_WRITE_BAD" "$ERR_SECTOR"

refuses one_block read "$NS_READ_ONCE" "$ERR_SECTOR"
one_block read "$NS_READ_ONCE" "$ERR_SECTOR"
refuses one_block write "$NS_WRITE_ONCE" "$ERR_SECTOR"
one_block write "$NS_WRITE_ONCE" "$ERR_SECTOR"

# The same faults met by Copy; see the profile for why a read fails in the second
# range only.
copy() { nvme copy "$(ns "$1")" -d "$2" -s "$3" -b 0,0; }
refuses copy "$NS_COPY_ONCE" 0 "8,$((ERR_SECTOR + 65536))"
copy "$NS_COPY_ONCE" 0 "8,$((ERR_SECTOR + 65536))"
refuses copy "$NS_COPY_ONCE" "$ERR_SECTOR" 0,8
copy "$NS_COPY_ONCE" "$ERR_SECTOR" 0,8
