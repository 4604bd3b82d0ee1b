/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program whose library is wrapped: pack_host MODE. What it prints is the same with wrappers and
 * without them.
 */
#include "pack_library.h"

#include <csetjmp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <execinfo.h>
#include <pthread.h>
#include <sched.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#define MANY 1100
#define THREADS 4
#define ROUNDS 1500

static int destroyed;
static int called;
static jmp_buf back;

struct guard {
	~guard()
	{
		destroyed++;
	}
};

static void count(void *data)
{
	called += data ? *static_cast<int *>(data) : 1;
}

static void throws(void *)
{
	guard held;
	throw std::runtime_error("thrown");
}

static int exceptions()
{
	int caught = 0;

	for (int i = 0; i < 100; i++) {
		packed_on(throws, nullptr);
		try {
			packed_run();
		} catch (const std::exception &) {
			caught++;
		}
		packed_off(throws, nullptr);
	}
	printf("caught %d, destroyed %d\n", caught, destroyed);
	return 0;
}

static int reached; /* by the thread that is to be cancelled */

static void waits(void *)
{
	guard held;

	__atomic_store_n(&reached, 1, __ATOMIC_RELEASE);
	for (;;)
		pause();
}

static void *run(void *)
{
	guard held;
	packed_run();
	return nullptr;
}

static int cancelled()
{
	pthread_t thread;
	void *result;

	packed_on(waits, nullptr);
	pthread_create(&thread, nullptr, run, nullptr);
	while (!__atomic_load_n(&reached, __ATOMIC_ACQUIRE))
		sched_yield();
	pthread_cancel(thread);
	pthread_join(thread, &result);
	printf("cancelled %d, destroyed %d\n", result == PTHREAD_CANCELED, destroyed);
	return 0;
}

static void *stack[64];
static int depth;

static void looks(void *)
{
	depth = backtrace(stack, 64);
}

extern "C" __attribute__((noinline)) int backtraced(void)
{
	packed_on(looks, nullptr);
	packed_run();

	int found = 0;
	for (int i = 0; i < depth; i++)
		found |= stack[i] > reinterpret_cast<void *>(backtraced) &&
			 static_cast<char *>(stack[i]) - reinterpret_cast<char *>(backtraced) < 64;
	printf("the stack leads here: %d\n", found);
	return 0;
}

static double wide(int a, double b, const char *c, long d, long e, float f, long g, long h,
		   packed_pair pair, long i)
{
	printf("%d %g %s %ld %ld %g %ld %ld %ld %ld %ld\n", a, b, c, d, e, static_cast<double>(f),
	       g, h, pair.first[0], pair.first[4], i);
	return b + static_cast<double>(f) + static_cast<double>(i);
}

static int arguments()
{
	printf("%g\n", packed_far(wide, 100));
	printf("%g\n", packed_far(wide, 200));
	return 0;
}

/* What was registered is taken back by the same function. */
static int same()
{
	int two = 2;

	packed_on(count, nullptr);
	packed_on(count, &two);
	packed_run();
	int off = packed_off(count, nullptr) + packed_off(count, &two);
	packed_run();
	printf("called %d, taken back %d\n", called, off);
	return 0;
}

template <int number> static void one_of_many(void *)
{
	called += number % 7 + 1;
}

template <int... numbers> static int try_all(std::integer_sequence<int, numbers...>)
{
	packed_simple *const all[] = {one_of_many<numbers>...};
	int off = 0;

	for (packed_simple *each : all) {
		packed_on(each, nullptr);
		packed_run();
		off += packed_off(each, nullptr);
	}
	return off;
}

static int many()
{
	int off = try_all(std::make_integer_sequence<int, MANY>());

	printf("called %d, taken back %d\n", called, off);
	return 0;
}

static void jumps(void *)
{
	longjmp(back, 1);
}

