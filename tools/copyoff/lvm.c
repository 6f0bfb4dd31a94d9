// SPDX-License-Identifier: GPL-2.0-only
/*
 * LVM: its lock, and its commands.
 *
 * The lock is that of LVM's own file locking (file_locking.c, lvm-flock.c in its
 * sources): an flock on locking_dir/V_<vg>. LVM removes the file when it lets go,
 * so that who waited has to see whether what was locked is still the file of that
 * name. Writers first take V_<vg>:aux, which keeps new readers out meanwhile.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libdevmapper.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lvm.h"

#define UUID_OF_LVM	"LVM-"
#define ID_LENGTH	32

bool lvm_split(const char *name, const char *uuid, struct lvm_name *lvm)
{
	struct dm_pool *pool;
	char *vg, *lv, *layer;
	bool ok;

	if (strncmp(uuid, UUID_OF_LVM, strlen(UUID_OF_LVM)))
		return false;
	pool = dm_pool_create("name", 256);
	ok = pool && dm_split_lvm_name(pool, name, &vg, &lv, &layer);
	if (ok)
		*lvm = (struct lvm_name){ duplicate(vg), duplicate(lv), duplicate(layer) };
	if (pool)
		dm_pool_destroy(pool);
	return ok;
}

void lvm_free(struct lvm_name *lvm)
{
	free(lvm->vg);
	free(lvm->lv);
	free(lvm->layer);
	*lvm = (struct lvm_name){ 0 };
}

/* "LVM-", the volume group's id, the volume's, and for some parts "-SUFFIX". */
const char *lvm_suffix(const char *uuid)
{
	size_t plain = strlen(UUID_OF_LVM) + 2 * ID_LENGTH;

	return strlen(uuid) > plain ? uuid + plain + (uuid[plain] == '-') : "";
}

bool lvm_same_vg(const char *uuid, const char *other)
{
	return !strncmp(uuid, UUID_OF_LVM, strlen(UUID_OF_LVM)) &&
	       !strncmp(uuid, other, strlen(UUID_OF_LVM) + ID_LENGTH);
}

/* ---- commands ---- */

/*
 * A signal to us all, as Ctrl-C, is ours to act upon: LVM ends what it has begun, but
 * for waiting for a lock, which it lets a Ctrl-C end. It has nobody to ask.
 */
static void shield(bool apart)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	int null = open("/dev/null", O_RDONLY);
	size_t i;

	for (i = 0; i < COUNT(signals); i++)
		signal(signals[i], SIG_IGN);
	if (null > STDIN_FILENO) {
		dup2(null, STDIN_FILENO);
		close(null);
	}
	if (!apart)
		return;
	setpgid(0, 0);
	signal(SIGTTOU, SIG_IGN);
}

static void child(char *const args[], int out, bool apart)
{
	shield(apart);
	/* LVM complains of descriptors that it does not know. */
	setenv("LVM_SUPPRESS_FD_WARNINGS", "1", 1);
	if (out >= 0)
		dup2(out, STDOUT_FILENO);
	execvp("lvm", args);
	remark("lvm: %s; is the package lvm2 installed?", strerror(errno));
	_exit(127);
}

static char *read_all(int fd)
{
	size_t size = 4096, used = 0;
	char *text = allocate(size);
	ssize_t n;

	while ((n = read(fd, text + used, size - used - 1)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		used += n;
		if (size - used < 2)
			text = reallocate(text, size *= 2);
	}
	text[used] = 0;
	return text;
}

static int run(char *const args[], char **output, bool apart)
{
	int pipes[2] = { -1, -1 }, status;
	pid_t pid;

	if (output && pipe2(pipes, O_CLOEXEC))
		return -errno;
	fflush(NULL);
	pid = fork();
	if (!pid)
		child(args, pipes[1], apart);
	if (output) {
		close(pipes[1]);
		*output = read_all(pipes[0]);
		close(pipes[0]);
	}
	if (pid < 0)
		return -EAGAIN;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -EIO;
}

int lvm_run(char *const args[], char **output)
{
	return run(args, output, false);
}

int lvm_remove(const char *name)
{
	char *const args[] = { "lvm", "lvremove", "--quiet", "--quiet", "--yes", (char *)name,
			       NULL };

	return run(args, NULL, true);
}

/* ---- the lock ---- */

/* LVM's word for where its locks are, once a program. */
static const char *locking_dir(void)
{
	static char dir[PATH_MAX / 2];
	char *const args[] = { "lvm", "lvmconfig", "--type", "full", "global/locking_dir", NULL };
	char *answer = NULL;

	if (*dir)
		return dir;
	if (lvm_run(args, &answer) || sscanf(answer, " locking_dir = \"%2000[^\"]\"", dir) != 1)
		*dir = 0;
	free(answer);
	return *dir ? dir : NULL;
}

static bool still_that_file(int fd, const char *path)
{
	struct stat ours, named;

	return !fstat(fd, &ours) && !stat(path, &named) && ours.st_ino == named.st_ino &&
	       ours.st_dev == named.st_dev;
}

static int lock_file(const char *path)
{
	int fd, err;

	for (;;) {
		fd = open(path, O_CREAT | O_APPEND | O_RDWR | O_CLOEXEC, 0777);
		if (fd < 0)
			return -errno;
		if (flock(fd, LOCK_EX)) {
			err = -errno;
			close(fd);
			return err;
		}
		if (still_that_file(fd, path))
			return fd;
		close(fd);
	}
}

/* The file goes if nobody waits for it. */
static void unlock_file(const char *path, int fd)
{
	flock(fd, LOCK_UN);
	if (!flock(fd, LOCK_EX | LOCK_NB) && still_that_file(fd, path))
		unlink(path);
	close(fd);
}

int lvm_lock(const char *vg)
{
	const char *dir = locking_dir();
	char *path, *aux;
	int fd, writer;

	if (!dir) {
		remark("%s: lvmconfig does not tell LVM's locking_dir; is lvm2 installed?", vg);
		return -1;
	}
	/* As LVM does: it may not have been asked for anything since boot. */
	if (!dm_create_dir(dir)) {
		remark("%s: LVM's locking_dir %s cannot be made: %s", vg, dir, strerror(errno));
		return -1;
	}
	path = format("%s/V_%s", dir, vg);
	aux = format("%s:aux", path);
	writer = lock_file(aux);
	fd = writer < 0 ? writer : lock_file(path);
	if (writer >= 0)
		unlock_file(aux, writer);
	if (fd < 0)
		remark("%s: LVM's lock %s: %s", vg, path, strerror(-fd));
	free(aux);
	free(path);
	return fd < 0 ? -1 : fd;
}

void lvm_unlock(const char *vg, int fd)
{
	char *path = format("%s/V_%s", locking_dir(), vg);

	unlock_file(path, fd);
	free(path);
}
