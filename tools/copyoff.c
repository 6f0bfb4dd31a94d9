// SPDX-License-Identifier: GPL-2.0-only
/*
 * copyoff: copy block devices by what the device itself can do.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <linux/dm-copyoff.h>

enum status {
	STATUS_DONE = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
	STATUS_CANCELLED = 5,
	STATUS_NO_MODULE = 6,
};

/* One request at a time is this long, so that there is progress to show. */
#define SLICE	(64ULL << 20)

struct options {
	uint64_t src_offset;
	uint64_t dst_offset;
	uint64_t length;	/* 0: to the end of the source */
	uint32_t flags;
	bool progress;
	bool keys;		/* key=value lines, for scripts */
};

static volatile sig_atomic_t interrupted;

static const char *const methods[] = { "host", "nvme", "scsi" };

static const char *const reasons[] = {
	"-", "FLAG", "TARGET_OFF", "TOO_SMALL", "MISALIGNED", "NOT_COPYOFF",
	"DIFFERENT_TRANSPORT", "DIFFERENT_UNIT", "NO_COPY_COMMAND",
	"NO_LIMITS", "BLOCK_SIZE", "PROTECTION_INFO", "ZONED", "ENCRYPTED",
	"NO_DESIGNATOR", "DESIGNATOR_CLASH", "LOWER_IS_STACKED", "NO_PATH",
	"QUARANTINED", "DEVICE_ERROR", "SLOWER", "DOUBT",
};

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static const char *reason_name(unsigned int r)
{
	return r < COUNT(reasons) ? reasons[r] : "?";
}

static void usage(FILE *to)
{
	fputs("usage: copyoff copy [OPTION...] SRC DST\n"
	      "       copyoff query [OPTION...] SRC DST\n"
	      "       copyoff features\n"
	      "\n"
	      "  --src OFFSET      where to begin on SRC (0)\n"
	      "  --dst OFFSET      where to begin on DST (0)\n"
	      "  --length BYTES    how much (to the end of SRC)\n"
	      "  --no-fallback     fail rather than have the host copy\n"
	      "  --no-offload      have the host copy\n"
	      "  --sync            flush DST before returning\n"
	      "  --progress        show progress even if this is no terminal\n"
	      "  --keys            print key=value lines\n"
	      "\n"
	      "OFFSET and BYTES take K, M, G and T. SRC or DST must have copyoff targets.\n"
	      "Exit status: 0 done, 1 failed, 2 usage, 5 interrupted, 6 no module.\n",
	      to);
}

static int parse_bytes(const char *word, uint64_t *value)
{
	static const char units[] = "KMGT";
	const char *unit;
	char *end;

	if (*word < '0' || *word > '9')
		return -1;
	errno = 0;
	*value = strtoull(word, &end, 10);
	if (errno)
		return -1;
	if (!*end)
		return 0;
	unit = strchr(units, *end);
	if (!unit || end[1])
		return -1;
	return __builtin_mul_overflow(*value,
				      1ULL << (10 * (unit - units + 1)),
				      value) ? -1 : 0;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* "1.5 GiB"; the buffer is the caller's. */
static const char *human(uint64_t bytes, char *buf, size_t size)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	double v = bytes;
	size_t u = 0;

	while (v >= 1024 && u + 1 < COUNT(units)) {
		v /= 1024;
		u++;
	}
	snprintf(buf, size, u ? "%.1f %s" : "%.0f %s", v, units[u]);
	return buf;
}

/* ---- copy ---- */

/* What all requests of one run came to. */
struct total {
	uint64_t done;
	uint64_t bytes[3];
	uint64_t commands_offload;
	uint64_t commands_host;
	uint64_t reasons;
	uint32_t detail;
	uint32_t result_flags;
	double began;
};

static void add(struct total *t, const struct copyoff_copy *c)
{
	t->done += c->bytes_done;
	t->bytes[COPYOFF_METHOD_HOST] += c->bytes_host;
	t->bytes[COPYOFF_METHOD_NVME] += c->bytes_nvme;
	t->bytes[COPYOFF_METHOD_SCSI] += c->bytes_scsi;
	t->commands_offload += c->commands_offload;
	t->commands_host += c->commands_host;
	t->reasons |= c->reasons;
	t->result_flags |= c->result_flags;
	if (c->reason_detail && !t->detail)
		t->detail = c->reason_detail;
}

static void show_progress(const struct total *t, uint64_t length)
{
	char done[32], all[32], rate[32];
	double took = seconds() - t->began;

	fprintf(stderr, "\r%3.0f%%  %s of %s  %s/s ",
		length ? 100.0 * t->done / length : 100.0,
		human(t->done, done, sizeof(done)),
		human(length, all, sizeof(all)),
		human(took > 0 ? t->done / took : 0, rate, sizeof(rate)));
	fflush(stderr);
}

static void print_reasons(const struct total *t)
{
	unsigned int r;

	for (r = 1; r < 64; r++)
		if (t->reasons & (1ULL << r))
			printf(" %s", reason_name(r));
	if (t->detail)
		printf(" (0x%x)", t->detail);
}

