# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For host-side checks, NNN-name.host, run by bash -eu after the VM. They have
# TOP, CASE, TRACE (QEMU's log of Copy commands), CONSOLE, RESULT (all lines the
# guest reported) and CASE_LOG; a status other than 0 fails the case, the last
# line printed being the reason.

# same A B [WHAT]
same() {
	[ "$1" = "$2" ] || { echo "${3-}${3+: }'$1' is not '$2'"; exit 1; }
	echo "${3-} $1: right"
}

# reported KEY: the sum of what this case said by "value KEY n"
reported() {
	awk -v c="$CASE" -v k="$1" '$1 == "value" && $2 == c && $3 == k { n += $4 } END { printf "%d\n", n }' "$RESULT"
}

# traced bytes|commands|ranges: what QEMU's Copy commands came to, over the whole
# VM. Namespace 3 of the std profile has blocks of 4096 bytes, all others 512.
traced() {
	# mawk reads no hexadecimal; nlb and nsid are decimal in the trace.
	awk -v what="$1" '
	/pci_nvme_copy cid / { commands++; for (i = 1; i < NF; i++) if ($i == "nsid") nsid = $(i + 1) }
	/pci_nvme_copy_source_range / {
		ranges++
		for (i = 1; i < NF; i++) if ($i == "nlb") bytes += $(i + 1) * (nsid == 3 ? 4096 : 512)
	}
	END { printf "%d\n", what == "bytes" ? bytes : what == "commands" ? commands : ranges }' "$TRACE"
}
