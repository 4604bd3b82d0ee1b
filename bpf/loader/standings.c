/* SPDX-License-Identifier: Apache-2.0 */
#include "standings.h"
#include "clock.h"
#include "fd_look.h"
#include "process_files.h"
#include "session.h"
#include "stand_memory.h"
#include "waits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <symbol/unwind.h>
#include <unistd.h>

#define STACK_BYTES 65536u
/* Where a C library's function is looked for, from where a thread stands. */
#define LIBC_FRAMES 8u
/* Threads that ended and never gave a lock back, as far as they are told. */
#define GONE_MAX 8u
/* From a thread's pointer to the words of it that a join waits for. */
#define THREAD_BYTES 4096u

/* Of a thread, from look to look. As long as it did not move, its stack is the same. */
struct kept {
	uint32_t slot;
	uint32_t look;
	uint64_t modules; /* what was known of them: with others, its stack is another one */
	uint64_t switches;
	uint64_t ip;
	uint64_t sp;
	uint64_t since_ns;
	uint64_t stack;
	enum libc_call in;
	bool glibc;
	bool is_go;
	bool exits; /* it is inside of exit() */
	bool ends;  /* its descriptor ends the wait by itself */
};

struct standings {
	struct u64map by_tid; /* -> struct kept, owned */
	uint64_t slots[SPOOL_STANDINGS / 64];
	uint32_t looks;
};

/* What is found at one look. */
struct look {
	struct traced *traced;
	struct standings *standings;
	const struct probe_stand *stands;
	size_t count;
	struct track_standing *found; /* of each */
	struct track_standing *gone;  /* GONE_MAX: holders that have ended */
	size_t gone_count;
	struct u64map by_own_tid; /* -> index */
	int pid_fd;
};

void standings_destroy(struct standings *standings)
{
	size_t cursor = 0;
	uint64_t tid, kept;
	if (!standings)
		return;
	while (u64map_next(&standings->by_tid, &cursor, &tid, &kept))
		free((void *)(uintptr_t)kept);
	u64map_finish(&standings->by_tid);
	free(standings);
}

static void drop(struct traced *traced, uint32_t tid)
{
	struct standings *standings = traced->standings;
	const uint64_t *found = u64map_get(&standings->by_tid, tid);
	struct kept *kept = found ? (struct kept *)(uintptr_t)*found : NULL;
	if (!kept)
		return;
	u64map_remove(&standings->by_tid, tid);
	standings->slots[kept->slot / 64] &= ~(1ull << kept->slot % 64);
	spool_file_stand(&traced->spool, kept->slot, &(struct track_standing){.tid = 0});
	free(kept);
}

void standings_thread_ended(struct traced *traced, uint32_t tid)
{
	if (traced->standings)
		drop(traced, tid);
}

/* Those that this look did not see; looks count from 1. */
static void drop_others(struct traced *traced, uint32_t look)
{
	struct standings *standings = traced->standings;
	size_t cursor = 0;
	uint64_t tid, value;
	while (u64map_next(&standings->by_tid, &cursor, &tid, &value)) {
		const struct kept *kept = (const struct kept *)(uintptr_t)value;
		if (kept->look == look)
			continue;
		drop(traced, (uint32_t)tid);
		cursor = 0; /* to take one out may move the others */
	}
}

void standings_end(struct traced *traced, bool by_signal)
{
	if (traced->standings && !by_signal)
		drop_others(traced, 0);
}

static bool take_slot(struct standings *standings, uint32_t *ret_slot)
{
	for (uint32_t word = 0; word < SPOOL_STANDINGS / 64; word++) {
		if (!~standings->slots[word])
			continue;
		uint32_t bit = (uint32_t)__builtin_ctzll(~standings->slots[word]);
		standings->slots[word] |= 1ull << bit;
		*ret_slot = word * 64 + bit;
		return true;
	}
	return false;
}

