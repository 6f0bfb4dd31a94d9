# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Shared by the scripts of the build and the test rig. Source it, with $TOP set
# to the top of the tree.
#
# Everything taken from the distribution is cached below $CACHE, outside the
# tree. Each part has its version in its path and a stamp written last, so that
# a part that is missing or was cut short is made again.

CACHE=${COPYOFF_CACHE:-/var/cache/dm-copyoff}
KERNELS_CONF=${KERNELS_CONF:-$TOP/tests/vm/kernels.conf}
BUILD=$TOP/build
# A list of packages older than this is fetched again (minutes).
LISTS_MAX_AGE=1440

export LC_ALL=C DEBIAN_FRONTEND=noninteractive

say() { printf '%s\n' "$*" >&2; }
die() { say "${0##*/}: $*"; exit 1; }

# Run a noisy command; show its output only if it fails.
quietly() {
	q_log=$(mktemp)
	if "$@" >"$q_log" 2>&1; then
		rm -f "$q_log"
	else
		q_rc=$?
		tail -n 40 "$q_log" >&2
		rm -f "$q_log"
		return "$q_rc"
	fi
}

# --- kernels.conf ------------------------------------------------------------

all_kernel_names() { awk '!/^[[:space:]]*(#|$)/ { print $1 }' "$KERNELS_CONF"; }

# Without those with the flag "named", which are for who names them.
kernel_names() { awk '!/^[[:space:]]*(#|$)/ && (","$5",") !~ /,named,/ { print $1 }' "$KERNELS_CONF"; }

# flavour_names: those of them that are built as quickly as the others: packages for
# this machine's architecture
flavour_names() {
	awk '!/^[[:space:]]*(#|$)/ && (","$5",") ~ /,named,/ && (","$5",") !~ /,(source,|arch=)/ { print $1 }' \
		"$KERNELS_CONF"
}

# kernel_field NAME COLUMN
kernel_field() {
	awk -v n="$1" -v c="$2" '$1 == n { print $c; f = 1; exit } END { exit !f }' \
		"$KERNELS_CONF" || die "no kernel '$1' in ${KERNELS_CONF##*/}"
}

# kernel_has_flag NAME FLAG
kernel_has_flag() {
	case ",$(kernel_field "$1" 5)," in *",$2,"*) return 0 ;; esac
	return 1
}

# kernel_word NAME FLAG: what the flag FLAG=WORD says, or nothing
kernel_word() { kernel_field "$1" 5 | tr , '\n' | sed -n "s/^$2=//p"; }

# kernel_arch NAME: its architecture if that is not this machine's
kernel_arch() { kernel_word "$1" arch; }

# kernel_suite NAME: where its packages are, as suite_apt wants it
kernel_suite() {
	ks_arch=$(kernel_arch "$1")
	printf '%s\n' "$(kernel_field "$1" 2)${ks_arch:+:$ks_arch}"
}

# kernel_slowness NAME: what all limits of time are multiplied by
kernel_slowness() { if kernel_has_flag "$1" slow; then echo 4; else echo 1; fi; }

# default_kernel: the one for what needs no more than one
default_kernel() {
	for dk in $(kernel_names); do
		! kernel_has_flag "$dk" default || { printf '%s\n' "$dk"; return; }
	done
	die "no kernel in ${KERNELS_CONF##*/} has the flag default"
}

# kernel_env NAME: sets KVER, VMLINUZ, KROOT, KMODDIR, KHDR from the cache.
kernel_env() {
	[ -e "$CACHE/kernels/$1/current/complete" ] || "$TOP/scripts/fetch-kernels" "$1"
	# shellcheck disable=SC1090,SC1091
	. "$CACHE/kernels/$1/current/complete"
}

# --- the module's sources ----------------------------------------------------

# All that building the module needs, without what a build in place left there.
module_sources() {
	(cd "$TOP" && find Kbuild dkms.conf Makefile LICENSE src include -type f \
		\( -name '*.[ch]' -o -name '*.mk' -o -path '*/probes/*' -o ! -path '*/*' \) \
		! -name '*.mod.c' ! -name compat_config.h 2>/dev/null)
}

