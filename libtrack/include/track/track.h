/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Annotations for programs that want to be understood: what begins, who holds it, what ends it.
 * One header, C11 and C++17, no library to link. Where nothing watches, each is a call of a few
 * instructions; under `rtctrack run` it is a record with a call stack; and each is a USDT probe
 * "track:<op>" with the arguments (what, subject, arg, other, text), see track_emit.
 *
 * A subject names a thing in the process: its kind, and the address, descriptor number or pthread_t
 * that stands for it. An address may be used again after the thing was destroyed.
 *
 * Texts (classes, tags) are literals: they must stay as they are while the program runs. Only
 * track_mark and track_name copy theirs. All functions may be called on any thread, and in signal
 * handlers once one of the same source file was called outside of them, since the first call looks
 * for the watcher. None fails, allocates, locks or changes errno.
 *
 * What may end a lifetime is told before it does (release, destroy, cancel); a birth after it (but
 * for what may act at once: arm a callback or a timer before the call that hands it over).
 */
#ifndef TRACK_TRACK_H
#define TRACK_TRACK_H

#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#pragma GCC diagnostic push /* what is C to both is old to one */
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wzero-as-null-pointer-constant"
extern "C" {
#endif

struct track_subject {
	uint64_t id;
	uint32_t kind;
};

/* Of an address only the number counts: what is there may not be set yet, or no longer be. */
#if defined(__has_attribute)
#if __has_attribute(access)
#define TRACK_ADDRESS __attribute__((access(none, 1)))
#endif
#endif
#ifndef TRACK_ADDRESS
#define TRACK_ADDRESS
#endif

/* A host may have macros of these names: they are pasted before anything expands them. */
#define TRACK_SUBJECT_MAKER(function, type, kind_number, as_id, attribute)                         \
	attribute static inline __attribute__((unused)) struct track_subject function(type thing)  \
	{                                                                                          \
		struct track_subject subject = {as_id, kind_number};                               \
		return subject;                                                                    \
	}
#define TRACK_SUBJECT_ADDRESS(name, KIND)                                                          \
	TRACK_SUBJECT_MAKER(track_##name, const void *, TRACK_SUBJECT_##KIND, (uintptr_t)thing,    \
			    TRACK_ADDRESS)

/* Numbers of the wire: tables.sh makes them of kinds.def. */
enum track_subject_kind {
	TRACK_SUBJECT_FD = 0,
	TRACK_SUBJECT_THREAD = 1,
	TRACK_SUBJECT_OBJECT = 2,
	TRACK_SUBJECT_CALLBACK = 3,
	TRACK_SUBJECT_TASK = 4,
	TRACK_SUBJECT_TIMER = 5,
	TRACK_SUBJECT_SCOPE = 6,
	TRACK_SUBJECT_LOCK = 7,
};
TRACK_SUBJECT_ADDRESS(object, OBJECT)
TRACK_SUBJECT_ADDRESS(callback, CALLBACK)
TRACK_SUBJECT_ADDRESS(task, TASK)
TRACK_SUBJECT_ADDRESS(timer, TIMER)
TRACK_SUBJECT_ADDRESS(scope, SCOPE)
TRACK_SUBJECT_ADDRESS(lock, LOCK)
/* end of kinds.def */
TRACK_SUBJECT_MAKER(track_fd, int, TRACK_SUBJECT_FD, (uint64_t)(uint32_t)thing, )
TRACK_SUBJECT_MAKER(track_thread, uint64_t, TRACK_SUBJECT_THREAD, thing, ) /* a pthread_t */
#undef TRACK_SUBJECT_MAKER
#undef TRACK_SUBJECT_ADDRESS

/* A thing that is a member of nothing, and nobody in particular. */
static inline __attribute__((unused)) struct track_subject track_nobody(void)
{
	struct track_subject subject = {0, TRACK_SUBJECT_OBJECT};
	return subject;
}

/* Traits, given at a birth. */
enum track_trait {
	TRACK_ONE_SHOT = 1,	 /* callback: is to be called once, and is over then */
	TRACK_CLOSE_NOTICE = 2,	 /* callback: tells of a close, and may start after it */
	TRACK_MUST_CLOSE = 4,	 /* scope: a program that ends in order closes it before */
	TRACK_QUIET = 8,	 /* scope: none of its callbacks starts after its close returned */
	TRACK_PROCESS_LIFE = 16, /* anything: is meant to live as long as the process */
	TRACK_WAKER = 32,	 /* a reference to a task: by it the task can be woken */
	TRACK_ENDS_WITH_OWNER = 64, /* anything: what it belongs to ends it, and nobody says so */
	TRACK_ENDS_AT_ZERO = 128,   /* object: ends with its last reference, and nobody says so */
	TRACK_RETURNED = 1 << 30,   /* not a trait: the call, the poll, the function is over */
};

/* Below the functions that programs use. */

typedef void (*track_hook_fn)(uint64_t what, uint64_t subject, uint64_t arg, uint64_t other,
			      const char *text);

static track_hook_fn track_hook __attribute__((unused));
static int track_hook_looked __attribute__((unused));

static __attribute__((noinline, unused)) track_hook_fn track_hook_find(void)
{
	track_hook_fn hook;
	void *found = dlsym(RTLD_DEFAULT, "track_shim_annotate");

	__builtin_memcpy(&hook, &found, sizeof(hook));
	__atomic_store_n(&track_hook, hook, __ATOMIC_RELAXED);
	__atomic_store_n(&track_hook_looked, 1, __ATOMIC_RELEASE);
	return hook;
}

/*
 * The probe of each op: a 5-byte nop that a tracer may turn into a call, and a note of where it is
 * and where its arguments are. It stands in a function of its own, since what replaces it may
 * overwrite what a leaf function keeps below its stack pointer.
 */
#if defined(__x86_64__) && defined(__ELF__)
#define TRACK_PROBE_AT(name)                                                                       \
	"990:	.byte 0x0f, 0x1f, 0x44, 0x00, 0x00\n"                                                \
	"	.pushsection .note.stapsdt, \"\", \"note\"\n"                                            \
	"	.balign 4\n"                                                                             \
	"	.4byte 992f - 991f, 994f - 993f, 3\n"                                                    \
	"991:	.asciz \"stapsdt\"\n"                                                                \
	"992:	.balign 4\n"                                                                         \
	"993:	.8byte 990b, _.stapsdt.base, 0\n"                                                    \
	"	.asciz \"track\"\n"                                                                      \
	"	.asciz \"" name "\"\n"                                                             \
	"	.asciz \"8@%%rdi 8@%%rsi 8@%%rdx 8@%%rcx 8@%%r8\"\n"                                     \
	"994:	.balign 4\n"                                                                         \
	"	.popsection\n"                                                                           \
	"	.ifndef _.stapsdt.base\n"                                                                \
	"	.pushsection .stapsdt.base, \"aG\", \"progbits\", .stapsdt.base, comdat\n"               \
	"	.weak _.stapsdt.base\n"                                                                  \
	"	.hidden _.stapsdt.base\n"                                                                \
	"_.stapsdt.base: .space 1\n"                                                               \
	"	.size _.stapsdt.base, 1\n"                                                               \
	"	.popsection\n"                                                                           \
	"	.endif\n"
#define TRACK_PROBE_NOP(name)                                                                      \
	do {                                                                                       \
		register const char *track_r8 __asm__("r8") = text;                                \
		__asm__ volatile(TRACK_PROBE_AT(name)                                              \
				 :                                                                 \
				 : "D"(what), "S"(subject), "d"(arg), "c"(other), "r"(track_r8));  \
	} while (0)
#else
#define TRACK_PROBE_NOP(name) ((void)what, (void)subject, (void)arg, (void)other)
#endif

/* what: op, kind of subject << 8, kind of other << 16. */
#define TRACK_PROBE(name)                                                                          \
	static __attribute__((noinline, unused)) void track_probe_##name(                          \
		uint64_t what, uint64_t subject, uint64_t arg, uint64_t other, const char *text)   \
	{                                                                                          \
		track_hook_fn hook = __atomic_load_n(&track_hook, __ATOMIC_RELAXED);               \
                                                                                                   \
		TRACK_PROBE_NOP(#name);                                                            \
		if (__builtin_expect(!__atomic_load_n(&track_hook_looked, __ATOMIC_RELAXED), 0))   \
			hook = track_hook_find();                                                  \
		if (__builtin_expect(hook != NULL, 0))                                             \
			hook(what, subject, arg, other, text);                                     \
		__asm__ volatile(""); /* no tail call: the hook leaves out this frame */           \
	}

/* tables.sh makes these of ops.def. */
enum track_annotation {
	TRACK_ANNOTATE_CREATE = 0,
	TRACK_ANNOTATE_DESTROY = 1,
	TRACK_ANNOTATE_DONE = 2,
	TRACK_ANNOTATE_USE = 3,
	TRACK_ANNOTATE_NAME = 4,
	TRACK_ANNOTATE_RETAIN = 8,
	TRACK_ANNOTATE_RELEASE = 9,
	TRACK_ANNOTATE_ARM = 10,
	TRACK_ANNOTATE_FIRE = 11,
	TRACK_ANNOTATE_CANCEL = 12,
	TRACK_ANNOTATE_POLL = 13,
	TRACK_ANNOTATE_WAKE = 14,
	TRACK_ANNOTATE_OPEN = 15,
	TRACK_ANNOTATE_CALL = 16,
	TRACK_ANNOTATE_CLOSE = 17,
	TRACK_ANNOTATE_OWN = 18,
	TRACK_ANNOTATE_NEEDS = 19,
	TRACK_ANNOTATE_BLOCK = 20,
	TRACK_ANNOTATE_UNBLOCK = 21,
	TRACK_ANNOTATE_PLUMBING = 22,
};
TRACK_PROBE(create)
TRACK_PROBE(destroy)
TRACK_PROBE(done)
TRACK_PROBE(use)
TRACK_PROBE(name)
TRACK_PROBE(retain)
TRACK_PROBE(release)
TRACK_PROBE(arm)
TRACK_PROBE(fire)
TRACK_PROBE(cancel)
TRACK_PROBE(poll)
TRACK_PROBE(wake)
TRACK_PROBE(open)
TRACK_PROBE(call)
TRACK_PROBE(close)
TRACK_PROBE(own)
TRACK_PROBE(needs)
TRACK_PROBE(block)
TRACK_PROBE(unblock)
TRACK_PROBE(plumbing)
/* end of ops.def */

#define TRACK_EMIT(name, OP, about, arg, with, text)                                               \
	do {                                                                                       \
		struct track_subject track_about = (about), track_with = (with);                   \
		track_probe_##name((uint64_t)TRACK_ANNOTATE_##OP |                                 \
					   (uint64_t)track_about.kind << 8 |                       \
					   (uint64_t)track_with.kind << 16,                        \
				   track_about.id, (arg), track_with.id, (text));                  \
	} while (0)

