// SPDX-License-Identifier: GPL-2.0-only
/*
 * A job that runs by itself.
 */
#include <linux/device-mapper.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/suspend.h>

#include "async.h"
#include "compat/compat.h"
#include "delay.h"
#include "job_priv.h"

#define DM_MSG_PREFIX "copyoff"

/* Others are to get on, too: so many steps of the loop in one round. */
#define ROUND_STEPS	64

/* As long as the kernel gives the freezing of tasks. */
#define REST_TIMEOUT	(20 * HZ)

static struct workqueue_struct *rounds_wq;

/* Protects the list of all that have not ended, and their busy. */
static DEFINE_SPINLOCK(all_lock);
static LIST_HEAD(all);
static DECLARE_WAIT_QUEUE_HEAD(idle_wait);

/* From any context, and for any number of reasons at a time. */
static void kick(struct copyoff_async *a)
{
	mod_delayed_work(rounds_wq, &a->work, 0);
}

/* Under the lock of the queue. Each event is told once. */
static int news(struct wait_queue_entry *entry, unsigned int mode, int flags,
		void *key)
{
	list_del_init(&entry->entry);
	kick(container_of(entry, struct copyoff_async, entry));
	return 1;
}

/* ---- what others see of it ---- */

static enum copyoff_job_state state_of(enum copyoff_wait w)
{
	switch (w) {
	case COPYOFF_WAIT_GATE:
		return COPYOFF_JOB_WAIT_DEVICE;
	case COPYOFF_WAIT_BUFFER:
		return COPYOFF_JOB_WAIT_BUFFER;
	case COPYOFF_WAIT_DOUBT:
		return COPYOFF_JOB_WAIT_DOUBT;
	default:
		return COPYOFF_JOB_RUNNING;
	}
}

static void show(struct copyoff_async *a, enum copyoff_job_state state)
{
	spin_lock(&a->lock);
	a->seen = a->result;
	a->state = state;
	spin_unlock(&a->lock);
}

enum copyoff_job_state copyoff_async_look(struct copyoff_async *a,
					  struct copyoff_result *seen)
{
	enum copyoff_job_state state;

	spin_lock(&a->lock);
	*seen = a->seen;
	state = a->state;
	spin_unlock(&a->lock);
	return state;
}

static void set_busy(struct copyoff_async *a, bool busy)
{
	spin_lock(&all_lock);
	a->busy = busy;
	spin_unlock(&all_lock);
	if (!busy)
		wake_up_all(&idle_wait);
}

/* ---- rounds ---- */

/* Out of the queue; who was about to wake it up has done so after this. */
static void unwatch(struct copyoff_async *a)
{
	if (a->queue)
		remove_wait_queue(a->queue, &a->entry);
	a->queue = NULL;
}

/* Commands are waited for in any case, and nothing is late in its sleep. */
static bool may_be_late(enum copyoff_wait w)
{
	return w != COPYOFF_WAIT_CMD && w != COPYOFF_WAIT_AWAKE;
}

/* Be queued when it is due; false if it is already. */
static bool watch(struct copyoff_async *a, enum copyoff_wait w)
{
	a->queue = copyoff_job_queue(a->job, w);
	add_wait_queue(a->queue, &a->entry);
	if (copyoff_job_due(a->job, w)) {
		unwatch(a);
		return false;
	}
	/* Nothing if it is queued by now: then there are news. */
	if (a->job->deadline && may_be_late(w))
		queue_delayed_work(rounds_wq, &a->work,
				   copyoff_job_time_left(a->job));
	return true;
}

static void finish(struct copyoff_async *a)
{
	int err = copyoff_job_finish(a->job);

	copyoff_job_free(a->job);
	a->job = NULL;
	show(a, COPYOFF_JOB_ENDED);
	spin_lock(&all_lock);
	list_del(&a->node);
	spin_unlock(&all_lock);
	wake_up_all(&idle_wait);
	a->end(a, err);
}

/* True: it waits, or has ended. */
static bool go_on(struct copyoff_async *a)
{
	enum copyoff_wait w = copyoff_job_step(a->job);

	if (w == COPYOFF_FINISHED) {
		finish(a);
		return true;
	}
	show(a, state_of(w));
	if (w != COPYOFF_GO)
		copyoff_delay(COPYOFF_DELAY_JOB_WAITS);
	if (w == COPYOFF_GO || !watch(a, w)) {
		cond_resched();
		return false;
	}
	return true;
}

