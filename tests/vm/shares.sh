# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# How folders of the host get into the guest: by 9p or, where the kernel has no 9p
# (flag virtiofs in kernels.conf), by virtiofs, with a virtiofsd for each. To be
# sourced by tests/vm/run.

VIRTIOFSD_AT='/usr/libexec/virtiofsd /usr/lib/qemu/virtiofsd'

# It is a package of its own, or was QEMU's.
need_virtiofsd() {
	if [ -n "$(apt-cache policy virtiofsd 2>/dev/null | awk '$1 == "Candidate:" && $2 != "(none)"')" ]; then
		need_packages virtiofsd
	else
		need_packages qemu-system-common
	fi
}

find_virtiofsd() {
	local f
	for f in $VIRTIOFSD_AT; do
		[ ! -x "$f" ] || { echo "$f"; return 0; }
	done
	die "no virtiofsd"
}

# shares KERNEL ROOT LOGS SCRATCH: sets SHARES, for QEMU: the folder ROOT as "root",
# not to be written, and LOGS as "logs"; sockets are made in SCRATCH. Needs $memory.
shares() {
	SHARES=()
	SHARERS=()
	if kernel_has_flag "$1" virtiofs; then
		# Both sides see the guest's memory.
		SHARES+=(-object "memory-backend-memfd,id=shared,size=${memory}M,share=on" -machine memory-backend=shared)
		virtiofs_share root "$2" "$4" always
		virtiofs_share logs "$3" "$4" none
	else
		SHARES+=(-fsdev "local,id=root,path=$2,security_model=none,readonly=on,multidevs=remap"
			-device "virtio-9p-pci,fsdev=root,mount_tag=root"
			-fsdev "local,id=logs,path=$3,security_model=none"
			-device "virtio-9p-pci,fsdev=logs,mount_tag=logs")
	fi
}

# end_shares: a virtiofsd ends with its QEMU, if that ever began
end_shares() { [ ${#SHARERS[@]} = 0 ] || kill "${SHARERS[@]}" 2>/dev/null || :; }

# virtiofs_share TAG FOLDER SCRATCH CACHE
virtiofs_share() {
	local tries
	"$(find_virtiofsd)" --socket-path="$3/$1.sock" -f -o "source=$2,sandbox=chroot,cache=$4" \
		>"$3/$1.virtiofsd.log" 2>&1 </dev/null &
	SHARERS+=($!)
	for ((tries = 0; tries < 100; tries++)); do
		[ ! -S "$3/$1.sock" ] || break
		sleep 0.1
	done
	SHARES+=(-chardev "socket,id=$1-fs,path=$3/$1.sock" -device "vhost-user-fs-pci,chardev=$1-fs,tag=$1")
}
