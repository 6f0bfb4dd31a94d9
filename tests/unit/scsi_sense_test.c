// SPDX-License-Identifier: GPL-2.0-only
/*
 * What came back, and what to do then. "SPC-4" is INCITS 513-2015.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/types.h>

#include "scsi_sense.h"
#include "t.h"

#define GOOD		0x00
#define CHECK		0x02
#define CONFLICT	0x18

static void judge(const struct copyoff_scsi_result *r, struct copyoff_verdict *v)
{
	memset(v, 0xa5, sizeof(*v));
	copyoff_scsi_verdict(r, v);
	T_EQ(v->kind == COPYOFF_FAIL, v->err != 0);
	T_TRUE(v->err <= 0);
}

static struct copyoff_scsi_result check(u8 key, u8 asc, u8 ascq)
{
	struct copyoff_scsi_result r = {
		.status = CHECK, .sense_valid = true,
		.key = key, .asc = asc, .ascq = ascq,
	};

	return r;
}

/* ---- sense keys and codes: SPC-4 4.5 ---- */

static const struct sense_row {
	u8 key, asc, ascq;
	enum copyoff_verdict_kind kind;
	int err;
} sense_rows[] = {
	/* NO SENSE, RECOVERED ERROR, COMPLETED: they may mean that all is well. */
	{ 0x0, 0x00, 0x00, COPYOFF_REDO, 0 },
	{ 0x1, 0x17, 0x01, COPYOFF_REDO, 0 },
	{ 0xf, 0x00, 0x00, COPYOFF_REDO, 0 },

	/* NOT READY: once, by the host. LIO said so of everything for years. */
	{ 0x2, 0x00, 0x00, COPYOFF_REDO, 0 },
	{ 0x2, 0x08, 0x00, COPYOFF_REDO, 0 },
	{ 0x2, 0x04, 0x00, COPYOFF_REDO, 0 },
	{ 0x2, 0x04, 0x01, COPYOFF_REDO, 0 },
	{ 0x2, 0x04, 0x09, COPYOFF_REDO, 0 },
	{ 0x2, 0x04, 0x0d, COPYOFF_REDO, 0 },
	{ 0x2, 0x3a, 0x00, COPYOFF_REDO, 0 },
	/* ALUA: in transition, standby, unavailable. That is one port's state. */
	{ 0x2, 0x04, 0x0a, COPYOFF_PATH, 0 },
	{ 0x2, 0x04, 0x0b, COPYOFF_PATH, 0 },
	{ 0x2, 0x04, 0x0c, COPYOFF_PATH, 0 },
	{ 0x4, 0x04, 0x0b, COPYOFF_REDO, 0 },

	/* MEDIUM ERROR, HARDWARE ERROR */
	{ 0x3, 0x11, 0x00, COPYOFF_REDO, 0 },
	{ 0x3, 0x0c, 0x00, COPYOFF_REDO, 0 },
	{ 0x4, 0x44, 0x00, COPYOFF_REDO, 0 },

	/* ILLEGAL REQUEST: no such command, or not in this form */
	{ 0x5, 0x20, 0x00, COPYOFF_UNSUPPORTED, 0 },
	{ 0x5, 0x24, 0x00, COPYOFF_UNSUPPORTED, 0 },
	{ 0x5, 0x26, 0x06, COPYOFF_UNSUPPORTED, 0 },
	{ 0x5, 0x26, 0x07, COPYOFF_UNSUPPORTED, 0 },
	{ 0x5, 0x26, 0x09, COPYOFF_UNSUPPORTED, 0 },
	/* parameter list length, too many segment descriptors */
	{ 0x5, 0x1a, 0x00, COPYOFF_LIMIT, 0 },
	{ 0x5, 0x26, 0x08, COPYOFF_LIMIT, 0 },
	/* logical unit not supported: it has gone from this path */
	{ 0x5, 0x25, 0x00, COPYOFF_PATH, 0 },
	/* of this command only: list identifier in use, past the end, a field */
	{ 0x5, 0x00, 0x16, COPYOFF_REDO, 0 },
	{ 0x5, 0x21, 0x00, COPYOFF_REDO, 0 },
	{ 0x5, 0x26, 0x00, COPYOFF_REDO, 0 },
	{ 0x5, 0x26, 0x0a, COPYOFF_REDO, 0 },
	{ 0x5, 0x26, 0x0b, COPYOFF_REDO, 0 },
	{ 0x5, 0x26, 0x0c, COPYOFF_REDO, 0 },
	{ 0x5, 0x26, 0x0d, COPYOFF_REDO, 0 },
	{ 0x5, 0x55, 0x03, COPYOFF_REDO, 0 },
	/* access denied is not "no such command" */
	{ 0x5, 0x20, 0x02, COPYOFF_REDO, 0 },
	{ 0x5, 0x24, 0x01, COPYOFF_REDO, 0 },

	/* UNIT ATTENTION, when enough is enough */
	{ 0x6, 0x29, 0x00, COPYOFF_REDO, 0 },
	{ 0x6, 0x3f, 0x0e, COPYOFF_REDO, 0 },
	{ 0x6, 0x38, 0x07, COPYOFF_REDO, 0 },
	{ 0x6, 0x27, 0x00, COPYOFF_REDO, 0 },

	/* DATA PROTECT: write protected in all its ways; full */
	{ 0x7, 0x00, 0x00, COPYOFF_FAIL, -EROFS },
	{ 0x7, 0x27, 0x00, COPYOFF_FAIL, -EROFS },
	{ 0x7, 0x27, 0x02, COPYOFF_FAIL, -EROFS },
	{ 0x7, 0x27, 0x06, COPYOFF_FAIL, -EROFS },
	{ 0x7, 0x27, 0x08, COPYOFF_FAIL, -EROFS },
	{ 0x7, 0x27, 0x07, COPYOFF_FAIL, -ENOSPC },
	/* what is protected from reading, too, the host will find so */
	{ 0x7, 0x20, 0x02, COPYOFF_REDO, 0 },
	{ 0x7, 0x74, 0x71, COPYOFF_REDO, 0 },
	{ 0x7, 0x30, 0x00, COPYOFF_REDO, 0 },

	/* BLANK CHECK, vendor specific */
	{ 0x8, 0x00, 0x05, COPYOFF_REDO, 0 },
	{ 0x9, 0x80, 0x00, COPYOFF_REDO, 0 },

	/* COPY ABORTED: the same codes, found in the midst of it */
	{ 0xa, 0x00, 0x00, COPYOFF_REDO, 0 },
	{ 0xa, 0x0d, 0x01, COPYOFF_REDO, 0 },
	{ 0xa, 0x0d, 0x04, COPYOFF_REDO, 0 },
	{ 0xa, 0x26, 0x00, COPYOFF_REDO, 0 },
	{ 0xa, 0x26, 0x0d, COPYOFF_REDO, 0 },
	{ 0xa, 0x26, 0x07, COPYOFF_UNSUPPORTED, 0 },
	{ 0xa, 0x26, 0x09, COPYOFF_UNSUPPORTED, 0 },
	{ 0xa, 0x27, 0x00, COPYOFF_FAIL, -EROFS },
	{ 0xa, 0x27, 0x07, COPYOFF_FAIL, -ENOSPC },
	/* but not those of commands and paths; nor is it planned anew */
	{ 0xa, 0x1a, 0x00, COPYOFF_REDO, 0 },
	{ 0xa, 0x26, 0x08, COPYOFF_REDO, 0 },
	{ 0xa, 0x20, 0x00, COPYOFF_REDO, 0 },
	{ 0xa, 0x24, 0x00, COPYOFF_REDO, 0 },
	{ 0xa, 0x25, 0x00, COPYOFF_REDO, 0 },
	/* unreachable: LIO's word for a bad sector, too */
	{ 0xa, 0x08, 0x04, COPYOFF_REDO, 0 },
	{ 0xa, 0x0d, 0x02, COPYOFF_REDO, 0 },
	/* is not the kind of device it was said to be */
	{ 0xa, 0x0d, 0x03, COPYOFF_UNSUPPORTED, 0 },

	/* ABORTED COMMAND, VOLUME OVERFLOW, MISCOMPARE */
	{ 0xb, 0x00, 0x06, COPYOFF_REDO, 0 },
	{ 0xb, 0x2f, 0x00, COPYOFF_REDO, 0 },
	{ 0xb, 0x27, 0x07, COPYOFF_REDO, 0 },
	{ 0xd, 0x00, 0x00, COPYOFF_REDO, 0 },
	{ 0xe, 0x1d, 0x00, COPYOFF_REDO, 0 },
};

