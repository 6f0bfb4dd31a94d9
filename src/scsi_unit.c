// SPDX-License-Identifier: GPL-2.0-only
/*
 * A SCSI unit: commands to it, what it says that it is, and whether another one
 * goes by its name.
 */
#include <linux/device-mapper.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <scsi/scsi_eh.h>

#include "scsi_peers.h"
#include "scsi_unit.h"

#define DM_MSG_PREFIX "copyoff"

/* How often a command is sent that only met a unit attention. */
#define ATTENTIONS	4

/* Of the room for INQUIRY: page 80h is that long at most. */
#define SERIAL_PAGE_BYTES	512

#define ASK_TIMEOUT	(60 * HZ)

/* ---- commands ---- */

static bool is_good(const struct copyoff_scsi_result *r)
{
	return !r->error && !r->host && !r->status;
}

/* Once. */
static void send(struct scsi_device *sdev, const struct copyoff_scsi_message *m,
		 struct copyoff_scsi_result *r, u32 *got)
{
	struct compat_scsi_answer a;

	*got = 0;
	memset(r, 0, sizeof(*r));
	if (m->fill)
		m->fill(m);
	r->error = compat_scsi_execute(sdev, m->cdb, m->fill, m->buf,
				       m->bytes, m->timeout, &a);
	if (r->error)
		return;
	r->host = a.host;
	r->status = a.status;
	r->sense_valid = scsi_sense_valid(&a.sense);
	r->key = a.sense.sense_key;
	r->asc = a.sense.asc;
	r->ascq = a.sense.ascq;
	r->deferred = r->sense_valid && scsi_sense_is_deferred(&a.sense);
	r->resid = clamp_t(int, a.resid, 0, m->bytes);
	if (is_good(r))
		*got = m->bytes - r->resid;
}

/*
 * By one path, until there is more to the answer than news. A question has that
 * answered whatever the news is. True if that is that the unit may have changed.
 */
static bool send_by(struct scsi_device *sdev,
		    const struct copyoff_scsi_message *m, bool ask,
		    struct copyoff_scsi_result *r, u32 *got)
{
	bool changed = false;
	unsigned int i;

	for (i = 0; i < ATTENTIONS; i++) {
		send(sdev, m, r, got);
		changed |= copyoff_scsi_is_changed(r);
		if (!copyoff_scsi_is_attention(r) || (changed && !ask))
			break;
	}
	return changed;
}

static bool check_path(struct copyoff_scsi_unit *su, struct scsi_device *sdev);

/*
 * By that path, if it is one. True if its answer is the unit's own, whatever it
 * is: no other path is to be tried.
 */
static bool try_path(struct copyoff_scsi_unit *su, struct scsi_device *sdev,
		     const struct copyoff_scsi_message *m, bool ask,
		     struct copyoff_scsi_result *r, u32 *got)
{
	struct copyoff_verdict v;
	bool lost = r->lost;

	if (send_by(sdev, m, ask, r, got))
		copyoff_scsi_path_check(su, sdev, false);
	copyoff_scsi_verdict(r, &v);
	r->lost = lost || v.doubt;
	return v.kind != COPYOFF_PATH || (m->one_path && v.doubt);
}

static void send_by_paths(struct copyoff_scsi_unit *su,
			  const struct copyoff_scsi_message *m, bool ask,
			  struct copyoff_scsi_result *r, u32 *got)
{
	struct scsi_device *sdev;
	unsigned int skip, first = READ_ONCE(su->next);
	bool checked, over = false;

	*got = 0;
	memset(r, 0, sizeof(*r));
	r->error = -ENODEV;
	for (skip = 0; !over &&
	     copyoff_scsi_path_get(su, first, skip, &sdev, &checked); skip++) {
		if (!sdev)
			continue;
		/* What is to be written goes nowhere by the word of a second ago. */
		if ((checked && !(su->via && m->one_path)) ||
		    check_path(su, sdev))
			over = try_path(su, sdev, m, ask, r, got);
		if (over && skip)
			copyoff_scsi_path_prefer(su, sdev);
		copyoff_scsi_path_put(sdev);
	}
}

void copyoff_scsi_send(struct copyoff_scsi_unit *su,
		       const struct copyoff_scsi_message *m,
		       struct copyoff_scsi_result *r)
{
	u32 got;

