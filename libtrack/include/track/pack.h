/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the wrappers of a probe pack share with libtrack.so: the function behind a wrapper, and what
 * libtrack.so does for them. The wrappers of one library lie in a shared object of their own, which
 * is preloaded behind libtrack.so where a program needs that library: an exported wrapper of a
 * library that is absent would answer weak references to it. Without libtrack.so they pass on.
 *
 * A wrapper allocates nothing and leaves errno and dlerror alone. The first call from a module
 * looks through all modules, under the lock that guards their list and nothing else.
 */
#ifndef TRACK_PACK_H
#define TRACK_PACK_H

#ifndef _GNU_SOURCE
#error "define _GNU_SOURCE"
#endif

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fnmatch.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <track/pack_find.h>
#include <track/track.h>
#include <track/wire.h>

#define TRACK_PACK_MODULES 16 /* that call one function, remembered */
#define TRACK_PACK_KEPT 4

struct track_pack_function;

/* Static, as long as the process. */
struct track_pack {
	const char *name;
	const char *const *libraries;		      /* sonames, with *; NULL at the end */
	struct track_pack_function *const *functions; /* all that are wrapped, NULL at the end */
};

/* A function that is wrapped: {.name = "SSL_new", .pack = &pack}. The rest comes with callers. */
struct track_pack_function {
	const char *name;
	const struct track_pack *pack;
	struct track_pack_seen {
		uint32_t turn;	  /* odd while it is written */
		uint32_t version; /* of the module map that it goes with */
		uint64_t start;	  /* the calling module */
		uint64_t end;
		void *real;
		bool inner; /* it is one of the pack's libraries */
	} seen[TRACK_PACK_MODULES];
};

/* A call of a registered function through its trampoline. */
struct track_pack_call {
	void *target; /* NULL: none was registered, see always */
	void *companion;
	const uint64_t *args; /* the six of registers */
	uint64_t returned;    /* leave: what it returned; all ones if it was left by an exception or
				 longjmp, which may be told late */
	uint64_t *kept;	      /* TRACK_PACK_KEPT words that are 0 in enter and leave finds again:
				 what args point to may be gone by then */
};

/* How calls of a function that a library is given are told. Static, as long as the process. */
struct track_pack_callback {
	uint32_t stack_bytes; /* of arguments that it gets on the stack */
	bool always;	      /* NULL too becomes a function, which does nothing and returns 0 */
	void (*enter)(const struct track_pack_call *call); /* NULL: nothing is told */
	void (*leave)(const struct track_pack_call *call);
};

enum track_pack_trouble {
	TRACK_PACK_LAYOUT, /* a reference count is not where the pack has it */
};

/* What is told of a lock or condition. */
enum track_pack_stand {
	TRACK_PACK_TAKEN,  /* the thread holds it, and would have waited for it */
	TRACK_PACK_LOCKED, /* the thread holds it, and would not have waited */
	TRACK_PACK_UNLOCK, /* it is about to give it back */
	TRACK_PACK_WAKE,   /* it is about to wake who waits there */
	TRACK_PACK_RENEW,  /* another one begins there */
	TRACK_PACK_RETIRE, /* none is there any more */
};

/* A wait, from track_shim_pack_wait to track_shim_pack_waited: of libtrack.so. */
struct track_pack_wait {
	uint64_t room[16];
};

#define TRACK_PACK_IMPORT extern __attribute__((weak))

/* Of libtrack.so. NULL without it. */
TRACK_PACK_IMPORT void track_shim_annotate(uint64_t what, uint64_t subject, uint64_t arg,
					   uint64_t other, const char *text);

/*
 * A function to register in place of target: it tells, and calls target with the same arguments.
 * Equal arguments give the same function, for ever. Target itself if it is such a function already,
 * or where there is no room (noted): then its calls are not told, so nor is that it is registered.
 */
TRACK_PACK_IMPORT void *track_shim_pack_callback(const struct track_pack_callback *how,
						 void *target, void *companion);

/*
 * Once, from a constructor. Frames between start and end, the wrappers' code, are left out of
 * stacks. hidden: functions that the program exports itself, which nobody can wrap.
 */
TRACK_PACK_IMPORT void track_shim_pack_begin(const struct track_pack *pack, uint64_t start,
					     uint64_t end, uint64_t hidden);

/*
 * The thread is inside a call of this thing from here on; false: there is no room to remember it,
 * and no leave follows. carry: whatever it is inside of belongs to this scope, as a hint.
 */
TRACK_PACK_IMPORT bool track_shim_pack_enter(uint64_t kind, uint64_t subject);
TRACK_PACK_IMPORT void track_shim_pack_leave(void);
TRACK_PACK_IMPORT void track_shim_pack_carry(uint64_t subject);

/*
 * Before a release of what has its reference count at counter, of 32 or 64 bits: whether it is the
 * last one. Others of it may be under way. After the release: released.
 */
TRACK_PACK_IMPORT bool track_shim_pack_last(uint64_t subject, const void *counter, unsigned bits);
TRACK_PACK_IMPORT void track_shim_pack_released(uint64_t subject);

