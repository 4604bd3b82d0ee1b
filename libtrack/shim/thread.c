/* SPDX-License-Identifier: Apache-2.0 */
#include "thread.h"
#include "annotate.h"
#include "clock.h"
#include "process.h"
#include "real.h"
#include "spool.h"
#include "stack.h"
#include "standing.h"
#include "writer.h"

#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdarg.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <threads.h>

#define BIRTHS 4096 /* threads between their creation and their first instruction */

struct birth {
	bool taken;
	enum track_call call;
	void *arg;
	uint64_t stack;
	struct track_thread_birth record;
};

static struct birth births[BIRTHS];
static uint32_t births_hint;
/*
 * ThreadSanitizer linked into the program stands in front of us: it sets up a
 * thread inside of our first function, and nothing may be allocated before.
 */
static bool set_up_inside;
static pthread_key_t end_key;
static bool end_key_made;
static SHIM_TLS bool tls_born;	/* its birth is recorded, so its end is */
static SHIM_TLS bool tls_ended; /* its writer was given back for good */

/*
 * Thread-specific destructors run in rounds. Ours asks for another round until
 * the last, so that what other destructors close is still recorded.
 */
static void thread_ending(void *round)
{
	uintptr_t next = (uintptr_t)round + 1;
	if (next <= PTHREAD_DESTRUCTOR_ITERATIONS &&
	    !LIBC(pthread_setspecific)(end_key, (void *)next))
		return;
	struct writer *writer = writer_get();
	if (!writer)
		return;
	annotate_rest(writer);
	if (tls_born)
		writer_emit(writer, TRACK_OP_DONE, TRACK_KIND_THREAD, TRACK_CALL_none,
			    (uint64_t)pthread_self(), 0, 0);
	tls_ended = true;
	writer_release();
}

/* ThreadSanitizer's, where there is one. */
extern void __tsan_init(void) __attribute__((weak));

/* Whether an address is the main program's own, and no library's. */
static bool is_in_program(uintptr_t address)
{
	const Elf64_Phdr *segments = (const void *)getauxval(AT_PHDR);
	size_t count = getauxval(AT_PHNUM);
	uintptr_t bias = 0;
	for (size_t i = 0; segments && i < count; i++)
		if (segments[i].p_type == PT_PHDR)
			bias = (uintptr_t)segments - segments[i].p_vaddr;
	for (size_t i = 0; segments && i < count; i++)
		if (segments[i].p_type == PT_LOAD && address >= bias + segments[i].p_vaddr &&
		    address < bias + segments[i].p_vaddr + segments[i].p_memsz)
			return true;
	return false;
}

void thread_init(void)
{
	set_up_inside = is_in_program((uintptr_t)__tsan_init);
	end_key_made = !LIBC(pthread_key_create)(&end_key, thread_ending);
}

void thread_watch_end(void)
{
	if (end_key_made && !tls_ended &&
	    (writers_confined() || sys3(SYS_gettid, 0, 0, 0) != process_pid()))
		LIBC(pthread_setspecific)(end_key, (void *)1);
}

static void give_back(struct birth *birth)
{
	__atomic_store_n(&birth->taken, false, __ATOMIC_RELEASE);
}

/* In the new thread, before any code of the host. */
static void be_born(struct birth *expected)
{
	struct birth birth = *expected;
	give_back(expected);
	struct writer *writer = writer_get();
	if (writer) {
		tls_born = true;
		if (!set_up_inside)
			stack_prepare_thread();
		writer_emit_data(writer, TRACK_OP_CREATE, TRACK_KIND_THREAD, birth.call,
				 (uint64_t)pthread_self(), birth.stack, 0, &birth.record,
				 sizeof(birth.record));
	}
	errno = 0;
}

/* Both end with a jump: no frame of ours stays below the thread's own. */
static void *thread_main(void *expected)
{
	const struct birth *birth = expected;
	void *(*start)(void *) = (void *(*)(void *))(uintptr_t)birth->record.start_routine;
	void *arg = birth->arg;
	be_born(expected);
	return start(arg);
}

