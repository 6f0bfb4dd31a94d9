# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What a kernel with debugging built in is asked after a case; tests/vm/lib.sh
# sources this. All of it does nothing where the kernel has no such thing.
#
# What such a kernel says by itself (KASAN, UBSAN, lockdep, a hung task) is in its
# log, which init looks at. But lockdep goes silent after its first word, and
# kmemleak has to be asked.

KMEMLEAK=/sys/kernel/debug/kmemleak
# The module's functions, of every time it was loaded: "ADDRESS NAME", and a line
# "ADDRESS -" behind the last of each. Backtraces of a module that is gone have
# only addresses.
SYMBOLS=/run/copyoff-symbols

# note_symbols: once the module is there
note_symbols() {
	{ local -; set +x; } 2>/dev/null
	[ -e "$KMEMLEAK" ] || return 0
	awk '$4 == "[dm_copyoff]" && $2 ~ /[tT]/ { print $1, $3 }' /proc/kallsyms | sort |
		awk '{ print; last = $1 } END { if (last) print substr(last, 1, 12) "ffff -" }' >>"$SYMBOLS"
}

# begin_debug_checks: what leaked up to now is not what comes now
begin_debug_checks() {
	: >"$SYMBOLS"
	[ ! -e "$KMEMLEAK" ] || echo clear >"$KMEMLEAK"
}

# lockdep_is_off: so nothing was checked since
lockdep_is_off() { grep -qs '^ *debug_locks: *0' /proc/lockdep_stats; }

# scan_twice: an object counts once it is five seconds old and did not change from
# one scan to the next. False if there is no scanning.
scan_twice() {
	local start=${EPOCHREALTIME/./} us
	echo scan >"$KMEMLEAK" || return 1
	us=$((5500000 - (${EPOCHREALTIME/./} - start)))
	[ "$us" -le 0 ] || sleep "$((us / 1000000)).$(printf %06d $((us % 1000000)))"
	echo scan >"$KMEMLEAK"
}

# our_leaks FILE: of kmemleak's report, the objects that the module allocated, with
# its functions named
our_leaks() {
	sort -u "$SYMBOLS" | awk '
	function name(a, i, n) {
		for (i = 1; i <= nsyms && sym[i] <= a; i++)
			n = i
		return n ? what[n] : "-"
	}
	function flush() { if (ours) printf "%s", text; text = ""; ours = 0 }
	FNR == NR { sym[++nsyms] = $1; what[nsyms] = $2; next }
	/^unreferenced object/ { flush() }
	{
		if (match($0, /(0x)?ffffffff[0-9a-f]+[^ ]*$/)) {
			a = substr($0, RSTART); sub(/^0x/, "", a); n = name(a)
			if (length(a) == 16 && n != "-") { ours = 1; $0 = "    " n " [dm_copyoff]" }
		} else if (/\[dm_copyoff\]/)
			ours = 1
		text = text $0 "\n"
	}
	END { flush() }' - "$1"
}

# debug_aftermath LOG SCAN: what is wrong, in one line; the module is not loaded.
# SCAN: yes looks for memory that leaked since begin_debug_checks.
debug_aftermath() {
	if lockdep_is_off; then echo "lockdep has gone off"; return; fi
	[ "$2" = yes ] && [ -e "$KMEMLEAK" ] && [ -s "$SYMBOLS" ] || return 0
	if ! scan_twice 2>/dev/null; then echo "kmemleak has gone off"; return; fi
	cat "$KMEMLEAK" >"$1.kmemleak"
	our_leaks "$1.kmemleak" >"$1.leaks"
	[ ! -s "$1.leaks" ] || echo "kernel log: memory leaked: $(grep -c '^unreferenced' "$1.leaks") objects, the first by $(
		awk '/\[dm_copyoff\]/ { print $1; exit }' "$1.leaks")"
}
