// SPDX-License-Identifier: GPL-2.0-only
/*
 * What to do with what came back for a SCSI command.
 */
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/types.h>

#include "scsi_sense.h"

/* Status codes: SAM-5 5.3. */
#define STATUS_GOOD		0x00
#define STATUS_CHECK		0x02
#define STATUS_CONFLICT		0x18

/*
 * Up to 5.x the kernel puts what a device has answered into the host byte as
 * well: DID_TARGET_FAILURE, NEXUS_, ALLOC_FAILURE, DID_MEDIUM_ERROR. Some
 * drivers say the second one, a reservation conflict, without a status.
 */
#define HOST_FIRST_LABEL	0x10
#define HOST_NEXUS_FAILURE	0x11
#define HOST_LAST_LABEL		0x13

/* Sense keys. */
#define KEY_NOT_READY		0x2
#define KEY_ILLEGAL_REQUEST	0x5
#define KEY_UNIT_ATTENTION	0x6
#define KEY_DATA_PROTECT	0x7
#define KEY_COPY_ABORTED	0xa

/* Additional sense codes with their qualifiers. */
#define ASC(asc, ascq)		((asc) << 8 | (ascq))
#define IN_TRANSITION		ASC(0x04, 0x0a)
#define STANDBY			ASC(0x04, 0x0b)
#define UNAVAILABLE		ASC(0x04, 0x0c)
#define TARGET_OTHER_TYPE	ASC(0x0d, 0x03)
#define LIST_LENGTH		ASC(0x1a, 0x00)
#define INVALID_OPCODE		ASC(0x20, 0x00)
#define INVALID_CDB		ASC(0x24, 0x00)
#define UNIT_NOT_SUPPORTED	ASC(0x25, 0x00)
#define TOO_MANY_TARGETS	ASC(0x26, 0x06)
#define TARGET_TYPE_UNKNOWN	ASC(0x26, 0x07)
#define TOO_MANY_SEGMENTS	ASC(0x26, 0x08)
#define SEGMENT_TYPE_UNKNOWN	ASC(0x26, 0x09)
#define NO_SPACE		ASC(0x27, 0x07)
/* These with all their qualifiers. */
#define ASC_WRITE_PROTECTED	0x27
#define ASC_MEDIUM_CHANGED	0x28
#define ASC_RESET		0x29
#define ASC_CHANGED		0x3f

static u32 code_of(const struct copyoff_scsi_result *r)
{
	return ASC((u32)r->asc, r->ascq);
}

/* Is this what the device itself has answered? */
static bool is_answer(const struct copyoff_scsi_result *r)
{
	if (r->error)
		return false;
	if (r->host >= HOST_FIRST_LABEL && r->host <= HOST_LAST_LABEL)
		return r->status != STATUS_GOOD;
	return !r->host;
}

/* Has this command, and no other, ended with that sense key? */
static bool is_sense(const struct copyoff_scsi_result *r, u8 key)
{
	return is_answer(r) && r->status == STATUS_CHECK && r->sense_valid &&
	       !r->deferred && r->key == key;
}

bool copyoff_scsi_is_attention(const struct copyoff_scsi_result *r)
{
	return is_sense(r, KEY_UNIT_ATTENTION);
}

/* Power on or reset; another medium; other LUNs, or other data of this one. */
bool copyoff_scsi_is_changed(const struct copyoff_scsi_result *r)
{
	return copyoff_scsi_is_attention(r) &&
	       (r->asc == ASC_RESET || r->asc == ASC_MEDIUM_CHANGED ||
		r->asc == ASC_CHANGED);
}

bool copyoff_scsi_is_refusal(const struct copyoff_scsi_result *r)
{
	return is_sense(r, KEY_ILLEGAL_REQUEST);
}

/* ---- verdicts ---- */