static void sense_table(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sense_rows); i++) {
		const struct sense_row *s = &sense_rows[i];
		struct copyoff_scsi_result r = check(s->key, s->asc, s->ascq);
		struct copyoff_verdict v;
		char row[32];

		snprintf(row, sizeof(row), "%x/%02x/%02x", s->key, s->asc, s->ascq);
		t_about(row);
		judge(&r, &v);
		T_EQ(v.kind, s->kind);
		T_EQ(v.err, s->err);
		T_EQ(v.detail, (u32)s->key << 16 | s->asc << 8 | s->ascq);
		T_EQ(v.pair, v.detail == 0xa0d03);
		T_TRUE(!v.doubt);
		t_about("");
	}
}

/* Not one of all there are means that the bytes are there, or a doubt. */
static void sense_all(void)
{
	u32 key, code;

	for (key = 0; key < 16; key++)
		for (code = 0; code < 0x10000; code++) {
			struct copyoff_scsi_result r = check(key, code >> 8, code);
			struct copyoff_verdict v;

			judge(&r, &v);
			T_TRUE(v.kind != COPYOFF_DONE);
			T_TRUE(!v.doubt);
			T_EQ(v.detail, key << 16 | code);
			T_TRUE(v.kind == COPYOFF_REDO || key == 2 || key == 5 ||
			       key == 7 || key == 10);
			T_EQ(v.kind == COPYOFF_FAIL,
			     (code >> 8 == 0x27 && (key == 7 || key == 10)) ||
			     (!code && key == 7));
		}
}

