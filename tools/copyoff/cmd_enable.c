// SPDX-License-Identifier: GPL-2.0-only
/*
 * copyoff enable, copyoff disable
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "status.h"
#include "swap.h"

char *option_words(const char *text)
{
	char *words = duplicate(text), *all, *word, *next;
	int nr = 0;

	all = duplicate("");
	for (word = strtok_r(words, "=, ", &next); word; word = strtok_r(NULL, "=, ", &next)) {
		char *longer = format("%s %s", all, word);

		free(all);
		all = longer;
		nr++;
	}
	free(words);
	words = nr ? format("%d%s", nr, all) : duplicate("");
	free(all);
	return words;
}

/* A volume whose copies the host makes is worth a word: nothing is slow silently. */
static void report(const struct volume *v, const char *to)
{
	struct line_status s = { 0 };
	struct dm_dev now;
	int nr = v->old.nr, i;

	printf("%s: %s%s, %d line%s", v->word, v->swap ? "" : "already ", to, nr,
	       nr == 1 ? "" : "s");
	if (!strcmp(to, "copyoff") && !dmt_read(&now, v->old.name, 0, DM_STATUS)) {
		/* The first line that is left to the host, if there is one. */
		for (i = 0; i < now.nr && strcmp(s.method, "host"); i++)
			parse_status(&now.line[i], &s);
		printf(", copies by %s", s.method);
		if (!strcmp(s.method, "host"))
			printf(" (%s)", s.reason);
		dmt_free(&now);
	}
	putchar('\n');
}

static enum status swap_and_report(struct swap *swap, int nr, char **words)
{
	enum status status = swap_tables(swap, nr, words);
	int i;

	for (i = 0; i < swap->nr && !status && !swap->quiet; i++)
		report(&swap->volume[i], swap->to);
	swap_free(swap);
	return status;
}

static enum status enable(const struct command *me, int argc, char **argv)
{
	static const struct option longs[] = {
		VALUE_OPTION("options", 'o'), FLAG_OPTION("force", 'f'),
		FLAG_OPTION("quiet", 'q'), FLAG_OPTION("or-linear", 'l'), LAST_OPTION,
	};
	struct swap swap = { .from = "linear", .to = "copyoff" };
	char *options = duplicate("");
	bool or_linear = false;
	enum status status;
	int c;

	while ((c = next_option(me, argc, argv, longs)) != -1) {
		switch (c) {
		case 'o':
			free(options);
			options = option_words(optarg);
			break;
		case 'f':
			swap.force = true;
			break;
		case 'q':
			swap.quiet = true;
			break;
		case 'l':
			or_linear = true;
			break;
		default:
			return STATUS_USAGE;
		}
	}
	if (optind == argc)
		return misused(me, "no volume is named");
	swap.options = options;
	status = swap_and_report(&swap, argc - optind, argv + optind);
	free(options);
	/* It has said so; the volume is there, and boot goes on. */
	return or_linear && status == STATUS_NO_MODULE ? STATUS_DONE : status;
}

const struct command cmd_enable = {
	.name = "enable",
	.args = "[OPTION...] VG/LV|NAME...",
	.summary = "Have volumes copied by their device: linear lines become copyoff",
	.help =
	"A volume stays in use meanwhile. LVM knows nothing of it: lvextend, pvmove and\n"
	"activation bring linear back. All of the volumes are switched, or none.\n"
	"\n"
	"  --options WORDS   for the lines, as max_inflight=4,min_offload_kib=64\n"
	"  --or-linear       if there is no module say so and exit with 0\n"
	"  --force           even for the volume of / or swap\n"
	"  --quiet           print nothing\n"
	"\n"
	"  copyoff enable vg/golden vg/vm42\n"
	"  copyoff enable --options max_command_kib=512 vg/golden\n",
	.run = enable,
};

struct names {
	int nr;
	char **name;
};

static int add_if_copyoff(const char *name, void *data)
{
	struct names *names = data;
	struct dm_dev d;
	bool has = false;
	int i;

	if (!dmt_read(&d, name, 0, DM_TABLE))
		for (i = 0; i < d.nr; i++)
			has |= dmt_line_is(&d.line[i], "copyoff");
	dmt_free(&d);
	if (has) {
		names->name = reallocate(names->name, (names->nr + 1) * sizeof(*names->name));
		names->name[names->nr++] = duplicate(name);
	}
	return 0;
}

static enum status disable_all(struct swap *swap)
{
	struct names names = { 0 };
	enum status status = STATUS_DONE;
	int err = dmt_each(add_if_copyoff, &names);

	if (err)
		return complain(STATUS_FAILED, "the dm devices cannot be listed: %s; are you root?",
				strerror(-err));
	if (names.nr)
		status = swap_and_report(swap, names.nr, names.name);
	else if (!swap->quiet)
		puts("no device has a copyoff line");
	while (names.nr)
		free(names.name[--names.nr]);
	free(names.name);
	return status;
}

static enum status disable(const struct command *me, int argc, char **argv)
{
	static const struct option longs[] = {
		FLAG_OPTION("all", 'a'), FLAG_OPTION("force", 'f'), FLAG_OPTION("quiet", 'q'),
		LAST_OPTION,
	};
	struct swap swap = { .from = "copyoff", .to = "linear", .options = "" };
	bool all = false;
	int c;

	while ((c = next_option(me, argc, argv, longs)) != -1) {
		if (c == '?')
			return STATUS_USAGE;
		all |= c == 'a';
		swap.force |= c == 'f';
		swap.quiet |= c == 'q';
	}
	if (all ? optind < argc : optind == argc)
		return misused(me, "either volumes or --all are to be named");
	return all ? disable_all(&swap) : swap_and_report(&swap, argc - optind, argv + optind);
}

const struct command cmd_disable = {
	.name = "disable",
	.args = "[OPTION...] VG/LV|NAME...",
	.summary = "Put linear lines back",
	.help =
	"A copy that runs goes on by the host. All of the volumes are switched, or none.\n"
	"\n"
	"  --all     every device that has a copyoff line\n"
	"  --force   even for the volume of / or swap\n"
	"  --quiet   print nothing\n"
	"\n"
	"  copyoff disable vg/golden vg/vm42\n"
	"  copyoff disable --all\n",
	.run = disable,
};
