/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words of a table line and of messages, both ways. Pure: any context.
 */
#ifndef COPYOFF_TABLEARGS_H
#define COPYOFF_TABLEARGS_H

#include <linux/types.h>

enum copyoff_offload {
	COPYOFF_OFFLOAD_ON,	/* whatever the unit can do */
	COPYOFF_OFFLOAD_OFF,	/* always the host */
	COPYOFF_OFFLOAD_NVME,	/* only this one */
	COPYOFF_OFFLOAD_SCSI,
};

#define COPYOFF_INFLIGHT_DEFAULT	16
#define COPYOFF_INFLIGHT_MAX		64
#define COPYOFF_DOUBT_S_DEFAULT		60
#define COPYOFF_VIA_MAX			16

/* The options of a table line. Zero in a member without default: not given. */
struct copyoff_opts {
	enum copyoff_offload offload;
	u32 max_inflight;	/* commands at a time */
	u32 max_command_kib;
	u32 min_offload_kib;
	u32 mssrl;		/* blocks in one source extent */
	u32 mcl;		/* blocks in one command */
	u32 msrc;		/* source extents in one command; 1-based */
	u32 doubt_s;		/* seconds until a lost command counts as dead */
};

/* The paths of a table line; the names are the caller's. */
struct copyoff_via {
	u32 nr;			/* 0: none given */
	const char *name[COPYOFF_VIA_MAX];
};

enum copyoff_message {
	COPYOFF_MSG_OFFLOAD,	/* opts.offload has been set */
	COPYOFF_MSG_RETRY,	/* forget that the unit was turned off */
	COPYOFF_MSG_INFLIGHT,	/* opts.max_inflight has been set */
	COPYOFF_MSG_DOUBT_CLEAR,
	COPYOFF_MSG_RESET_STATS,
	COPYOFF_MSG_STATS,	/* print the latency histograms */
	COPYOFF_MSG_ADD_PATH,	/* the second word is its name */
	COPYOFF_MSG_DEL_PATH,	/* the same */
};

void copyoff_opts_default(struct copyoff_opts *o);

/*
 * copyoff_opts_parse() - the words after "<device> <start>"
 * @o: set to the defaults first
 * @via: set to the words in @argv that are names of paths
 * @error: on failure a sentence, constant
 *
 * No words at all, or "<#words> <word>...". Returns 0 or -EINVAL.
 */
int copyoff_opts_parse(struct copyoff_opts *o, struct copyoff_via *via,
		       unsigned int argc, char **argv, const char **error);

/*
 * copyoff_opts_emit() - the words that copyoff_opts_parse() takes
 *
 * Writes what differs from the defaults, with a leading space if there is
 * anything. Returns the length without the final NUL, as scnprintf() does.
 */
int copyoff_opts_emit(const struct copyoff_opts *o,
		      const struct copyoff_via *via, char *buf, size_t size);

/*
 * copyoff_message_parse() - the words of a message
 *
 * Returns 0 with @msg and, where that takes a value, a member of @o set; or
 * -EINVAL with @error.
 */
int copyoff_message_parse(enum copyoff_message *msg, struct copyoff_opts *o,
			  unsigned int argc, char **argv, const char **error);

/* Parse @word as a sector number: decimal digits only, no overflow. */
int copyoff_parse_u64(const char *word, u64 *value);

#endif /* COPYOFF_TABLEARGS_H */
