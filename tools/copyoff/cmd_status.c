// SPDX-License-Identifier: GPL-2.0-only
/*
 * copyoff status
 */
#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>

#include "status.h"

static void print_table(const struct status_list *list)
{
	char nvme[HUMAN], scsi[HUMAN], host[HUMAN];
	int i;

	printf("%s%-20s %-12s %-6s %-11s %8s %6s %11s %11s %11s %9s %6s  %s%s\n", paint(BOLD),
	       "DEVICE", "BELOW", "METHOD", "STATE", "INFLIGHT", "DOUBTS", "NVME", "SCSI", "HOST",
	       "FALLBACKS", "ERRORS", "REASON", paint(PLAIN));
	for (i = 0; i < list->nr; i++) {
		const struct line_status *s = &list->line[i];

		printf("%-20s %-12s %s%-6s%s %-11s %8u %6u %11s %11s %11s %9" PRIu64 " %6" PRIu64 "  %s\n",
		       s->name, *s->lower ? s->lower : "?",
		       paint(strcmp(s->method, "host") ? GOOD : BAD), s->method, paint(PLAIN),
		       s->state, s->inflight, s->doubts, human(s->bytes_nvme, nvme),
		       human(s->bytes_scsi, scsi), human(s->bytes_host, host), s->fallbacks,
		       s->errors, s->reason);
	}
}

/* ---- --json ---- */

static void put(struct json_object *o, const char *key, uint64_t value)
{
	json_object_object_add(o, key, json_object_new_uint64(value));
}

static void put_word(struct json_object *o, const char *key, const char *value)
{
	json_object_object_add(o, key, json_object_new_string(value));
}

static struct json_object *line_json(const struct line_status *s)
{
	struct json_object *o = json_object_new_object();

	put_word(o, "device", s->name);
	put(o, "start", s->start * 512);
	put(o, "length", s->length * 512);
	put_word(o, "below", s->lower);
	put_word(o, "method", s->method);
	put_word(o, "state", s->state);
	put(o, "inflight", s->inflight);
	put(o, "doubts", s->doubts);
	put(o, "commands", s->commands);
	put(o, "ranges", s->ranges);
	put(o, "bytes_nvme", s->bytes_nvme);
	put(o, "bytes_scsi", s->bytes_scsi);
	put(o, "bytes_host", s->bytes_host);
	put(o, "fallbacks", s->fallbacks);
	put(o, "errors", s->errors);
	put_word(o, "last_reason", s->reason);
	return o;
}

static void print_json(const struct status_list *list)
{
	struct json_object *root = json_object_new_object(), *lines = json_object_new_array();
	int i;

	for (i = 0; i < list->nr; i++)
		json_object_array_add(lines, line_json(&list->line[i]));
	json_object_object_add(root, "lines", lines);
	puts(json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY |
						  JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(root);
}

/* ---- --prometheus ---- */

typedef uint64_t value_fn(const struct line_status *s);

static uint64_t get_commands(const struct line_status *s)
{
	return s->commands;
}

static uint64_t get_fallbacks(const struct line_status *s)
{
	return s->fallbacks;
}

static uint64_t get_errors(const struct line_status *s)
{
	return s->errors;
}

static uint64_t get_inflight(const struct line_status *s)
{
	return s->inflight;
}

static uint64_t get_doubts(const struct line_status *s)
{
	return s->doubts;
}

static uint64_t get_offload(const struct line_status *s)
{
	return !!strcmp(s->method, "host");
}

static uint64_t get_nvme(const struct line_status *s)
{
	return s->bytes_nvme;
}

static uint64_t get_scsi(const struct line_status *s)
{
	return s->bytes_scsi;
}

static uint64_t get_host(const struct line_status *s)
{
	return s->bytes_host;
}

/* One name may have several labels; the first of them explains it. */
static const struct metric {
	const char *name;
	const char *kind;
	const char *help;
	const char *label;
	value_fn *value;
} metrics[] = {
	{ "copyoff_bytes_total", "counter", "Bytes copied.", "method=\"nvme\",", get_nvme },
	{ "copyoff_bytes_total", NULL, NULL, "method=\"scsi\",", get_scsi },
	{ "copyoff_bytes_total", NULL, NULL, "method=\"host\",", get_host },
	{ "copyoff_commands_total", "counter", "Commands that have ended.", "", get_commands },
	{ "copyoff_fallbacks_total", "counter", "Device commands that failed and were left to the host.",
	  "", get_fallbacks },
	{ "copyoff_errors_total", "counter", "Commands that failed.", "", get_errors },
	{ "copyoff_inflight", "gauge", "Commands that run now.", "", get_inflight },
	{ "copyoff_doubts", "gauge", "Commands without an answer that may still run.", "",
	  get_doubts },
	{ "copyoff_offload", "gauge", "1 if the device would copy now, 0 if the host.", "",
	  get_offload },
};

/* A device's name may have what a label's value must not. */
static void print_label(const char *text)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		putchar(*text);
	}
}

static void print_prometheus(const struct status_list *list)
{
	const struct metric *m;
	int i;

	for (m = metrics; m < metrics + COUNT(metrics); m++) {
		if (m->kind)
			printf("# HELP %s %s\n# TYPE %s %s\n", m->name, m->help, m->name, m->kind);
		for (i = 0; i < list->nr; i++) {
			const struct line_status *s = &list->line[i];

			printf("%s{%sdevice=\"", m->name, m->label);
			print_label(s->name);
			printf("\",start=\"%" PRIu64 "\",below=\"%s\"} %" PRIu64 "\n",
			       s->start * 512, s->lower, m->value(s));
		}
	}
}

static enum status show(const struct command *me, int argc, char **argv)
{
	static const struct option longs[] = {
		FLAG_OPTION("json", 'j'), FLAG_OPTION("prometheus", 'p'), LAST_OPTION,
	};
	void (*print)(const struct status_list *list) = print_table;
	struct status_list list;
	enum status status;
	int c;

	while ((c = next_option(me, argc, argv, longs)) != -1) {
		if (c == '?')
			return STATUS_USAGE;
		print = c == 'j' ? print_json : print_prometheus;
	}
	status = status_read(&list, argc - optind, argv + optind);
	if (!status)
		print(&list);
	if (!status && !list.nr)
		status = status_none(print == print_table);
	status_free(&list);
	return status;
}

const struct command cmd_status = {
	.name = "status",
	.args = "[--json|--prometheus] [VG/LV|NAME...]",
	.summary = "What copyoff lines there are, and how the bytes went",
	.help =
	"One row a line of a table. The counters begin anew with each table load.\n"
	"\n"
	"  --json         the same for programs\n"
	"  --prometheus   the same for a node exporter's text file collector\n"
	"\n"
	"  copyoff status\n"
	"  copyoff status --json vg/golden\n",
	.run = show,
};