/* NULL: there is no room for it. */
static struct kept *keep(struct standings *standings, uint32_t tid)
{
	const uint64_t *found = u64map_get(&standings->by_tid, tid);
	if (found)
		return (struct kept *)(uintptr_t)*found;
	struct kept *kept = calloc(1, sizeof(*kept));
	if (!kept || !take_slot(standings, &kept->slot)) {
		free(kept);
		return NULL;
	}
	kept->switches = UINT64_MAX;
	if (!u64map_put(&standings->by_tid, tid, (uintptr_t)kept))
		return kept;
	standings->slots[kept->slot / 64] &= ~(1ull << kept->slot % 64);
	free(kept);
	return NULL;
}

void standings_forget_files(struct session *session)
{
	size_t cursor = 0;
	uint64_t file, value;
	while (u64map_next(&session->libcs, &cursor, &file, &value)) {
		struct libc_calls *calls = (struct libc_calls *)(uintptr_t)value;
		libc_calls_finish(calls);
		free(calls);
	}
	u64map_finish(&session->libcs);
}

/* What of a C library is in a file. NULL: no memory, or it is Go's, which has none. */
static const struct libc_calls *calls_of(struct traced *traced, const struct module *module)
{
	struct session *session = traced->session;
	char path[PATH_MAX];
	if (!module->file || module->file->is_go)
		return NULL;
	const uint64_t *found = u64map_get(&session->libcs, (uintptr_t)module->file);
	if (found)
		return (const struct libc_calls *)(uintptr_t)*found;
	struct libc_calls *calls = calloc(1, sizeof(*calls));
	if (!calls)
		return NULL;
	mapped_openable(traced, module, path);
	if ((!*path || !libc_calls_read(path, session->options.unwinder, calls)) &&
	    !u64map_put(&session->libcs, (uintptr_t)module->file, (uintptr_t)calls))
		return calls;
	libc_calls_finish(calls);
	free(calls);
	return NULL;
}

/* In which function of its C library it is, and whether it got there from exit(). */
static void find_calls(struct traced *traced, const uint64_t *addresses, size_t count,
		       struct kept *kept)
{
	const struct module *module = count ? mapped_find(&traced->modules, addresses[0]) : NULL;
	const struct libc_calls *calls = module ? calls_of(traced, module) : NULL;
	kept->is_go = module && module->file && module->file->is_go;
	kept->glibc = calls && calls->is_glibc;
	for (size_t i = 0; calls && i < count; i++) {
		uint64_t address = addresses[i] - (i > 0);
		if (address < module->code_start || address >= module->code_end)
			continue;
		enum libc_call call =
			libc_calls_find(calls, address - module->code_start + module->offset);
		kept->exits |= call == LIBC_exit;
		if (kept->in == LIBC_NONE && i < LIBC_FRAMES && call != LIBC_exit)
			kept->in = call;
	}
}

/* Frames of the C library that it waits in: as many as the preloaded library leaves out. */
static size_t count_inner(struct traced *traced, const uint64_t *addresses, size_t count)
{
	const struct module *module = mapped_find(&traced->modules, addresses[0]);
	const struct libc_calls *calls = module ? calls_of(traced, module) : NULL;
	size_t inner = 0;
	while (calls && calls->count && inner < count &&
	       mapped_find(&traced->modules, addresses[inner] - (inner > 0)) == module)
		inner++;
	return inner < count ? inner : 0;
}

/* What runs on a processor has left the place that is known; of that, no more is true. */
static void take_stack(struct traced *traced, const struct probe_stand *stand, struct kept *kept)
{
	uint64_t addresses[TRACK_STACK_DEPTH_MAX];
	uint8_t bytes[STACK_BYTES];
	struct unwind_registers registers;
	size_t size = 0, count = 1, inner = 0;
	bool cut = false;
	_Static_assert(sizeof(registers) == sizeof(stand->registers), "one layout");
	memcpy(&registers, &stand->registers, sizeof(registers));
	if (stand->flags & PROBE_STAND_32_BIT || !traced->session->options.stack_depth)
		return;
	addresses[0] = stand->registers.ip;
	if (!(stand->flags & PROBE_STAND_ON_CPU) && traced->modules.space) {
		size = stand_memory_stack((int32_t)traced->tgid, kept->sp, bytes, sizeof(bytes));
		count = unwind_stack(traced->modules.space, &registers, bytes, size, addresses,
				     traced->session->options.stack_depth, NULL, &cut);
	}
	if (stand->flags & PROBE_STAND_BLOCKED && stand->call >= 0) {
		find_calls(traced, addresses, count, kept);
		inner = count_inner(traced, addresses, count);
	}
	kept->stack = traced_stack_of(traced, stand->tid, addresses + inner, count - inner);
	if (cut)
		traced_note(traced, TRACK_NOTE_STACKS_CUT, 1);
}

