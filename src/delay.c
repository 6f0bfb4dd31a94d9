// SPDX-License-Identifier: GPL-2.0-only
/*
 * Named places where a test can hold the module for a while.
 */
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "delay.h"

#define MOST_MS		60000U

static const char * const names[] = {
	[COPYOFF_DELAY_RANGES_FETCHED] = "ranges_fetched",
	[COPYOFF_DELAY_RANGE_CHECKED] = "range_checked",
	[COPYOFF_DELAY_READ_DONE] = "read_done",
	[COPYOFF_DELAY_REDO] = "redo",
	[COPYOFF_DELAY_RANGE_DONE] = "range_done",
	[COPYOFF_DELAY_JOB_WAITS] = "job_waits",
	[COPYOFF_DELAY_GATES_ENTERED] = "gates_entered",
	[COPYOFF_DELAY_COMMAND_SEND] = "command_send",
	[COPYOFF_DELAY_COMMAND_ANSWERED] = "command_answered",
	[COPYOFF_DELAY_HOST_WRITE] = "host_write",
	[COPYOFF_DELAY_GATE_CLOSING] = "gate_closing",
	[COPYOFF_DELAY_GATE_DRAINED] = "gate_drained",
	[COPYOFF_DELAY_PUBLISHED] = "published",
};

static_assert(ARRAY_SIZE(names) == COPYOFF_DELAY_POINTS);

struct setting {
	unsigned int ms;
	unsigned int waiting;
	unsigned int came;
};

DEFINE_STATIC_KEY_FALSE(copyoff_delay_key);

/* Protects the settings and their number. */
static DEFINE_SPINLOCK(lock);
static struct setting settings[COPYOFF_DELAY_POINTS];
static unsigned int generation;
static DECLARE_WAIT_QUEUE_HEAD(waitqueue);

void copyoff_delay_wait(enum copyoff_delay_point point)
{
	struct setting *s = &settings[point];
	unsigned int ms, since;

	spin_lock(&lock);
	ms = s->ms;
	since = generation;
	if (ms) {
		s->came++;
		s->waiting++;
	}
	spin_unlock(&lock);
	if (!ms)
		return;
	wait_event_timeout(waitqueue, READ_ONCE(generation) != since,
			   msecs_to_jiffies(ms));
	spin_lock(&lock);
	s->waiting--;
	spin_unlock(&lock);
}

/* One "<point>=<ms>"; 0 or -EINVAL. */
static int parse_one(char *word, unsigned int *ms)
{
	char *value = strchr(word, '=');
	int point;
	unsigned int n;

	if (!value)
		return -EINVAL;
	*value++ = '\0';
	point = match_string(names, ARRAY_SIZE(names), word);
	if (point < 0 || kstrtouint(value, 10, &n) || n > MOST_MS)
		return -EINVAL;
	ms[point] = n;
	return 0;
}

static int parse(char *words, unsigned int *ms)
{
	char *word;

	while ((word = strsep(&words, ","))) {
		if (*word && parse_one(word, ms))
			return -EINVAL;
	}
	return 0;
}

/* Under the parameters' lock, so that the key follows the settings. */
static void set_all(const unsigned int *ms)
{
	bool any = false;
	unsigned int i;

	spin_lock(&lock);
	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		settings[i].ms = ms[i];
		settings[i].came = 0;
		any |= ms[i];
	}
	WRITE_ONCE(generation, generation + 1);
	spin_unlock(&lock);
	wake_up_all(&waitqueue);
	if (any)
		static_branch_enable(&copyoff_delay_key);
	else
		static_branch_disable(&copyoff_delay_key);
}

static int param_set_points(const char *val, const struct kernel_param *kp)
{
	unsigned int ms[COPYOFF_DELAY_POINTS] = {};
	char *copy = kstrdup(val, GFP_KERNEL);
	int err;

	if (!copy)
		return -ENOMEM;
	err = parse(strim(copy), ms);
	kfree(copy);
	if (!err)
		set_all(ms);
	return err;
}

static int param_get_points(char *buf, const struct kernel_param *kp)
{
	unsigned int i;
	int len = 0;

	spin_lock(&lock);
	for (i = 0; i < ARRAY_SIZE(settings); i++)
		len += scnprintf(buf + len, PAGE_SIZE - len,
				 "%s %u waiting %u came %u\n", names[i],
				 settings[i].ms, settings[i].waiting,
				 settings[i].came);
	spin_unlock(&lock);
	return len;
}

static const struct kernel_param_ops points_ops = {
	.set = param_set_points,
	.get = param_get_points,
};

module_param_cb(delay_points, &points_ops, NULL, 0600);
MODULE_PARM_DESC(delay_points, "debugging: where to wait, <point>=<ms>[,...]");
