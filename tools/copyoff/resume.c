// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file of copy --resume: whose ranges, and how far they are done.
 *
 * It only says what has reached stable storage: while a job runs the destination is
 * flushed first, and requests end with a flush, by COPYOFF_COPY_SYNC. A new file
 * takes the place of the old one in one step, so there is always a whole one.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "identity.h"
#include "job.h"

#define VERSION_WORD	"copyoff-resume"

bool resume_exists(const char *file)
{
	return !access(file, F_OK);
}

/* ---- writing ---- */

static struct json_object *ranges_json(const struct ranges *r)
{
	struct json_object *list = json_object_new_array(), *one;
	uint32_t i;

	for (i = 0; i < r->nr; i++) {
		one = json_object_new_array();
		json_object_array_add(one, json_object_new_uint64(r->range[i].src_offset));
		json_object_array_add(one, json_object_new_uint64(r->range[i].dst_offset));
		json_object_array_add(one, json_object_new_uint64(r->range[i].length));
		json_object_array_add(list, one);
	}
	return list;
}

static void add_device(struct json_object *root, const char *key, const struct device *d)
{
	char *identity = device_identity(d);

	json_object_object_add(root, key, json_object_new_string(identity));
	free(identity);
}

static struct json_object *job_json(const struct job *job)
{
	struct json_object *root = json_object_new_object();

	json_object_object_add(root, VERSION_WORD, json_object_new_int(1));
	add_device(root, "src", &job->src);
	add_device(root, "dst", &job->dst);
	json_object_object_add(root, "done",
			       json_object_new_uint64(job->skipped + job->total.done));
	json_object_object_add(root, "ranges", ranges_json(&job->ranges));
	return root;
}

/* Beside the file, by a name that nobody has: @new ends with XXXXXX, and is filled in. */
static int write_file(char *new, struct json_object *root)
{
	int fd = mkostemp(new, O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (json_object_to_fd(fd, root, JSON_C_TO_STRING_PLAIN) || fsync(fd))
		err = errno ? -errno : -EIO;
	close(fd);
	if (err)
		unlink(new);
	return err;
}

static int save(const struct job *job)
{
	struct json_object *root = job_json(job);
	char *new = format("%s.XXXXXX", job->resume);
	int err = write_file(new, root);

	if (!err && rename(new, job->resume)) {
		err = -errno;
		unlink(new);
	}
	free(new);
	json_object_put(root);
	return err;
}

enum status resume_try(const struct job *job)
{
	char *new = format("%s.XXXXXX", job->resume);
	struct json_object *root = job_json(job);
	enum status status = STATUS_DONE;
	int err = write_file(new, root);

	if (err)
		status = complain(STATUS_FAILED, "%s: %s; name a file that can be written",
				  job->resume, strerror(-err));
	else
		unlink(new);
	json_object_put(root);
	free(new);
	return status;
}

void resume_keep(struct job *job)
{
	int err = job->resume && !job->stale ? save(job) : 0;

	if (!err)
		return;
	remark("%s: %s; it will not tell how far this copy came", job->resume, strerror(-err));
	job->stale = true;
	if (!resume_exists(job->resume))
		job->resume = NULL;
}

/* ---- reading ---- */

static bool same_device(struct json_object *root, const char *key, const struct device *d)
{
	char *identity = device_identity(d);
	struct json_object *value;
	bool same;

	same = json_object_object_get_ex(root, key, &value) &&
	       json_object_is_type(value, json_type_string) &&
	       !strcmp(json_object_get_string(value), identity);
	free(identity);
	return same;
}

static uint64_t number_at(struct json_object *list, size_t i)
{
	return json_object_get_uint64(json_object_array_get_idx(list, i));
}

static bool take_ranges(struct json_object *root, struct ranges *r)
{
	struct json_object *list, *one;
	size_t i;

	if (!json_object_object_get_ex(root, "ranges", &list) ||
	    !json_object_is_type(list, json_type_array))
		return false;
	for (i = 0; i < json_object_array_length(list); i++) {
		one = json_object_array_get_idx(list, i);
		if (!json_object_is_type(one, json_type_array) ||
		    json_object_array_length(one) != 3)
			return false;
		ranges_add(r, number_at(one, 0), number_at(one, 1), number_at(one, 2));
	}
	return r->nr;
}

static bool same_ranges(const struct ranges *a, const struct ranges *b)
{
	return a->nr == b->nr && !memcmp(a->range, b->range, a->nr * sizeof(*a->range));
}

/* Whose copy is it? job->ranges are those that were given, or none. */
static enum status check_owner(const struct job *job, struct json_object *root,
			       const struct ranges *ranges)
{
	if (!same_device(root, "src", &job->src) || !same_device(root, "dst", &job->dst))
		return complain(STATUS_REFUSED,
				"%s is of a copy between other devices than %s and %s: remove it, or name another",
				job->resume, job->src.word, job->dst.word);
	if (job->ranges.nr && !same_ranges(&job->ranges, ranges))
		return complain(STATUS_REFUSED,
				"%s is of a copy of other ranges: remove it, or leave the ranges out",
				job->resume);
	return STATUS_DONE;
}

static enum status no_such_file(const struct job *job)
{
	return complain(STATUS_FAILED, "%s is no file of copyoff copy --resume: name another",
			job->resume);
}

static enum status take(struct job *job, struct json_object *root)
{
	struct json_object *value;
	struct ranges ranges = { 0 };
	enum status status;

	if (!json_object_object_get_ex(root, VERSION_WORD, &value) ||
	    json_object_get_int(value) != 1 || !take_ranges(root, &ranges) ||
	    !json_object_object_get_ex(root, "done", &value) ||
	    !json_object_is_type(value, json_type_int))
		status = no_such_file(job);
	else
		status = check_owner(job, root, &ranges);
	if (status) {
		free(ranges.range);
		return status;
	}
	free(job->ranges.range);
	job->ranges = ranges;
	job->skipped = json_object_get_uint64(value);
	return job->skipped <= job_length(job) ? STATUS_DONE : no_such_file(job);
}

/* Whoever can write it says which bytes need no copy: so nobody else may. */
static enum status check_file(const struct job *job, int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return complain(STATUS_FAILED, "%s: %s", job->resume, strerror(errno));
	if (S_ISREG(st.st_mode) && st.st_uid == geteuid() && !(st.st_mode & 0022))
		return STATUS_DONE;
	return complain(STATUS_REFUSED,
			"%s is no file that you alone can write: whoever wrote it may lie about what is copied; name another",
			job->resume);
}

static enum status load(struct job *job, int fd)
{
	enum status status = check_file(job, fd);
	struct json_object *root = status ? NULL : json_object_from_fd(fd);

	if (!status)
		status = root ? take(job, root) : no_such_file(job);
	json_object_put(root);
	return status;
}

enum status resume_load(struct job *job)
{
	int fd = open(job->resume, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	enum status status;

	if (fd < 0 && errno == ELOOP)
		return complain(STATUS_REFUSED, "%s is a symbolic link: name the file itself",
				job->resume);
	if (fd < 0)
		return complain(STATUS_FAILED, "%s: %s", job->resume, strerror(errno));
	status = load(job, fd);
	close(fd);
	return status;
}
