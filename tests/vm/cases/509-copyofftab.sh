# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# quick-on: 6.1
# not-on: debug
# timeout: 180
#
# What copyoff-generator makes of the lines of copyofftab(5): units that systemd takes
# and that cannot stop or hold up a boot for want of a faster copy; and a sentence in the
# kernel's log for each line that is wrong, which harms no other. 504 has what the
# units do.

UNITS=/run/units-$CASE
rm -f "/run/initrd-$CASE"
export COPYOFFTAB=/run/tab-$CASE COPYOFF_KMSG=/run/kmsg-$CASE COPYOFF_INITRD_RELEASE=/run/initrd-$CASE
sed 's|@SBINDIR@/copyoff|/bin/echo|' "$TOP/tools/boot/copyoff-generator" >"$UNITS.sh"

# generate: as systemd does, from the lines on standard input
generate() {
	rm -rf "$UNITS"
	mkdir -p "$UNITS"
	cat >"$COPYOFFTAB"
	: >"$COPYOFF_KMSG"
	sh "$UNITS.sh" "$UNITS" "$UNITS" "$UNITS" 2>/run/err
	echo "$(<"$COPYOFF_KMSG")"
}

# made: all that is there, one a line
made() { (cd "$UNITS" && shopt -s nullglob && set -- copyoff* */copyoff* && [ $# = 0 ] || printf '%s\n' "$@"); }

# has UNIT LINE, hasnt UNIT PATTERN
has() { [[ $'\n'$(<"$UNITS/copyoff@$1.service")$'\n' == *$'\n'"$2"$'\n'* ]] || fail "$1 has no '$2'"; }
hasnt() { ! grep -e "$2" "$UNITS/copyoff@$1.service" || fail "$1 has $2"; }

# runs UNIT COMMAND: as the unit has it
runs() {
	same "$(sed -n 's/^ExecStart=//p' "$UNITS/copyoff@$1.service")" "/bin/echo $2" "command of $1"
}

# keep: for taken, when there are more
keep() {
	mkdir -p "$UNITS.kept"
	cp "$UNITS"/*.service "$UNITS.kept/"
}

# taken: systemd finds no fault with any unit that was kept
taken() {
	systemd-analyze verify --man=no "$UNITS.kept"/*.service >/run/verify 2>&1 && [ ! -s /run/verify ] ||
		{ cat /run/verify; fail "systemd does not take them"; }
}

complains_not() { same "$(<"$COPYOFF_KMSG")$(</run/err)" "" complaints; }

# complains SENTENCE...: these and no others, in the kernel's log with a level, and for
# whoever looks on
complains() {
	same "$(<"$COPYOFF_KMSG")" "$(printf "<4>copyoff-generator: $COPYOFFTAB: %s\n" "$@")" "kernel's log"
	same "$(</run/err)" "$(printf "copyoff-generator: $COPYOFFTAB: %s\n" "$@")" "standard error"
}

# --- a volume is there without it: nothing depends on that, and nothing waits ---
generate <<-END
	vg/golden  -
	vg/vm-42   -   nofail,max_inflight=4
	vg/late    -   noauto
	san/lv     -   _netdev
END
complains_not
made | diff - <(cat <<-'END'
	copyoff@san-lv.service
	copyoff@vg-golden.service
	copyoff@vg-late.service
	copyoff@vg-vm\x2d42.service
	dev-san-lv.device.wants/copyoff@san-lv.service
	dev-vg-golden.device.wants/copyoff@vg-golden.service
	dev-vg-vm\x2d42.device.wants/copyoff@vg-vm\x2d42.service
	local-fs.target.wants/copyoff@vg-golden.service
	local-fs.target.wants/copyoff@vg-vm\x2d42.service
	remote-fs.target.wants/copyoff@san-lv.service
	END
) || fail "not the units of volumes"
for u in vg-golden 'vg-vm\x2d42' san-lv; do
	hasnt "$u" '^Before=.*fs.*target'
	hasnt "$u" '^Before=blockdev@'
	has "$u" 'IgnoreOnIsolate=yes'
	has "$u" 'TimeoutSec=90'
	# In between suspend and resume.
	has "$u" 'SendSIGKILL=no'
	has "$u" 'After=run-lock.mount lvm2-monitor.service'
	has "$u" 'After=systemd-modules-load.service systemd-udevd-kernel.socket'
done
has vg-golden 'After=dev-vg-golden.device'
has vg-golden 'BindsTo=dev-vg-golden.device'
has san-lv 'After=remote-fs-pre.target'
hasnt vg-golden remote
runs vg-golden 'enable --or-linear -- "vg/golden"'
runs 'vg-vm\x2d42' 'enable --or-linear --options "max_inflight=4" -- "vg/vm-42"'
keep

# --- a device that file systems are on: needed, but not for ever ---
generate <<-'END'
	fast    /dev/nvme0n1,/dev/disk/by-label/a\x20b
	may     /dev/sda     nofail
	later   /dev/sdb     noauto
	net     /dev/sdc     _netdev,max_inflight=8
END
complains_not
made | diff - <(cat <<-'END'
	copyoff@fast.service
	copyoff@later.service
	copyoff@may.service
	copyoff@net.service
	dev-mapper-fast.device.requires/copyoff@fast.service
	dev-mapper-later.device.requires/copyoff@later.service
	dev-mapper-may.device.requires/copyoff@may.service
	dev-mapper-net.device.requires/copyoff@net.service
	local-fs.target.requires/copyoff@fast.service
	local-fs.target.wants/copyoff@may.service
	remote-fs.target.requires/copyoff@net.service
	END
) || fail "not the units of devices"
for u in fast may later net; do
	has "$u" 'TimeoutSec=90'
	has "$u" 'IgnoreOnIsolate=yes'
	# A file system on it is unmounted before it is removed.
	has "$u" "Wants=blockdev@dev-mapper-$u.target"
	has "$u" "Before=blockdev@dev-mapper-$u.target"
	has "$u" "ExecStop=/bin/echo remove -- \"$u\""
done
has fast 'Before=local-fs.target'
hasnt may 'Before=local-fs.target'
has net 'Before=remote-fs.target'
has net 'After=remote-fs-pre.target'
hasnt net 'local-fs'
has fast 'BindsTo=dev-nvme0n1.device'
has fast 'After=dev-disk-by\x2dlabel-a\x5cx20b.device'
runs fast 'create --or-linear -- "fast" "/dev/nvme0n1" "/dev/disk/by-label/a\\x20b"'
keep
# With all that this system starts: no cycle.
cat >"$UNITS/srv.mount" <<-END
	[Mount]
	What=/dev/mapper/fast
	Where=/srv
END
ln -s ../srv.mount "$UNITS/local-fs.target.requires/"
cycles() {
	SYSTEMD_UNIT_PATH=$UNITS: systemd-analyze verify --man=no default.target >/run/verify 2>&1 || :
	grep -i 'ordering cycle' /run/verify
}
! cycles || fail "an ordering cycle"
# Which would have been found.
sed -i 's/^Before=local-fs.target$/&\nAfter=multi-user.target/' "$UNITS/copyoff@fast.service"
cycles || fail "no ordering cycle is found"

# --- the paths of a multipath device ---
generate <<-END
	mp   /dev/mapper/mpatha   doubt_s=90,via=/dev/disk/by-path/pci-0000:3b:00.0-scsi-0:0:0:1,via=/dev/sdb,nofail
END
complains_not
runs mp 'create --or-linear --force --options "doubt_s=90,via=2,/dev/disk/by-path/pci-0000:3b:00.0-scsi-0:0:0:1,/dev/sdb" -- "mp" "/dev/mapper/mpatha"'
# A unit for the path may never come: udev says that such a disk is not ready.
hasnt mp '=.*dev-sdb.device'
keep

# --- the last line, whether it is ended or not ---
printf 'one /dev/sda nofail\nvg/two -' | generate
complains_not
same "$(made | grep -c '^copyoff@')" 2 "units with an open end"

# --- words that could be taken for something else ---
generate <<-'END'
	--force  /dev/disk/by-id/a%b$c"d   max_inflight=4
	star     /dev/*,/dev/nul?          *=*,nofail
END
complains_not
# shellcheck disable=SC2016
runs '\x2d\x2dforce' 'create --or-linear --options "max_inflight=4" -- "--force" "/dev/disk/by-id/a%%b$$c\"d"'
has '\x2d\x2dforce' 'ExecStop=/bin/echo remove -- "--force"'
runs star 'create --or-linear --options "*=*" -- "star" "/dev/*" "/dev/nul?"'
keep
taken

# --- a line that is wrong: one sentence, and nothing of it; the others are there, before
# and behind ---
WRONG=() SENTENCES=()
# wrong LINE SENTENCE
wrong() {
	WRONG+=("$1")
	SENTENCES+=("$2; the line is passed over")
}
wrong 'mp /dev/mapper/mpatha via=2,/dev/sda,/dev/sdb' "'via=2' names no path: via=/dev/sda,via=/dev/sdb, once for each"
wrong 'vg/mp - via=/dev/sda' 'vg/mp has via, which is for lines over dm-multipath, and VG/LV cannot be'
wrong 'fast /dev/../sda' "'/dev/../sda' is no path of a device"
wrong 'fast /dev/sda,sdb' "'sdb' is no path of a device"
wrong 'fast UUID=1234' "'UUID=1234' is no path of a device"
wrong 'fast ,' 'fast has no device'
wrong 'fast' 'fast has no device'
wrong '. /dev/sda' "'.' is no name for a device, nor VG/LV"
wrong 'a%b /dev/sda' "'a%b' is no name for a device, nor VG/LV"
wrong 'a\ /dev/sda' "'a\\' is no name for a device, nor VG/LV"
wrong '/dev/sda -' "'/dev/sda' is neither a name nor VG/LV"
wrong 'vg/lv/x -' "'vg/lv/x' is neither a name nor VG/LV"
wrong 'vg/lv nofail' "vg/lv has 'nofail' where VG/LV has a -"
wrong 'fast /dev/sdb max_inflight=' "'max_inflight=' is neither KEY nor KEY=VALUE"
wrong 'fast /dev/sdb a=b=c' "'a=b=c' is neither KEY nor KEY=VALUE"
wrong 'one /dev/sdb' 'there is a line for one already'
long=$(printf 'a%.0s' {1..300})
wrong "$long /dev/sdb" "'$long' is too long for a unit"
wrong "fast /dev/$long" "'/dev/$long' is no path of a device"
printf '%s\n' 'one /dev/sda nofail' "${WRONG[@]}" 'vg/two -' | generate
complains "${SENTENCES[@]}"
same "$(made | tr '\n' ' ')" "copyoff@one.service copyoff@vg-two.service $(
	)dev-mapper-one.device.requires/copyoff@one.service $(
	)dev-vg-two.device.wants/copyoff@vg-two.service $(
	)local-fs.target.wants/copyoff@one.service local-fs.target.wants/copyoff@vg-two.service " "units beside the wrong lines"

# --- no log, no file, and the initramfs ---
printf '%s\n' 'one /dev/sda colour' 'two /dev/sdb - more' | generate
same "$(made | grep -c '^copyoff@')" 2 "units with words too many"
same "$(sed 's/.*: //' /run/err)" "'colour' is no option; it is passed over
'more' is too much for a line; it is passed over" "standard error"
diff "$COPYOFF_KMSG" <(sed 's/^/<4>/' /run/err)
rm -r "$UNITS"
mkdir "$UNITS"
COPYOFF_KMSG=/nowhere/kmsg sh "$UNITS.sh" "$UNITS" "$UNITS" "$UNITS" 2>/run/err
same "$(made | grep -c '^copyoff@')" 2 "units without a log"
touch "$COPYOFF_INITRD_RELEASE"
echo 'one /dev/sda' | generate
same "$(made)" '' "units in the initramfs"
rm "$COPYOFF_INITRD_RELEASE"
echo 'one /dev/sda' | generate
same "$(made | head -n 1)" copyoff@one.service "units after the initramfs"
rm -rf "$COPYOFFTAB" "$UNITS"
mkdir "$UNITS"
sh "$UNITS.sh" "$UNITS" "$UNITS" "$UNITS"
same "$(made)" '' "units without a file"
