/* SPDX-License-Identifier: Apache-2.0 */
#include "stack.h"
#include "bind.h"
#include "clock.h"
#include "module.h"
#include "pack.h"
#include "process.h"
#include "real.h"
#include "spool.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define OWN_FRAMES 12		    /* ours at the top of a stack, at most */
#define BELOW_MAIN 5		    /* frames from the end in which ours are found */
#define STACK_ROOM (32u * 1024)	    /* what unwinding may take, libunwind's slow path included */
#define MAIN_STACK_BYTES (8u << 20) /* of the main thread, at most that is used */
#define SLOW_STACKS 64 /* of a thread's waits: most threads wait seldom, and at the same place */
#define FORK_WAIT_NS 20000000u
#define ENTER_ROUNDS 20000

/* The loader's __tls_get_addr makes a module's thread-local data on first use. */
struct tls_index {
	size_t module;
	size_t offset;
};

typedef int unwind_fn(void **, int);
typedef void *tls_fn(struct tls_index *);

bool stacks_taken;
static unwind_fn *unwind;
static bool load_tried;
static uint32_t depth_max;
static uint32_t forking; /* threads between their fork handlers */
static uint64_t library_start, library_end;
static tls_fn *touch_tls;
static size_t library_tls; /* the loader's number of its thread-local data, 0: it has none */

/* Of the calling thread. A stack outside the bounds is a coroutine's or a signal handler's. */
static SHIM_TLS struct {
	uintptr_t inside; /* frame from which libunwind was entered; 0: it is not */
	uintptr_t low;	  /* bounds of its stack; 0: not prepared, so it must not unwind */
	uintptr_t high;
} tls;

extern const char __ehdr_start[] __attribute__((visibility("hidden")));
extern const char etext[] __attribute__((visibility("hidden")));

void stack_init(uint32_t depth)
{
	depth_max = depth < TRACK_STACK_DEPTH_MAX ? depth : TRACK_STACK_DEPTH_MAX;
	if (depth_max)
		trails_init();
}

static bool stack_is_loaded(void)
{
	return __atomic_load_n(&unwind, __ATOMIC_ACQUIRE) != NULL;
}

static int find_library(struct dl_phdr_info *info, size_t size, void *address)
{
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const Elf64_Phdr *p = &info->dlpi_phdr[i];
		uint64_t start = info->dlpi_addr + p->p_vaddr;
		if (p->p_type != PT_LOAD || (uint64_t)(uintptr_t)address < start ||
		    (uint64_t)(uintptr_t)address >= start + p->p_memsz)
			continue;
		library_start = start;
		library_end = start + p->p_memsz;
		if (size >= sizeof(*info))
			library_tls = info->dlpi_tls_modid;
		return 1;
	}
	return 0;
}

static void prepare_main_thread(void);
static void warm_up(void);