# copy_module_sources DIR: what differs is copied, what is gone is removed. A copy
# has the time of the copying: to make it is newer than what was built before,
# also if that build was still under way when the source was changed.
copy_module_sources() {
	mkdir -p "$1"
	module_sources | while IFS= read -r cm; do
		! cmp -s "$TOP/$cm" "$1/$cm" || continue
		case $cm in */*) mkdir -p "$1/${cm%/*}" ;; esac
		cp -f --preserve=mode "$TOP/$cm" "$1/$cm"
	done
	[ ! -d "$1/src" ] || (cd "$1" && find src include -name '*.[ch]' ! -name '*.mod.c' ! -name compat_config.h) |
		while IFS= read -r cm; do
			[ -e "$TOP/$cm" ] || rm -f "$1/$cm"
		done
}

# export_tree DIR: all that git has, or would take, as it is now
export_tree() {
	(cd "$TOP" && git ls-files -co --exclude-standard | while IFS= read -r et; do
		[ ! -e "$et" ] || printf '%s\n' "$et"
	done | tar -c -T -) | tar -x -C "$1"
}

# --- the machine's own packages ----------------------------------------------

installed() { dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed; }

# One list update a day is enough for the machine's own suite, too.
refresh_own_lists() {
	mkdir -p "$CACHE"
	if [ -n "$(find "$CACHE/own-lists" -mmin "-$LISTS_MAX_AGE" 2>/dev/null)" ] && [ "${1-}" != now ]; then
		return
	fi
	say "updating the package lists"
	quietly apt-get -q update || say "warning: apt-get update failed"
	touch "$CACHE/own-lists"
}

# Install what is missing of the packages named.
need_packages() {
	np_missing=
	for np in "$@"; do
		installed "$np" || np_missing="$np_missing $np"
	done
	[ -n "$np_missing" ] || return 0
	refresh_own_lists
	say "installing:$np_missing"
	# shellcheck disable=SC2086
	if ! quietly apt-get -qy --no-install-recommends install $np_missing; then
		# The list may name versions that are gone by now.
		refresh_own_lists now
		# shellcheck disable=SC2086
		quietly apt-get -qy --no-install-recommends install $np_missing
	fi
}

# --- other suites, by the machine's own sources --------------------------------

own_codename() { (. /etc/os-release && printf '%s\n' "$VERSION_CODENAME"); }

# Rewrites the suites of a list of sources for suite $want. A backports suite
# replaces the plain one; any other takes its -updates and -security along.
SWAP_SUITE='
function swap(s) {
	if (want == own || s == want)
		return s
	if (s == "stable")
		s = own
	if (s == own)
		return want
	if (want ~ /-backports/)
		return ""
	if (index(s, own "-") == 1 && s !~ /-backports/)
		return want substr(s, length(own) + 1)
	return ""
}'

# sources_deb822 SUITE <file
sources_deb822() {
	awk -v want="$1" -v own="$(own_codename)" "$SWAP_SUITE"'
	BEGIN { RS = ""; FS = "\n" }
	{
		text = ""; found = 0; in_suites = 0
		for (i = 1; i <= NF; i++) {
			line = $i
			if (line ~ /^#/)
				continue
			# Which architecture is for suite_apt to say.
			if (tolower(line) ~ /^architectures:/)
				continue
			if (line ~ /^[^ \t]/)
				in_suites = (tolower(line) ~ /^suites:/)
			if (tolower(line) ~ /^types:/)
				line = "Types: deb"
			if (in_suites) {
				n = split(line, w, /[ \t]+/)
				line = (w[1] ~ /:$/) ? w[1] : ""
				for (j = (w[1] ~ /:$/) ? 2 : 1; j <= n; j++)
					if (w[j] != "" && (s = swap(w[j])) != "") {
						line = line " " s; found = 1
					}
				if (line == "")
					continue
			}
			text = text line "\n"
		}
		if (found)
			print text
	}'
}

# sources_oneline SUITE <file
sources_oneline() {
	awk -v want="$1" -v own="$(own_codename)" "$SWAP_SUITE"'
	$1 == "deb" {
		sub(/arch[+-]?=[^] ]*/, ""); sub(/\[ *\]/, "")
		# deb [options, perhaps with spaces] uri suite component...
		i = 2
		if ($2 ~ /^\[/)
			while ($(i++) !~ /\]$/ && i <= NF)
				;
		if ((s = swap($(i + 1))) != "") {
			$(i + 1) = s
			print
		}
	}'
}

