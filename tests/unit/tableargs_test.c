// SPDX-License-Identifier: GPL-2.0-only
/*
 * The words of tables and messages: right ones, wrong ones, and both ways.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include "t.h"
#include "tableargs.h"

#define S_COUNT		"The number of option words does not match the words that follow"
#define S_ODD		"Every option takes one value"
#define S_UNKNOWN	"Unknown option"
#define S_OFFLOAD	"offload takes on, off, nvme or scsi"
#define S_INFLIGHT	"max_inflight takes a number from 1 to 64"
#define S_COMMAND	"max_command_kib takes a number from 1 to 2097152"
#define S_OFFLOAD_KIB	"min_offload_kib takes a number from 1 to 2097152"
#define S_MSSRL		"mssrl takes a number of blocks from 1 to 65536"
#define S_MCL		"mcl takes a number of blocks from 1 to 4294967295"
#define S_MSRC		"msrc takes a number of source ranges from 1 to 256"
#define S_DOUBT		"doubt_s takes a number of seconds from 1 to 86400"
#define S_VIA		"via takes a number from 1 to 16, and as many devices"
#define S_MESSAGE	"Unknown message"
#define S_MSG_OFFLOAD	"offload takes on, off, nvme, scsi or retry"

static const char * const sentences[] = {
	S_COUNT, S_ODD, S_UNKNOWN, S_OFFLOAD, S_INFLIGHT, S_COMMAND,
	S_OFFLOAD_KIB, S_MSSRL, S_MCL, S_MSRC, S_DOUBT, S_VIA,
};

/* ---- words ---- */

struct words {
	char *text;
	char **argv;	/* no more places than words: one more is a mistake */
	unsigned int argc;
};

static unsigned int count_words(const char *line, char sep)
{
	unsigned int nr = *line ? 1 : 0;

	for (; *line; line++)
		nr += *line == sep;
	return nr;
}

/* Cut at each @sep, which leaves a word empty between two of them. */
static void split(struct words *w, const char *line, char sep)
{
	unsigned int i;
	char *at;

	w->text = t_alloc(strlen(line) + 1);
	strcpy(w->text, line);
	w->argc = count_words(line, sep);
	w->argv = t_alloc(w->argc * sizeof(*w->argv));
	for (i = 0, at = w->text; i < w->argc; i++) {
		w->argv[i] = at;
		at += strcspn(at, (const char[]){ sep, '\0' });
		*at++ = '\0';
	}
}

static void unsplit(struct words *w)
{
	t_free(w->text);
	t_free(w->argv);
}

/* The paths of what was parsed last, in names that outlive its words. */
static struct copyoff_via last_via;
static char last_names[COPYOFF_VIA_MAX][24];

static void keep_names(void)
{
	u32 i;

	for (i = 0; i < last_via.nr; i++) {
		snprintf(last_names[i], sizeof(last_names[i]), "%s",
			 last_via.name[i]);
		last_via.name[i] = last_names[i];
	}
}

static int parse(struct copyoff_opts *o, const char *line, const char **error)
{
	struct words w;
	int err;

	*error = NULL;
	last_via.nr = 99;
	split(&w, line, ' ');
	err = copyoff_opts_parse(o, &last_via, w.argc, w.argv, error);
	if (!err)
		keep_names();
	unsplit(&w);
	return err;
}

static void t_opts(const struct copyoff_opts *got,
		   const struct copyoff_opts *want)
{
	T_EQ(got->offload, want->offload);
	T_EQ(got->max_inflight, want->max_inflight);
	T_EQ(got->max_command_kib, want->max_command_kib);
	T_EQ(got->min_offload_kib, want->min_offload_kib);
	T_EQ(got->mssrl, want->mssrl);
	T_EQ(got->mcl, want->mcl);
	T_EQ(got->msrc, want->msrc);
	T_EQ(got->doubt_s, want->doubt_s);
}

/* ---- numbers ---- */

