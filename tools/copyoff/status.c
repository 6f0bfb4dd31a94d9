// SPDX-License-Identifier: GPL-2.0-only
/*
 * The status of copyoff lines, from device-mapper.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "status.h"

bool parse_status(const struct dm_line *line, struct line_status *s)
{
	if (!dmt_line_is(line, "copyoff"))
		return false;
	s->start = line->start;
	s->length = line->length;
	return sscanf(line->params,
		      "%15s %15s %u %u %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
		      " %" SCNu64 " %" SCNu64 " %31s",
		      s->method, s->state, &s->inflight, &s->doubts, &s->commands, &s->ranges,
		      &s->bytes_nvme, &s->bytes_scsi, &s->bytes_host, &s->fallbacks, &s->errors,
		      s->reason) == 12;
}

/* Table and status are read one after the other: they need not be of one table. */
static void find_lower(struct line_status *s, const struct dm_dev *table)
{
	dev_t lower;
	int i;

	for (i = 0; i < table->nr; i++)
		if (table->line[i].start == s->start && dmt_line_device(&table->line[i], &lower))
			break;
	if (i == table->nr || !kname_of(lower, s->lower))
		s->lower[0] = 0;
}

static bool any_copyoff(const struct dm_dev *table)
{
	int i;

	for (i = 0; i < table->nr; i++)
		if (dmt_line_is(&table->line[i], "copyoff"))
			return true;
	return false;
}

static void add_lines(struct status_list *list, const char *name, const struct dm_dev *status,
		      const struct dm_dev *table)
{
	struct line_status s;
	int i;

	for (i = 0; i < status->nr; i++) {
		s = (struct line_status){ 0 };
		if (!parse_status(&status->line[i], &s))
			continue;
		s.name = duplicate(name);
		find_lower(&s, table);
		list->line = reallocate(list->line, (list->nr + 1) * sizeof(*list->line));
		list->line[list->nr++] = s;
	}
}

/* What has no copyoff line is not asked: who knows what a status costs others. */
static int add_device(const char *name, void *data)
{
	struct dm_dev status = { 0 }, table;
	int err = dmt_read(&table, name, 0, DM_TABLE);

	if (!err && any_copyoff(&table)) {
		err = dmt_read(&status, name, 0, DM_STATUS);
		if (!err)
			add_lines(data, name, &status, &table);
	}
	dmt_free(&status);
	dmt_free(&table);
	return err == -ENXIO ? 0 : err;
}

static enum status add_word(struct status_list *list, const char *word)
{
	enum status status;
	struct dm_dev dm;
	struct device d;
	int before = list->nr, err;

	status = device_find(&d, word);
	free(d.path);
	if (status)
		return status;
	err = dmt_read(&dm, NULL, d.rdev, DM_TABLE);
	if (!err)
		err = add_device(dm.name, list);
	dmt_free(&dm);
	if (err && err != -ENXIO)
		return complain(STATUS_FAILED, "%s: its status cannot be read: %s", word,
				strerror(-err));
	if (list->nr == before)
		return complain(STATUS_FAILED, "%s has no copyoff line: copyoff enable %s", word,
				word);
	return STATUS_DONE;
}

enum status status_read(struct status_list *list, int nr, char **words)
{
	enum status status = STATUS_DONE;
	int i, err;

	*list = (struct status_list){ 0 };
	for (i = 0; i < nr && !status; i++)
		status = add_word(list, words[i]);
	if (nr)
		return status;
	err = dmt_each(add_device, list);
	return err ? complain(STATUS_FAILED, "the dm devices cannot be read: %s; are you root?",
			      strerror(-err)) :
		     STATUS_DONE;
}

enum status status_none(bool say)
{
	if (!dmt_has_target("copyoff"))
		return complain(STATUS_NO_MODULE,
				"the kernel has no copyoff target: modprobe dm-copyoff");
	if (say)
		remark("no device has a copyoff line: copyoff enable VG/LV, or copyoff create NAME DEV");
	return STATUS_DONE;
}

void status_free(struct status_list *list)
{
	while (list->nr)
		free((char *)list->line[--list->nr].name);
	free(list->line);
}