	send_by_paths(su, m, false, r, &got);
	r->resid = m->bytes - got;
}

static void make_question(struct copyoff_scsi_message *m, u8 *buf, u32 bytes)
{
	m->fill = NULL;
	m->one_path = false;
	m->buf = buf;
	m->bytes = bytes;
	m->timeout = ASK_TIMEOUT;
}

bool copyoff_scsi_ask(struct copyoff_scsi_unit *su,
		      struct copyoff_scsi_message *m, u8 *buf, u32 bytes,
		      struct copyoff_scsi_result *r, u32 *got)
{
	make_question(m, buf, bytes);
	send_by_paths(su, m, true, r, got);
	return is_good(r);
}

/* ---- what it is ---- */

void copyoff_scsi_id_of(struct copyoff_scsi_unit *su,
			struct copyoff_scsi_identity *id)
{
	spin_lock(&su->lock);
	*id = su->id;
	spin_unlock(&su->lock);
}

void copyoff_scsi_name_of(struct copyoff_scsi_unit *su,
			  struct copyoff_designator *name)
{
	spin_lock(&su->lock);
	*name = su->id.name;
	spin_unlock(&su->lock);
}

bool copyoff_scsi_set_id(struct copyoff_scsi_unit *su,
			 const struct copyoff_scsi_identity *id)
{
	bool same;

	spin_lock(&su->lock);
	same = !memcmp(&su->id, id, sizeof(*id));
	/* First of all: who sees the name sees that nobody has tried it. */
	if (!same)
		copyoff_unit_renew(su->unit);
	su->id = *id;
	su->named_at = jiffies;
	if (!same)
		su->seen = 0;
	spin_unlock(&su->lock);
	return !same;
}

bool copyoff_scsi_is_fresh(struct copyoff_scsi_unit *su)
{
	bool fresh;

	spin_lock(&su->lock);
	fresh = time_in_range(jiffies, su->named_at,
			      su->named_at + COPYOFF_SCSI_LASTS);
	spin_unlock(&su->lock);
	return fresh;
}

static bool ask_page(struct scsi_device *sdev, u8 code, u8 *page, u32 bytes,
		     struct copyoff_scsi_result *r, u32 *got)
{
	struct copyoff_scsi_message m;

	make_question(&m, page, bytes);
	copyoff_scsi_cdb_vpd(code, bytes, m.cdb);
	send_by(sdev, &m, true, r, got);
	/* It knows of no such page; anything else is no answer. */
	return is_good(r) || copyoff_scsi_is_refusal(r);
}

/* What is at the end of that path? */
static bool ask_path(struct scsi_device *sdev, u8 *page,
		     struct copyoff_scsi_identity *id,
		     struct copyoff_scsi_result *r)
{
	u32 names = COPYOFF_SCSI_INQUIRY_BYTES - SERIAL_PAGE_BYTES;
	struct copyoff_scsi_pages p = {
		.inquiry = sdev->inquiry,
		.inquiry_len = sdev->inquiry_len,
		.names = page,
		.serial = page + names,
	};

	if (!ask_page(sdev, 0x83, page, names, r, &p.names_len) ||
	    !ask_page(sdev, 0x80, page + names, SERIAL_PAGE_BYTES, r,
		      &p.serial_len))
		return false;
	copyoff_scsi_identify(&p, id);
	return true;
}

/* A disk is what it says it is; but a path must lead where the others do. */
static bool is_ours(struct copyoff_scsi_unit *su, struct scsi_device *sdev,
		    const struct copyoff_scsi_identity *id)
{
	bool same;

	spin_lock(&su->lock);
	same = !su->via || !memcmp(&su->id, id, sizeof(*id));
	spin_unlock(&su->lock);
	copyoff_scsi_path_check(su, sdev, same);
	if (!same)
		DMWARN_LIMIT("%s: its path %s leads to another unit, and is not used",
			     su->unit->disk->disk_name,
			     dev_name(&sdev->sdev_gendev));
	return same;
}

static bool check_path(struct copyoff_scsi_unit *su, struct scsi_device *sdev)
{
	u8 *page = kmalloc(COPYOFF_SCSI_INQUIRY_BYTES, GFP_NOIO | __GFP_NOWARN);
	struct copyoff_scsi_identity id;
	struct copyoff_scsi_result r;
	bool ours;

	ours = page && ask_path(sdev, page, &id, &r) && is_ours(su, sdev, &id);
	kfree(page);
	return ours;
}

