/* SPDX-License-Identifier: Apache-2.0 */
#include "writer.h"
#include "clock.h"
#include "module.h"
#include "process.h"
#include "record.h"
#include "spool.h"
#include "standing.h"
#include "thread.h"

#include <asm/hwcap2.h>
#include <errno.h>
#include <linux/mman.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define WRITERS 16384u /* at most; a multiple of 64, as is how many there are */
#define WRITERS_MIN 64u
#define WRITERS_CONFINED 256u	/* threads at once, behind a seccomp filter */
#define UNNAMED_TID 0x40000000u /* above what any kernel gives out */

static struct writer *writers;
static uint32_t writer_count;
static uint64_t used[WRITERS / 64];
static uint32_t used_end; /* one above the highest writer ever used */

uint32_t *writers_guard;
enum { GUARD_WIPED, GUARD_OURS };
uint32_t writers_sharers;
static bool confined;
static bool seals;	 /* a child on our memory was sealed, ever */
static bool given_up;	 /* a child of a confined process */
static uint32_t unnamed; /* threads whose id nobody may ask for */

SHIM_TLS struct writer_thread writer_thread;

static uint32_t count_writers(void)
{
	uint64_t fit = spool_address_room() / ROOM_OF_WRITERS / sizeof(struct writer);
	if (fit >= WRITERS)
		return WRITERS;
	return fit > WRITERS_MIN ? (uint32_t)fit & ~63u : WRITERS_MIN;
}