/* caller: where the call returns to. */
TRACK_PACK_IMPORT void track_shim_pack_lock(uint64_t what, uint64_t lock, const void *caller);

/*
 * The thread may have to wait. what: enum track_wait, and 1 << 8 if until some time; subject and
 * other as in struct track_standing. frame: of the wrapper, whose caller's stack is taken.
 */
TRACK_PACK_IMPORT void track_shim_pack_wait(struct track_pack_wait *wait, uint64_t what,
					    uint64_t subject, uint64_t other,
					    const uint64_t *frame);
/* It has the lock, or the condition's mutex again. */
TRACK_PACK_IMPORT void track_shim_pack_waited(struct track_pack_wait *wait);

/* Something of the pack does not fit the library. To be told once. */
TRACK_PACK_IMPORT void track_shim_pack_note(uint64_t trouble);

/* Grows when a module goes: what was found for it counts no more. */
extern __attribute__((weak)) uint32_t track_shim_pack_modules;

#undef TRACK_PACK_IMPORT

#define TRACK_PACK_INLINE static inline __attribute__((always_inline, unused))

/* These do nothing without libtrack.so. */

/* what: op, kind of subject << 8, kind of other << 16. The stack begins with who called the
 * function that this stands in. */
TRACK_PACK_INLINE void track_pack_say(uint64_t what, uint64_t subject, uint64_t arg, uint64_t other,
				      const char *text)
{
	if (track_shim_annotate)
		track_shim_annotate(what, subject, arg | TRACK_FROM_PACK, other, text);
	__asm__ volatile(""); /* no tail call: the frame of who calls is left out */
}

TRACK_PACK_INLINE void *track_pack_callback(const struct track_pack_callback *how, void *target,
					    void *companion)
{
	return track_shim_pack_callback ? track_shim_pack_callback(how, target, companion) : target;
}

TRACK_PACK_INLINE bool track_pack_enter(uint64_t kind, uint64_t subject)
{
	bool inside = track_shim_pack_enter && track_shim_pack_enter(kind, subject);

	__asm__ volatile(""); /* nor here: by their frames the two find each other */
	return inside;
}

TRACK_PACK_INLINE void track_pack_leave(void)
{
	if (track_shim_pack_leave)
		track_shim_pack_leave();
	__asm__ volatile("");
}

TRACK_PACK_INLINE void track_pack_carry(uint64_t subject)
{
	if (track_shim_pack_carry)
		track_shim_pack_carry(subject);
}

TRACK_PACK_INLINE bool track_pack_last(uint64_t subject, const void *counter, unsigned bits)
{
	return track_shim_pack_last && track_shim_pack_last(subject, counter, bits);
}

TRACK_PACK_INLINE void track_pack_released(uint64_t subject)
{
	if (track_shim_pack_released)
		track_shim_pack_released(subject);
}

TRACK_PACK_INLINE void track_pack_lock(enum track_pack_stand what, uint64_t lock,
				       const void *caller)
{
	if (track_shim_pack_lock)
		track_shim_pack_lock(what, lock, caller);
}

TRACK_PACK_INLINE void track_pack_wait(struct track_pack_wait *wait, enum track_wait what,
				       uint64_t subject, uint64_t other, bool is_timed)
{
	if (track_shim_pack_wait)
		track_shim_pack_wait(wait, (uint64_t)what | (uint64_t)is_timed << 8, subject, other,
				     __builtin_frame_address(0));
}

TRACK_PACK_INLINE void track_pack_waited(struct track_pack_wait *wait)
{
	if (track_shim_pack_waited)
		track_shim_pack_waited(wait);
}

TRACK_PACK_INLINE void track_pack_note_layout(void)
{
	if (track_shim_pack_note)
		track_shim_pack_note(TRACK_PACK_LAYOUT);
}

TRACK_PACK_INLINE uint32_t track_pack_version(void)
{
	return &track_shim_pack_modules
		       ? __atomic_load_n(&track_shim_pack_modules, __ATOMIC_RELAXED)
		       : 0;
}

/* A call from one of the pack's libraries to itself, or to another of them; as are our own. */
TRACK_PACK_STATIC bool track_pack_is_library(const struct track_pack *pack,
					     const struct link_map *map)
{
	const char *slash = strrchr(map->l_name, '/');
	const char *file = slash ? slash + 1 : map->l_name;
	const char *const *library = pack ? pack->libraries : NULL;

	for (; library && *library; library++)
		if (!fnmatch(*library, file, 0))
			return true;
	return false;
}

/* Where the next module is remembered. */
TRACK_PACK_STATIC struct track_pack_seen *track_pack_place(struct track_pack_function *function,
							   uint32_t version, uint64_t start)
{
	for (unsigned i = 0; i < TRACK_PACK_MODULES; i++)
		if (!function->seen[i].real || function->seen[i].version != version)
			return &function->seen[i];
	return &function->seen[(start >> 12) % TRACK_PACK_MODULES];
}

