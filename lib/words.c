// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names and sentences for methods and reasons.
 */
#include <stddef.h>

#include "copyoff.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static const char *const methods[] = {
	[COPYOFF_METHOD_HOST] = "host",
	[COPYOFF_METHOD_NVME] = "nvme",
	[COPYOFF_METHOD_SCSI] = "scsi",
};

struct reason {
	const char *name;
	const char *text;
	const char *advice;
};

#define REASON(name, text, advice)	\
	[COPYOFF_REASON_##name] = { #name, text, advice }

static const struct reason reasons[] = {
	[COPYOFF_REASON_NONE] = { "-", "nothing speaks against it", NULL },
	REASON(FLAG, "the caller asked for the host", "leave --no-offload out"),
	REASON(TARGET_OFF, "the target's offload option forbids it",
	       "dmsetup message DEVICE 0 offload on"),
	REASON(TOO_SMALL, "smaller than the target's min_offload_kib",
	       "lower min_offload_kib in the table, or copy larger ranges"),
	REASON(MISALIGNED, "a border within a block, or less than what the device copies at least",
	       "put the borders of table lines on whole blocks; copy larger ranges"),
	REASON(NOT_COPYOFF, "one side has no copyoff line there, or not any more",
	       "copyoff enable it"),
	REASON(DIFFERENT_TRANSPORT, "the two devices do not speak one protocol",
	       "keep copies on one device"),
	REASON(DIFFERENT_UNIT, "no command copies between these two devices",
	       "keep source and destination on one device"),
	REASON(NO_COPY_COMMAND, "the device has no copy command, or has refused it",
	       "if it was refused and the cause is gone: dmsetup message DEVICE 0 offload retry"),
	REASON(NO_LIMITS, "the device claims Copy, but states limits of zero",
	       "if its true limits are known: mssrl, mcl and msrc in the table"),
	REASON(BLOCK_SIZE, "the block sizes differ, or are not what the kernel sees",
	       "load the table again after a format"),
	REASON(PROTECTION_INFO, "metadata or protection information", NULL),
	REASON(ZONED, "sequential zones", NULL),
	REASON(ENCRYPTED, "inline encryption", NULL),
	REASON(NO_DESIGNATOR, "the device has no name by which a command can address it",
	       "give the LUN a unique NAA designator"),
	REASON(DESIGNATOR_CLASH, "another device goes by the same name",
	       "give the LUNs different serial numbers"),
	REASON(LOWER_IS_STACKED, "the copyoff line lies on another dm device",
	       "put copyoff at the bottom of the stack"),
	REASON(NO_PATH, "no path to the device is live", "check the paths and the kernel log"),
	REASON(QUARANTINED, "several commands failed in a row; it is tried again later",
	       "check the device; dmsetup message DEVICE 0 offload retry"),
	REASON(DEVICE_ERROR, "a command failed, and the host did it again",
	       "look the device's status up"),
	REASON(SLOWER, "measured to be slower than the host", NULL),
	REASON(DOUBT, "waited: a command without an answer might have run on in the device",
	       "mend the path"),
};

const char *copyoff_method_name(uint32_t method)
{
	return method < COUNT(methods) ? methods[method] : "?";
}

const char *copyoff_reason_name(uint32_t reason)
{
	return reason < COUNT(reasons) ? reasons[reason].name : "?";
}

const char *copyoff_reason_text(uint32_t reason)
{
	return reason < COUNT(reasons) ? reasons[reason].text :
					 "a reason that this version does not know";
}

const char *copyoff_reason_advice(uint32_t reason)
{
	return reason < COUNT(reasons) ? reasons[reason].advice : NULL;
}