static const struct number_row {
	const char *word;
	u64 value;
	int want;
} number_rows[] = {
	{ "0", 0, 0 },
	{ "1", 1, 0 },
	{ "00000000000000000000000000000000000000001", 1, 0 },
	{ "4294967295", U32_MAX, 0 },
	{ "4294967296", 1ULL << 32, 0 },
	{ "9223372036854775808", 1ULL << 63, 0 },
	{ "18446744073709551614", U64_MAX - 1, 0 },
	{ "18446744073709551615", U64_MAX, 0 },
	{ "018446744073709551615", U64_MAX, 0 },
	/* Too much by the addition, by the product, by far. */
	{ "18446744073709551616", 0, -EINVAL },
	{ "18446744073709551619", 0, -EINVAL },
	{ "18446744073709551620", 0, -EINVAL },
	{ "18446744073709551625", 0, -EINVAL },
	{ "36893488147419103232", 0, -EINVAL },
	{ "184467440737095516150", 0, -EINVAL },
	{ "340282366920938463463374607431768211456", 0, -EINVAL },
	{ "99999999999999999999999999999999999999999999", 0, -EINVAL },
	/* No number. */
	{ "", 0, -EINVAL },
	{ " ", 0, -EINVAL },
	{ " 1", 0, -EINVAL },
	{ "1 ", 0, -EINVAL },
	{ "1\n", 0, -EINVAL },
	{ "+1", 0, -EINVAL },
	{ "-1", 0, -EINVAL },
	{ "-0", 0, -EINVAL },
	{ "0x10", 0, -EINVAL },
	{ "1k", 0, -EINVAL },
	{ "1.0", 0, -EINVAL },
	{ "a", 0, -EINVAL },
	/* Next to the digits, and what is negative as a char. */
	{ "/", 0, -EINVAL },
	{ ":", 0, -EINVAL },
	{ "1:", 0, -EINVAL },
	{ "\xb1", 0, -EINVAL },
	{ "\xff", 0, -EINVAL },
};

static void numbers(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(number_rows); i++) {
		const struct number_row *r = &number_rows[i];
		u64 value = 77;

		t_about(r->word);
		T_EQ(copyoff_parse_u64(r->word, &value), r->want);
		/* What is refused leaves the value alone. */
		T_EQ(value, r->want ? 77 : r->value);
	}
}

/* ---- tables ---- */

static const struct copyoff_opts defaults = {
	.max_inflight = COPYOFF_INFLIGHT_DEFAULT,
	.doubt_s = COPYOFF_DOUBT_S_DEFAULT,
};

static void default_options(void)
{
	struct copyoff_opts o;
	const char *error = NULL;

	memset(&o, 0xa5, sizeof(o));
	copyoff_opts_default(&o);
	t_opts(&o, &defaults);

	memset(&o, 0xa5, sizeof(o));
	last_via.nr = 99;
	T_EQ(copyoff_opts_parse(&o, &last_via, 0, NULL, &error), 0);
	t_opts(&o, &defaults);
	T_EQ(last_via.nr, 0);

	memset(&o, 0xa5, sizeof(o));
	T_EQ(parse(&o, "0", &error), 0);
	t_opts(&o, &defaults);
}

static void all_options(void)
{
	static const struct copyoff_opts want = {
		.offload = COPYOFF_OFFLOAD_SCSI,
		.max_inflight = 1,
		.max_command_kib = 2,
		.min_offload_kib = 3,
		.mssrl = 4,
		.mcl = 5,
		.msrc = 6,
		.doubt_s = 7,
	};
	struct copyoff_opts o;
	const char *error;

	T_EQ(parse(&o, "16 offload scsi max_inflight 1 max_command_kib 2 "
		   "min_offload_kib 3 mssrl 4 mcl 5 msrc 6 doubt_s 7",
		   &error), 0);
	t_opts(&o, &want);
	/* In any order. */
	T_EQ(parse(&o, "16 doubt_s 7 msrc 6 mcl 5 mssrl 4 min_offload_kib 3 "
		   "max_command_kib 2 max_inflight 1 offload scsi",
		   &error), 0);
	t_opts(&o, &want);
}