void stack_load(void)
{
	/* Asked at every socket(): a plain look first. Not before libc is set up, see stack.h. */
	if (likely(__atomic_load_n(&load_tried, __ATOMIC_RELAXED)) || !depth_max || !environ ||
	    writers_confined() || __atomic_exchange_n(&load_tried, true, __ATOMIC_ACQ_REL))
		return;
	int saved = errno;
	sys3(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);
	void *library = dlopen("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);
	void *found = library ? dlsym(library, "unw_backtrace") : NULL;
	if (!found)
		spool_note(TRACK_NOTE_NO_UNWINDER, 1);
	if (found) {
		bind_to_libc(library);
		trail_load(library);
	}
	LIBC(dl_iterate_phdr)(find_library, found);
	touch_tls = (tls_fn *)dlsym(RTLD_DEFAULT, "__tls_get_addr");
	__atomic_store_n(&unwind, (unwind_fn *)found, __ATOMIC_RELEASE);
	__atomic_store_n(&stacks_taken, found != NULL, __ATOMIC_RELEASE);
	if (sys3(SYS_gettid, 0, 0, 0) == process_pid())
		prepare_main_thread();
	else
		stack_prepare_thread();
	warm_up();
	errno = saved;
}

static uintptr_t here(void)
{
	return (uintptr_t)__builtin_frame_address(0);
}

/* A longjmp out of a signal handler may have left libunwind for good: then we are above its frame.
 */
static bool is_inside(void)
{
	if (tls.inside && here() > tls.inside)
		tls.inside = 0;
	return tls.inside != 0;
}

bool stack_is_library(const void *address)
{
	uint64_t a = (uint64_t)(uintptr_t)address;
	return a >= library_start && a < library_end;
}

/*
 * libunwind's thread-local data is allocated, by malloc, at a thread's first
 * unwinding. That must happen here, where the thread holds no lock, and not in
 * a wrapper that a signal handler or an allocator called. Its cache of frames,
 * 256 KiB, comes by mmap and only to threads that take a stack.
 */
static void prepare(uintptr_t low, uintptr_t high)
{
	struct tls_index index = {library_tls, 0};
	if (!unwind || tls.low || here() < low + STACK_ROOM || here() > high)
		return;
	if (touch_tls && library_tls)
		touch_tls(&index);
	tls.high = high;
	tls.low = low;
}

void stack_prepare_thread(void)
{
	pthread_attr_t attr;
	void *low;
	size_t size;
	if (!stack_is_loaded() || writers_confined() ||
	    LIBC(pthread_getattr_np)(pthread_self(), &attr))
		return;
	if (!LIBC(pthread_attr_getstack)(&attr, &low, &size))
		prepare((uintptr_t)low, (uintptr_t)low + size);
	LIBC(pthread_attr_destroy)(&attr);
}

/* Its own locks, keys and tables are made once, at the first unwinding of the process. */
static void warm_up(void)
{
	void *frame[2];
	if (!tls.low)
		return;
	tls.inside = here();
	unwind(frame, 2);
	tls.inside = 0;
}

/* The main thread's stack grows; libc would read /proc/self/maps to tell its bounds. */
static void prepare_main_thread(void)
{
	struct rlimit limit;
	uint64_t size = MAIN_STACK_BYTES;
	if (!sys4(SYS_prlimit64, 0, RLIMIT_STACK, 0, (long)&limit) && limit.rlim_cur < size)
		size = limit.rlim_cur;
	/* The kernel lays these bytes above the first frame. */
	prepare(here() - size + STACK_ROOM, getauxval(AT_RANDOM));
}

long stack_probe_write(const void *address)
{
	char byte;
	struct iovec local = {&byte, 1};
	struct iovec remote = {(void *)(uintptr_t)address, 1};
	long ret = sys6(SYS_process_vm_readv, process_pid(), (long)&local, 1, (long)&remote, 1, 0);
	errno = ret == 1 ? 0 : EFAULT;
	return ret == 1 ? 1 : -1;
}

long stack_probe_read(void)
{
	errno = 0;
	return 1;
}

void stack_before_fork(void)
{
	if (!unwind)
		return;
	__atomic_fetch_add(&forking, 1, __ATOMIC_SEQ_CST);
	/* Makes the flag visible to threads that enter without a barrier of their own. */
	sys3(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
	uint64_t until_ns = clock_ns() + FORK_WAIT_NS;
	while (writers_unwinding() && clock_ns() < until_ns)
		sys3(SYS_sched_yield, 0, 0, 0);
}

void stack_after_fork_in_parent(void)
{
	if (unwind)
		__atomic_fetch_sub(&forking, 1, __ATOMIC_SEQ_CST);
}

void stack_after_fork_in_child(bool prepared)
{
	tls.inside = 0;
	__atomic_store_n(&forking, 0, __ATOMIC_SEQ_CST);
	if (!prepared)
		unwind = NULL; /* another thread may have held its lock */
}

static bool enter(struct writer *writer)
{
	for (int i = 0; i < ENTER_ROUNDS; i++) {
		__atomic_store_n(&writer->unwinding, 1, __ATOMIC_RELAXED);
		__asm__ volatile("" ::: "memory"); /* paired with membarrier */
		if (likely(!__atomic_load_n(&forking, __ATOMIC_RELAXED)))
			return true;
		__atomic_store_n(&writer->unwinding, 0, __ATOMIC_RELEASE);
		sys3(SYS_sched_yield, 0, 0, 0);
	}
	return false;
}

/* Whether there is room to unwind on this stack, and the thread was prepared. */
static bool has_room(void)
{
	return tls.low && here() >= tls.low + STACK_ROOM && here() <= tls.high;
}

bool stack_is_own(uintptr_t address)
{
	return tls.low && address >= tls.low && address <= tls.high;
}

/* What stood at an address before a module went was something else. */
static uint64_t hash_addresses(uint32_t version, const uint64_t *addresses, size_t count)
{
	uint64_t hash = 0x9e3779b97f4a7c15u ^ count ^ (uint64_t)version << 32;
	for (size_t i = 0; i < count; i++) {
		hash = (hash ^ addresses[i]) * 0xff51afd7ed558ccdu;
		hash ^= hash >> 32;
	}
	return hash ? hash : 1;
}

static bool is_own(uint64_t address)
{
	return address >= (uintptr_t)__ehdr_start && address < (uintptr_t)etext;
}

static uint64_t *set_of(struct writer *writer, uint64_t hash)
{
	return writer->stacks[hash % WRITER_STACK_SETS];
}

/* The thread meets this stack for the first time (or forgot it). Its hash. */
static uint64_t record_new(struct writer *writer, const uint64_t *addresses, size_t count)
{
	modules_check(writer, addresses, count);
	writer_check_known(writer);
	uint64_t hash = hash_addresses(writer->known_version, addresses, count);
	if (writer_emit_data(writer, TRACK_META_STACK, 0, TRACK_CALL_none, hash, 0, count,
			     addresses, count * sizeof(*addresses)))
		writer_remember(writer, set_of(writer, hash), hash);
	return hash;
}

/* Never less than there are; where an exception leaves one, it is more. */
static int within;

void stack_within(int more)
{
	__atomic_add_fetch(&within, more, __ATOMIC_RELAXED);
}

/* Those of packs' wrappers, ours below main, and, where there are any, ours in between. */
static size_t leave_out(uint64_t *addresses, size_t count)
{
	count = packs_leave_out(addresses, count);
	size_t left = count > BELOW_MAIN ? count - BELOW_MAIN : 0;
	if (unlikely(__atomic_load_n(&within, __ATOMIC_RELAXED)))
		left = 0;
	for (size_t i = left; i < count; i++)
		if (!is_own(addresses[i]))
			addresses[left++] = addresses[i];
	return left;
}

/* Inlined, since each frame of ours costs the unwinder a step. skipped: frames of whoever called.
 */
static inline __attribute__((always_inline)) uint64_t record(struct writer *writer, size_t skipped,
							     bool slowly)
{
	uint64_t addresses[TRACK_STACK_DEPTH_MAX + OWN_FRAMES + PACK_FRAMES_MAX];
	if (unlikely(writers_confined() || !has_room() || is_inside() || !enter(writer))) {
		spool_note(TRACK_NOTE_STACKS_SKIPPED, 1);
		return 0;
	}
	tls.inside = here();
	size_t room = depth_max + OWN_FRAMES + packs_frames();
	int found = slowly ? (int)trail_unwind(addresses, room) : 0;
	if (!found)
		found = unwind((void **)addresses, (int)room);
	tls.inside = 0;
	__atomic_store_n(&writer->unwinding, 0, __ATOMIC_RELEASE);

	size_t count = found > 0 ? (size_t)found : 0;
	uint64_t *first = addresses;
	while (count && is_own(*first)) {
		first++;
		count--;
	}
	skipped = count > skipped ? skipped : 0;
	first += skipped;
	count = leave_out(first, count - skipped);
	if (count > depth_max)
		count = depth_max;
	if (!count)
		return 0;
	writer_check_known(writer);
	uint64_t hash = hash_addresses(writer->known_version, first, count);
	if (likely(writer_knows(set_of(writer, hash), hash)))
		return hash;
	return record_new(writer, first, count);
}

uint64_t stack_record(struct writer *writer)
{
	if (unlikely(!unwind))
		return 0;
	int saved = errno;
	uint64_t stack = record(writer, 0, false);
	errno = saved;
	return stack;
}

/* The thread was just allowed to unwind here. skipped: 1 if the start itself is left out. */
static __attribute__((noinline)) void learn(struct writer *writer, const struct trail_start *start,
					    size_t skipped, uint64_t stack)
{
	uint64_t room[3 + TRACK_STACK_DEPTH_MAX + PACK_FRAMES_MAX];
	uint64_t *addresses = room + skipped;
	size_t count = 0;
	room[0] = start->ip;
	tls.inside = here();
	if (unlikely(!writer->trails))
		writer->trails = trails_open(writer_index(writer));
	struct trail *trail = writer->trails ? trail_wanted(writer->trails, start, stack) : NULL;
	if (unlikely(trail && enter(writer))) {
		const struct trails *walked = writer->trails;
		/* A handler's fork leaves the child none, in the middle of the walk. */
		bool led = trail_walk(trail, start, tls.high, depth_max + 2 + packs_frames(),
				      room + 1, &count);
		count = leave_out(addresses, count + 1 - skipped);
		if (count > depth_max)
			count = depth_max;
		if (led && writer->trails == walked &&
		    hash_addresses(writer->known_version, addresses, count) == stack)
			trail_keep(trail, start, stack, writer->known_version);
		__atomic_store_n(&writer->unwinding, 0, __ATOMIC_RELEASE);
	}
	tls.inside = 0;
}

static __attribute__((noinline)) uint64_t
unwind_from(struct writer *writer, const struct trail_start *start, size_t skipped, bool slowly)
{
	int saved = errno;
	uint64_t stack = record(writer, skipped, slowly);
	if (stack)
		learn(writer, start, skipped, stack);
	errno = saved;
	return stack;
}

/* By its trail; 0: it is to be unwound. */
static inline uint64_t find_by_trail(struct writer *writer, const struct trail_start *start)
{
	writer_check_known(writer);
	uint64_t stack = 0;
	if (likely(writer->trails))
		stack = trail_find(writer->trails, start, writer->known_version);
	return likely(stack && writer_knows(set_of(writer, stack), stack)) ? stack : 0;
}

uint64_t stack_record_above(struct writer *writer, const struct trail_start *start)
{
	if (unlikely(!unwind))
		return 0; /* a child that lost it */
	uint64_t stack = find_by_trail(writer, start);
	return likely(stack) ? stack : unwind_from(writer, start, 1, false);
}

uint64_t stack_record_from(struct writer *writer, const struct trail_start *start)
{
	if (unlikely(!unwind || writers_confined() || !has_room() || is_inside()))
		return 0;
	uint64_t stack = find_by_trail(writer, start);
	if (stack)
		return stack;
	bool slowly = writer->slow_stacks < SLOW_STACKS;
	writer->slow_stacks += slowly;
	return unwind_from(writer, start, 0, slowly);
}

uint64_t stack_record_one(struct writer *writer, uint64_t address)
{
	writer_check_known(writer);
	uint64_t hash = hash_addresses(writer->known_version, &address, 1);
	if (!writer_knows(set_of(writer, hash), hash) &&
	    writer_emit_data(writer, TRACK_META_STACK, 0, TRACK_CALL_none, hash, 0, 1, &address,
			     sizeof(address)))
		writer_remember(writer, set_of(writer, hash), hash);
	return hash;
}
