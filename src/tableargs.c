// SPDX-License-Identifier: GPL-2.0-only
/*
 * The words of a table line and of messages, both ways.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/overflow.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/types.h>

#include "tableargs.h"

/* The options with a number for a value, in the order in which we print. */
static const struct number {
	const char *word;
	size_t member;
	u32 min;
	u32 max;
	u32 missing;	/* what the member is where the option is not given */
	const char *error;
} numbers[] = {
	{ "max_inflight", offsetof(struct copyoff_opts, max_inflight),
	  1, COPYOFF_INFLIGHT_MAX, COPYOFF_INFLIGHT_DEFAULT,
	  "max_inflight takes a number from 1 to 64" },
	{ "max_command_kib", offsetof(struct copyoff_opts, max_command_kib),
	  1, 1U << 21, 0,
	  "max_command_kib takes a number from 1 to 2097152" },
	{ "min_offload_kib", offsetof(struct copyoff_opts, min_offload_kib),
	  1, 1U << 21, 0,
	  "min_offload_kib takes a number from 1 to 2097152" },
	{ "mssrl", offsetof(struct copyoff_opts, mssrl), 1, 65536, 0,
	  "mssrl takes a number of blocks from 1 to 65536" },
	{ "mcl", offsetof(struct copyoff_opts, mcl), 1, 0xffffffff, 0,
	  "mcl takes a number of blocks from 1 to 4294967295" },
	{ "msrc", offsetof(struct copyoff_opts, msrc), 1, 256, 0,
	  "msrc takes a number of source ranges from 1 to 256" },
	{ "doubt_s", offsetof(struct copyoff_opts, doubt_s),
	  1, 86400, COPYOFF_DOUBT_S_DEFAULT,
	  "doubt_s takes a number of seconds from 1 to 86400" },
};

static const char * const offload_words[] = {
	[COPYOFF_OFFLOAD_ON] = "on",
	[COPYOFF_OFFLOAD_OFF] = "off",
	[COPYOFF_OFFLOAD_NVME] = "nvme",
	[COPYOFF_OFFLOAD_SCSI] = "scsi",
};

static u32 *member_of(struct copyoff_opts *o, const struct number *n)
{
	return (u32 *)((char *)o + n->member);
}

int copyoff_parse_u64(const char *word, u64 *value)
{
	u64 v = 0;

	if (!*word)
		return -EINVAL;
	for (; *word; word++) {
		if (*word < '0' || *word > '9')
			return -EINVAL;
		if (check_mul_overflow(v, (u64)10, &v) ||
		    check_add_overflow(v, (u64)(*word - '0'), &v))
			return -EINVAL;
	}
	*value = v;
	return 0;
}

static int parse_offload(struct copyoff_opts *o, const char *word)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(offload_words); i++) {
		if (strcmp(word, offload_words[i]))
			continue;
		o->offload = i;
		return 0;
	}
	return -EINVAL;
}

static const struct number *number_by_word(const char *word)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		if (!strcmp(word, numbers[i].word))
			return &numbers[i];
	return NULL;
}

static int parse_number(struct copyoff_opts *o, const struct number *n,
			const char *word, const char **error)
{
	u64 v;

	if (copyoff_parse_u64(word, &v) || v < n->min || v > n->max) {
		*error = n->error;
		return -EINVAL;
	}
	*member_of(o, n) = v;
	return 0;
}

/* "via <#paths> <path>..." */
static int parse_via(struct copyoff_via *via, unsigned int argc, char **argv,
		     const char **error)
{
	u64 nr;

	if (copyoff_parse_u64(argv[1], &nr) || !nr || nr > COPYOFF_VIA_MAX ||
	    nr > argc - 2) {
		*error = "via takes a number from 1 to 16, and as many devices";
		return -EINVAL;
	}
	for (via->nr = 0; via->nr < nr; via->nr++)
		via->name[via->nr] = argv[2 + via->nr];
	return 2 + nr;
}

/* One "<option> <value>". */
static int parse_option(struct copyoff_opts *o, char **argv,
			const char **error)
{
	const struct number *n;

	if (!strcmp(argv[0], "offload")) {
		if (!parse_offload(o, argv[1]))
			return 0;
		*error = "offload takes on, off, nvme or scsi";
		return -EINVAL;
	}
	n = number_by_word(argv[0]);
	if (n)
		return parse_number(o, n, argv[1], error);
	*error = "Unknown option";
	return -EINVAL;
}

void copyoff_opts_default(struct copyoff_opts *o)
{
	size_t i;

	memset(o, 0, sizeof(*o));
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		*member_of(o, &numbers[i]) = numbers[i].missing;
}

