// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where LVM has put a volume, and another one like it.
 *
 * A command of NVMe's copies inside one namespace: a piece of the clone has to be
 * on the physical volume that the same piece of the original is on. So the clone
 * is made piece by piece, each on its own.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "clone.h"
#include "job.h"
#include "lvm.h"

#define INCOMPLETE	"copyoff_incomplete"

static const char *text_of(struct json_object *o, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) ? json_object_get_string(value) : "";
}

/* "/dev/nvme0n1(25)": one device and where the piece begins on it. */
static bool take_piece(struct lvm_layout *layout, struct json_object *segment)
{
	const char *devices = text_of(segment, "devices");
	const char *end = strrchr(devices, '(');
	struct lvm_piece *last = layout->nr ? &layout->piece[layout->nr - 1] : NULL;
	uint64_t extents = strtoull(text_of(segment, "seg_size_pe"), NULL, 10);
	char *pv;

	if (strcmp(text_of(segment, "segtype"), "linear") || !end || strchr(devices, ',') ||
	    !extents)
		return false;
	pv = strndup(devices, end - devices);
	/* What is not next to each other in the original may be so in the clone. */
	if (last && !strcmp(last->pv, pv)) {
		last->extents += extents;
		free(pv);
		return true;
	}
	layout->piece = reallocate(layout->piece, (layout->nr + 1) * sizeof(*layout->piece));
	layout->piece[layout->nr++] = (struct lvm_piece){ pv, extents };
	return true;
}

/* { "report": [ { "seg": [ {...}, ... ] } ] } */
static struct json_object *segments_of(struct json_object *root)
{
	struct json_object *o;

	if (!json_object_object_get_ex(root, "report", &o))
		return NULL;
	o = json_object_array_get_idx(o, 0);
	return o && json_object_object_get_ex(o, "seg", &o) ? o : NULL;
}

static bool take_pieces(struct lvm_layout *layout, const char *text)
{
	struct json_object *root = json_tokener_parse(text), *segments = segments_of(root);
	size_t i, nr = segments ? json_object_array_length(segments) : 0;
	bool ok = nr;

	for (i = 0; i < nr && ok; i++)
		ok = take_piece(layout, json_object_array_get_idx(segments, i));
	json_object_put(root);
	return ok;
}

enum status lvm_layout(struct lvm_layout *layout, const char *word)
{
	char *const args[] = { "lvm", "lvs", "--reportformat", "json", "--segments",
			       "-o", "segtype,seg_size_pe,devices", "--sort", "seg_start_pe",
			       (char *)word, NULL };
	char *text = NULL;
	bool ok;

	if (lvm_run(args, &text)) {
		free(text);
		return complain(STATUS_FAILED, "%s: LVM does not know it; see lvs", word);
	}
	ok = take_pieces(layout, text);
	free(text);
	return ok ? STATUS_DONE :
		    complain(STATUS_REFUSED,
			     "%s is not a linear volume: no device can copy it piece by piece; lvcreate a snapshot or use dd",
			     word);
}

void lvm_layout_free(struct lvm_layout *layout)
{
	while (layout->nr)
		free(layout->piece[--layout->nr].pv);
	free(layout->piece);
}

/*
 * Not zeroed and not searched for signatures: all of it will be written. Until then it
 * has a tag, by which it is found even if we cannot remove it any more.
 */
static int create_first(const struct lvm_piece *piece, const char *vg, const char *lv)
{
	char *extents = format("%" PRIu64, piece->extents);
	char *const args[] = { "lvm", "lvcreate", "--quiet", "--quiet", "--yes", "--type", "linear",
			       "--wipesignatures", "n", "--zero", "n", "--addtag", INCOMPLETE,
			       "--extents", extents, "--name", (char *)lv, (char *)vg, piece->pv,
			       NULL };
	int err = lvm_run(args, NULL);

	free(extents);
	return err;
}

static int extend(const struct lvm_piece *piece, char *name)
{
	char *extents = format("+%" PRIu64, piece->extents);
	char *const args[] = { "lvm", "lvextend", "--quiet", "--quiet", "--yes", "--extents",
			       extents, name, piece->pv, NULL };
	int err = lvm_run(args, NULL);

	free(extents);
	return err;
}

int lvm_create_like(const struct lvm_layout *layout, const char *vg, const char *lv)
{
	char *name = format("%s/%s", vg, lv);
	int i, err = create_first(&layout->piece[0], vg, lv);

	if (!err) {
		for (i = 1; i < layout->nr && !err; i++)
			err = job_interrupted() ? -EINTR : extend(&layout->piece[i], name);
		if (err && lvm_remove(name))
			remark("%s is not complete and could not be removed: lvremove %s", name,
			       name);
	}
	free(name);
	return err;
}

int lvm_complete(const char *name)
{
	char *const args[] = { "lvm", "lvchange", "--quiet", "--quiet", "--yes", "--deltag",
			       INCOMPLETE, (char *)name, NULL };

	return lvm_run(args, NULL);
}