# A SUITE is the name of one or, for what is not this machine's, NAME:ARCHITECTURE.
suite_name() { printf '%s\n' "${1%:*}"; }
suite_arch() { case $1 in *:*) printf '%s\n' "${1#*:}" ;; *) dpkg --print-architecture ;; esac; }

apt_dir() { printf '%s\n' "$CACHE/apt/$(printf %s "$1" | tr : _)"; }

# suite_apt SUITE TOOL ARGS: an apt tool that sees that suite and nothing else,
# with lists, cache and (empty) dpkg state of its own.
suite_apt() {
	sa_dir=$(apt_dir "$1"); sa_arch=$(suite_arch "$1"); sa_tool=$2; shift 2
	"$sa_tool" -q -o "APT::Architecture=$sa_arch" -o "APT::Architectures=$sa_arch" \
		-o "Dir::State::lists=$sa_dir/lists" -o "Dir::Cache=$sa_dir/cache" \
		-o "Dir::State::status=$sa_dir/status" -o "Dir::Etc::sourcelist=$sa_dir/sources.list" \
		-o "Dir::Etc::sourceparts=$sa_dir/sources.list.d" -o APT::Sandbox::User=root \
		-o APT::Get::List-Cleanup=true "$@"
}

write_sources() {
	ws_dir=$(apt_dir "$1")
	ws_suite=$(suite_name "$1")
	mkdir -p "$ws_dir/lists/partial" "$ws_dir/cache/archives/partial"
	rm -rf "$ws_dir/sources.list.d"
	mkdir -p "$ws_dir/sources.list.d"
	: >"$ws_dir/status"
	: >"$ws_dir/sources.list"
	for ws in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[ ! -f "$ws" ] || sources_oneline "$ws_suite" <"$ws" >>"$ws_dir/sources.list"
	done
	for ws in /etc/apt/sources.list.d/*.sources; do
		[ ! -f "$ws" ] || sources_deb822 "$ws_suite" <"$ws" >"$ws_dir/sources.list.d/${ws##*/}"
	done
}

# suite_update SUITE [now]
suite_update() {
	su_dir=$(apt_dir "$1")
	if [ "${2-}" != now ] && [ -n "$(find "$su_dir/updated" -mmin "-$LISTS_MAX_AGE" 2>/dev/null)" ]; then
		return 0
	fi
	say "updating the package lists of $1"
	write_sources "$1"
	# Not every suite has -updates or -security: what counts is whether the
	# packages are found afterwards.
	suite_apt "$1" apt-get update >"$su_dir/update.log" 2>&1 ||
		say "warning: apt-get update for $1 was not complete, see $su_dir/update.log"
	touch "$su_dir/updated"
}

# suite_candidate SUITE PACKAGE: its version there, or nothing
suite_candidate() {
	suite_apt "$1" apt-cache policy "$2" 2>/dev/null |
		awk '$1 == "Candidate:" && $2 != "(none)" { print $2 }'
}

# suite_depends SUITE PACKAGE: the packages it depends on
suite_depends() {
	suite_apt "$1" apt-cache depends "$2" 2>/dev/null |
		awk '$1 ~ /^\|?(Pre)?Depends:$/ { print $2 }'
}

