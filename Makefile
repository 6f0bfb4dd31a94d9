# SPDX-License-Identifier: GPL-2.0-only
#
# For people; the kernel's build reads Kbuild instead. All that is built goes to
# build/, the sources stay clean.

.DEFAULT_GOAL := all
.PHONY: all module tools fetch unit kunit vm arm64 mutants check check-all soak demo install deb rpm dkms-vm clean help

# What a kernel is called in tests/vm/kernels.conf, or "local" for the one that
# runs (KDIR=... for another).
KERNEL ?= local

help:
	@echo 'make             the module for the running kernel (build/local), and the tools'
	@echo 'make module      the module alone; KDIR=<headers> or KERNEL=<name in tests/vm/kernels.conf>'
	@echo 'make install     the module and the tools into this system'
	@echo 'make deb         Debian packages, in build/deb'
	@echo 'make rpm         RPM packages, in build/rpm'
	@echo 'make demo        a copy inside an emulated SSD, in a virtual machine'
	@echo 'make fetch       what builds and tests take from the distribution: packages, kernels, QEMU'
	@echo 'make unit        unit tests, in user space'
	@echo 'make kunit       the same inside of a user-mode kernel; SUITE=<name> for some'
	@echo 'make vm          all cases on all kernels in virtual machines; CASE=<name> for some'
	@echo 'make dkms-vm     the packages on a Debian of their own: DKMS, boot, upgrade, removal'
	@echo 'make arm64       the module and all cases on kernels for arm64, emulated'
	@echo 'make mutants     can the cases fail? Bugs put in, a case each has to notice; takes hours'
	@echo 'make check       everything that CI does; needs Debian, root and apt'
	@echo 'make check-all   that and all that takes longer, in pieces; goes on where it was ended'
	@echo 'make soak        random copies until it is interrupted'
	@echo 'make clean       remove build/'

all: module tools

module:
	scripts/build-module $(KERNEL)

tools:
	@if [ -f tools/Makefile ]; then $(MAKE) --no-print-directory -C tools; fi

fetch:
	scripts/setup

unit:
	$(MAKE) -C tests/unit check

kunit:
	tests/kunit/run $(SUITE)

vm:
	tests/vm/run $(CASE)

dkms-vm:
	tests/dkms/run

arm64:
	scripts/check-all '*-arm64' '*-arm64-*'

mutants:
	@scripts/check-all -m

check:
	@scripts/check

check-all:
	@scripts/check-all

soak:
	@scripts/soak

demo:
	scripts/demo

install: all
	scripts/install-module
	@if [ -f tools/Makefile ]; then $(MAKE) --no-print-directory -C tools install; fi

deb:
	scripts/build-deb
	@ls build/deb/*.deb

rpm:
	scripts/build-rpm
	@ls build/rpm/*.rpm

clean:
	rm -rf build
	@if [ -f tools/Makefile ]; then $(MAKE) --no-print-directory -C tools clean; fi
	@if [ -f tests/unit/Makefile ]; then $(MAKE) --no-print-directory -C tests/unit clean; fi