static int thrd_main(void *expected)
{
	const struct birth *birth = expected;
	thrd_start_t start = (thrd_start_t)(uintptr_t)birth->record.start_routine;
	void *arg = birth->arg;
	be_born(expected);
	return start(arg);
}

static struct birth *take_birth(void)
{
	uint32_t hint = __atomic_fetch_add(&births_hint, 1, __ATOMIC_RELAXED);
	for (uint32_t i = 0; i < BIRTHS; i++) {
		struct birth *birth = &births[(hint + i) % BIRTHS];
		if (!__atomic_exchange_n(&birth->taken, true, __ATOMIC_ACQUIRE))
			return birth;
	}
	return NULL;
}

static void read_attributes(const pthread_attr_t *attr, struct birth *birth)
{
	int detached = PTHREAD_CREATE_JOINABLE;
	if (attr)
		LIBC(pthread_attr_getdetachstate)(attr, &detached);
	birth->record.flags = detached == PTHREAD_CREATE_DETACHED ? TRACK_THREAD_DETACHED : 0;
}

/* A thread is about to begin. NULL: its birth will not be recorded. */
static struct birth *expect_birth(enum track_call call, const pthread_attr_t *attr, uintptr_t start,
				  void *arg)
{
	struct writer *writer = writer_get();
	struct birth *birth = writer ? take_birth() : NULL;
	if (!birth) {
		if (writer)
			spool_note(TRACK_NOTE_THREADS_UNSEEN, 1);
		return NULL;
	}
	int saved = errno;
	birth->call = call;
	birth->arg = arg;
	birth->stack = stack_record(writer);
	birth->record.start_routine = start;
	birth->record.parent_tid = writer->tid;
	read_attributes(attr, birth);
	errno = saved;
	return birth;
}

SHIM_EXPORT int pthread_create(pthread_t *thread, const pthread_attr_t *attr,
			       void *(*start)(void *), void *arg)
{
	struct birth *birth = expect_birth(TRACK_CALL_pthread_create, attr, (uintptr_t)start, arg);
	if (!birth)
		return REAL(pthread_create)(thread, attr, start, arg);
	int ret = REAL(pthread_create)(thread, attr, thread_main, birth);
	if (ret)
		give_back(birth);
	return ret;
}

/* libc makes C11's threads by a call of its own. */
SHIM_EXPORT int thrd_create(thrd_t *thread, thrd_start_t start, void *arg)
{
	struct birth *birth = expect_birth(TRACK_CALL_thrd_create, NULL, (uintptr_t)start, arg);
	if (!birth)
		return REAL(thrd_create)(thread, start, arg);
	int ret = REAL(thrd_create)(thread, thrd_main, birth);
	if (ret != thrd_success)
		give_back(birth);
	return ret;
}

/* A join or detach: recorded before, since the id may be given out again at once. */
struct reaping {
	struct writer *writer; /* NULL: not recorded */
	pthread_t thread;
	enum track_call call;
	struct standing_block block;
};

enum reap_how { REAP_AT_ONCE, REAP_WAITS, REAP_WAITS_UNTIL };

static void reap_begin(struct reaping *reaping, pthread_t thread, enum track_call call,
		       enum reap_how how, const uint64_t *frame)
{
	struct writer *writer = writer_get();
	*reaping = (struct reaping){.writer = writer, .thread = thread, .call = call};
	if (!writer)
		return;
	uint64_t stack = stack_record(writer);
	writer_emit(writer, TRACK_OP_DESTROY, TRACK_KIND_THREAD, call, (uint64_t)thread, stack, 0);
	const struct standing_wait wait = {.wait = TRACK_WAIT_THREAD,
					   .call = call,
					   .subject = (uint64_t)thread,
					   .timed = how == REAP_WAITS_UNTIL,
					   .stack = stack};
	if (how != REAP_AT_ONCE)
		standing_block(&reaping->block, writer, &wait, frame);
}

