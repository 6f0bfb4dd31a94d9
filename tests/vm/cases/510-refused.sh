# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# quick-on: 6.1
# not-on: debug
# timeout: 180
#
# What copyoff enable leaves alone: parts that LVM keeps to itself, by their names no
# more than volumes; what / and swap need, by whatever lies between, or as a file; a
# device that has taken the place of another; all, if memory cannot be locked.

. "$TOP/tests/vm/tool.sh"
load
A=$(ns 1)
C=$(ns 3)
make_vg "$A" "$(ns 2)"

linear() { refuses grep copyoff <(dmsetup table "$1"); }
# id LETTER: as those of LVM, of 32 characters
id() { printf "$1%.0s" {1..32}; }

# --- the legs of a RAID ---
modprobe dm-raid
lvcreate -q -y --type raid1 -m 1 --nosync -L 16M -n r vg
for part in vg-r_rimage_0 vg-r_rimage_1 vg-r_rmeta_0; do
	tells 4 "$part is a part that LVM keeps below vg-r: it cannot be switched alone" enable $part
	linear $part
done
tells 4 "vg/r has a raid line" enable vg/r
lvremove -qf vg/r

# --- the data of a thin pool; what once was switched can be switched back ---
dmsetup create vg-pool_tdata --uuid "LVM-$(id g)$(id l)-tdata" --table "0 2048 copyoff $C 0"
defer_rmdev vg-pool_tdata
tells 0 'vg-pool_tdata: linear, 1 line' disable vg-pool_tdata
tells 4 'vg-pool_tdata is a part \(tdata\) that LVM keeps to itself' enable vg-pool_tdata
linear vg-pool_tdata

# --- a volume below something else is a volume: of no group, and of another ---
lvcreate -q -y -Wn -Zn -L 64M -n store vg
SIZE=$(sectors /dev/vg/store)
mkdev above "0 2048 linear /dev/mapper/vg-store 0"
dmsetup create other-lv --uuid "LVM-$(id o)$(id l)" --table "0 2048 linear /dev/mapper/vg-store 2048"
defer_rmdev other-lv
tells 0 'vg/store: copyoff, 1 line, copies by nvme' enable vg/store
tells 0 'vg/store: linear, 1 line' disable vg/store
rmdev other-lv
rmdev above

# --- swap on what lies above it; a swap file there ---
mkdev above "0 $SIZE linear /dev/mapper/vg-store 0"
mkdev top "0 $SIZE linear /dev/mapper/above 0"
no_swap() { ! grep -q . <(tail -n +2 /proc/swaps) || swapoff -a; }
defer no_swap
mkswap /dev/mapper/top
swapon /dev/mapper/top
tells 4 'vg/store is used as swap \(by top\): ' enable vg/store
linear vg-store
swapoff /dev/mapper/top
mkfs.ext4 -q -F /dev/mapper/top
mkdir -p /run/mnt
mount /dev/mapper/top /run/mnt
defer umount -q /run/mnt
dd if=/dev/zero of=/run/mnt/swap bs=1M count=8 status=none
chmod 600 /run/mnt/swap
mkswap /run/mnt/swap
swapon /run/mnt/swap
tells 4 'vg/store is used as swap \(by top\): ' enable vg/store
linear vg-store
swapoff /run/mnt/swap
# It is mounted now, and nothing more.
tells 0 'vg/store: copyoff, 1 line' enable vg/store
tells 0 'vg/store: linear, 1 line' disable vg/store
umount /run/mnt
# On btrfs, whose files do not say the number of the device that they are on.
modprobe btrfs
mkfs.btrfs -q -f -m single -d single /dev/mapper/top >/run/mkfs
mount /dev/mapper/top /run/mnt
touch /run/mnt/swap
chattr +C /run/mnt/swap
chmod 600 /run/mnt/swap
dd if=/dev/zero of=/run/mnt/swap bs=1M count=8 status=none
mkswap /run/mnt/swap
swapon /run/mnt/swap
tells 4 'vg/store is used as swap \(by top\): ' enable vg/store
linear vg-store
swapoff /run/mnt/swap
umount /run/mnt
rmdev top
rmdev above

# --- / is one of several places where it is mounted, and not the first ---
mkdev rootish "0 131072 linear $C 4096"
mkfs.ext4 -q -F /dev/mapper/rootish
cat >/run/in_root <<'END'
mkdir -p /run/first /run/root
mount /dev/mapper/rootish /run/first
mount /dev/mapper/rootish /run/root
cd /run/root
mkdir -p first usr etc proc sys dev run ".$TOP"
for link in /bin /sbin /lib*; do [ ! -L "$link" ] || cp -d "$link" .; done
mount --move /run/first first
for d in /usr /etc /proc /sys /dev /run; do mount --bind $d ".$d"; done
mount --rbind "$TOP" ".$TOP"
chroot . cat /proc/self/mounts
exec chroot . "$@"
END
rc=0
TOP=$TOP unshare -m bash -eu /run/in_root "$COPYOFF" enable rootish >/run/out 2>/run/err || rc=$?
cat /run/out /run/err
same "$(awk '$1 ~ /rootish$/ { print $2 }' /run/out | tr '\n' ' ')" "/first / " "where it is mounted"
same "$rc" 4 "exit status for the volume of /"
grep 'rootish is used as /: ' /run/err
linear rootish

# --- memory that cannot be locked: nothing is suspended then ---
rc=0
strace -qq -o /run/strace -e trace=ioctl,mlockall -e inject=mlockall:error=ENOMEM \
	"$COPYOFF" enable vg/store 2>/run/err || rc=$?
cat /run/err
same "$rc" 1 "exit status when memory cannot be locked"
grep 'memory cannot be locked.*Cannot allocate memory; nothing is changed' /run/err
refuses grep -E 'DM_TABLE_LOAD|DM_DEV_SUSPEND' /run/strace
linear vg-store

# --- another device gets its number while LVM's lock is waited for ---
number() { dmsetup info -c --noheadings -o "$1" "$2" | tr -d ' '; }
minor=$(number minor vg-store)
major=$(number major vg-store)
exec 8>/run/lock/lvm/V_vg
flock 8
rc=0
"$COPYOFF" enable vg/store 2>/run/err 8>&- &
PID=$!
waits() { grep -q -- "-> FLOCK .* $PID " /proc/locks; }
wait_for 60 waits || { cat /run/err; fail "it does not wait for the lock"; }
dmsetup remove vg-store
dmsetup create impostor --major "$major" --minor "$minor" --table "0 $SIZE linear $C 8192"
defer_rmdev impostor
same "$(number minor impostor)" "$minor" "number of the impostor"
flock -u 8
exec 8>&-
wait "$PID" || rc=$?
cat /run/err
same "$rc" 1 "exit status for a device that is another now"
grep 'vg/store: it was removed or renamed while' /run/err
linear impostor
