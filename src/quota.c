// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many asynchronous jobs each user has. The kernel has such counts in each
 * user_struct, but none for modules.
 */
#include <linux/hashtable.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "quota.h"

/* Lives as long as its user has a job. */
struct quota {
	struct hlist_node node;
	kuid_t uid;
	unsigned int jobs;
};

static DEFINE_SPINLOCK(quotas_lock);
static DEFINE_HASHTABLE(quotas, 6);

/* Under quotas_lock. */
static struct quota *find(kuid_t uid)
{
	struct quota *q;

	hash_for_each_possible(quotas, q, node, __kuid_val(uid))
		if (uid_eq(q->uid, uid))
			return q;
	return NULL;
}

/* Under quotas_lock. */
static struct quota *add(struct quota *fresh, kuid_t uid)
{
	fresh->uid = uid;
	fresh->jobs = 0;
	hash_add(quotas, &fresh->node, __kuid_val(uid));
	return fresh;
}

int copyoff_quota_take(kuid_t uid, unsigned int most)
{
	struct quota *fresh = kmalloc(sizeof(*fresh), GFP_KERNEL_ACCOUNT);
	struct quota *q;
	int err = 0;

	if (!fresh)
		return -ENOMEM;
	spin_lock(&quotas_lock);
	q = find(uid);
	if ((q ? q->jobs : 0) >= most) {
		err = -EMFILE;
	} else {
		if (!q) {
			q = add(fresh, uid);
			fresh = NULL;
		}
		q->jobs++;
	}
	spin_unlock(&quotas_lock);
	kfree(fresh);
	return err;
}

void copyoff_quota_give(kuid_t uid)
{
	struct quota *q;

	spin_lock(&quotas_lock);
	q = find(uid);
	if (--q->jobs)
		q = NULL;
	else
		hash_del(&q->node);
	spin_unlock(&quotas_lock);
	kfree(q);
}