static void reap_undo(const struct reaping *reaping, int error)
{
	if (reaping->writer)
		writer_emit(reaping->writer, TRACK_OP_UNDO, TRACK_KIND_THREAD, reaping->call,
			    (uint64_t)reaping->thread, 0, (uint64_t)error);
}

static void reap_end(const struct reaping *reaping, int error)
{
	standing_unblock(&reaping->block);
	if (error)
		reap_undo(reaping, error);
}

/* The joining thread was cancelled while it waited. */
static void reap_cancelled(void *reaping)
{
	reap_end(reaping, ECANCELED);
}

#define REAP(name, how, thread, ...)                                                               \
	struct reaping reaping;                                                                    \
	int ret;                                                                                   \
	reap_begin(&reaping, thread, TRACK_CALL_##name, REAP_##how, __builtin_frame_address(0));   \
	pthread_cleanup_push(reap_cancelled, &reaping);                                            \
	ret = REAL(name)(__VA_ARGS__);                                                             \
	pthread_cleanup_pop(0);                                                                    \
	reap_end(&reaping, ret);                                                                   \
	return ret

SHIM_EXPORT int pthread_join(pthread_t thread, void **value)
{
	REAP(pthread_join, WAITS, thread, thread, value);
}

SHIM_EXPORT int pthread_tryjoin_np(pthread_t thread, void **value)
{
	REAP(pthread_tryjoin_np, AT_ONCE, thread, thread, value);
}

SHIM_EXPORT int pthread_timedjoin_np(pthread_t thread, void **value, const struct timespec *until)
{
	REAP(pthread_timedjoin_np, WAITS_UNTIL, thread, thread, value, until);
}

SHIM_EXPORT int pthread_clockjoin_np(pthread_t thread, void **value, clockid_t clock,
				     const struct timespec *until)
{
	REAP(pthread_clockjoin_np, WAITS_UNTIL, thread, thread, value, clock, until);
}

SHIM_EXPORT int pthread_detach(pthread_t thread)
{
	REAP(pthread_detach, AT_ONCE, thread, thread);
}

SHIM_EXPORT int thrd_join(thrd_t thread, int *value)
{
	REAP(thrd_join, WAITS, thread, thread, value);
}

SHIM_EXPORT int thrd_detach(thrd_t thread)
{
	REAP(thrd_detach, AT_ONCE, thread, thread);
}

static void named(pthread_t thread, enum track_call call, const char *name)
{
	struct writer *writer = writer_get();
	size_t size = strnlen(name, 16);
	if (writer)
		writer_emit_data(writer, TRACK_OP_NAME, TRACK_KIND_THREAD, call, (uint64_t)thread,
				 0, TRACK_NAME_ARG(TRACK_NAME_TEXT, size), name, size);
}

SHIM_EXPORT int pthread_setname_np(pthread_t thread, const char *name)
{
	int ret = REAL(pthread_setname_np)(thread, name);
	if (!ret)
		named(thread, TRACK_CALL_pthread_setname_np, name);
	return ret;
}

SHIM_EXPORT int prctl(int option, ...)
{
	va_list list;
	va_start(list, option);
	unsigned long a = va_arg(list, unsigned long), b = va_arg(list, unsigned long);
	unsigned long c = va_arg(list, unsigned long), d = va_arg(list, unsigned long);
	va_end(list);
	/* Programs ask with a filter of NULL whether there is seccomp at all. */
	bool confines = option == PR_SET_SECCOMP && (a == SECCOMP_MODE_STRICT || b) &&
			process_sandboxing(a == SECCOMP_MODE_FILTER ? (const void *)b : NULL);
	if (option == PR_SET_TSC && a == PR_TSC_SIGSEGV)
		clock_lose_counter();
	int ret = REAL(prctl)(option, a, b, c, d);
	if (confines)
		process_sandboxed(!ret);
	if (option == PR_SET_NAME && !ret)
		named(pthread_self(), TRACK_CALL_prctl, (const char *)a);
	return ret;
}