/* What programs use. */
#define TRACK_API static inline __attribute__((always_inline, unused)) void

/*
 * Reference-counted objects. holder: which thing has the reference (track_nobody() if none that is
 * tracked); tag: what it is for ("checklist"). A release names the same holder and tag as its
 * retain. A new object has no reference: its first one is told by a retain.
 */
TRACK_ADDRESS TRACK_API track_object_create(const void *object, const char *class_name)
{
	TRACK_EMIT(create, CREATE, track_object(object), 0, track_nobody(), class_name);
}

TRACK_ADDRESS TRACK_API track_retain(const void *object, const char *tag,
				     struct track_subject holder)
{
	TRACK_EMIT(retain, RETAIN, track_object(object), 0, holder, tag);
}

TRACK_ADDRESS TRACK_API track_release(const void *object, const char *tag,
				      struct track_subject holder)
{
	TRACK_EMIT(release, RELEASE, track_object(object), 0, holder, tag);
}

TRACK_ADDRESS TRACK_API track_object_destroy(const void *object)
{
	TRACK_EMIT(destroy, DESTROY, track_object(object), 0, track_nobody(), NULL);
}

/*
 * Callbacks: a function is registered (arm), called (enter, leave) once or many times, and the
 * registration ends (release). cancel: whoever registered it takes it back, and expects no call.
 */
