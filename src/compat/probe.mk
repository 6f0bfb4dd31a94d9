# SPDX-License-Identifier: GPL-2.0-only
#
# Compiles each probe with the flags of the kernel that the module is built
# for. One that compiles defines HAVE_<NAME>, in compat_config.h, and all answers
# are listed in COPYOFF_PROBES, which modinfo shows; the two
# sentinels tell whether the compiling itself can be trusted. Run again
# whenever the flags or the probe change.

probe-names := sentinel_yes sentinel_no
# <linux/blkdev.h>
probe-names += bd_contains bd_inode bdev_nr_bytes bdev_whole blk_opf_t \
	       blkdev_issue_flush blkdev_issue_flush_gfp crypto_profile \
	       gd_dead genhd_fl_up keyslot_manager
# <linux/blk-mq.h>
probe-names += blk_execute_rq_status blk_execute_rq_void
# <linux/device-mapper.h>
probe-names += blk_mode_t dm_get_device_fmode_t dm_prepare_ioctl_bdev \
	       dm_prepare_ioctl_forward dm_report_zones dm_report_zones_cb \
	       dm_target_flush_bypasses_map dm_target_num_write_same_bios \
	       statustype_ima
# <linux/dm-io.h>
probe-names += dm_io_ioprio dm_io_op_flags dm_io_opf dm_io_unsup
# <scsi/scsi_device.h>, <scsi/scsi_driver.h>
probe-names += class_interface_dev class_interface_intf scsi_execute_cmd \
	       scsi_execute_opf scsi_execute_u64
# <linux/workqueue.h>

probe-dir := src/compat/probes
probe-results := $(addprefix $(obj)/$(probe-dir)/,$(addsuffix .result,$(probe-names)))
probe-upper = $(shell echo $(1) | tr a-z A-Z)
probe-macro = $(if $(filter sentinel_%,$(1)),COPYOFF_PROBE_,HAVE_)$(call probe-upper,$(1))

# Older compilers only warn of these, which would be a false yes.
probe-flags := -Werror=implicit-function-declaration \
	       -Werror=incompatible-pointer-types -Werror=int-conversion \
	       -Wno-missing-prototypes -Wno-missing-declarations

quiet_cmd_copyoff_probe = PROBE   $(basename $(notdir $@))
      cmd_copyoff_probe = \
	if $(CC) $(c_flags) $(probe-flags) -c -o $@.o $< > $@.log 2>&1; then \
		echo '\#define $(call probe-macro,$(basename $(notdir $@))) 1'; \
	else \
		echo '/* no $(call probe-macro,$(basename $(notdir $@))) */'; \
	fi > $@; rm -f $@.o

$(obj)/$(probe-dir)/%.result: $(src)/$(probe-dir)/%.c FORCE
	$(call if_changed,copyoff_probe)

quiet_cmd_copyoff_config = GEN     $@
      cmd_copyoff_config = { cat $(probe-results); \
	grep -c '^\#define' $(probe-results) | \
	sed -e 's,^.*/\(.*\)\.result:,\1=,' -e 's/=1/=y/' -e 's/=0/=n/' | \
	tr '\n' ' ' | sed -e 's/^/\#define COPYOFF_PROBES "/' -e 's/ *$$/"/'; \
	echo; } > $@

$(obj)/src/compat/compat_config.h: $(probe-results) FORCE
	$(call if_changed,copyoff_config)

targets += $(addprefix $(probe-dir)/,$(addsuffix .result,$(probe-names))) \
	   src/compat/compat_config.h
clean-files += $(addprefix $(probe-dir)/,$(addsuffix .result,$(probe-names)) \
		 $(addsuffix .result.log,$(probe-names))) src/compat/compat_config.h