/* The first of @argc words, and what belongs to it: how many words, or -EINVAL. */
static int parse_words(struct copyoff_opts *o, struct copyoff_via *via,
		       unsigned int argc, char **argv, const char **error)
{
	if (argc < 2) {
		*error = "Every option takes one value";
		return -EINVAL;
	}
	if (!strcmp(argv[0], "via"))
		return parse_via(via, argc, argv, error);
	return parse_option(o, argv, error) ?: 2;
}

int copyoff_opts_parse(struct copyoff_opts *o, struct copyoff_via *via,
		       unsigned int argc, char **argv, const char **error)
{
	unsigned int i;
	u64 words;
	int took;

	copyoff_opts_default(o);
	via->nr = 0;
	if (!argc)
		return 0;
	if (copyoff_parse_u64(argv[0], &words) || words != argc - 1) {
		*error = "The number of option words does not match the words that follow";
		return -EINVAL;
	}
	for (i = 1; i < argc; i += took) {
		took = parse_words(o, via, argc - i, argv + i, error);
		if (took < 0)
			return took;
	}
	return 0;
}

static bool number_given(const struct copyoff_opts *o, const struct number *n)
{
	return *member_of((struct copyoff_opts *)o, n) != n->missing;
}

static unsigned int words_given(const struct copyoff_opts *o,
				const struct copyoff_via *via)
{
	unsigned int words = o->offload == COPYOFF_OFFLOAD_ON ? 0 : 2;
	size_t i;

	if (via->nr)
		words += 2 + via->nr;
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		if (number_given(o, &numbers[i]))
			words += 2;
	return words;
}

static int emit_via(const struct copyoff_via *via, char *buf, size_t size)
{
	int len = 0;
	u32 i;

	if (via->nr)
		len = scnprintf(buf, size, " via %u", via->nr);
	for (i = 0; i < via->nr; i++)
		len += scnprintf(buf + len, size - len, " %s", via->name[i]);
	return len;
}

int copyoff_opts_emit(const struct copyoff_opts *o,
		      const struct copyoff_via *via, char *buf, size_t size)
{
	unsigned int words = words_given(o, via);
	int len = 0;
	size_t i;

	if (size)
		buf[0] = '\0';
	if (!words)
		return 0;
	len += scnprintf(buf + len, size - len, " %u", words);
	if (o->offload != COPYOFF_OFFLOAD_ON)
		len += scnprintf(buf + len, size - len, " offload %s",
				 offload_words[o->offload]);
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		if (number_given(o, &numbers[i]))
			len += scnprintf(buf + len, size - len, " %s %u",
					 numbers[i].word,
					 *member_of((struct copyoff_opts *)o,
						    &numbers[i]));
	return len + emit_via(via, buf + len, size - len);
}

static bool two_words(unsigned int argc, char **argv, const char *a,
		      const char *b)
{
	return argc == 2 && !strcmp(argv[0], a) && !strcmp(argv[1], b);
}

int copyoff_message_parse(enum copyoff_message *msg, struct copyoff_opts *o,
			  unsigned int argc, char **argv, const char **error)
{
	*error = "Unknown message";
	if (argc == 1 && !strcmp(argv[0], "reset_stats")) {
		*msg = COPYOFF_MSG_RESET_STATS;
		return 0;
	}
	if (argc == 1 && !strcmp(argv[0], "stats")) {
		*msg = COPYOFF_MSG_STATS;
		return 0;
	}
	if (two_words(argc, argv, "doubt", "clear")) {
		*msg = COPYOFF_MSG_DOUBT_CLEAR;
		return 0;
	}
	if (two_words(argc, argv, "offload", "retry")) {
		*msg = COPYOFF_MSG_RETRY;
		return 0;
	}
	if (argc == 2 && !strcmp(argv[0], "add_path")) {
		*msg = COPYOFF_MSG_ADD_PATH;
		return 0;
	}
	if (argc == 2 && !strcmp(argv[0], "del_path")) {
		*msg = COPYOFF_MSG_DEL_PATH;
		return 0;
	}
	if (argc == 2 && !strcmp(argv[0], "offload")) {
		*msg = COPYOFF_MSG_OFFLOAD;
		*error = "offload takes on, off, nvme, scsi or retry";
		return parse_offload(o, argv[1]);
	}
	if (argc == 2 && !strcmp(argv[0], "max_inflight")) {
		*msg = COPYOFF_MSG_INFLIGHT;
		return parse_number(o, number_by_word(argv[0]), argv[1],
				    error);
	}
	return -EINVAL;
}
