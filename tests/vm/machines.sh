# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What is particular to the machine that QEMU emulates. tests/vm/run sources this.
# All guests have the same three serial lines: ttyS0 is the console, ttyS1 takes
# results, ttyS2 is QEMU's monitor.

# machine KERNEL: sets MACHINE, arguments for QEMU; CONSOLE, what the guest's kernel
# calls its console; CONSOLE_OPTIONS, of the character device behind it. A plain CPU
# boots faster.
machine() {
	local arch
	arch=$(kernel_arch "$1")
	"machine_${arch:-own}"
}

machine_own() {
	CONSOLE=ttyS0
	CONSOLE_OPTIONS=
	MACHINE=(-machine q35 -cpu Nehalem
		-serial chardev:console -serial chardev:result -serial chardev:monitor)
}

# This one's own serial line is another kind, and there is but one: the kernel has
# that, and ttyS0 to 2 are cards, the first of which goes to the same file.
machine_arm64() {
	CONSOLE=ttyAMA0
	CONSOLE_OPTIONS=,mux=on
	MACHINE=(-machine "virt,gic-version=3" -cpu cortex-a57 -serial chardev:console
		-device "pci-serial,chardev=console,addr=0x5"
		-device "pci-serial,chardev=result,addr=0x6"
		-device "pci-serial,chardev=monitor,addr=0x7")
}
