/* SPDX-License-Identifier: Apache-2.0 */
#include "trail.h"
#include "spool.h"

#include <dlfcn.h>
#include <linux/mman.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>

#define SEEN_MIN 16 /* times that make a stack a usual one: a walk costs as much as many */
#define USES_MIN 64 /* times that it must be found, or it was not worth the walk */
#define PATIENCE_MAX 3
#define OWN_FRAMES 12	/* ours below the start, at most */
#define ALIGNED_WORDS 6 /* below a realigned frame's pointer, where GCC keeps what it came from */

/* What lies on the stack between variables is none of theirs, and a sanitizer guards it. */
#define RAW __attribute__((no_sanitize("address")))

/* libunwind's interface, which has no header where it is not developed with. */
enum { REGISTER_BP = 6, REGISTER_SP = 7, REGISTER_IP = 16 };
enum { SAVED_NOWHERE, SAVED_IN_MEMORY };

struct cursor {
	uint64_t opaque[127];
};

struct saved {
	int type;
	uint64_t address;
	uint64_t extra;
};

static struct {
	int (*context)(ucontext_t *context);
	int (*init)(struct cursor *cursor, ucontext_t *context);
	int (*step)(struct cursor *cursor);
	int (*reg)(struct cursor *cursor, int number, uint64_t *ret_value);
	int (*saved)(struct cursor *cursor, int number, struct saved *ret_saved);
	int (*is_signal)(struct cursor *cursor);
} library;

/* Of the words of a sum: odd, and none has to do with another. */
static uint64_t factors[TRAIL_WORDS];

static void make_factors(void)
{
	for (uint64_t i = 0; i < TRAIL_WORDS; i++) {
		uint64_t mixed = (i + 1) * 0x9e3779b97f4a7c15u;
		mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
		mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
		factors[i] = (mixed ^ mixed >> 31) | 1;
	}
}

void trail_load(void *handle)
{
	/* clang-format off */
	static const struct {
		const char *name;
		void *slot;
	} functions[] = {
		{ "_Ux86_64_getcontext", &library.context },
		{ "_ULx86_64_init_local", &library.init },
		{ "_ULx86_64_step", &library.step },
		{ "_ULx86_64_get_reg", &library.reg },
		{ "_ULx86_64_get_save_loc", &library.saved },
		{ "_ULx86_64_is_signal_frame", &library.is_signal },
	};
	/* clang-format on */
	bool all = true;
	make_factors();
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
		void *found = dlsym(handle, functions[i].name);
		memcpy(functions[i].slot, &found, sizeof(found));
		all = all && found;
	}
	if (!all)
		library.context = NULL;
}

static struct {
	struct trails *of; /* by index of the writer */
	uint32_t count;
	bool opened[TRAIL_THREADS];
} all;