# suite_extract SUITE DIR PACKAGE...: download and unpack, installing nothing
suite_extract() {
	se_suite=$1; se_dir=$2; shift 2
	mkdir -p "$se_dir/.debs"
	(cd "$se_dir/.debs" && quietly suite_apt "$se_suite" apt-get download "$@")
	for se in "$se_dir"/.debs/*.deb; do
		dpkg -x "$se" "$se_dir"
	done
}

# source_extract SUITE DIR PACKAGE [PATTERN...]: the kernel's sources that a
# linux-source package (or PACKAGE=VERSION) has, or only the files named, as DIR
source_extract() {
	sx_suite=$1; sx_dir=$2; sx_package=$3; shift 3
	sx_name=${sx_package%%=*}
	rm -rf "$sx_dir" "$sx_dir.deb" "$sx_dir.new"
	suite_extract "$sx_suite" "$sx_dir.deb" "$sx_package"
	for sx in "$@"; do
		set -- "$@" "$sx_name/$sx"
		shift
	done
	mkdir -p "$sx_dir.new"
	xz -dc -T0 "$sx_dir.deb/usr/src/$sx_name.tar.xz" |
		tar -x -C "$sx_dir.new" --strip-components=1 --wildcards "$@"
	rm -rf "$sx_dir.deb"
	mv "$sx_dir.new" "$sx_dir"
}

# gnu_name ARCHITECTURE: what its compiler and its folders are called by
gnu_name() {
	case $1 in
	amd64) echo x86_64-linux-gnu ;;
	arm64) echo aarch64-linux-gnu ;;
	*) printf '%s-linux-gnu\n' "$1" ;;
	esac
}

# --- build roots -------------------------------------------------------------

# kernel_root NAME: the suite whose compiler has to build for kernel NAME, by the
# flag root=SUITE, and the kind of root if it is a cross compiler; nothing if the
# machine's own can.
kernel_root() {
	kr_suite=$(kernel_word "$1" root)
	kr_arch=$(kernel_arch "$1")
	if [ -n "$kr_arch" ]; then
		printf '%s cross-%s\n' "${kr_suite:-$(own_codename)}" "$kr_arch"
	elif [ -n "$kr_suite" ] && [ "$kr_suite" != "$(own_codename)" ]; then
		printf '%s\n' "$kr_suite"
	fi
}

# root_env SUITE [KIND]: sets ROOT, a folder with a compiler, to be used by in_root;
# KIND is for scripts/fetch-root
root_env() {
	"$TOP/scripts/fetch-root" "$@"
	ROOT=$(readlink -f "$CACHE/roots/$1${2:+-$2}/current")
}

# root_lend DIR...: have large folders that do not change at the same place
# inside $ROOT, as links if they can be
root_lend() {
	for rl in "$@"; do
		[ ! -d "$ROOT$rl" ] || continue
		rl_tmp=$ROOT/tmp/lend.$$
		cp -al "$rl" "$rl_tmp" 2>/dev/null || { rm -rf "$rl_tmp"; cp -a "$rl" "$rl_tmp"; }
		mkdir -p "$ROOT${rl%/*}"
		# Somebody else may have been faster.
		mv -T "$rl_tmp" "$ROOT$rl" 2>/dev/null || rm -rf "$rl_tmp"
	done
}

# in_root DIR COMMAND...: run it inside $ROOT, where DIR stands as it does here;
# what it makes anew in DIR comes back. Copied and not mounted, since not every
# container may mount. An empty DIR would be all of this machine, copied and removed.
in_root() {
	ir_dir=$1; shift
	case $ir_dir in /?*/?*) ;; *) die "in_root: not in '$ir_dir'" ;; esac
	rm -rf "${ROOT:?}$ir_dir"
	mkdir -p "$ROOT$ir_dir"
	cp -a "$ir_dir/." "$ROOT$ir_dir"
	ir_rc=0
	chroot "$ROOT" /usr/bin/env -i PATH=/usr/bin LC_ALL=C "$@" || ir_rc=$?
	cp -au "$ROOT$ir_dir/." "$ir_dir"
	rm -rf "${ROOT:?}$ir_dir"
	return "$ir_rc"
}

# build_env NAME: kernel_env, and ROOT: where its modules have to be built, or
# nothing if the machine's own compiler can; CROSS: the prefix of a cross compiler
build_env() {
	kernel_env "$1"
	ROOT='' CROSS=''
	be_suite=$(kernel_root "$1")
	[ -n "$be_suite" ] || return 0
	be_arch=$(kernel_arch "$1")
	[ -z "$be_arch" ] || CROSS=$(gnu_name "$be_arch")-
	# shellcheck disable=SC2086
	root_env $be_suite
	root_lend "$KROOT/usr/src" "$KROOT"/usr/lib/linux-kbuild-*
}

# build_with DIR COMMAND...: there, on what is in DIR
build_with() {
	if [ -n "$ROOT" ]; then
		in_root "$@"
	else
		shift
		"$@"
	fi
}

# Only one process at a time fills the cache. Held until the script ends.
lock_cache() {
	mkdir -p "$CACHE"
	exec 9>"$CACHE/lock"
	flock 9
}

# keep_newest DIR N: remove all but the N newest versions in it
keep_newest() {
	find "$1" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\n' | sort -rn |
		awk -v n="$2" 'NR > n { $1 = ""; print substr($0, 2) }' |
		while IFS= read -r kn; do rm -rf "$kn"; done
}
