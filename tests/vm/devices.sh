# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What profiles are made of. tests/vm/run sources this, then the profile, which
# adds to ARGS (for QEMU) and to the guest's environment. Backing files are
# sparse and lie in $DISKS, which goes with the VM.

ARGS=()
GUEST_ENV=()
KERNEL_ARGS=
# Processors of the guest. With a second one everything takes twice as long: each of the
# host's is wanted by several of the guests', who wait for each other. So it is for the
# profiles whose cases are about what runs at the same time.
CPUS=1
PORTS=0
NAMESPACES=0
# What all NVMe controllers are told, beside the profile
NVME_OPTIONS=
# shellcheck disable=SC2154
! kernel_has_flag "$kernel" nodbcs || NVME_OPTIONS=,dbcs=off

# two_cpus: where that is not too dear. On the debug kernel it is, but for random and smp,
# which say CPUS=2: what is held at delay points meets the same there with one.
# shellcheck disable=SC2154
two_cpus() { kernel_has_flag "$kernel" slow || CPUS=2; }

# guest_env NAME VALUE: a variable that the cases see
guest_env() { GUEST_ENV+=("$1=$(printf %q "$2")"); }

# kernel_arg WORD: for the guest's kernel
kernel_arg() { KERNEL_ARGS+=" $1"; }

# disk ID SIZE: a backing file as a block node
disk() {
	truncate -s "$2" "$DISKS/$1"
	ARGS+=(-blockdev "driver=file,node-name=$1,filename=$DISKS/$1,aio=threads,discard=unmap,cache.no-flush=on")
}

# faulty_disk ID SIZE RULE...: the same, below injected errors. A RULE is
# iotype:sector:once|always, sectors being of 512 bytes.
faulty_disk() {
	local id=$1 size=$2 rules='' rule iotype sector how
	shift 2
	truncate -s "$size" "$DISKS/$id"
	for rule in "$@"; do
		IFS=: read -r iotype sector how <<<"$rule"
		[ "$how" = once ] && how=true || how=false
		rules+="${rules:+,}{\"event\":\"none\",\"iotype\":\"$iotype\",\"errno\":5,\"sector\":$sector,\"once\":$how,\"immediately\":false}"
	done
	ARGS+=(-blockdev "{\"driver\":\"blkdebug\",\"node-name\":\"$id\"${rules:+,\"inject-error\":[$rules]},\"image\":{\"driver\":\"file\",\"filename\":\"$DISKS/$id\",\"aio\":\"threads\",\"discard\":\"unmap\"}}")
}

# gated_disk ID SIZE: the same; a case can have hold_write ID keep its next write
# from the file for as long as it likes.
gated_disk() {
	truncate -s "$2" "$DISKS/$1"
	ARGS+=(-blockdev "{\"driver\":\"raw\",\"node-name\":\"$1\",\"file\":{\"driver\":\"blkdebug\",\"image\":{\"driver\":\"file\",\"filename\":\"$DISKS/$1\",\"aio\":\"threads\",\"discard\":\"unmap\"}}}")
}

# hot_port: a root port of its own, so that a device can be taken away live;
# its bus is $PORT, itself it is device $PORT_AT (two hexadecimal digits) of bus 0.
hot_port() {
	PORTS=$((PORTS + 1))
	PORT=port$PORTS
	PORT_AT=$(printf %02x $((PORTS + 8)))
	ARGS+=(-device "pcie-root-port,id=$PORT,chassis=$PORTS,slot=$PORTS,addr=0x$PORT_AT")
}

# nvme_subsys ID: a controller with a subsystem, for namespaces to follow.
# The guest finds it by its name, nqn...:ID.
nvme_subsys() {
	hot_port
	ARGS+=(-device "nvme-subsys,id=sub-$1,nqn=$1")
	ARGS+=(-device "nvme,id=$1,serial=$1,subsys=sub-$1,bus=$PORT$NVME_OPTIONS")
}

# nvme_path ID OTHER: a second controller in the subsystem of the first; give it
# before the namespaces. Their serials are the same: the guest has qemu_id.
nvme_path() {
	guest_env "CONTROLLER_AT_$PORT_AT" "$1"
	hot_port
	guest_env "CONTROLLER_AT_$PORT_AT" "$2"
	ARGS+=(-device "nvme,id=$2,serial=$1,subsys=sub-$1,bus=$PORT$NVME_OPTIONS")
}

# nvme_ns CONTROLLER NSID DISK BLOCK MSSRL MCL MSRC (msrc is 0's based)
nvme_ns() {
	NAMESPACES=$((NAMESPACES + 1))
	ARGS+=(-device "nvme-ns,id=$1-n$2,bus=$1,nsid=$2,drive=$3,logical_block_size=$4,physical_block_size=$4,mssrl=$5,mcl=$6,msrc=$7")
}

# nvme_legacy ID DISK: a controller that is its own namespace. It says that it
# can Copy, and that the limits are zero.
nvme_legacy() {
	NAMESPACES=$((NAMESPACES + 1))
	hot_port
	ARGS+=(-device "nvme,id=$1,serial=$1,drive=$2,bus=$PORT$NVME_OPTIONS")
}

# virtio_blk ID DISK
virtio_blk() {
	hot_port
	ARGS+=(-device "virtio-blk-pci,id=$1,serial=$1,drive=$2,bus=$PORT")
}