static void offload_words(void)
{
	struct copyoff_opts o;
	const char *error;

	T_EQ(parse(&o, "2 offload on", &error), 0);
	T_EQ(o.offload, COPYOFF_OFFLOAD_ON);
	T_EQ(parse(&o, "2 offload off", &error), 0);
	T_EQ(o.offload, COPYOFF_OFFLOAD_OFF);
	T_EQ(parse(&o, "2 offload nvme", &error), 0);
	T_EQ(o.offload, COPYOFF_OFFLOAD_NVME);
	T_EQ(parse(&o, "2 offload scsi", &error), 0);
	T_EQ(o.offload, COPYOFF_OFFLOAD_SCSI);
}

/* As everywhere in device-mapper: the last one counts. */
static void duplicates(void)
{
	struct copyoff_opts o;
	const char *error;

	T_EQ(parse(&o, "6 mssrl 9 mcl 3 mssrl 5", &error), 0);
	T_EQ(o.mssrl, 5);
	T_EQ(o.mcl, 3);
	T_EQ(parse(&o, "4 offload off offload on", &error), 0);
	T_EQ(o.offload, COPYOFF_OFFLOAD_ON);
	T_EQ(parse(&o, "4 max_inflight 3 max_inflight 16", &error), 0);
	t_opts(&o, &defaults);
	/* Also where the first is the good one. */
	T_EQ(parse(&o, "4 mssrl 9 mssrl 0", &error), -EINVAL);
	T_STR(error, S_MSSRL);
}

/* ---- paths ---- */

static void t_via(const char *line, u32 nr, const char *first,
		  const char *last)
{
	struct copyoff_opts o;
	const char *error;

	t_about(line);
	T_EQ(parse(&o, line, &error), 0);
	T_EQ(last_via.nr, nr);
	if (last_via.nr != nr || !nr)
		return;
	T_STR(last_via.name[0], first);
	T_STR(last_via.name[nr - 1], last);
}

static void paths(void)
{
	struct copyoff_opts o;
	const char *error;

	t_via("2 mssrl 1", 0, NULL, NULL);
	t_via("3 via 1 8:0", 1, "8:0", "8:0");
	t_via("4 via 2 /dev/sda /dev/sdb", 2, "/dev/sda", "/dev/sdb");
	t_via("18 via 16 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 x", 16, "1", "x");
	/* As everywhere: the last one counts. */
	t_via("7 via 2 a b via 1 c", 1, "c", "c");
	/* A path may have any name. */
	t_via("4 via 2 via mssrl", 2, "via", "mssrl");
	T_EQ(parse(&o, "8 mcl 7 via 2 a b mssrl 5", &error), 0);
	T_EQ(o.mcl, 7);
	T_EQ(o.mssrl, 5);
	T_EQ(last_via.nr, 2);
	T_STR(last_via.name[1], "b");
}

static void paths_emitted(void)
{
	static const struct copyoff_via two = { 2, { "8:0", "8:16" } };
	struct copyoff_opts o = defaults;
	char line[512];

	T_EQ(copyoff_opts_emit(&o, &two, line, sizeof(line)), 17);
	T_STR(line, " 4 via 2 8:0 8:16");
	o.mcl = 9;
	copyoff_opts_emit(&o, &two, line, sizeof(line));
	T_STR(line, " 6 mcl 9 via 2 8:0 8:16");
}

/* The options with a number, what they take and what they say. */
static const struct option_row {
	const char *word;
	size_t member;
	u64 max;
	const char *error;
} option_rows[] = {
	{ "max_inflight", offsetof(struct copyoff_opts, max_inflight), 64,
	  S_INFLIGHT },
	{ "max_command_kib", offsetof(struct copyoff_opts, max_command_kib),
	  2097152, S_COMMAND },
	{ "min_offload_kib", offsetof(struct copyoff_opts, min_offload_kib),
	  2097152, S_OFFLOAD_KIB },
	{ "mssrl", offsetof(struct copyoff_opts, mssrl), 65536, S_MSSRL },
	{ "mcl", offsetof(struct copyoff_opts, mcl), U32_MAX, S_MCL },
	{ "msrc", offsetof(struct copyoff_opts, msrc), 256, S_MSRC },
	{ "doubt_s", offsetof(struct copyoff_opts, doubt_s), 86400, S_DOUBT },
};

