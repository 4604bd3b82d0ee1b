/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Very many lifetimes that end in order, through the collector into a trace:
 *     bench_lifetimes COUNT FOLDER TRACE BUDGET
 * A child writes their records as a program's threads would, as fast as segments
 * come back; here they are collected. Prints events, seconds, millions per
 * second, and the most memory that collecting took, in MiB.
 */
#include <analyze/analyze.h>
#include <collect/collector.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <track/wire.h>
#include <unistd.h>

enum { THREADS = 4, STACKS = 200, SEGMENTS = 4096, NUMBERS = 64, IDLE_US = 500 };

#define SEGMENTS_OFFSET (TRACK_HEADER_BYTES + TRACK_USAGE_MAX * sizeof(struct track_fd_usage))
#define SPOOL_BYTES (SEGMENTS_OFFSET + (uint64_t)SEGMENTS * TRACK_SEGMENT_BYTES)

static struct track_spool *spool;

struct writer {
	pthread_t thread;
	struct track_segment *segment;
	uint32_t tid;
	uint64_t lives;
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

static int take_returned(void)
{
	for (unsigned word = 0; word < SEGMENTS / 64; word++) {
		uint64_t *bits = &spool->free_segments[word];
		uint64_t seen = __atomic_load_n(bits, __ATOMIC_RELAXED);

		while (seen) {
			uint64_t bit = seen & -seen;

			seen = __atomic_fetch_and(bits, ~bit, __ATOMIC_ACQUIRE);
			if (seen & bit)
				return (int)(word * 64 + (unsigned)__builtin_ctzll(bit));
		}
	}
	return -1;
}

static int take_new(void)
{
	uint32_t index = __atomic_load_n(&spool->segments_used, __ATOMIC_RELAXED);

	do {
		if (index >= SEGMENTS)
			return -1;
	} while (!__atomic_compare_exchange_n(&spool->segments_used, &index, index + 1, 0,
					      __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	return (int)index;
}

static void take_segment(struct writer *writer)
{
	int index;

	while ((index = take_returned()) < 0 && (index = take_new()) < 0)
		usleep(IDLE_US);
	writer->segment =
		(void *)((char *)spool + SEGMENTS_OFFSET + (uint64_t)index * TRACK_SEGMENT_BYTES);
	writer->segment->tid = writer->tid;
	writer->segment->epoch++;
	writer->segment->reserved = sizeof(*writer->segment);
	__atomic_store_n(&writer->segment->state, TRACK_SEGMENT_TAKEN, __ATOMIC_RELEASE);
}

static void seal(struct writer *writer)
{
	uint32_t offset = writer->segment->reserved;
	uint64_t word = 8 | (uint64_t)TRACK_META_END << 16 | (uint64_t)TRACK_COMMIT(offset) << 48;

	if (offset + sizeof(word) <= TRACK_SEGMENT_BYTES)
		__atomic_store_n((uint64_t *)((char *)writer->segment + offset), word,
				 __ATOMIC_RELEASE);
	__atomic_store_n(&writer->segment->reserved, TRACK_SEGMENT_BYTES, __ATOMIC_RELEASE);
	__atomic_store_n(&writer->segment->state, TRACK_SEGMENT_SEALED, __ATOMIC_RELEASE);
}

/* At most one word of payload. */
static void emit(struct writer *writer, struct track_record head, const uint64_t *payload)
{
	uint32_t bytes = (uint32_t)(sizeof(head) + (payload ? sizeof(*payload) : 0));
	uint32_t offset = writer->segment->reserved;
	struct track_record *record;

	if (offset + bytes > TRACK_SEGMENT_BYTES) {
		seal(writer);
		take_segment(writer);
		offset = writer->segment->reserved;
	}
	record = (void *)((char *)writer->segment + offset);
	__atomic_store_n(&writer->segment->reserved, offset + bytes, __ATOMIC_RELEASE);
	head.size = (uint16_t)bytes;
	head.time_ns = now_ns();
	*record = head;
	if (payload)
		memcpy(record + 1, payload, sizeof(*payload));
	__atomic_store_n(&record->commit, TRACK_COMMIT(offset), __ATOMIC_RELEASE);
}

static void *write_lives(void *argument)
{
	struct writer *writer = argument;

	for (uint64_t i = 0; i < writer->lives; i++) {
		struct track_record head = {
			.op = TRACK_OP_CREATE,
			.kind = TRACK_KIND_FD,
			.call = TRACK_CALL_socket,
			.subject = 10 + writer->tid * NUMBERS + i % NUMBERS,
			.stack = 1 + i % STACKS,
			.arg = TRACK_FD_ARG(TRACK_FD_CLASS_UDP, 0, -1),
		};

		emit(writer, head, NULL);
		head.op = TRACK_OP_DESTROY;
		head.call = TRACK_CALL_close;
		head.stack += STACKS;
		emit(writer, head, NULL);
	}
	seal(writer);
	return NULL;
}

static int make_spool(const char *folder)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/lifetimes%s", folder, TRACK_SPOOL_SUFFIX);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, (off_t)SPOOL_BYTES) < 0)
		return -errno;
	spool = mmap(NULL, SPOOL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (spool == MAP_FAILED)
		return -errno;
	*spool = (struct track_spool){
		.version = TRACK_WIRE_VERSION,
		.header_bytes = TRACK_HEADER_BYTES,
		.usage_offset = TRACK_HEADER_BYTES,
		.usage_count = TRACK_USAGE_MAX,
		.segments_offset = SEGMENTS_OFFSET,
		.segment_count = SEGMENTS,
		.segment_bytes = TRACK_SEGMENT_BYTES,
		.pid = getpid(),
		.ppid = getppid(),
		.start_ns = now_ns(),
		.exit_code = -1,
	};
	memcpy(spool->magic, TRACK_SPOOL_MAGIC, sizeof(spool->magic));
	return 0;
}

static int write_all(const char *folder, uint64_t count)
{
	struct writer writers[THREADS] = {0};

	if (make_spool(folder) < 0)
		return 1;
	for (uint32_t i = 0; i < THREADS; i++) {
		writers[i].tid = i + 1;
		writers[i].lives = count / THREADS;
		take_segment(&writers[i]);
		for (uint64_t stack = 1; i == 0 && stack <= 2 * STACKS; stack++) {
			struct track_record head = {
				.op = TRACK_META_STACK, .subject = stack, .arg = 1};

			emit(&writers[i], head, &stack);
		}
	}
	for (uint32_t i = 0; i < THREADS; i++)
		if (pthread_create(&writers[i].thread, NULL, write_lives, &writers[i]))
			return 1;
	for (uint32_t i = 0; i < THREADS; i++)
		pthread_join(writers[i].thread, NULL);
	spool->exit_code = 0;
	spool->end_ns = now_ns();
	__atomic_store_n(&spool->state, TRACK_STATE_EXITING, __ATOMIC_RELEASE);
	return 0;
}

static int collect(struct collector *collector, pid_t child, uint64_t *ret_events)
{
	uint64_t events;
	int status, error = 0;

	while (!error && waitpid(child, &status, WNOHANG) == 0) {
		error = collector_poll(collector, true, &events);
		*ret_events += events;
		if (!error && !events)
			usleep(IDLE_US);
	}
	if (!error)
		error = collector_finish(collector, &events);
	*ret_events += events;
	return error;
}

static int run(const char *folder, const char *path, uint64_t budget, pid_t child,
	       uint64_t *ret_events)
{
	struct trace *trace = NULL;
	struct lifetimes *lifetimes = NULL;
	struct collector *collector = NULL;
	int error = trace_create(path, &trace);

	if (!error)
		error = lifetimes_create(trace, &lifetimes);
	if (!error)
		error = collector_create(lifetimes_sink(lifetimes), &collector);
	if (!error) {
		lifetimes_set_budget(lifetimes, budget);
		error = collector_own(collector, folder);
	}
	if (!error)
		error = collect(collector, child, ret_events);
	if (!error)
		error = lifetimes_finish(lifetimes);
	if (!error)
		error = trace_set_meta(trace, "finished", "1");
	if (!error)
		error = trace_commit(trace);
	collector_destroy(collector);
	lifetimes_destroy(lifetimes);
	trace_close(trace);
	return error;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	uint64_t events = 0, start = now_ns();
	double seconds;
	pid_t child;
	int error;

	if (argc != 5) {
		fputs("usage: bench_lifetimes COUNT FOLDER TRACE BUDGET\n", stderr);
		return 2;
	}
	child = fork();
	if (child == 0)
		_exit(write_all(argv[2], strtoull(argv[1], NULL, 10)));
	error = run(argv[2], argv[3], strtoull(argv[4], NULL, 10), child, &events);
	seconds = (double)(now_ns() - start) / 1e9;
	getrusage(RUSAGE_SELF, &usage);
	if (error || child < 0) {
		fprintf(stderr, "bench_lifetimes: error %d\n", error);
		return 1;
	}
	printf("%llu %.3f %.2f %ld\n", (unsigned long long)events, seconds,
	       (double)events / seconds / 1e6, usage.ru_maxrss / 1024);
	return 0;
}