TRACK_ADDRESS TRACK_API track_callback_arm(const void *callback, const char *class_name,
					   uint32_t traits)
{
	TRACK_EMIT(arm, ARM, track_callback(callback), traits, track_nobody(), class_name);
}

TRACK_ADDRESS TRACK_API track_callback_enter(const void *callback)
{
	TRACK_EMIT(fire, FIRE, track_callback(callback), 0, track_nobody(), NULL);
}

TRACK_ADDRESS TRACK_API track_callback_leave(const void *callback)
{
	TRACK_EMIT(fire, FIRE, track_callback(callback), TRACK_RETURNED, track_nobody(), NULL);
}

TRACK_ADDRESS TRACK_API track_callback_cancel(const void *callback)
{
	TRACK_EMIT(cancel, CANCEL, track_callback(callback), 0, track_nobody(), NULL);
}

TRACK_ADDRESS TRACK_API track_callback_release(const void *callback)
{
	TRACK_EMIT(destroy, DESTROY, track_callback(callback), 0, track_nobody(), NULL);
}

/* Tasks. A waker is whatever may wake the task later: without one, and not woken, it never runs
 * again. done: finished or cancelled. */
TRACK_ADDRESS TRACK_API track_task_spawn(const void *task, const char *class_name)
{
	TRACK_EMIT(create, CREATE, track_task(task), 0, track_nobody(), class_name);
}

