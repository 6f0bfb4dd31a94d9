# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# quick-on: 6.1
# not-on: debug
# timeout: 180
#
# What "make install" puts into a system: the library for a program that is built
# with pkg-config, completion, and the generator for /etc/copyofftab, whose units do
# what their lines say, with the module and without.

load
A=$(ns 1)
B=$(ns 2)

# --- the library ---
# Slow enough for a job to be cancelled.
mkdev one "$(copyoff_table "$A" 0 $((64 << 11)) '4 max_inflight 1 max_command_kib 16')"
mkdev two "$(copyoff_table "$A" $((64 << 11)) $((64 << 11)))"
dd if=/dev/urandom of=/dev/mapper/one bs=1M count=64 oflag=direct status=none
export LD_LIBRARY_PATH=$TOP/build/lib
"$TOP/build/lib/example" /dev/mapper/one /dev/mapper/two | grep -x 'done; 67108864 by nvme, 0 by host, -'
cmp /dev/mapper/one /dev/mapper/two
dd if=/dev/urandom of=/dev/mapper/one bs=1M count=64 oflag=direct status=none
"$TOP/build/vm-bin/libjobs" /dev/mapper/one /dev/mapper/two 64 | tee /run/out
grep -x "64 jobs, $((63 * 32))" /run/out
grep -x 'cancelled: Operation canceled, not all done' /run/out
cmp /dev/mapper/one /dev/mapper/two
rmdev one
rmdev two

# --- installed ---
make -s -C "$TOP/tools" O="$TOP/build/tools" LIB="$TOP/build/lib" DESTDIR=/run/root PREFIX=/usr install
find /run/root -type f | sort
for f in sbin/copyoff lib/libcopyoff.so.0 lib/libcopyoff.a lib/pkgconfig/libcopyoff.pc include/copyoff.h \
	share/man/man8/copyoff.8 share/man/man5/copyofftab.5 share/bash-completion/completions/copyoff \
	lib/systemd/system-generators/copyoff-generator \
	lib/udev/rules.d/61-copyoff-links.rules; do
	[ -s "/run/root/usr/$f" ] || fail "usr/$f is not installed"
done

# --- completion: from the help texts ---
# The guest has no udev to make what every system has.
[ -e /dev/fd ] || ln -s /proc/self/fd /dev/fd
export PATH=/run/root/usr/sbin:$PATH
. /run/root/usr/share/bash-completion/completions/copyoff
# completed WORD...: what the last one becomes
completed() {
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	_copyoff
	echo "${COMPREPLY[*]}"
}
same "$(completed copyoff cl)" clone
same "$(completed copyoff copy --r)" "--ranges --resume"
mkdev somename "0 2048 linear $A 0"
same "$(completed copyoff enable some)" somename
rmdev somename

# --- the generator ---
make_vg "$B"
lvcreate -q -y -Wn -Zn -L 16M -n golden vg
cat >/run/copyofftab <<-END
	# comment
	fast       $A    max_inflight=8,nofail
	vg/golden  -
	later      $B    noauto
	/dev/sda   -     nofail
	broken
END
GENERATOR=/run/root/usr/lib/systemd/system-generators/copyoff-generator
sed -i 's|=/usr/sbin/copyoff|=/run/root/usr/sbin/copyoff|' "$GENERATOR"
mkdir -p /run/units
COPYOFFTAB=/run/copyofftab "$GENERATOR" /run/units 2>/run/err
cat /run/err
grep "'/dev/sda' is neither" /run/err
grep 'broken has no device' /run/err
same "$(cd /run/units && find . -name 'copyoff*' | sort | tr '\n' ' ')" "$(printf '%s ' \
	'./copyoff@fast.service' './copyoff@later.service' './copyoff@vg-golden.service' \
	'./dev-mapper-fast.device.requires/copyoff@fast.service' \
	'./dev-mapper-later.device.requires/copyoff@later.service' \
	'./dev-vg-golden.device.wants/copyoff@vg-golden.service' \
	'./local-fs.target.wants/copyoff@fast.service' \
	'./local-fs.target.wants/copyoff@vg-golden.service')" units
for u in /run/units/*.service; do
	systemd-analyze verify --man=no "$u" >/run/verify 2>&1 || { cat /run/verify; fail "systemd does not take $u"; }
done

# start UNIT, stop UNIT: as systemd would
start() { { local -; set +x; } 2>/dev/null; sh -ec "$(sed -n 's/^ExecStart=//p' "/run/units/copyoff@$1.service")"; }
stop() { sh -ec "$(sed -n 's/^ExecStop=//p' "/run/units/copyoff@$1.service")"; }
defer rmdev fast
start fast
dmsetup table fast | grep ' copyoff .* 2 max_inflight 8$'
stop fast
refuses dmsetup info fast
start vg-golden
dmsetup table vg-golden | grep ' copyoff '
"$COPYOFF" disable vg/golden

# --- what the module refuses: linear, one line, and boot goes on ---
sed -i 's/max_inflight=8/max_inflight=99/' "/run/units/copyoff@fast.service"
start fast 2>/run/err
same "$(cat /run/err)" "copyoff: fast: the module refuses the lines, and the kernel log says why: the device is linear, copies go by the host; when that is put right, copyoff enable fast"
same "$(dmsetup table fast)" "0 $(sectors "$A") linear $(cat "/sys/class/block/${A##*/}/dev") 0"
"$COPYOFF" enable fast
dmsetup table fast | grep ' copyoff '
stop fast
# Only where that was asked for.
refuses "$COPYOFF" create --options max_inflight=99 fast "$A"
refuses dmsetup info fast
sed -i 's/max_inflight=99/max_inflight=8/' "/run/units/copyoff@fast.service"

# --- without the module: linear, one line, and boot goes on ---
rmmod dm-copyoff
start fast 2>/run/err
same "$(cat /run/err)" "copyoff: fast: the module dm-copyoff is missing: the device is linear, copies go by the host; install the module, then copyoff enable fast"
same "$(dmsetup table fast | cut -d' ' -f 1-3)" "0 $(sectors "$A") linear"
start vg-golden 2>/run/err
same "$(wc -l </run/err)" 1 "lines"
dmsetup table vg-golden | grep ' linear '
# The way back, as the line says.
insmod "$MODULE"
"$COPYOFF" enable fast
dmsetup table fast | grep ' copyoff '
stop fast

# --- the manual's own example, with the disk that there is ---
sed -n '/^EXAMPLE/,/^SEE ALSO/s/^  \([^ ]\)/\1/p' "$TOP/tools/man/copyofftab.5.rst" |
	sed "s|/dev/disk/by-id/[^ ]*|$A|" >/run/copyofftab
cat /run/copyofftab
same "$(wc -l </run/copyofftab)" 2 "lines of the example"
rm -rf /run/units
mkdir /run/units
COPYOFFTAB=/run/copyofftab "$GENERATOR" /run/units 2>/run/err
same "$(cat /run/err)" "" "complaints about the example"
while read -r name rest; do
	start "${name/\//-}"
	dmsetup table "${name/\//-}" | grep ' copyoff ' || fail "$name is not copyoff"
done </run/copyofftab
"$COPYOFF" disable vg/golden
stop fast