void trails_init(void)
{
	uint64_t fit = spool_address_room() / ROOM_OF_TRAILS / sizeof(struct trails);
	uint32_t count = fit < TRAIL_THREADS ? (uint32_t)fit : TRAIL_THREADS;
	if (!count)
		return;
	long map = sys6(SYS_mmap, 0, (long)(count * sizeof(struct trails)), PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (map < 0 && map > -4096)
		return;
	all.of = (void *)map;
	all.count = count;
}

void trails_reset(void)
{
	if (all.count)
		sys3(SYS_madvise, (long)all.of, (long)(all.count * sizeof(struct trails)),
		     MADV_DONTNEED);
}

size_t trail_unwind(uint64_t *addresses, size_t limit)
{
	struct cursor cursor;
	ucontext_t context;
	size_t count = 0;
	if (!library.context || library.context(&context) || library.init(&cursor, &context))
		return 0;
	while (count < limit && !library.reg(&cursor, REGISTER_IP, &addresses[count])) {
		count++;
		if (library.step(&cursor) <= 0)
			break;
	}
	return count;
}

/* Those of a thread before, which had the same writer. */
static void clear(struct trails *trails)
{
	trails->reading_at = 0;
	for (int i = 0; i < TRAILS; i++)
		trails->of[i].start.sp = 0;
}

struct trails *trails_open(uint32_t index)
{
	if (index >= all.count)
		return NULL;
	struct trails *trails = &all.of[index];
	if (all.opened[index]) {
		clear(trails);
		return trails;
	}
	if (sys3(SYS_mprotect, (long)trails, sizeof(*trails), PROT_READ | PROT_WRITE)) {
		all.count = 0;
		return NULL;
	}
	all.opened[index] = true;
	return trails;
}

static struct trail *trail_of(struct trails *trails, const struct trail_start *start)
{
	return &trails->of[(start->ip ^ start->sp) * 0x9e3779b97f4a7c15u >> 57];
}
_Static_assert(TRAILS == 128, "the shift in trail_of");

static RAW uint64_t sum_up(const struct trail *trail, uint64_t sp)
{
	const uint64_t *stack = (const uint64_t *)sp;
	uint64_t sum = 0;
	for (uint32_t i = 0; i < trail->words; i++)
		sum += stack[trail->places[i]] * factors[i];
	return sum;
}

static bool begins_at(const struct trail *trail, const struct trail_start *start)
{
	return trail->start.sp == start->sp && trail->start.ip == start->ip &&
	       (!trail->by_bp || trail->start.bp == start->bp);
}

uint64_t trail_find(struct trails *trails, const struct trail_start *start, uint32_t version)
{
	struct trail *trail = trail_of(trails, start);
	uint64_t outer = trails->reading_at, stack = 0;
	trails->reading_at = start->sp;
	__asm__ volatile("" ::: "memory");
	if (begins_at(trail, start) && trail->version == version &&
	    sum_up(trail, start->sp) == trail->sum) {
		stack = trail->stack;
		trail->seen = 0;
		trail->uses++;
	}
	__asm__ volatile("" ::: "memory");
	trails->reading_at = outer;
	return stack;
}

/* A handler that left the one it interrupted by longjmp is read no more once we are above. */
static bool is_read(struct trails *trails, const struct trail_start *start)
{
	if (start->sp >= trails->reading_at)
		trails->reading_at = 0;
	return trails->reading_at != 0;
}

/* Stacks of one place that take turns in it cost a walk each time. */
static void learn_patience(struct trail *trail)
{
	bool first = !trail->stack && !trail->refused;
	if (first || trail->uses >= USES_MIN)
		trail->patience = 0;
	else if (trail->patience < PATIENCE_MAX)
		trail->patience++;
	trail->uses = 0;
}

/* One that is found now and then keeps its place. */
struct trail *trail_wanted(struct trails *trails, const struct trail_start *start, uint64_t stack)
{
	struct trail *trail = trail_of(trails, start);
	if (trail->candidate != stack) {
		trail->candidate = stack;
		trail->seen = 0;
	}
	if (++trail->seen < SEEN_MIN << trail->patience || trail->refused == stack ||
	    is_read(trails, start) || !library.context)
		return NULL;
	trail->seen = 0;
	learn_patience(trail);
	trail->refused = stack;
	return trail;
}

/* A trail in the making. */
struct walk {
	struct trail *trail;
	const struct trail_start *start;
	uint64_t top; /* of the thread's own stack */
};

/* What lies elsewhere (a coroutine's stack, say) may be gone when the trail is looked for. */
static bool is_on_stack(const struct walk *walk, uint64_t address)
{
	return address % sizeof(uint64_t) == 0 && address >= walk->start->sp &&
	       address <= walk->top - sizeof(uint64_t);
}

static bool add(const struct walk *walk, uint64_t address)
{
	struct trail *trail = walk->trail;
	uint64_t place = (address - walk->start->sp) / sizeof(uint64_t);
	if (!is_on_stack(walk, address) || place > UINT16_MAX || trail->words == TRAIL_WORDS)
		return false;
	trail->places[trail->words++] = (uint16_t)place;
	return true;
}

struct frame {
	uint64_t ip, sp, bp;
	struct saved bp_saved;
};

static bool read_frame(struct cursor *cursor, struct frame *ret_frame)
{
	return !library.reg(cursor, REGISTER_IP, &ret_frame->ip) &&
	       !library.reg(cursor, REGISTER_SP, &ret_frame->sp) &&
	       !library.reg(cursor, REGISTER_BP, &ret_frame->bp) &&
	       !library.saved(cursor, REGISTER_BP, &ret_frame->bp_saved) &&
	       library.is_signal(cursor) <= 0;
}

/* A frame that GCC aligned has its caller's stack pointer in memory, and goes by that. */
static RAW bool add_alignment(const struct walk *walk, const struct frame *frame,
			      const struct frame *caller)
{
	for (uint64_t i = 1; i <= ALIGNED_WORDS; i++) {
		uint64_t address = frame->bp - i * sizeof(uint64_t);
		if (address >= frame->sp && is_on_stack(walk, address) &&
		    *(const uint64_t *)address == caller->sp)
			return add(walk, address);
	}
	return true;
}

/* The frame pointer points into its frame: if not, it is a register as any other. */
static bool add_frame_pointer(const struct walk *walk, const struct frame *frame,
			      const struct frame *caller)
{
	if (frame->bp < frame->sp || frame->bp > caller->sp)
		return true;
	if (frame->bp_saved.type != SAVED_IN_MEMORY || !add_alignment(walk, frame, caller))
		return false;
	if (frame->bp_saved.address >= walk->start->sp)
		return add(walk, frame->bp_saved.address);
	/* None of the frames from the start on has saved it: it is as it was there. */
	walk->trail->by_bp = true;
	return frame->bp == walk->start->bp;
}

/* What leads from a frame to its caller's, if it is nothing else. */
static RAW bool add_step(const struct walk *walk, const struct frame *frame,
			 const struct frame *caller)
{
	uint64_t returns = caller->sp - sizeof(uint64_t);
	return caller->sp > frame->sp && is_on_stack(walk, returns) &&
	       *(const uint64_t *)returns == caller->ip && add(walk, returns) &&
	       add_frame_pointer(walk, frame, caller);
}

static bool find_start(struct cursor *cursor, const struct trail_start *start,
		       struct frame *ret_frame)
{
	for (int i = 0; i < OWN_FRAMES; i++) {
		if (!read_frame(cursor, ret_frame))
			return false;
		if (ret_frame->sp == start->sp)
			return ret_frame->ip == start->ip && ret_frame->bp == start->bp;
		if (library.step(cursor) <= 0)
			return false;
	}
	return false;
}

bool trail_walk(struct trail *trail, const struct trail_start *start, uint64_t top, size_t limit,
		uint64_t *addresses, size_t *ret_count)
{
	const struct walk walk = {trail, start, top};
	struct frame frame, caller;
	struct cursor cursor;
	ucontext_t context;
	size_t count = 0;

	trail->start.sp = 0;
	trail->words = 0;
	trail->by_bp = false;
	__asm__ volatile("" ::: "memory");
	if (start->sp >= top || library.context(&context) || library.init(&cursor, &context) ||
	    !find_start(&cursor, start, &frame))
		return false;
	while (count < limit && library.step(&cursor) > 0) {
		if (!read_frame(&cursor, &caller) || !add_step(&walk, &frame, &caller))
			return false;
		addresses[count++] = caller.ip;
		frame = caller;
	}
	trail->sum = sum_up(trail, start->sp);
	*ret_count = count;
	return true;
}

void trail_keep(struct trail *trail, const struct trail_start *start, uint64_t stack,
		uint32_t version)
{
	trail->stack = stack;
	trail->version = version;
	trail->refused = 0;
	trail->start.ip = start->ip;
	trail->start.bp = start->bp;
	__asm__ volatile("" ::: "memory");
	trail->start.sp = start->sp;
}