bool copyoff_scsi_ask_id(struct copyoff_scsi_unit *su, u8 *page,
			 struct copyoff_scsi_identity *id,
			 struct copyoff_scsi_result *r)
{
	struct scsi_device *sdev;
	unsigned int skip, first = READ_ONCE(su->next);
	bool checked, asked = false, ours = false;

	memset(id, 0, sizeof(*id));
	for (skip = 0; !ours &&
	     copyoff_scsi_path_get(su, first, skip, &sdev, &checked); skip++) {
		if (!sdev)
			continue;
		asked = true;
		ours = ask_path(sdev, page, id, r) && is_ours(su, sdev, id);
		if (ours && skip)
			copyoff_scsi_path_prefer(su, sdev);
		copyoff_scsi_path_put(sdev);
	}
	/* By no path: whatever the last one has said, it is for its path. */
	if (!ours && (su->via || !asked)) {
		memset(r, 0, sizeof(*r));
		r->error = -ENODEV;
	}
	return ours;
}

/* ---- clashes ---- */

static DEFINE_MUTEX(scsi_units_mutex);	/* held for moments only */
static LIST_HEAD(scsi_units);

bool copyoff_scsi_clashes(struct copyoff_scsi_unit *su)
{
	struct copyoff_scsi_identity id;
	bool clash;
	u64 seen;

	/* Before we look: what comes meanwhile is looked at next time. */
	seen = copyoff_peers_changes();
	copyoff_scsi_id_of(su, &id);
	clash = copyoff_peers_clash(su->via ? NULL : su->path[0].sdev, &id);
	if (copyoff_unit_refuse(su->unit, clash ?
				COPYOFF_REASON_DESIGNATOR_CLASH :
				COPYOFF_REASON_NONE)) {
		if (clash)
			DMWARN("%s: another unit goes by its name, the host copies",
			       su->unit->disk->disk_name);
		copyoff_unit_renew(su->unit);
	}
	spin_lock(&su->lock);
	if (!memcmp(&su->id, &id, sizeof(id)))
		su->seen = clash ? 0 : seen;
	spin_unlock(&su->lock);
	return clash;
}

bool copyoff_scsi_is_alone(struct copyoff_scsi_unit *su)
{
	u64 seen;

	spin_lock(&su->lock);
	seen = su->seen;
	spin_unlock(&su->lock);
	return seen == copyoff_peers_changes() || !copyoff_scsi_clashes(su);
}

static void recheck_work(struct work_struct *work)
{
	struct copyoff_scsi_unit *su;

	mutex_lock(&scsi_units_mutex);
	list_for_each_entry(su, &scsi_units, node)
		copyoff_scsi_clashes(su);
	mutex_unlock(&scsi_units_mutex);
}

static DECLARE_WORK(recheck, recheck_work);

/* So that the status is right though nothing is copied. */
static void peers_changed(void)
{
	queue_work(copyoff_host_wq, &recheck);
}

/* ---- coming and going ---- */

struct copyoff_scsi_unit *copyoff_scsi_unit_create(struct copyoff_unit *unit,
						   struct scsi_device *sdev)
{
	struct copyoff_scsi_unit *su = kzalloc(sizeof(*su), GFP_KERNEL);

	if (!su)
		return NULL;
	su->unit = unit;
	su->via = !sdev;
	if (sdev) {
		su->path[0] = (struct copyoff_scsi_path){ sdev, 1, true };
		su->nr = 1;
	}
	spin_lock_init(&su->lock);
	INIT_LIST_HEAD(&su->waiting);
	mutex_lock(&scsi_units_mutex);
	list_add(&su->node, &scsi_units);
	mutex_unlock(&scsi_units_mutex);
	return su;
}

void copyoff_scsi_unit_destroy(struct copyoff_scsi_unit *su)
{
	mutex_lock(&scsi_units_mutex);
	list_del(&su->node);
	mutex_unlock(&scsi_units_mutex);
	kfree(su);
}

int copyoff_scsi_init(void)
{
	return copyoff_peers_init(peers_changed);
}

void copyoff_scsi_exit(void)
{
	copyoff_peers_exit();
	cancel_work_sync(&recheck);
}