TRACK_PACK_STATIC void track_pack_keep(struct track_pack_function *function,
				       const struct track_pack_seen *found)
{
	struct track_pack_seen *seen = track_pack_place(function, found->version, found->start);
	uint32_t turn = __atomic_load_n(&seen->turn, __ATOMIC_RELAXED);

	if (turn & 1 || !__atomic_compare_exchange_n(&seen->turn, &turn, turn + 1, false,
						     __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return; /* another thread writes it, or whom a signal interrupted */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	__atomic_store_n(&seen->start, found->start, __ATOMIC_RELAXED);
	__atomic_store_n(&seen->end, found->end, __ATOMIC_RELAXED);
	__atomic_store_n(&seen->version, found->version, __ATOMIC_RELAXED);
	__atomic_store_n(&seen->inner, found->inner, __ATOMIC_RELAXED);
	__atomic_store_n(&seen->real, found->real, __ATOMIC_RELAXED);
	__atomic_store_n(&seen->turn, turn + 2, __ATOMIC_RELEASE);
}

TRACK_PACK_STATIC struct track_pack_seen track_pack_find(struct track_pack_function *function,
							 const void *caller)
{
	int saved = errno;
	struct track_pack_seen found = {.version = track_pack_version()};
	struct dl_find_object module = {0};
	bool known = !_dl_find_object((void *)(uintptr_t)caller, &module);

	found.real = track_pack_resolve(function->name, known ? module.dlfo_link_map : NULL);
	if (known && found.real) {
		found.start = (uintptr_t)module.dlfo_map_start;
		found.end = (uintptr_t)module.dlfo_map_end;
		found.inner = track_pack_is_own((uintptr_t)caller) ||
			      track_pack_is_library(function->pack, module.dlfo_link_map);
		track_pack_keep(function, &found);
	}
	errno = saved;
	return found;
}

/* What is known of a calling module; real is NULL if nothing is. */
TRACK_PACK_INLINE struct track_pack_seen track_pack_seen(struct track_pack_function *function,
							 const void *caller)
{
	uint64_t address = (uintptr_t)caller;
	uint32_t version = track_pack_version();

	for (unsigned i = 0; i < TRACK_PACK_MODULES; i++) {
		const struct track_pack_seen *seen = &function->seen[i];
		struct track_pack_seen found;

		found.turn = __atomic_load_n(&seen->turn, __ATOMIC_ACQUIRE);
		found.version = __atomic_load_n(&seen->version, __ATOMIC_RELAXED);
		found.start = __atomic_load_n(&seen->start, __ATOMIC_RELAXED);
		found.end = __atomic_load_n(&seen->end, __ATOMIC_RELAXED);
		found.real = __atomic_load_n(&seen->real, __ATOMIC_RELAXED);
		found.inner = __atomic_load_n(&seen->inner, __ATOMIC_RELAXED);
		if (!found.real)
			break;
		if (address < found.start || address >= found.end || found.version != version ||
		    found.turn & 1)
			continue;
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (__atomic_load_n(&seen->turn, __ATOMIC_RELAXED) == found.turn)
			return found;
	}
	return (struct track_pack_seen){.real = NULL};
}

/* The function behind a wrapper, for whom it returns to. NULL: it is nowhere. */
TRACK_PACK_INLINE void *track_pack_real(struct track_pack_function *function, const void *caller)
{
	void *real = track_pack_seen(function, caller).real;

	return real ? real : track_pack_find(function, caller).real;
}

/* Whether it returns to one of the pack's own libraries, or to a wrapper. */
TRACK_PACK_INLINE bool track_pack_inner(struct track_pack_function *function, const void *caller)
{
	struct track_pack_seen seen = track_pack_seen(function, caller);

	return seen.real ? seen.inner : track_pack_find(function, caller).inner;
}

/* The program has it itself. */
TRACK_PACK_STATIC bool track_pack_is_hidden(const struct link_map *program, const char *name)
{
	struct track_pack_symbols all = track_pack_symbols(program->l_ld, program->l_addr);
	void *bound = dlsym(RTLD_DEFAULT, name);
	struct dl_find_object module = {0};

	return bound && !_dl_find_object(bound, &module) && module.dlfo_link_map == program &&
	       !track_pack_reference(&all, name);
}

TRACK_PACK_STATIC int track_pack_count(struct dl_phdr_info *info, size_t size, void *ctx)
{
	(void)info, (void)size;
	++*(unsigned *)ctx;
	return 0;
}

/* From the object's constructor. */
TRACK_PACK_STATIC void track_pack_begin(const struct track_pack *pack)
{
	struct track_pack_function *const *function = pack->functions;
	const struct link_map *program = NULL;
	uint64_t hidden = 0;

	dl_iterate_phdr(track_pack_count, &track_pack_start);
	if (!function || dlinfo(dlopen(NULL, RTLD_LAZY), RTLD_DI_LINKMAP, &program))
		program = NULL;
	for (; program && *function; function++) {
		hidden += track_pack_is_hidden(program, (*function)->name);
		track_pack_find(*function, program->l_ld);
	}
	if (track_shim_pack_begin)
		track_shim_pack_begin(pack, (uintptr_t)&__ehdr_start, track_pack_end(), hidden);
}

#endif