static uint64_t modules_now(const struct traced *traced)
{
	return (uint64_t)traced->modules.version << 32 | traced->modules.count;
}

static bool is_still(const struct look *look, const struct kept *kept,
		     const struct probe_stand *stand)
{
	return kept->modules == modules_now(look->traced) && stand->flags & PROBE_STAND_BLOCKED &&
	       kept->switches == stand->switches && kept->ip == stand->registers.ip &&
	       kept->sp == stand->registers.dwarf[7];
}

/* Since the scheduler took it off its processor; where that is not told, since we saw it there. */
static void renew(struct look *look, const struct probe_stand *stand, struct kept *kept)
{
	uint64_t age_ns = stand->flags & PROBE_STAND_AGED ? stand->age_ns : 0;
	*kept = (struct kept){.slot = kept->slot,
			      .look = kept->look,
			      .modules = modules_now(look->traced),
			      .switches = stand->switches,
			      .ip = stand->registers.ip,
			      .sp = stand->registers.dwarf[7],
			      .since_ns = stand->time_ns > age_ns ? stand->time_ns - age_ns : 0};
	take_stack(look->traced, stand, kept);
}

/* As the records name a thread; 0: none of them. */
static uint64_t thread_subject(const struct look *look, const struct probe_stand *stand)
{
	const uint64_t *subject = u64map_get(&look->traced->threads.alive, stand->tid);
	return subject ? *subject : stand->thread_pointer;
}

/* By its number, which glibc waits for; else the one in whose memory the word lies. */
static const struct probe_stand *find_joined(const struct look *look, const struct waiting *waiting)
{
	const struct probe_stand *best = NULL;
	const uint64_t *index = u64map_get(&look->by_own_tid, (uint32_t)waiting->joined);
	if (waiting->joined)
		return index ? &look->stands[*index] : NULL;
	for (size_t i = 0; i < look->count; i++) {
		const struct probe_stand *stand = &look->stands[i];
		if (stand->thread_pointer <= waiting->subject &&
		    waiting->subject - stand->thread_pointer < THREAD_BYTES &&
		    (!best || best->thread_pointer < stand->thread_pointer))
			best = stand;
	}
	return best;
}

static void fill(struct look *look, size_t at, const struct kept *kept,
		 const struct waiting *waiting)
{
	const struct probe_stand *stand = &look->stands[at];
	struct track_standing *found = &look->found[at];
	*found = (struct track_standing){.tid = stand->tid,
					 .wait = waiting->wait,
					 .subject = waiting->subject,
					 .other = waiting->other,
					 .since_ns = kept->since_ns,
					 .stack = kept->stack,
					 .call = (uint16_t)waiting->call};
	if (waiting->wait == TRACK_WAIT_NONE)
		found->flags |= TRACK_STANDING_RUNNING;
	if (waiting->timed || kept->ends)
		found->flags |= TRACK_STANDING_TIMED;
	if (waiting->wait != TRACK_WAIT_THREAD)
		return;
	const struct probe_stand *joined = find_joined(look, waiting);
	if (joined)
		found->subject = thread_subject(look, joined);
}

/*
 * The holder is no thread of the process. It is gone if it is nowhere. One that has other memory
 * has the lock of a process that forked this one, if the lock is in memory of our own. Only where
 * the process numbers threads as we do.
 */