static void run_round(struct copyoff_async *a)
{
	int i;

	unwatch(a);
	for (i = 0; i < ROUND_STEPS; i++)
		if (go_on(a))
			return;
	kick(a);
}

static void round_work(struct work_struct *work)
{
	struct copyoff_async *a = container_of(to_delayed_work(work),
					       struct copyoff_async, work);
	struct mem_cgroup *old;

	/* A wake-up, or a cancel, may come with the end. */
	if (!a->job)
		return;
	set_busy(a, true);
	old = compat_set_active_memcg(a->memcg);
	run_round(a);
	compat_set_active_memcg(old);
	/* The owner waits for us before it frees what has ended. */
	set_busy(a, a->job && a->job->inflight);
}

/* ---- its life ---- */

u64 copyoff_async_create(struct copyoff_async *a,
			 const struct copyoff_job_params *params)
{
	struct copyoff_job_params p = *params;

	p.stop = &a->stop;
	a->result.failed_range = p.nr_ranges;
	a->seen = a->result;
	a->job = copyoff_job_create(&p, &a->result);
	if (!a->job)
		return 0;
	a->memcg = get_mem_cgroup_from_mm(current->mm);
	spin_lock_init(&a->lock);
	INIT_DELAYED_WORK(&a->work, round_work);
	init_waitqueue_func_entry(&a->entry, news);
	return a->job->id;
}

void copyoff_async_start(struct copyoff_async *a)
{
	spin_lock(&all_lock);
	list_add(&a->node, &all);
	spin_unlock(&all_lock);
	kick(a);
}

void copyoff_async_cancel(struct copyoff_async *a)
{
	WRITE_ONCE(a->stop, true);
	kick(a);
}

void copyoff_async_exit(struct copyoff_async *a)
{
	cancel_delayed_work_sync(&a->work);
	mem_cgroup_put(a->memcg);
}

/* ---- the system's sleep ---- */

static bool all_idle(void)
{
	struct copyoff_async *a;
	bool busy = false;

	spin_lock(&all_lock);
	list_for_each_entry(a, &all, node)
		busy |= a->busy;
	spin_unlock(&all_lock);
	return !busy;
}

/*
 * What is under way has to end while the devices are awake, and nothing may be
 * written that an image of the memory does not know of. Workers are not frozen:
 * so see to it that they have nothing to do.
 */
static int rest(void)
{
	copyoff_jobs_rest(true);
	if (wait_event_timeout(idle_wait, all_idle(), REST_TIMEOUT))
		return NOTIFY_OK;
	copyoff_jobs_rest(false);
	DMERR("copies do not come to an end, the system stays awake");
	return notifier_from_errno(-EBUSY);
}

static int on_sleep(struct notifier_block *nb, unsigned long action,
		    void *data)
{
	switch (action) {
	case PM_HIBERNATION_PREPARE:
	case PM_SUSPEND_PREPARE:
	case PM_RESTORE_PREPARE:
		return rest();
	case PM_POST_HIBERNATION:
	case PM_POST_SUSPEND:
	case PM_POST_RESTORE:
		copyoff_jobs_rest(false);
		return NOTIFY_OK;
	default:
		return NOTIFY_DONE;
	}
}

static struct notifier_block sleep_notifier = {
	.notifier_call = on_sleep,
};

int copyoff_asyncs_init(void)
{
	int err;

	/*
	 * A round may sleep in the page cache of a device that does not answer,
	 * and takes its time where tables have many lines: so not bound to a CPU,
	 * the other work of which would wait for it, and as many as there may be.
	 */
	rounds_wq = alloc_workqueue("copyoff_jobs",
				    WQ_UNBOUND | WQ_MEM_RECLAIM, WQ_MAX_ACTIVE);
	if (!rounds_wq)
		return -ENOMEM;
	err = register_pm_notifier(&sleep_notifier);
	if (err)
		destroy_workqueue(rounds_wq);
	return err;
}

void copyoff_asyncs_exit(void)
{
	unregister_pm_notifier(&sleep_notifier);
	WARN_ON(!list_empty(&all));
	destroy_workqueue(rounds_wq);
}
