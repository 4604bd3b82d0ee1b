/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop that the bench times: retain and release of an object, told by
 * track.h, six calls deep, in one or more threads.
 *   bench_annotations bare|told PAIRS THREADS [SPOOLS]   prints nanoseconds per pair and thread.
 * bare: without the annotations, the count alone. SPOOLS: the folder where this
 * process has its spool; then its room is handed back in pauses that are not
 * timed, as a collector does that keeps up, and what is timed is the shim alone.
 */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <track/track.h>
#include <track/wire.h>
#include <unistd.h>

#define ROUND 8192 /* pairs between two pauses */

static long rounds;
static bool bare;
static struct track_spool *spool; /* NULL: room is not handed back */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static double total_s;

struct object {
	long references;
	char apart[120]; /* each thread's on lines of its own */
};

static __attribute__((noinline)) void bare_pair(struct object *object)
{
	object->references++;
	__asm__ volatile("" ::: "memory");
	object->references--;
	__asm__ volatile("" ::: "memory");
}

static __attribute__((noinline)) void told_pair(struct object *object)
{
	track_retain(object, "bench", track_nobody());
	object->references++;
	__asm__ volatile("" ::: "memory");
	track_release(object, "bench", track_nobody());
	object->references--;
	__asm__ volatile("" ::: "memory");
}

static __attribute__((noinline)) void one_round(struct object *object)
{
	if (bare)
		for (int i = 0; i < ROUND; i++)
			bare_pair(object);
	else
		for (int i = 0; i < ROUND; i++)
			told_pair(object);
}

/* Of this thread alone, so that what else runs on the machine counts little. */
static double now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void hand_back(void)
{
	uint32_t used = __atomic_load_n(&spool->segments_used, __ATOMIC_ACQUIRE);
	pthread_mutex_lock(&lock);
	for (uint32_t i = 0; i < used && i < spool->segment_count; i++) {
		struct track_segment *segment = (void *)((char *)spool + spool->segments_offset +
							 (size_t)i * TRACK_SEGMENT_BYTES);
		if (__atomic_load_n(&segment->state, __ATOMIC_ACQUIRE) != TRACK_SEGMENT_SEALED)
			continue;
		uint32_t epoch = segment->epoch;
		memset(segment, 0, TRACK_SEGMENT_BYTES);
		segment->epoch = epoch;
		__atomic_fetch_or(&spool->free_segments[i / 64], 1ull << i % 64, __ATOMIC_RELEASE);
	}
	pthread_mutex_unlock(&lock);
}

static __attribute__((noinline)) void *run(void *arg)
{
	struct object object = {0};
	double sum_s = 0;
	if (!bare)
		track_object_create(&object, "Object");
	for (long i = 0; i < rounds; i++) {
		double start_s = now_s();
		one_round(&object);
		sum_s += now_s() - start_s;
		if (spool)
			hand_back();
	}
	if (!bare)
		track_object_destroy(&object);
	pthread_mutex_lock(&lock);
	total_s += sum_s;
	pthread_mutex_unlock(&lock);
	return arg;
}

/* Our own, the only one in the folder whose name begins with our pid. */
static struct track_spool *map_spool(const char *folder)
{
	char begin[16], path[4096];
	struct stat st;
	void *map = MAP_FAILED;
	DIR *dir = opendir(folder);
	snprintf(begin, sizeof(begin), "%d-", (int)getpid());
	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		if (strncmp(entry->d_name, begin, strlen(begin)) != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		int fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd >= 0 && !fstat(fd, &st))
			map = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
				   0);
		close(fd);
		break;
	}
	if (dir)
		closedir(dir);
	return map != MAP_FAILED ? map : NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[64];
	int count = argc >= 4 ? atoi(argv[3]) : 0;
	rounds = argc >= 4 ? atol(argv[2]) / ROUND : 0;
	bare = argc >= 4 && strcmp(argv[1], "bare") == 0;
	if (rounds < 1 || count < 1 || count > 64) {
		fputs("usage: bench_annotations bare|told PAIRS THREADS [SPOOLS]\n", stderr);
		return 2;
	}
	if (argc == 5 && !(spool = map_spool(argv[4]))) {
		fputs("bench_annotations: no spool of ours there\n", stderr);
		return 1;
	}
	for (int i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, run, NULL))
			return 1;
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	printf("%.1f\n", total_s * 1e9 / (double)rounds / ROUND / count);
	return 0;
}