static void t_option_takes(const struct option_row *r, u64 value)
{
	struct copyoff_opts o, want = defaults;
	const char *error;
	char line[80];

	snprintf(line, sizeof(line), "2 %s %llu", r->word, value);
	T_EQ(parse(&o, line, &error), 0);
	*(u32 *)((char *)&want + r->member) = value;
	t_opts(&o, &want);
}

static void t_option_refuses(const struct option_row *r, const char *value)
{
	struct copyoff_opts o;
	const char *error;
	char line[80];

	snprintf(line, sizeof(line), "2 %s %s", r->word, value);
	T_EQ(parse(&o, line, &error), -EINVAL);
	T_STR(error, r->error);
}

static void option_borders(void)
{
	static const char * const refused[] = {
		"0", "-1", "", "x", "1x", "0x1", "4294967296", "4294967297",
		"18446744073709551615", "18446744073709551616",
		"18446744073709551617",
	};
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(option_rows); i++) {
		const struct option_row *r = &option_rows[i];
		char above[32];

		t_about(r->word);
		t_option_takes(r, 1);
		t_option_takes(r, r->max);
		snprintf(above, sizeof(above), "%llu", r->max + 1);
		t_option_refuses(r, above);
		for (k = 0; k < ARRAY_SIZE(refused); k++)
			t_option_refuses(r, refused[k]);
	}
}

/* An empty word is what two spaces stand for here. */
static const struct wrong_row {
	const char *line;
	const char *error;
} wrong_rows[] = {
	/* The count. */
	{ "2", S_COUNT },
	{ "1", S_COUNT },
	{ "2 mssrl", S_COUNT },
	{ "0 mssrl", S_COUNT },
	{ "0 mssrl 1", S_COUNT },
	{ "1 mssrl 1", S_COUNT },
	{ "3 mssrl 1", S_COUNT },
	{ "4 mssrl 1", S_COUNT },
	{ "2 mssrl 1 mcl 1", S_COUNT },
	{ "2 mssrl 1 ", S_COUNT },
	{ "mssrl 1", S_COUNT },
	{ "x mssrl 1", S_COUNT },
	{ " mssrl 1", S_COUNT },
	{ " ", S_COUNT },
	{ "-2 mssrl 1", S_COUNT },
	{ "+2 mssrl 1", S_COUNT },
	{ "4294967298 mssrl 1", S_COUNT },
	{ "18446744073709551615", S_COUNT },
	{ "18446744073709551616", S_COUNT },
	{ "18446744073709551618 mssrl 1", S_COUNT },
	/* Pairs. */
	{ "1 mssrl", S_ODD },
	{ "1 rubbish", S_ODD },
	{ "3 mssrl 1 mcl", S_ODD },
	{ "3 mssrl 1 2", S_ODD },
	/* The words. */
	{ "2 rubbish 1", S_UNKNOWN },
	{ "2 1 mssrl", S_UNKNOWN },
	{ "2  1", S_UNKNOWN },
	{ "2  ", S_UNKNOWN },
	{ "2 MSSRL 1", S_UNKNOWN },
	{ "2 mssr 1", S_UNKNOWN },
	{ "2 mssrll 1", S_UNKNOWN },
	{ "4 mssrl 1 mcl2 1", S_UNKNOWN },
	{ "2 retry 1", S_UNKNOWN },
	{ "2 offload retry", S_OFFLOAD },
	{ "2 offload ", S_OFFLOAD },
	{ "2 offload ON", S_OFFLOAD },
	{ "2 offload o", S_OFFLOAD },
	{ "2 offload offf", S_OFFLOAD },
	{ "2 offload 0", S_OFFLOAD },
	{ "1 via", S_ODD },
	{ "2 via 0", S_VIA },
	{ "2 via 1", S_VIA },
	{ "3 via 2 a", S_VIA },
	{ "3 via 0 a", S_VIA },
	{ "3 via x a", S_VIA },
	{ "3 via 4294967297 a", S_VIA },
	{ "19 via 17 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17", S_VIA },
	{ "4 via 1 a b", S_ODD },
	{ "5 via 1 a b c", S_UNKNOWN },
	/* The first mistake is the one that is told. */
	{ "4 mssrl 0 mcl 0", S_MSSRL },
	{ "4 mcl 0 rubbish 0", S_MCL },
	{ "4 mssrl 1 mcl 0", S_MCL },
};