static void print_summary(const struct total *t)
{
	double took = seconds() - t->began;
	char a[32], b[32];

	printf("%s in %.1f s: %s by nvme", human(t->done, a, sizeof(a)), took,
	       human(t->bytes[COPYOFF_METHOD_NVME], b, sizeof(b)));
	if (t->bytes[COPYOFF_METHOD_SCSI])
		printf(", %s by scsi",
		       human(t->bytes[COPYOFF_METHOD_SCSI], a, sizeof(a)));
	printf(", %s by host",
	       human(t->bytes[COPYOFF_METHOD_HOST], a, sizeof(a)));
	if (t->reasons) {
		printf(", because:");
		print_reasons(t);
	}
	putchar('\n');
}

static void print_keys(const struct total *t, int error, double took)
{
	printf("bytes_done=%" PRIu64 "\n", t->done);
	printf("bytes_nvme=%" PRIu64 "\n", t->bytes[COPYOFF_METHOD_NVME]);
	printf("bytes_scsi=%" PRIu64 "\n", t->bytes[COPYOFF_METHOD_SCSI]);
	printf("bytes_host=%" PRIu64 "\n", t->bytes[COPYOFF_METHOD_HOST]);
	printf("commands_offload=%" PRIu64 "\n", t->commands_offload);
	printf("commands_host=%" PRIu64 "\n", t->commands_host);
	printf("reasons=");
	print_reasons(t);
	printf("\nreason_detail=0x%x\n", t->detail);
	printf("result_flags=%u\n", t->result_flags);
	printf("error=%s\n", error ? strerrorname_np(error) : "0");
	printf("seconds=%.3f\n", took);
}

static int copy_slice(int ctl, int src, int dst, const struct options *o,
		      uint64_t length, struct total *t)
{
	uint64_t left = length - t->done;
	struct copyoff_range range = {
		.src_offset = o->src_offset + t->done,
		.dst_offset = o->dst_offset + t->done,
		.length = left < SLICE || !o->progress ? left : SLICE,
	};
	struct copyoff_copy c = {
		.size = sizeof(c),
		.flags = o->flags,
		.src_fd = src,
		.dst_fd = dst,
		.ranges = (uintptr_t)&range,
		.nr_ranges = 1,
		.range_size = sizeof(range),
	};
	int err = ioctl(ctl, COPYOFF_IOC_COPY, &c) ? errno : 0;

	add(t, &c);
	return err;
}

static const char *explain(int err, const char *src, const char *dst)
{
	static char text[512];

	switch (err) {
	case EXDEV:
		snprintf(text, sizeof(text),
			 "neither %s nor %s has a copyoff target; see \"dmsetup table\"",
			 src, dst);
		break;
	case EOPNOTSUPP:
		snprintf(text, sizeof(text),
			 "no device can copy from %s to %s, and the host may not",
			 src, dst);
		break;
	case ERANGE:
		snprintf(text, sizeof(text), "the range lies past the end of %s or %s",
			 src, dst);
		break;
	default:
		snprintf(text, sizeof(text), "copying %s to %s: %s", src, dst,
			 strerror(err));
	}
	return text;
}

static void on_signal(int signal)
{
	(void)signal;
	interrupted = 1;
}

static enum status copy(int ctl, int src, int dst, const struct options *o,
			uint64_t length, char **name)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct total t = { .began = seconds() };
	int err = 0;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	do {
		err = copy_slice(ctl, src, dst, o, length, &t);
		if (o->progress)
			show_progress(&t, length);
	} while (!err && !interrupted && t.done < length);
	if (o->progress)
		fputc('\n', stderr);
	if (!err && t.done < length)
		err = EINTR;
	if (o->keys)
		print_keys(&t, err, seconds() - t.began);
	else if (!err || t.done)
		print_summary(&t);
	if (t.result_flags & COPYOFF_RESULT_IN_DOUBT)
		fprintf(stderr, "copyoff: %s: a command may still write; see its doubts\n",
			name[1]);
	if (err == EINTR) {
		fprintf(stderr, "copyoff: interrupted; go on with --src %" PRIu64
			" --dst %" PRIu64 " --length %" PRIu64 "\n",
			o->src_offset + t.done, o->dst_offset + t.done,
			length - t.done);
		return STATUS_CANCELLED;
	}
	if (err)
		fprintf(stderr, "copyoff: %s\n", explain(err, name[0], name[1]));
	return err ? STATUS_FAILED : STATUS_DONE;
}

/* ---- query, features ---- */

static enum status query(int ctl, int src, int dst, const struct options *o,
			 uint64_t length, char **name)
{
	struct copyoff_query q = {
		.size = sizeof(q),
		.src_fd = src,
		.dst_fd = dst,
		.src_offset = o->src_offset,
		.dst_offset = o->dst_offset,
		.length = length,
	};

	if (ioctl(ctl, COPYOFF_IOC_QUERY, &q)) {
		fprintf(stderr, "copyoff: %s\n",
			explain(errno, name[0], name[1]));
		return STATUS_FAILED;
	}
	printf("method=%s\n", q.method < COUNT(methods) ? methods[q.method] :
							   "?");
	printf("reason=%s\nreason_detail=0x%x\n", reason_name(q.reason),
	       q.reason_detail);
	printf("span=%llu\nalignment=%u\n", q.span, q.alignment);
	printf("max_command_bytes=%llu\nmax_src_ranges=%u\nmax_inflight=%u\n",
	       q.max_command_bytes, q.max_src_ranges, q.max_inflight);
	return STATUS_DONE;
}