TRACK_ADDRESS TRACK_API track_task_poll(const void *task)
{
	TRACK_EMIT(poll, POLL, track_task(task), 0, track_nobody(), NULL);
}

TRACK_ADDRESS TRACK_API track_task_polled(const void *task)
{
	TRACK_EMIT(poll, POLL, track_task(task), TRACK_RETURNED, track_nobody(), NULL);
}

TRACK_ADDRESS TRACK_API track_task_wake(const void *task)
{
	TRACK_EMIT(wake, WAKE, track_task(task), 0, track_nobody(), NULL);
}

TRACK_ADDRESS TRACK_API track_waker_made(const void *task, const char *tag,
					 struct track_subject holder)
{
	TRACK_EMIT(retain, RETAIN, track_task(task), TRACK_WAKER, holder, tag);
}

TRACK_ADDRESS TRACK_API track_waker_gone(const void *task, const char *tag,
					 struct track_subject holder)
{
	TRACK_EMIT(release, RELEASE, track_task(task), TRACK_WAKER, holder, tag);
}

TRACK_ADDRESS TRACK_API track_task_done(const void *task)
{
	TRACK_EMIT(done, DONE, track_task(task), 0, track_nobody(), NULL);
}

/*
 * Timers: from each arm to its fire or cancel. To arm one that is armed begins anew. To fire after
 * the owner was destroyed is a defect; to be called once more after a cancel is none.
 */
TRACK_ADDRESS TRACK_API track_timer_arm(const void *timer, const char *class_name)
{
	TRACK_EMIT(arm, ARM, track_timer(timer), TRACK_ONE_SHOT, track_nobody(), class_name);
}