static void wrong_tables(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong_rows); i++) {
		struct copyoff_opts o;
		const char *error;

		t_about(wrong_rows[i].line);
		T_EQ(parse(&o, wrong_rows[i].line, &error), -EINVAL);
		T_STR(error, wrong_rows[i].error);
	}
}

/* ---- both ways ---- */

/* Often what is not given, often a border. */
static void random_member(struct copyoff_opts *o, const struct option_row *r)
{
	u32 *member = (u32 *)((char *)o + r->member);

	switch (t_between(0, 3)) {
	case 0:
		break;
	case 1:
		*member = 1;
		break;
	case 2:
		*member = r->max;
		break;
	default:
		*member = t_between(1, r->max);
		break;
	}
}

static void random_opts(struct copyoff_opts *o)
{
	size_t i;

	*o = defaults;
	o->offload = t_between(COPYOFF_OFFLOAD_ON, COPYOFF_OFFLOAD_SCSI);
	for (i = 0; i < ARRAY_SIZE(option_rows); i++)
		random_member(o, &option_rows[i]);
}

static void random_via(void)
{
	u32 i;

	last_via.nr = t_chance(50) ? 0 : t_between(1, COPYOFF_VIA_MAX);
	for (i = 0; i < last_via.nr; i++) {
		snprintf(last_names[i], sizeof(last_names[i]), "%u:%u",
			 (u32)t_between(0, 300), (u32)t_between(0, 99));
		last_via.name[i] = last_names[i];
	}
}

/* Takes back what was printed; @line has its leading space, or is empty. */
static int parse_emitted(struct copyoff_opts *o, const char *line,
			 const char **error)
{
	T_TRUE(!*line || (line[0] == ' ' && line[1] != ' '));
	return parse(o, *line ? line + 1 : line, error);
}

static void round_trip(void)
{
	u32 round, rounds = t_rounds(50000);
	struct copyoff_via via;

	for (round = 0; round < rounds && !t_failures; round++) {
		struct copyoff_opts o, again;
		char line[512];
		const char *error;
		int len;

		random_opts(&o);
		random_via();
		via = last_via;
		len = copyoff_opts_emit(&o, &last_via, line, sizeof(line));
		T_EQ(len, strlen(line));
		t_about(line);
		T_EQ(parse_emitted(&again, line, &error), 0);
		t_opts(&again, &o);
		T_EQ(last_via.nr, via.nr);
		t_about("");
	}
}

static void emit_only_what_differs(void)
{
	struct copyoff_opts o = defaults;
	char line[512] = "rubbish";

	last_via.nr = 0;
	T_EQ(copyoff_opts_emit(&o, &last_via, line, sizeof(line)), 0);
	T_STR(line, "");
	o.mcl = U32_MAX;
	copyoff_opts_emit(&o, &last_via, line, sizeof(line));
	T_STR(line, " 2 mcl 4294967295");
	o.offload = COPYOFF_OFFLOAD_OFF;
	o.max_inflight = 17;
	copyoff_opts_emit(&o, &last_via, line, sizeof(line));
	T_STR(line, " 6 offload off max_inflight 17 mcl 4294967295");
}

/* @size bytes and no more, as scnprintf() would. */
static void t_emit_into(const struct copyoff_opts *o, const char *all,
			size_t size)
{
	size_t want = min_t(size_t, strlen(all), size ? size - 1 : 0);
	char *buf = t_alloc(size);

	T_EQ(copyoff_opts_emit(o, &last_via, buf, size), want);
	T_BYTES(buf, all, size ? want : 0);
	if (size)
		T_EQ(buf[want], '\0');
	t_free(buf);
}

