/* SPDX-License-Identifier: Apache-2.0 */
#include "waits.h"

#include <poll.h>
#include <string.h>
#include <sys/syscall.h>

#define FUTEX_COMMAND 0x7f
#define TID_MASK 0x3fffffffu
#define MUTEX_TYPE 3 /* musl: 0 is one that has no owner */
#define CHOSEN_MAX 1024
#define MANY_MAX 65536

enum {
	FUTEX_OP_WAIT = 0,
	FUTEX_OP_LOCK_PI = 6,
	FUTEX_OP_WAIT_BITSET = 9,
	FUTEX_OP_WAIT_REQUEUE_PI = 11,
	FUTEX_OP_LOCK_PI2 = 13,
	SYS_FUTEX_WAIT = 455,
};

/* glibc's, on x86-64; unchanged since 2.25. */
struct glibc_mutex {
	int32_t lock;
	uint32_t count;
	int32_t owner;
	uint32_t users;
	int32_t kind;
};

struct glibc_rwlock {
	uint32_t readers;
	uint32_t writers;
	uint32_t phase_futex;
	uint32_t writers_futex;
	uint32_t pads[2];
	int32_t writer;
	int32_t shared;
	uint64_t elision;
	uint64_t pad;
	uint32_t flags; /* 2: writers go first, and readers wait at the beginning */
};

/* Of its condition: two words for two groups of waiters. */
#define GLIBC_CONDITION_WORDS 40u
#define GLIBC_READERS_WAIT 2u

struct musl_mutex {
	int32_t type;
	uint32_t lock;
};

enum what { NUMBER, POLLED, CHOSEN };
enum time_out { ENDLESS, MILLISECONDS, POINTER };