TRACK_ADDRESS TRACK_API track_timer_fire(const void *timer)
{
	TRACK_EMIT(fire, FIRE, track_timer(timer), 0, track_nobody(), NULL);
}

TRACK_ADDRESS TRACK_API track_timer_cancel(const void *timer)
{
	TRACK_EMIT(cancel, CANCEL, track_timer(timer), 0, track_nobody(), NULL);
}

/*
 * Scopes: connections, agents, servers, a library between init and cleanup. close and closed stand
 * around the close call; call and called around any other: what a thread makes in between is taken
 * for the scope's, as a hint, unless it has an owner. To close again, or on two threads at once, is
 * no defect: the first close counts, and the last return. destroy: the scope's memory is gone.
 */
TRACK_ADDRESS TRACK_API track_scope_open(const void *scope, const char *class_name, uint32_t traits)
{
	TRACK_EMIT(open, OPEN, track_scope(scope), traits, track_nobody(), class_name);
}

TRACK_ADDRESS TRACK_API track_scope_call(const void *scope)
{
	TRACK_EMIT(call, CALL, track_scope(scope), 0, track_nobody(), NULL);
}

TRACK_ADDRESS TRACK_API track_scope_called(const void *scope)
{
	TRACK_EMIT(call, CALL, track_scope(scope), TRACK_RETURNED, track_nobody(), NULL);
}

TRACK_ADDRESS TRACK_API track_scope_close(const void *scope)
{
	TRACK_EMIT(close, CLOSE, track_scope(scope), 0, track_nobody(), NULL);
}

TRACK_ADDRESS TRACK_API track_scope_closed(const void *scope)
{
	TRACK_EMIT(close, CLOSE, track_scope(scope), TRACK_RETURNED, track_nobody(), NULL);
}

TRACK_ADDRESS TRACK_API track_scope_destroy(const void *scope)
{
	TRACK_EMIT(destroy, DESTROY, track_scope(scope), 0, track_nobody(), NULL);
}

/*
 * The birth and the end of a thing of a kind that has no words of its own: objects, callbacks,
 * tasks, timers and scopes have theirs, and of a lock nothing is made.
 */
TRACK_API track_create(struct track_subject subject, const char *class_name)
{
	TRACK_EMIT(create, CREATE, subject, 0, track_nobody(), class_name);
}

TRACK_API track_destroy(struct track_subject subject)
{
	TRACK_EMIT(destroy, DESTROY, subject, 0, track_nobody(), NULL);
}

/* owned belongs to owner, and is to end with it; it has no other owner afterwards. */
TRACK_API track_own(struct track_subject owner, struct track_subject owned)
{
	TRACK_EMIT(own, OWN, owned, 0, owner, NULL);
}

/* user needs used until its own end (a scope: until its close returned): used must not end before.
 */
TRACK_API track_needs(struct track_subject user, struct track_subject used)
{
	TRACK_EMIT(needs, NEEDS, user, 0, used, NULL);
}

/* For people: an address, a label. Copied; at most 256 bytes count. */
TRACK_API track_name(struct track_subject subject, const char *text)
{
	TRACK_EMIT(name, NAME, subject, 0, track_nobody(), text);
}

/* It is used here: a use of what was destroyed is a defect. */
TRACK_API track_use(struct track_subject subject)
{
	TRACK_EMIT(use, USE, subject, 0, track_nobody(), NULL);
}

/* The thread begins to wait for it, and does so no longer. text: what for, a literal. */
TRACK_API track_block(struct track_subject subject, const char *text)
{
	TRACK_EMIT(block, BLOCK, subject, 0, track_nobody(), text);
}

TRACK_API track_unblock(struct track_subject subject)
{
	TRACK_EMIT(unblock, UNBLOCK, subject, 0, track_nobody(), NULL);
}

/*
 * This source file is plumbing: a base class that counts references, a list of timers. A report
 * blames who calls it. Once per file, outside of all functions: TRACK_PLUMBING_FILE;
 */