/* An earlier command's: nothing is known of this one but that it has ended. */
static void sense_deferred(void)
{
	u32 key;

	for (key = 0; key < 16; key++) {
		struct copyoff_scsi_result r = check(key, 0x27, 0x07);
		struct copyoff_verdict v;

		r.deferred = true;
		judge(&r, &v);
		T_EQ(v.kind, COPYOFF_REDO);
		T_EQ(v.detail, key << 16 | 0x2707);
		T_TRUE(!v.doubt);
		T_TRUE(!copyoff_scsi_is_attention(&r));
	}
}

static void sense_missing(void)
{
	struct copyoff_scsi_result r = check(0x5, 0x20, 0x00);
	struct copyoff_verdict v;

	r.sense_valid = false;
	judge(&r, &v);
	T_EQ(v.kind, COPYOFF_REDO);
	T_EQ(v.detail, CHECK);
	T_TRUE(!v.doubt);
}

/* ---- attention ---- */

static void attention(void)
{
	u32 key, code;

	for (key = 0; key < 16; key++)
		for (code = 0; code < 0x10000; code += 0x55) {
			struct copyoff_scsi_result r = check(key, code >> 8, code);
			u32 asc = code >> 8;

			T_EQ(copyoff_scsi_is_attention(&r), key == 6);
			T_EQ(copyoff_scsi_is_refusal(&r), key == 5);
			T_EQ(copyoff_scsi_is_changed(&r), key == 6 &&
			     (asc == 0x28 || asc == 0x29 || asc == 0x3f));
		}
}

/* It has to be the device's word, and about this command. */
static void attention_of_the_device(void)
{
	struct copyoff_scsi_result r = check(0x6, 0x3f, 0x0e);

	T_TRUE(copyoff_scsi_is_attention(&r) && copyoff_scsi_is_changed(&r));
	r.error = -ENOMEM;
	T_TRUE(!copyoff_scsi_is_attention(&r));
	r.error = 0;
	r.host = 7;
	T_TRUE(!copyoff_scsi_is_attention(&r));
	/* DID_TARGET_FAILURE only repeats it. */
	r.host = 0x10;
	T_TRUE(copyoff_scsi_is_attention(&r));
	r.host = 0;
	r.status = GOOD;
	T_TRUE(!copyoff_scsi_is_attention(&r));
	r.status = CHECK;
	r.sense_valid = false;
	T_TRUE(!copyoff_scsi_is_attention(&r) && !copyoff_scsi_is_changed(&r));
}

static void refusal_of_the_device(void)
{
	struct copyoff_scsi_result r = check(0x5, 0x24, 0x00);

	T_TRUE(copyoff_scsi_is_refusal(&r));
	r.deferred = true;
	T_TRUE(!copyoff_scsi_is_refusal(&r));
	r.deferred = false;
	r.host = 7;
	T_TRUE(!copyoff_scsi_is_refusal(&r));
	r.host = 0;
	r.sense_valid = false;
	T_TRUE(!copyoff_scsi_is_refusal(&r));
}

/* ---- status: SAM-5 5.3 ---- */

static void statuses(void)
{
	u32 status;

	for (status = 0; status < 256; status++) {
		/* Sense that belongs to no CHECK CONDITION says nothing. */
		struct copyoff_scsi_result r = check(0x7, 0x27, 0x00);
		struct copyoff_verdict v;

		if (status == CHECK)
			continue;
		r.status = status;
		judge(&r, &v);
		T_TRUE(!v.doubt);
		T_EQ(v.kind, status == GOOD ? COPYOFF_DONE :
		     status == CONFLICT ? COPYOFF_FAIL : COPYOFF_REDO);
		T_EQ(v.err, status == CONFLICT ? -EBADE : 0);
		T_EQ(v.detail, status);
	}
}