static struct track_standing *find_gone(struct look *look, uint32_t tid, uint64_t lock)
{
	for (size_t i = 0; i < look->gone_count; i++)
		if (look->gone[i].tid == tid)
			return &look->gone[i];
	const uint64_t *first = u64map_get(&look->by_own_tid, look->traced->tgid);
	bool is_ours = first && look->stands[*first].tid == look->traced->tgid;
	if (!is_ours || look->gone_count == GONE_MAX || tid > INT32_MAX ||
	    !stand_memory_is_not_of((int32_t)look->traced->tgid, (int32_t)tid, lock))
		return NULL;
	look->gone[look->gone_count].tid = tid;
	look->gone[look->gone_count].flags = TRACK_STANDING_ENDED;
	return &look->gone[look->gone_count++];
}

/* Where it was taken is not known: nobody was there to see it. */
static void hold(struct look *look, const struct waiting *waiting)
{
	const uint64_t *index = u64map_get(&look->by_own_tid, (uint32_t)waiting->holder);
	if (!waiting->holder)
		return;
	struct track_standing *holder =
		index ? &look->found[*index]
		      : find_gone(look, (uint32_t)waiting->holder, waiting->subject);
	if (!holder)
		return;
	for (uint32_t i = 0; i < holder->held_count; i++)
		if (holder->held[i].lock == waiting->subject)
			return;
	if (holder->held_count < TRACK_HELD_MAX)
		holder->held[holder->held_count++] = (struct track_held){
			.lock = waiting->subject, .mode = waiting->mode, .depth = waiting->depth};
}

static bool read_memory(void *context, uint64_t address, void *ret_bytes, size_t size)
{
	const struct look *look = context;
	return stand_memory_read((int32_t)look->traced->tgid, address, ret_bytes, size);
}

static struct waiting look_at(struct look *look, size_t at, struct kept *kept)
{
	const struct probe_stand *stand = &look->stands[at];
	const struct wait_memory memory = {.context = look, .read = read_memory};
	bool still = is_still(look, kept, stand);
	if (!still)
		renew(look, stand, kept);
	if (kept->is_go)
		return (struct waiting){.wait = TRACK_WAIT_NONE};
	struct waiting waiting = waits_find(stand, kept->in, kept->glibc, &memory);
	if (!still && waiting.is_number)
		kept->ends = fd_look_ends(look->pid_fd, (int32_t)look->traced->tgid,
					  (uint32_t)waiting.subject);
	return waiting;
}

/* What its memory said while it moved on is of nobody. */
static bool has_moved(const struct probe_stand *before, const struct probe_stand *after)
{
	return before->switches != after->switches || before->flags != after->flags ||
	       before->registers.ip != after->registers.ip ||
	       before->registers.dwarf[7] != after->registers.dwarf[7];
}

/* Some of its threads are gone, others on their way: where all stood is what was seen before. */
static bool is_ending(const struct probe_stand *stands, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (stands[i].flags & PROBE_STAND_ENDS)
			return true;
	return count == 0;
}

/* At a second look, which tells who stood where he was all the time. -ESRCH: the process ends. */
static int drop_moved(struct look *look, struct waiting *waiting)
{
	const struct session_stands *outside = &look->traced->session->options.stands;
	struct probe_stand *again;
	size_t count;
	int ret = outside->look(outside->context, look->traced->tgid, &again, &count);
	if (ret)
		return ret;
	if (is_ending(again, count)) {
		free(again);
		return -ESRCH;
	}
	bool *stood = calloc(look->count + 1, sizeof(*stood));
	for (size_t i = 0; stood && i < count; i++) {
		const uint64_t *index = u64map_get(&look->by_own_tid, (uint32_t)again[i].own_tid);
		if (index)
			stood[*index] = !has_moved(&look->stands[*index], &again[i]);
	}
	for (size_t i = 0; stood && i < look->count; i++) {
		const uint64_t *kept = u64map_get(&look->standings->by_tid, look->stands[i].tid);
		if (stood[i] || !kept)
			continue;
		struct kept *moved = (struct kept *)(uintptr_t)*kept;
		waiting[i] = (struct waiting){.wait = TRACK_WAIT_NONE};
		moved->switches = UINT64_MAX;
		moved->stack = traced_stack_of(look->traced, look->stands[i].tid,
					       &look->stands[i].registers.ip, 1);
	}
	free(again);
	free(stood);
	return stood ? 0 : -ENOMEM;
}

