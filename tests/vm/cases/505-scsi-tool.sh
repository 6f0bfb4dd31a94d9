# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: lio
# quick-on: 6.1
# not-on: debug
# timeout: 300
#
# The command on SCSI disks: what probe and explain say of them, of a name that two of
# them go by, of one disk by two paths; a copy. And what machines read: status as JSON
# and for Prometheus, whatever a device is called; colours only where they can be seen.

. "$TOP/tests/vm/lio.sh"
. "$TOP/tests/vm/pty.sh"

# says STATUS PATTERN ARGUMENT...: copyoff ends so, and one line that it prints has it
says() {
	local rc=0
	"$COPYOFF" "${@:3}" >/run/out 2>&1 </dev/null || rc=$?
	cat /run/out
	same "$rc" "$1" "exit status of copyoff ${*:3}:"
	same "$(grep -cE -- "$2" /run/out)" 1 "lines of copyoff ${*:3} with $2:"
}

# --- no module ---
says 6 '^copyoff: the kernel has no copyoff target: modprobe dm-copyoff$' status
says 6 'modprobe dm-copyoff$' status --json
says 6 'modprobe dm-copyoff$' top
says 6 'load the module: modprobe dm-copyoff$' features
says 6 'load the module: modprobe dm-copyoff$' events

load
lio_up
backstore one ramdisk 64 11111111-2222-3333-4444-555555555551
backstore two ramdisk 64 99999999-8888-7777-6666-555555555552
backstore nameless ramdisk 64 -
# LIO puts but a part of the serial number into the name: that of two's.
backstore twin ramdisk 64 99999999-8888-7777-6666-555555555553
backstore mute ramdisk 64 44444444-2222-3333-4444-555555555551 emulate_3pc=0
session
map "$TPG" 0 one
map "$TPG" 1 two
map "$TPG" 2 nameless
map "$TPG" 3 mute
A=$(lun "$TPG" 0)
B=$(lun "$TPG" 1)
N=$(lun "$TPG" 2)
M=$(lun "$TPG" 3)

NAA='naa\.6001405[0-9a-f]{25}'
# The first that is asked of a new disk is answered with a unit attention.
says 0 "^${A##*/} +64.0 MiB scsi +xcopy +256.0 MiB\*1 +$NAA +no +scsi$" probe
says 0 "^${B##*/} .* $NAA +no +scsi$" probe "$B"
says 0 "^${N##*/} .* - +no +host: NO_DESIGNATOR$" probe "$N"
says 0 "^${M##*/} +64.0 MiB scsi +- +- +$NAA +no +host: NO_COPY_COMMAND$" probe "$M"
says 1 "^${A##*/} " probe /dev/nosuch "$A"
grep -x 'copyoff: /dev/nosuch: there is no such device; is the volume active?' /run/out

# --- what a copy would do, and does ---
says 1 "^copyoff: neither $A nor $B has a copyoff target: copyoff create NAME $A, and copy /dev/mapper/NAME$" explain "$A" "$B"
defer rmdev one
"$COPYOFF" create one "$A"
defer rmdev two
"$COPYOFF" create two "$B"
says 0 '^0 +0 +8.0 MiB +scsi in commands of up to ' explain --length 8M one two
says 0 '^would copy 8.0 MiB: 0 B by nvme, 8.0 MiB by scsi, 0 B by host$' copy --dry-run --length 8M one two
says 0 'host, because NOT_COPYOFF: ' explain one "$N"
grep -E -- "-> copyoff create NAME $N, and copy /dev/mapper/NAME$" /run/out
dd if=/dev/urandom of=/dev/mapper/one bs=1M count=8 oflag=direct status=none
says 0 '^8.0 MiB in [0-9.]+ s: 0 B by nvme, 8.0 MiB by scsi, 0 B by host$' copy --strict --length 8M one two
cmp -n $((8 << 20)) /dev/mapper/one /dev/mapper/two
says 0 '^one +'"${A##*/}"' +scsi +on ' status
says 0 '^one .* dm .* enabled: scsi$' probe one
same "$("$COPYOFF" query one two | head -n 1)" method=scsi