static void t_emit_short(const struct copyoff_opts *o)
{
	char all[512];
	size_t size;

	copyoff_opts_emit(o, &last_via, all, sizeof(all));
	for (size = 0; size <= strlen(all) + 2; size++)
		t_emit_into(o, all, size);
}

static void emit_into_short_buffers(void)
{
	u32 round, rounds = t_rounds(200);
	struct copyoff_opts o = defaults;

	last_via.nr = 0;
	t_emit_short(&o);
	for (round = 0; round < rounds && !t_failures; round++) {
		random_opts(&o);
		random_via();
		t_emit_short(&o);
	}
}

/* ---- lines that a tired person may type ---- */

static const char * const scraps[] = {
	"offload", "on", "off", "nvme", "scsi", "retry", "max_inflight",
	"max_command_kib", "min_offload_kib", "mssrl", "mcl", "msrc",
	"doubt_s", "via", "0", "1", "2", "4", "6", "8", "64", "65", "65536", "65537",
	"4294967295", "4294967296", "18446744073709551616", "", "-1", "x",
};

static void random_line(char *line, size_t size)
{
	u32 nr = t_between(1, 7), i;
	size_t len = 0;

	/* Right counts come by chance too rarely. */
	if (t_chance(80))
		len += scnprintf(line, size, "%u", nr);
	else
		len += scnprintf(line, size, "x");
	for (i = 0; i < nr; i++)
		len += scnprintf(line + len, size - len, " %s",
				 scraps[t_between(0, ARRAY_SIZE(scraps) - 1)]);
}

static bool known_sentence(const char *error)
{
	size_t i;

	for (i = 0; error && i < ARRAY_SIZE(sentences); i++)
		if (!strcmp(error, sentences[i]))
			return true;
	return false;
}

static void random_lines(void)
{
	u32 round, rounds = t_rounds(200000);

	for (round = 0; round < rounds && !t_failures; round++) {
		struct copyoff_opts o, again;
		char line[512], emitted[512];
		struct copyoff_via via;
		const char *error;

		random_line(line, sizeof(line));
		t_about(line);
		if (parse(&o, line, &error)) {
			T_TRUE(known_sentence(error));
		} else {
			via = last_via;
			copyoff_opts_emit(&o, &via, emitted, sizeof(emitted));
			T_EQ(parse_emitted(&again, emitted, &error), 0);
			t_opts(&again, &o);
			T_EQ(last_via.nr, via.nr);
		}
		t_about("");
	}
}

/* ---- messages ---- */

static const struct message_row {
	const char *line;
	enum copyoff_message msg;
	struct copyoff_opts want;
} message_rows[] = {
	{ "stats", COPYOFF_MSG_STATS, { .offload = 9, .max_inflight = 9 } },
	{ "reset_stats", COPYOFF_MSG_RESET_STATS,
	  { .offload = 9, .max_inflight = 9 } },
	{ "doubt clear", COPYOFF_MSG_DOUBT_CLEAR,
	  { .offload = 9, .max_inflight = 9 } },
	{ "offload retry", COPYOFF_MSG_RETRY,
	  { .offload = 9, .max_inflight = 9 } },
	{ "offload on", COPYOFF_MSG_OFFLOAD,
	  { .offload = COPYOFF_OFFLOAD_ON, .max_inflight = 9 } },
	{ "offload off", COPYOFF_MSG_OFFLOAD,
	  { .offload = COPYOFF_OFFLOAD_OFF, .max_inflight = 9 } },
	{ "offload nvme", COPYOFF_MSG_OFFLOAD,
	  { .offload = COPYOFF_OFFLOAD_NVME, .max_inflight = 9 } },
	{ "offload scsi", COPYOFF_MSG_OFFLOAD,
	  { .offload = COPYOFF_OFFLOAD_SCSI, .max_inflight = 9 } },
	{ "add_path /dev/sda", COPYOFF_MSG_ADD_PATH,
	  { .offload = 9, .max_inflight = 9 } },
	{ "del_path 8:16", COPYOFF_MSG_DEL_PATH,
	  { .offload = 9, .max_inflight = 9 } },
	{ "max_inflight 1", COPYOFF_MSG_INFLIGHT,
	  { .offload = 9, .max_inflight = 1 } },
	{ "max_inflight 64", COPYOFF_MSG_INFLIGHT,
	  { .offload = 9, .max_inflight = 64 } },
};