static void tell_gone(struct look *look)
{
	for (size_t i = 0; i < look->gone_count; i++) {
		struct kept *kept = keep(look->standings, look->gone[i].tid);
		if (!kept)
			continue;
		kept->look = look->standings->looks;
		spool_file_stand(&look->traced->spool, kept->slot, &look->gone[i]);
	}
}

static void tell(struct look *look, const struct waiting *waiting)
{
	struct traced *traced = look->traced;
	for (size_t i = 0; i < look->count; i++) {
		const uint64_t *kept = u64map_get(&look->standings->by_tid, look->stands[i].tid);
		if (kept)
			fill(look, i, (const struct kept *)(uintptr_t)*kept, &waiting[i]);
	}
	for (size_t i = 0; i < look->count; i++)
		hold(look, &waiting[i]);
	for (size_t i = 0; i < look->count; i++) {
		const uint64_t *value = u64map_get(&look->standings->by_tid, look->stands[i].tid);
		const struct kept *kept = value ? (const struct kept *)(uintptr_t)*value : NULL;
		if (kept)
			spool_file_stand(&traced->spool, kept->slot, &look->found[i]);
		if (kept && kept->exits)
			spool_file_tell_exit(&traced->spool, kept->since_ns, look->stands[i].tid);
	}
	tell_gone(look);
	drop_others(traced, look->standings->looks);
}

static int look_at_all(struct look *look, struct waiting *waiting)
{
	int ret = 0;
	for (size_t i = 0; !ret && i < look->count; i++)
		ret = u64map_put(&look->by_own_tid, (uint32_t)look->stands[i].own_tid, i);
	for (size_t i = 0; !ret && i < look->count; i++) {
		struct kept *kept = keep(look->standings, look->stands[i].tid);
		if (!kept)
			continue;
		kept->look = look->standings->looks;
		waiting[i] = look_at(look, i, kept);
	}
	if (!ret)
		ret = drop_moved(look, waiting);
	if (!ret)
		tell(look, waiting);
	return ret;
}

int standings_look(struct traced *traced)
{
	const struct session_stands *outside = &traced->session->options.stands;
	struct probe_stand *stands;
	struct look look = {.traced = traced};
	/* Beside the preloaded library, the table is the library's. */
	if (!outside->look || traced->quiet || traced->beside != BESIDE_NOT ||
	    !traced->spool.header || !mapped_is_current(traced))
		return 0;
	if (!traced->standings)
		traced->standings = calloc(1, sizeof(*traced->standings));
	int ret = traced->standings
			  ? outside->look(outside->context, traced->tgid, &stands, &look.count)
			  : -ENOMEM;
	if (ret)
		return ret == -ESRCH ? 0 : ret;
	look.stands = stands;
	look.standings = traced->standings;
	look.standings->looks++;
	look.found = calloc(look.count + 1, sizeof(*look.found));
	look.gone = calloc(GONE_MAX, sizeof(*look.gone));
	struct waiting *waiting = calloc(look.count + 1, sizeof(*waiting));
	look.pid_fd = fd_look_begin((int32_t)traced->tgid);
	ret = look.found && look.gone && waiting ? 0 : -ENOMEM;
	/* What is to be said of who ends, its end says. */
	if (!ret && !is_ending(stands, look.count))
		ret = look_at_all(&look, waiting);
	if (look.pid_fd >= 0)
		close(look.pid_fd);
	u64map_finish(&look.by_own_tid);
	free(waiting);
	free(look.found);
	free(look.gone);
	free(stands);
	return ret == -ESRCH ? 0 : ret;
}