# --- one disk by two paths is one; two disks by one name are not to be told apart ---
OTHER=$TPG
session
map "$TPG" 0 one
PATH2=$(lun "$TPG" 0)
says 0 "^${PATH2##*/} .* $NAA +no +scsi$" probe "$PATH2"
map "$OTHER" 4 twin
TWIN=$(lun "$OTHER" 4)
says 0 "^${B##*/} .* yes +host: DESIGNATOR_CLASH$" probe "$B"
says 0 "^${TWIN##*/} .* yes +host: DESIGNATOR_CLASH$" probe "$TWIN"
says 0 "^${A##*/} .* no +scsi$" probe "$A"

# --- for machines: a name with what JSON and Prometheus have to escape ---
dmsetup create 'a"b' --table "$(copyoff_table "$M")"
defer dmsetup remove 'a"b'
"$COPYOFF" status --json | tee /run/json
python3 - /run/json "${M##*/}" <<'END' || fail "not the JSON that it should be"
import json, sys
lines = json.load(open(sys.argv[1]))["lines"]
assert len(lines) == 3, lines
keys = {"device", "start", "length", "below", "method", "state", "inflight", "doubts",
	"commands", "ranges", "bytes_nvme", "bytes_scsi", "bytes_host", "fallbacks", "errors",
	"last_reason"}
for line in lines:
	assert set(line) == keys, line
by = {line["below"]: line for line in lines}
assert by[sys.argv[2]]["last_reason"] == "NO_COPY_COMMAND", by
assert sum(line["bytes_scsi"] for line in lines) == 8 << 20, lines
END
# Every metric is explained once, before its samples, and these are together.
"$COPYOFF" status --prometheus | tee /run/prometheus | LC_ALL=C awk '
	function wrong(why) { print NR ": " why ": " $0; bad = 1 }
	/^# HELP / { if (seen[$3]++) wrong("again"); name = $3; typed = 0; next }
	/^# TYPE / { if ($3 != name || ($4 != "counter" && $4 != "gauge")) wrong("type"); typed = 1; next }
	{
		value = "\"([^\"\\\\]|\\\\[\"\\\\n])*\""
		if ($0 !~ "^" name "\\{[a-z]+=" value "(,[a-z]+=" value ")*\\} [0-9]+$" || !typed)
			wrong("sample")
		if (count[$0 = substr($0, 1, index($0, "}"))]++) wrong("twice")
		samples++
	}
	END { if (samples != 27) wrong(samples " samples"); exit bad }' || fail "not Prometheus text"
grep '^copyoff_bytes_total{method="scsi",device="two",.*} 8388608$' /run/prometheus

# --- colours: on a terminal that has them, and if they are wanted ---
coloured() {
	on_pty 80 env "$1" "$COPYOFF" "${@:2}"
	end_pty 0
	grep -q $'\033' /run/pty
}
coloured TERM=xterm status
refuses coloured NO_COLOR=1 status
refuses coloured TERM=dumb status
coloured NO_COLOR=1 top --count 1
refuses coloured TERM=dumb top --count 1
refuses grep -q $'\033' /run/prometheus
"$COPYOFF" status >/run/out
refuses grep -q $'\033' /run/out

# --- for root ---
as_nobody() {
	local rc=0
	setpriv --reuid 65534 --clear-groups "$COPYOFF" "${@:3}" >/run/out 2>&1 || rc=$?
	cat /run/out
	same "$rc $(grep -c "are you \(not \)\?root" /run/out)" "$1 $2" "copyoff ${*:3} without rights"
}
as_nobody 1 1 status
as_nobody 1 1 top
as_nobody 1 1 disable --all
as_nobody 6 1 copy "$A" "$B"
as_nobody 1 1 create x "$M"
as_nobody 1 1 remove one

# --- help: of every command, with an example of those that people use ---
for c in $("$COPYOFF" --help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
	says 0 "^usage: copyoff $c" "$c" --help
	[ "$c" = features ] || grep -q "^  copyoff $c" /run/out || fail "$c: no example"
done
says 2 "^copyoff top: there is no option '--bogus'" top --bogus