static const struct call_row {
	int64_t number;
	const char *name;
	enum track_wait wait;
	enum what what;
	enum time_out time_out;
	unsigned argument;
} call_rows[] = {
#define CALL_WAIT(call, wait, what, time_out, argument)                                            \
	{SYS_##call, #call, TRACK_WAIT_##wait, what, time_out, argument},
#include "call_waits.def"
#undef CALL_WAIT
};

enum track_call waits_call(const char *name)
{
	static const char *const names[] = {
		"",
#define TRACK_CALL(function, group) #function,
#include <track/calls.def>
#undef TRACK_CALL
	};
	for (size_t i = 1; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(names[i], name))
			return (enum track_call)i;
	return TRACK_CALL_none;
}

/* Of a system call; 0 is its first. */
static uint64_t argument(const struct probe_stand *stand, unsigned number)
{
	static const uint8_t registers[] = {5, 4, 1, 10, 8, 9};
	return stand->registers.dwarf[registers[number]];
}

static bool is_timed(const struct probe_stand *stand, enum time_out time_out, unsigned number)
{
	switch (time_out) {
	case ENDLESS:
		return false;
	case MILLISECONDS:
		return (int32_t)argument(stand, number) >= 0;
	case POINTER:
		return argument(stand, number) != 0;
	}
	return false;
}

/* The first of them that is a number, and how many there are. */
static void find_polled(const struct probe_stand *stand, const struct wait_memory *memory,
			struct waiting *waiting)
{
	uint64_t count = argument(stand, 1);
	if (count > MANY_MAX)
		count = MANY_MAX;
	waiting->other = count;
	waiting->wait = count ? TRACK_WAIT_DESCRIPTOR : TRACK_WAIT_NONE;
	waiting->subject = UINT64_MAX;
	for (uint64_t i = 0; i < count && waiting->subject == UINT64_MAX; i++) {
		struct pollfd polled;
		if (!memory->read(memory->context, argument(stand, 0) + i * sizeof(polled), &polled,
				  sizeof(polled)))
			break;
		if (polled.fd >= 0)
			waiting->subject = (uint64_t)polled.fd;
	}
	waiting->is_number = count == 1 && waiting->subject != UINT64_MAX;
}

static void find_chosen(const struct probe_stand *stand, const struct wait_memory *memory,
			struct waiting *waiting)
{
	uint64_t limit = argument(stand, 0), all[CHOSEN_MAX / 64] = {0};
	if (limit > CHOSEN_MAX)
		limit = CHOSEN_MAX;
	for (unsigned set = 1; set <= 3; set++) {
		uint64_t bits[CHOSEN_MAX / 64] = {0};
		size_t bytes = (limit + 63) / 64 * 8;
		if (!argument(stand, set) ||
		    !memory->read(memory->context, argument(stand, set), bits, bytes))
			continue;
		for (size_t i = 0; i < CHOSEN_MAX / 64; i++)
			all[i] |= bits[i];
	}
	waiting->other = 0;
	waiting->subject = UINT64_MAX;
	for (uint64_t number = 0; number < limit; number++) {
		if (!(all[number / 64] >> (number % 64) & 1))
			continue;
		if (!waiting->other++)
			waiting->subject = number;
	}
	waiting->wait = waiting->other ? TRACK_WAIT_DESCRIPTOR : TRACK_WAIT_NONE;
	waiting->is_number = waiting->other == 1;
}

static struct waiting find_call(const struct probe_stand *stand, const struct wait_memory *memory)
{
	struct waiting waiting = {.wait = TRACK_WAIT_NONE};
	for (size_t i = 0; i < sizeof(call_rows) / sizeof(*call_rows); i++) {
		const struct call_row *row = &call_rows[i];
		if (row->number != stand->call)
			continue;
		waiting.wait = row->wait;
		waiting.call = waits_call(row->name);
		waiting.timed = is_timed(stand, row->time_out, row->argument);
		waiting.subject = (uint64_t)(int64_t)(int32_t)argument(stand, 0);
		waiting.other = 1;
		waiting.is_number = row->wait == TRACK_WAIT_DESCRIPTOR;
		if (row->what == POLLED)
			find_polled(stand, memory, &waiting);
		else if (row->what == CHOSEN)
			find_chosen(stand, memory, &waiting);
	}
	return waiting;
}

static void find_mutex(uint64_t word, bool glibc, const struct wait_memory *memory,
		       struct waiting *waiting)
{
	struct glibc_mutex mutex;
	struct musl_mutex other;
	waiting->wait = TRACK_WAIT_MUTEX;
	waiting->mode = TRACK_WAIT_MUTEX;
	waiting->subject = word;
	if (glibc) {
		if (!memory->read(memory->context, word, &mutex, sizeof(mutex)) || !mutex.lock)
			return;
		waiting->holder = mutex.owner;
		waiting->depth = mutex.count ? mutex.count : 1;
		return;
	}
	uint64_t start = word - offsetof(struct musl_mutex, lock);
	if (!memory->read(memory->context, start, &other, sizeof(other)))
		return;
	waiting->subject = start;
	waiting->depth = 1;
	if (other.type & MUTEX_TYPE)
		waiting->holder = (int32_t)(other.lock & TID_MASK);
}

/* Who waits for readers to go is told, and not who they are: nobody writes that down. */
static void find_rwlock(uint64_t word, bool glibc, const struct wait_memory *memory,
			struct waiting *waiting)
{
	struct glibc_rwlock lock;
	waiting->subject = word;
	if (!glibc)
		return;
	bool at_beginning = waiting->wait == TRACK_WAIT_READ &&
			    memory->read(memory->context, word, &lock, sizeof(lock)) &&
			    lock.flags == GLIBC_READERS_WAIT;
	if (!at_beginning)
		waiting->subject -= word % 8 ? offsetof(struct glibc_rwlock, writers_futex)
					     : offsetof(struct glibc_rwlock, phase_futex);
	if (!memory->read(memory->context, waiting->subject, &lock, sizeof(lock)))
		return;
	waiting->holder = lock.writer;
	waiting->mode = TRACK_WAIT_WRITE;
	waiting->depth = 1;
}

/* The word itself says whose it is; the kernel wants it so. */
static void find_inheriting(uint64_t word, const struct wait_memory *memory,
			    struct waiting *waiting)
{
	uint32_t value;
	waiting->wait = waiting->mode = TRACK_WAIT_MUTEX;
	waiting->subject = word;
	waiting->depth = 1;
	if (memory->read(memory->context, word, &value, sizeof(value)))
		waiting->holder = (int32_t)(value & TID_MASK);
}

static struct waiting find_futex(const struct probe_stand *stand, enum libc_call in, bool glibc,
				 const struct wait_memory *memory)
{
	bool is_new = stand->call == SYS_FUTEX_WAIT;
	uint64_t word = argument(stand, 0), value = argument(stand, is_new ? 1 : 2);
	int command = is_new ? FUTEX_OP_WAIT_BITSET : (int)argument(stand, 1) & FUTEX_COMMAND;
	struct waiting waiting = {.wait = TRACK_WAIT_FUTEX,
				  .call = waits_call(libc_call_name(in)),
				  .subject = word,
				  .timed = argument(stand, is_new ? 4 : 3) != 0};
	enum track_wait wait = libc_call_wait(in);
	if (command == FUTEX_OP_LOCK_PI || command == FUTEX_OP_LOCK_PI2) {
		find_inheriting(word, memory, &waiting);
		return waiting;
	}
	if (command != FUTEX_OP_WAIT && command != FUTEX_OP_WAIT_BITSET &&
	    command != FUTEX_OP_WAIT_REQUEUE_PI)
		return (struct waiting){.wait = TRACK_WAIT_NONE};
	if (wait == TRACK_WAIT_NONE)
		return waiting;
	waiting.wait = wait;
	/* It was woken, and takes its mutex again. */
	if (wait == TRACK_WAIT_MUTEX ||
	    (wait == TRACK_WAIT_CONDITION && glibc && command == FUTEX_OP_WAIT))
		find_mutex(word, glibc, memory, &waiting);
	else if (wait == TRACK_WAIT_READ || wait == TRACK_WAIT_WRITE)
		find_rwlock(word, glibc, memory, &waiting);
	else if (wait == TRACK_WAIT_CONDITION && glibc)
		waiting.subject = (word & ~7ull) - GLIBC_CONDITION_WORDS;
	else if (wait == TRACK_WAIT_THREAD && glibc)
		waiting.joined = (int32_t)(value & TID_MASK);
	return waiting;
}

struct waiting waits_find(const struct probe_stand *stand, enum libc_call in, bool glibc,
			  const struct wait_memory *memory)
{
	if (!(stand->flags & PROBE_STAND_BLOCKED) || stand->flags & PROBE_STAND_32_BIT ||
	    stand->call < 0)
		return (struct waiting){.wait = TRACK_WAIT_NONE};
	if (stand->call == SYS_futex || stand->call == SYS_FUTEX_WAIT)
		return find_futex(stand, in, glibc, memory);
	return find_call(stand, memory);
}