int writers_init(void)
{
	/* Readable as far as used, so that mlockall of the host does not fill it. */
	uint32_t count = count_writers();
	long map = sys6(SYS_mmap, 0, (long)(count * sizeof(struct writer)), PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (map < 0 && map > -4096)
		return (int)map;
	long page =
		sys6(SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page < 0 && page > -4096)
		return (int)page;
	long ret = sys3(SYS_madvise, page, 4096, MADV_WIPEONFORK);
	if (ret)
		return (int)ret;
	writers = (void *)map;
	writer_count = count;
	writers_guard = (void *)page;
	return 0;
}

/* The first writers become readable. */
static bool make_readable(uint32_t count)
{
	return !sys3(SYS_mprotect, (long)writers, (long)(count * sizeof(struct writer)),
		     PROT_READ | PROT_WRITE);
}

void writers_reset(void)
{
	sys3(SYS_madvise, (long)writers, (long)(used_end * sizeof(struct writer)), MADV_DONTNEED);
	trails_reset();
	memset(used, 0, sizeof(used));
	used_end = 0;
	writer_thread.writer = NULL;
	writer_thread.vfork = false;
}

void writers_enable(void)
{
	writers_sharers = 0;
	__atomic_store_n(writers_guard, GUARD_OURS, __ATOMIC_RELEASE);
}

void writers_confine(void)
{
	uint32_t end = __atomic_load_n(&used_end, __ATOMIC_ACQUIRE);
	uint32_t room = writer_count < WRITERS_CONFINED ? writer_count : WRITERS_CONFINED;
	if (end < room && make_readable(room))
		while (end < room &&
		       !__atomic_compare_exchange_n(&used_end, &end, room, false, __ATOMIC_RELEASE,
						    __ATOMIC_RELAXED))
			;
	__atomic_store_n(&confined, true, __ATOMIC_RELEASE);
}

void writers_unconfine(void)
{
	__atomic_store_n(&confined, false, __ATOMIC_RELEASE);
}

/*
 * Such a child has our memory, thread-local data and all, and may not be asked for its pid any
 * more. But its registers are its own: no program uses the base of GS, which an exec clears.
 */
static bool is_sealed(void)
{
	uintptr_t base;
	if (likely(!__atomic_load_n(&seals, __ATOMIC_RELAXED)))
		return false;
	__asm__ volatile("rdgsbase %0" : "=r"(base));
	return base == (uintptr_t)&seals;
}

bool writers_seal_child(void)
{
	if (!(getauxval(AT_HWCAP2) & HWCAP2_FSGSBASE))
		return false;
	__atomic_store_n(&seals, true, __ATOMIC_RELAXED);
	__asm__ volatile("wrgsbase %0" : : "r"((uintptr_t)&seals));
	return true;
}

bool writers_confined(void)
{
	return __atomic_load_n(&confined, __ATOMIC_RELAXED) || is_sealed();
}

void writer_mark_vfork(void)
{
	writer_thread.vfork = true;
}

void writers_share(void)
{
	__atomic_fetch_add(&writers_sharers, 1, __ATOMIC_SEQ_CST);
}

void writers_unshare(void)
{
	__atomic_fetch_sub(&writers_sharers, 1, __ATOMIC_SEQ_CST);
}

bool writers_unwinding(void)
{
	uint32_t end = __atomic_load_n(&used_end, __ATOMIC_ACQUIRE);
	for (uint32_t i = 0; i < end; i++)
		if (&writers[i] != writer_thread.writer &&
		    __atomic_load_n(&writers[i].unwinding, __ATOMIC_ACQUIRE))
			return true;
	return false;
}

/* All up to index become readable before used_end says so. */
static struct writer *open_writer(uint32_t index)
{
	uint32_t end = __atomic_load_n(&used_end, __ATOMIC_ACQUIRE);
	if (end > index)
		return &writers[index];
	if (writers_confined())
		return NULL;
	if (!make_readable(index + 1))
		return NULL;
	while (end <= index && !__atomic_compare_exchange_n(&used_end, &end, index + 1, false,
							    __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		;
	return &writers[index];
}

static struct writer *claim(void)
{
	for (uint32_t word = 0; word < writer_count / 64; word++) {
		uint64_t seen = __atomic_load_n(&used[word], __ATOMIC_RELAXED);
		while (~seen) {
			uint64_t bit = ~seen & -~seen;
			seen = __atomic_fetch_or(&used[word], bit, __ATOMIC_ACQUIRE);
			if (seen & bit)
				continue;
			return open_writer(word * 64 + (uint32_t)__builtin_ctzll(bit));
		}
	}
	return NULL;
}

uint32_t writers_count(void)
{
	return writer_count;
}

uint32_t writer_index(const struct writer *writer)
{
	return (uint32_t)(writer - writers);
}

void writer_release(void)
{
	struct writer *writer = writer_thread.writer;
	if (!writer)
		return;
	writer_thread.writer = NULL;
	/* Whoever comes next has a stack of his own, and a handler of his may come first. */
	writer->trails = NULL;
	memset(&writer->repeats, 0, sizeof(writer->repeats));
	if (!standing_leave(writer))
		return;
	uint32_t index = writer_index(writer);
	__atomic_fetch_and(&used[index / 64], ~(1ull << index % 64), __ATOMIC_RELEASE);
}

/* A used segment changes hands: say so in it. */
static void adopt(struct writer *writer)
{
	uint32_t tid = writers_confined()
			       ? UNNAMED_TID + __atomic_add_fetch(&unnamed, 1, __ATOMIC_RELAXED)
			       : (uint32_t)sys3(SYS_gettid, 0, 0, 0);
	bool other = writer->tid != tid;
	writer->tid = tid;
	writer->sweep_length = 0;
	writer->refusals = 0;
	standing_take(writer);
	thread_watch_end();
	if (writer->segment && other)
		writer_emit(writer, TRACK_META_THREAD, 0, TRACK_CALL_none, tid, 0, 0);
}

/* Behind a filter nobody may be asked: then what happens beside such a child is lost. */
static __attribute__((noinline)) bool is_ours(void)
{
	if (!process_pid())
		return false; /* nothing is recorded here, and so nothing of the thread is asked */
	if (is_sealed())
		return false;
	if (writers_guard && !__atomic_load_n(writers_guard, __ATOMIC_ACQUIRE))
		return true; /* a forked child, on memory of its own */
	if (writers_confined()) {
		spool_note(TRACK_NOTE_LOST_SANDBOX, 1);
		return false;
	}
	return sys3(SYS_getpid, 0, 0, 0) == process_pid();
}

void writer_forget(struct writer *writer, uint32_t version)
{
	memset(writer->stacks, 0, sizeof(writer->stacks));
	memset(writer->texts, 0, sizeof(writer->texts));
	writer->known_version = version;
}

static struct writer *get_or_claim(void)
{
	if (given_up || !writers_guard)
		return NULL;
	if (writer_thread.vfork) {
		if (!is_ours())
			return NULL;
		writer_thread.vfork = false;
	}
	if (!__atomic_load_n(writers_guard, __ATOMIC_ACQUIRE)) {
		if (writers_confined()) {
			given_up = true;
			spool_note(TRACK_NOTE_LOST_CHILDREN, 1);
			return NULL;
		}
		/* Wiped, so this is a child, even where both call themselves 1. */
		if (!process_pid() || process_start_forked())
			return NULL;
	}
	if (writer_thread.writer)
		return writer_thread.writer;
	struct writer *writer = claim();
	if (!writer) {
		spool_note(TRACK_NOTE_LOST_THREADS, 1);
		return NULL;
	}
	writer_thread.writer = writer;
	adopt(writer);
	return writer;
}

struct writer *writer_get_slowly(void)
{
	if (unlikely(__atomic_load_n(&writers_sharers, __ATOMIC_ACQUIRE)) && !is_ours())
		return NULL; /* a child on our memory, whose thread-local data is not to be trusted
			      */
	int saved = errno;
	struct writer *writer = get_or_claim();
	errno = saved;
	return writer;
}

/*
 * The segment is full: close it and take another. A signal handler may do the
 * same in the middle; whoever comes second returns what he took.
 */
static bool next_segment(struct writer *writer, struct track_segment *full)
{
	enum track_note reason;
	if (full)
		__atomic_store_n(&full->state, TRACK_SEGMENT_SEALED, __ATOMIC_RELEASE);
	struct track_segment *taken = spool_take_segment(writer->tid, &reason);
	struct track_segment *expected = full;
	if (taken && !__atomic_compare_exchange_n(&writer->segment, &expected, taken, false,
						  __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
		spool_untake_segment(taken);
		return true;
	}
	if (!taken) {
		__atomic_compare_exchange_n(&writer->segment, &expected, NULL, false,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED);
		spool_note(reason, 1);
	}
	return taken != NULL;
}

static void end_segment(struct track_segment *segment, uint32_t offset)
{
	if (offset + 8 > TRACK_SEGMENT_BYTES)
		return;
	uint64_t word = 8 | (uint64_t)TRACK_META_END << 16 | (uint64_t)TRACK_COMMIT(offset) << 48;
	__atomic_store_n((uint64_t *)((char *)segment + offset), word, __ATOMIC_RELEASE);
}

bool writer_next_segment(struct writer *writer, struct track_segment *full, uint32_t offset)
{
	if (full)
		end_segment(full, offset);
	return next_segment(writer, full);
}

/* Something happens inside of a call that was not worth a record: now it is. */
void writer_reveal(struct writer *writer)
{
	uint64_t callback = repeat_reveal(&writer->repeats);
	if (callback)
		record_tell(writer, TRACK_OP_FIRE, TRACK_KIND_CALLBACK, callback, 0,
			    TRACK_FIRE_AGAIN, NULL);
}

bool writer_emit_data(struct writer *writer, uint8_t op, enum track_kind kind, enum track_call call,
		      uint64_t subject, uint64_t stack, uint64_t arg, const void *data, size_t size)
{
	const struct track_record head = {.op = op,
					  .kind = (uint8_t)kind,
					  .call = (uint16_t)call,
					  .subject = subject,
					  .stack = stack,
					  .arg = arg};
	if (size > TRACK_NAME_BYTES_MAX)
		size = TRACK_NAME_BYTES_MAX;
	size_t padded = (size + 7) & ~(size_t)7;
	uint32_t offset;
	struct track_record *record =
		record_begin(writer, &head, (uint16_t)(sizeof(head) + padded), clock_ns, &offset);
	if (!record)
		return false;
	if (size) {
		memcpy(record + 1, data, size);
		memset((char *)(record + 1) + size, 0, padded - size);
	}
	record_commit(record, offset);
	return true;
}

void writer_emit(struct writer *writer, uint8_t op, enum track_kind kind, enum track_call call,
		 uint64_t subject, uint64_t stack, uint64_t arg)
{
	writer_emit_data(writer, op, kind, call, subject, stack, arg, NULL, 0);
}