static enum status features(int ctl)
{
	struct copyoff_features f = { .size = sizeof(f) };

	if (ioctl(ctl, COPYOFF_IOC_FEATURES, &f)) {
		perror("copyoff: COPYOFF_IOC_FEATURES");
		return STATUS_FAILED;
	}
	printf("copy_flags=0x%llx\nresult_flags=0x%llx\nreasons=0x%llx\n",
	       f.copy_flags, f.result_flags, f.reasons);
	printf("methods=0x%x\nmax_ranges=%u\n", f.methods, f.max_ranges);
	return STATUS_DONE;
}

/* ---- command line ---- */

static int open_control(void)
{
	int fd = open("/dev/copyoff-ctl", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		fprintf(stderr, "copyoff: /dev/copyoff-ctl: %s; is the module dm-copyoff loaded?\n",
			strerror(errno));
	return fd;
}

static int open_device(const char *name, int flags)
{
	int fd = open(name, flags | O_CLOEXEC);

	if (fd < 0)
		fprintf(stderr, "copyoff: %s: %s\n", name, strerror(errno));
	return fd;
}

/* From the source's offset to its end, unless a length was given. */
static int find_length(int src, const struct options *o, uint64_t *length)
{
	uint64_t size;

	*length = o->length;
	if (o->length)
		return 0;
	if (ioctl(src, BLKGETSIZE64, &size))
		return -1;
	if (size <= o->src_offset) {
		errno = ERANGE;
		return -1;
	}
	*length = size - o->src_offset;
	return 0;
}

static int parse_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "src", required_argument, NULL, 's' },
		{ "dst", required_argument, NULL, 'd' },
		{ "length", required_argument, NULL, 'l' },
		{ "no-fallback", no_argument, NULL, 'f' },
		{ "no-offload", no_argument, NULL, 'o' },
		{ "sync", no_argument, NULL, 'y' },
		{ "progress", no_argument, NULL, 'p' },
		{ "keys", no_argument, NULL, 'k' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	o->progress = isatty(STDERR_FILENO);
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		uint64_t *number = c == 's' ? &o->src_offset :
				   c == 'd' ? &o->dst_offset : &o->length;

		switch (c) {
		case 's':
		case 'd':
		case 'l':
			if (!parse_bytes(optarg, number))
				break;
			fprintf(stderr, "copyoff: '%s' is no number of bytes\n",
				optarg);
			return -1;
		case 'f':
			o->flags |= COPYOFF_COPY_NO_FALLBACK;
			break;
		case 'o':
			o->flags |= COPYOFF_COPY_NO_OFFLOAD;
			break;
		case 'y':
			o->flags |= COPYOFF_COPY_SYNC;
			break;
		case 'p':
			o->progress = true;
			break;
		case 'k':
			o->keys = true;
			break;
		default:
			return -1;
		}
	}
	return optind;
}

typedef enum status command_fn(int ctl, int src, int dst,
			       const struct options *o, uint64_t length,
			       char **name);

static enum status with_devices(command_fn *run, const struct options *o,
				char **name)
{
	enum status status = STATUS_FAILED;
	int ctl, src, dst;
	uint64_t length;

	ctl = open_control();
	if (ctl < 0)
		return STATUS_NO_MODULE;
	src = open_device(name[0], O_RDONLY);
	if (src < 0)
		goto out_ctl;
	/* O_EXCL: not what is mounted or held by something above. */
	dst = open_device(name[1], O_RDWR | (strcmp(name[0], name[1]) ? O_EXCL : 0));
	if (dst < 0)
		goto out_src;
	if (find_length(src, o, &length))
		fprintf(stderr, "copyoff: %s: %s\n", name[0], strerror(errno));
	else
		status = run(ctl, src, dst, o, length, name);
	close(dst);
out_src:
	close(src);
out_ctl:
	close(ctl);
	return status;
}

int main(int argc, char **argv)
{
	struct options o = { 0 };
	command_fn *run;
	int first, ctl;

	if (argc == 2 && !strcmp(argv[1], "--help")) {
		usage(stdout);
		return STATUS_DONE;
	}
	if (argc == 2 && !strcmp(argv[1], "features")) {
		ctl = open_control();
		return ctl < 0 ? STATUS_NO_MODULE : features(ctl);
	}
	if (argc > 1 && !strcmp(argv[1], "copy")) {
		run = copy;
	} else if (argc > 1 && !strcmp(argv[1], "query")) {
		run = query;
	} else {
		usage(stderr);
		return STATUS_USAGE;
	}
	first = parse_options(argc - 1, argv + 1, &o);
	if (first < 0 || argc - 1 - first != 2) {
		usage(stderr);
		return STATUS_USAGE;
	}
	return with_devices(run, &o, argv + 1 + first);
}