/* GOOD, but it has not seen all of the list. */
static void not_all_taken(void)
{
	struct copyoff_scsi_result r = { .resid = 28 };
	struct copyoff_verdict v;

	judge(&r, &v);
	T_EQ(v.kind, COPYOFF_REDO);
	T_TRUE(!v.doubt);
	r.resid = 0;
	judge(&r, &v);
	T_EQ(v.kind, COPYOFF_DONE);
}

/* ---- host bytes ---- */

/*
 * DID_*: none says that the command is over, or was not sent. DID_NO_CONNECT is
 * what a driver says of commands that it has sent, too, when a session is gone.
 */
static void host_bytes(void)
{
	u32 host, status;

	for (host = 1; host < 256; host++)
		for (status = 0; status < 256; status++) {
			struct copyoff_scsi_result r = check(0x5, 0x20, 0x00);
			bool label = host >= 0x10 && host <= 0x13;
			bool conflict = status == CONFLICT || host == 0x11;
			struct copyoff_verdict v;

			r.host = host;
			r.status = status;
			judge(&r, &v);
			T_EQ(v.doubt, !label || status == GOOD);
			T_TRUE(v.kind != COPYOFF_DONE);
			T_EQ(v.err, conflict ? -EBADE : 0);
			if (conflict || (label && status != GOOD))
				continue;
			T_EQ(v.kind, COPYOFF_PATH);
			T_EQ(v.detail, host << 24);
		}
}

/* Labels that 5.10 puts on what the device has answered: that counts. */
static void host_labels(void)
{
	static const struct {
		u8 host, key, asc, ascq;
		enum copyoff_verdict_kind kind;
		int err;
	} rows[] = {
		{ 0x10, 0x5, 0x20, 0x00, COPYOFF_UNSUPPORTED, 0 },
		{ 0x10, 0x7, 0x27, 0x00, COPYOFF_FAIL, -EROFS },
		{ 0x10, 0xa, 0x0d, 0x02, COPYOFF_REDO, 0 },
		{ 0x12, 0x7, 0x27, 0x07, COPYOFF_FAIL, -ENOSPC },
		{ 0x13, 0x3, 0x11, 0x00, COPYOFF_REDO, 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct copyoff_scsi_result r = check(rows[i].key, rows[i].asc,
						     rows[i].ascq);
		struct copyoff_verdict v;

		r.host = rows[i].host;
		judge(&r, &v);
		T_EQ(v.kind, rows[i].kind);
		T_EQ(v.err, rows[i].err);
		T_EQ(v.detail, (u32)r.key << 16 | r.asc << 8 | r.ascq);
		T_TRUE(!v.doubt);
	}
}

/* ---- never sent ---- */

static void errnos(void)
{
	int err;

	for (err = 1; err < 4096; err++) {
		/* Nothing of all the rest was set by anybody. */
		struct copyoff_scsi_result r = check(0x7, 0x27, 0x00);
		struct copyoff_verdict v;

		r.error = -err;
		r.host = err;
		r.status = err & 1 ? CONFLICT : GOOD;
		judge(&r, &v);
		T_EQ(v.kind, err == ENODEV ? COPYOFF_PATH : COPYOFF_REDO);
		T_EQ(v.detail, 0);
		T_TRUE(!v.doubt);
	}
}

/* ---- paths ---- */

/* Whatever another path has to say, the one before has not said that it is over. */
static void lost_before(void)
{
	struct copyoff_scsi_result answers[] = {
		check(0x5, 0x20, 0x00), check(0xa, 0x27, 0x07),
		{ .status = GOOD }, { .status = CONFLICT },
		{ .error = -ENODEV }, { .error = -ENOMEM }, { .host = 1 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(answers); i++) {
		struct copyoff_scsi_result lost = answers[i];
		struct copyoff_verdict v, w;

		lost.lost = true;
		judge(&answers[i], &v);
		judge(&lost, &w);
		T_TRUE(w.doubt);
		T_EQ(w.kind, v.kind);
		T_EQ(w.err, v.err);
		T_EQ(w.detail, v.detail);
	}
}

#define CASES(X)			\
	X(lost_before)			\
	X(sense_table)			\
	X(sense_all)			\
	X(sense_deferred)		\
	X(sense_missing)		\
	X(attention)			\
	X(attention_of_the_device)	\
	X(refusal_of_the_device)	\
	X(statuses)			\
	X(not_all_taken)		\
	X(host_bytes)			\
	X(host_labels)			\
	X(errnos)

T_SUITE(scsi_sense, CASES);