/* Another path may be in another state. */
static enum copyoff_verdict_kind not_ready(u32 code)
{
	return code == IN_TRANSITION || code == STANDBY || code == UNAVAILABLE ?
	       COPYOFF_PATH : COPYOFF_REDO;
}

/*
 * Before anything was copied. What may have been the fault of this one list, as
 * an identifier in use, says nothing about the next.
 */
static enum copyoff_verdict_kind illegal_request(u32 code)
{
	switch (code) {
	case INVALID_OPCODE:
	case INVALID_CDB:
	case TOO_MANY_TARGETS:
	case TARGET_TYPE_UNKNOWN:
	case SEGMENT_TYPE_UNKNOWN:
		return COPYOFF_UNSUPPORTED;
	case LIST_LENGTH:
	case TOO_MANY_SEGMENTS:
		return COPYOFF_LIMIT;
	case UNIT_NOT_SUPPORTED:
		/* No longer there, on this path. */
		return COPYOFF_PATH;
	default:
		return COPYOFF_REDO;
	}
}

/*
 * In the midst of it. That a unit is not reachable is no refusal of the pair: LIO
 * says so whenever it could not read or write a block.
 */
static void copy_aborted(u32 code, struct copyoff_verdict *v)
{
	switch (code) {
	case TARGET_TYPE_UNKNOWN:
	case SEGMENT_TYPE_UNKNOWN:
		v->kind = COPYOFF_UNSUPPORTED;
		break;
	case TARGET_OTHER_TYPE:
		v->kind = COPYOFF_UNSUPPORTED;
		v->pair = true;
		break;
	}
}

/* What the host must not get round. Other reasons for protection stop it, too. */
static bool write_protected(const struct copyoff_scsi_result *r,
			    struct copyoff_verdict *v)
{
	if (r->asc != ASC_WRITE_PROTECTED &&
	    !(r->key == KEY_DATA_PROTECT && !code_of(r)))
		return false;
	v->kind = COPYOFF_FAIL;
	v->err = code_of(r) == NO_SPACE ? -ENOSPC : -EROFS;
	return true;
}

static void judge_sense(const struct copyoff_scsi_result *r,
			struct copyoff_verdict *v)
{
	switch (r->key) {
	case KEY_NOT_READY:
		v->kind = not_ready(code_of(r));
		break;
	case KEY_ILLEGAL_REQUEST:
		v->kind = illegal_request(code_of(r));
		break;
	case KEY_DATA_PROTECT:
		write_protected(r, v);
		break;
	case KEY_COPY_ABORTED:
		if (!write_protected(r, v))
			copy_aborted(code_of(r), v);
		break;
	}
}

/* The device has answered. */
static void judge_status(const struct copyoff_scsi_result *r,
			 struct copyoff_verdict *v)
{
	v->kind = COPYOFF_REDO;
	if (r->status == STATUS_CHECK && r->sense_valid) {
		v->detail = (u32)r->key << 16 | code_of(r);
		if (!r->deferred)
			judge_sense(r, v);
	} else if (r->status != STATUS_GOOD) {
		v->detail = r->status;
	} else if (!r->resid) {
		v->kind = COPYOFF_DONE;
	}
}

void copyoff_scsi_verdict(const struct copyoff_scsi_result *r,
			  struct copyoff_verdict *v)
{
	memset(v, 0, sizeof(*v));
	v->doubt = r->lost;
	if (r->error) {
		v->kind = r->error == -ENODEV ? COPYOFF_PATH : COPYOFF_REDO;
		return;
	}
	v->doubt |= !is_answer(r);
	if (r->status == STATUS_CONFLICT || r->host == HOST_NEXUS_FAILURE) {
		v->kind = COPYOFF_FAIL;
		v->err = -EBADE;
		v->detail = STATUS_CONFLICT;
	} else if (!is_answer(r)) {
		v->kind = COPYOFF_PATH;
		v->detail = (u32)r->host << 24;
	} else {
		judge_status(r, v);
	}
}