TRACK_API track_plumbing(const char *file)
{
	TRACK_EMIT(plumbing, PLUMBING, track_nobody(), 0, track_nobody(), file);
}
#define TRACK_PLUMBING_FILE TRACK_PLUMBING_AS(__COUNTER__)
#define TRACK_PLUMBING_AS(number) TRACK_PLUMBING_NAMED(number)
#define TRACK_PLUMBING_NAMED(number)                                                               \
	static __attribute__((constructor)) void track_plumbing_file_##number(void)                \
	{                                                                                          \
		track_plumbing(__FILE__);                                                          \
	}                                                                                          \
	struct track_plumbing_file

enum { TRACK_ANNOTATED_MARK = 5 };

static __attribute__((noinline, unused)) void
track_probe_mark(uint64_t what, uint64_t subject, uint64_t arg, uint64_t other, const char *text)
{
	static void (*mark)(const char *);
	static int looked;

	TRACK_PROBE_NOP("mark");
	if (!__atomic_load_n(&looked, __ATOMIC_ACQUIRE)) {
		void *found = dlsym(RTLD_DEFAULT, "track_shim_mark");
		__builtin_memcpy(&mark, &found, sizeof(mark));
		__atomic_store_n(&looked, 1, __ATOMIC_RELEASE);
	}
	if (mark)
		mark(text);
	__asm__ volatile("");
}

/*
 * Divide the run: what is alive at each mark of one series is compared, and
 * what rises from mark to mark is reported as growing. Marks whose texts differ
 * only in digits ("session 1", "session 2") are one series. text is copied; at
 * most 256 bytes count. Thread safe; cheap where nothing records.
 */
TRACK_API track_mark(const char *text)
{
	track_probe_mark(TRACK_ANNOTATED_MARK, 0, 0, 0, text);
}

#ifdef __cplusplus
}

namespace track
{

/* Around a call of a scope: what this thread makes meanwhile is taken for the scope's. */
class Call
{
      public:
	explicit Call(const void *scope) : scope_(scope)
	{
		track_scope_call(scope);
	}
	~Call()
	{
		track_scope_called(scope_);
	}
	Call(const Call &) = delete;
	Call &operator=(const Call &) = delete;

      private:
	const void *scope_;
};

/* Around a scope's close call. */
class Close
{
      public:
	explicit Close(const void *scope) : scope_(scope)
	{
		track_scope_close(scope);
	}
	~Close()
	{
		track_scope_closed(scope_);
	}
	Close(const Close &) = delete;
	Close &operator=(const Close &) = delete;

      private:
	const void *scope_;
};

/* Around the call of a registered function. */
class Fire
{
      public:
	explicit Fire(const void *callback) : callback_(callback)
	{
		track_callback_enter(callback);
	}
	~Fire()
	{
		track_callback_leave(callback_);
	}
	Fire(const Fire &) = delete;
	Fire &operator=(const Fire &) = delete;

      private:
	const void *callback_;
};

/* A base class, or a member, of what is counted: told from its construction to its destruction. */
class Counted
{
      public:
	explicit Counted(const char *class_name)
	{
		track_object_create(this, class_name);
	}
	~Counted()
	{
		track_object_destroy(this);
	}
	Counted(const Counted &) = delete;
	Counted &operator=(const Counted &) = delete;
	void retained(const char *tag, struct track_subject holder = track_nobody()) const
	{
		track_retain(this, tag, holder);
	}
	void released(const char *tag, struct track_subject holder = track_nobody()) const
	{
		track_release(this, tag, holder);
	}
	/* By an object. */
	void retained(const char *tag, const void *holder) const
	{
		track_retain(this, tag, track_object(holder));
	}
	void released(const char *tag, const void *holder) const
	{
		track_release(this, tag, track_object(holder));
	}
};

} // namespace track
#pragma GCC diagnostic pop
#endif

#endif