static int message(enum copyoff_message *msg, struct copyoff_opts *o,
		   const char *line, const char **error)
{
	struct words w;
	int err;

	*o = (struct copyoff_opts){ .offload = 9, .max_inflight = 9 };
	*error = NULL;
	split(&w, line, ' ');
	err = copyoff_message_parse(msg, o, w.argc, w.argv, error);
	unsplit(&w);
	return err;
}

static void right_messages(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(message_rows); i++) {
		const struct message_row *r = &message_rows[i];
		enum copyoff_message msg = 99;
		struct copyoff_opts o;
		const char *error;

		t_about(r->line);
		T_EQ(message(&msg, &o, r->line, &error), 0);
		T_EQ(msg, r->msg);
		t_opts(&o, &r->want);
	}
}

static const struct wrong_row wrong_messages_rows[] = {
	{ "", S_MESSAGE },
	{ " ", S_MESSAGE },
	{ "rubbish", S_MESSAGE },
	{ "rubbish on", S_MESSAGE },
	{ "stats now", S_MESSAGE },
	{ "stat", S_MESSAGE },
	{ "reset_stats 1", S_MESSAGE },
	{ "reset", S_MESSAGE },
	{ "doubt", S_MESSAGE },
	{ "doubt clea", S_MESSAGE },
	{ "doubt clear now", S_MESSAGE },
	{ "clear doubt", S_MESSAGE },
	{ "offload", S_MESSAGE },
	{ "offload on off", S_MESSAGE },
	{ "offload retry now", S_MESSAGE },
	{ "retry", S_MESSAGE },
	{ "max_inflight", S_MESSAGE },
	{ "max_inflight 1 2", S_MESSAGE },
	{ "mssrl 5", S_MESSAGE },
	{ "add_path", S_MESSAGE },
	{ "add_path a b", S_MESSAGE },
	{ "del_path", S_MESSAGE },
	{ "del_path a b", S_MESSAGE },
	{ "via 1 a", S_MESSAGE },
	{ "doubt_s 5", S_MESSAGE },
	{ "offload ", S_MSG_OFFLOAD },
	{ "offload rubbish", S_MSG_OFFLOAD },
	{ "offload ON", S_MSG_OFFLOAD },
	{ "max_inflight 0", S_INFLIGHT },
	{ "max_inflight 65", S_INFLIGHT },
	{ "max_inflight ", S_INFLIGHT },
	{ "max_inflight -1", S_INFLIGHT },
	{ "max_inflight 4294967297", S_INFLIGHT },
	{ "max_inflight 18446744073709551617", S_INFLIGHT },
};

/* A message that is refused changes nothing. */
static void wrong_messages(void)
{
	const struct copyoff_opts want = { .offload = 9, .max_inflight = 9 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong_messages_rows); i++) {
		const struct wrong_row *r = &wrong_messages_rows[i];
		enum copyoff_message msg;
		struct copyoff_opts o;
		const char *error;

		t_about(r->line);
		T_EQ(message(&msg, &o, r->line, &error), -EINVAL);
		T_STR(error, r->error);
		t_opts(&o, &want);
	}
}

#define CASES(X)			\
	X(numbers)			\
	X(default_options)		\
	X(all_options)			\
	X(offload_words)		\
	X(duplicates)			\
	X(paths)			\
	X(paths_emitted)		\
	X(option_borders)		\
	X(wrong_tables)			\
	X(round_trip)			\
	X(emit_only_what_differs)	\
	X(emit_into_short_buffers)	\
	X(random_lines)			\
	X(right_messages)		\
	X(wrong_messages)

T_SUITE(tableargs, CASES);