static int jumped()
{
	volatile int times = 0;

	packed_on(jumps, nullptr);
	while (times < 100) {
		if (!setjmp(back))
			packed_run();
		times++;
	}
	packed_off(jumps, nullptr);
	packed_on(count, nullptr);
	packed_run();
	printf("back %d times, called %d\n", static_cast<int>(times), called);
	return 0;
}

/* Out of two callbacks at once, of which the outer one was called by the inner one's library. */
static void nests(void *)
{
	packed_on(jumps, nullptr);
	packed_off(nests, nullptr);
	packed_run();
}

static int nested()
{
	packed_on(nests, nullptr);
	if (!setjmp(back))
		packed_run();
	packed_off(jumps, nullptr);
	packed_on(count, nullptr);
	packed_run();
	printf("called %d\n", called);
	return 0;
}

static void forks(void *)
{
	pid_t child = fork();
	int status = 0;

	if (!child) {
		packed_on(count, nullptr);
		return;
	}
	waitpid(child, &status, 0);
	printf("the child had %d\n", WEXITSTATUS(status));
	child = vfork();
	if (!child) {
		packed_off(forks, nullptr);
		execl("/proc/self/exe", "pack_host", "same", static_cast<char *>(nullptr));
		_exit(9);
	}
	waitpid(child, &status, 0);
	printf("the other one had %d\n", WEXITSTATUS(status));
}

static int forked()
{
	pid_t self = getpid();

	setvbuf(stdout, nullptr, _IONBF, 0);
	packed_on(forks, nullptr);
	packed_run();
	packed_off(forks, nullptr);
	packed_run();
	if (getpid() != self)
		_exit(10 + called);
	return 0;
}

static void in_handler(int)
{
	packed_run();
}

static int handled()
{
	packed_on(count, nullptr);
	signal(SIGALRM, in_handler);
	for (int i = 0; i < 100; i++)
		raise(SIGALRM);
	printf("called %d\n", called);
	return 0;
}

static packed *shared[ROUNDS];
static pthread_barrier_t all_here;

static void *releases(void *)
{
	for (packed *thing : shared) {
		pthread_barrier_wait(&all_here);
		packed_unref(thing);
	}
	return nullptr;
}

/* Each object is let go by several threads at once. */
static int released()
{
	pthread_t threads[THREADS];

	for (packed *&thing : shared) {
		thing = packed_new();
		for (int i = 1; i < THREADS; i++)
			packed_ref(thing);
	}
	pthread_barrier_init(&all_here, nullptr, THREADS);
	for (pthread_t &thread : threads)
		pthread_create(&thread, nullptr, releases, nullptr);
	for (pthread_t thread : threads)
		pthread_join(thread, nullptr);
	printf("alive %d\n", packed_alive());
	return 0;
}

/* Two handshakes through one scope, in turn; the second thing is another one at the same place. */
static int carried()
{
	int scope, thing, other;

	for (int i = 0; i < 100; i++) {
		packed_shake(&thing, &scope);
		packed_shake(&other, &scope);
	}
	packed_send(&scope);
	printf("carried\n");
	return 0;
}

extern "C" __attribute__((weak)) void packed_absent(void);

static int absent()
{
	printf("there is such a function: %d\n", packed_absent != nullptr);
	return 0;
}

static int preloaded()
{
	const char *value = getenv("LD_PRELOAD");

	printf("%s\n", value ? value : "");
	return 0;
}

static const struct {
	const char *name;
	int (*play)();
} modes[] = {
	{"exceptions", exceptions}, {"cancelled", cancelled}, {"backtraced", backtraced},
	{"arguments", arguments},   {"same", same},	      {"many", many},
	{"jumped", jumped},	    {"nested", nested},	      {"forked", forked},
	{"handled", handled},	    {"released", released},   {"carried", carried},
	{"absent", absent},	    {"preloaded", preloaded},
};

int main(int argc, char **argv)
{
	for (const auto &mode : modes)
		if (argc == 2 && !strcmp(argv[1], mode.name))
			return mode.play();
	fprintf(stderr, "usage: pack_host MODE\n");
	return 2;
}
