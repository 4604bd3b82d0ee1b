/* SPDX-License-Identifier: Apache-2.0 */
/* What an annotation becomes on the wire. The writer is one of the test's own. */
#include <ticks.h>
#include <writer.h>

#define SHIM_RECORD_H
static void record_tell(struct writer *about, uint8_t op, enum track_kind kind, uint64_t subject,
			uint64_t stack, uint64_t arg, const struct track_relation *relation);
#include <annotate.c>
#include <repeat.c>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

uint32_t *writers_guard;
uint32_t writers_sharers;
uint32_t modules_version_now;
bool stacks_taken = true;
SHIM_TLS struct writer_thread writer_thread;

static struct writer writer;
static uint32_t guard = 1;
static char log_text[4096];
static int stacks;
static struct trail_start caller;
static bool is_full;		/* there is no room for a record */
static void (*meanwhile)(void); /* something is recorded */

#define SAY(...)                                                                                   \
	snprintf(log_text + strlen(log_text), sizeof(log_text) - strlen(log_text), __VA_ARGS__)

static int births; /* that packs told */

void inside_turn(uint64_t subject)
{
	births += subject == 5;
}

static int expected; /* closes of scopes: ends of the program may be held back from then on */

void hold_expect(void)
{
	expected++;
}

struct writer *writer_get_slowly(void)
{
	return NULL;
}

void writer_forget(struct writer *about, uint32_t version)
{
	memset(about->texts, 0, sizeof(about->texts));
	about->known_version = version;
}

uint64_t stack_record_above(struct writer *about, const struct trail_start *start)
{
	(void)about;
	caller = *start;
	stacks++;
	return 7;
}

static void record_tell(struct writer *about, uint8_t op, enum track_kind kind, uint64_t subject,
			uint64_t stack, uint64_t arg, const struct track_relation *relation)
{
	(void)about;
	SAY("%u/%d:%lu,%lu,%lu", op, kind, subject, stack, arg);
	if (relation)
		SAY("(%lu/%u%s)", relation->other, relation->other_kind,
		    relation->text ? ",text" : "");
	SAY(" ");
	if (meanwhile)
		meanwhile();
}

static void emit_text(uint64_t subject, uint64_t arg, const char *text, size_t size)
{
	uint32_t bytes = TRACK_NAME_ARG_BYTES(arg);
	cr_expect(subject != 0);
	cr_expect(eq(int, TRACK_NAME_ARG_ROLE(arg), TRACK_NAME_TEXT));
	cr_expect(eq(u64, bytes, size));
	SAY("text=%.*s/%u ", (int)(bytes < 20 ? bytes : 20), text, bytes);
}

bool writer_emit_data(struct writer *about, uint8_t op, enum track_kind kind, enum track_call call,
		      uint64_t subject, uint64_t stack, uint64_t arg, const void *data, size_t size)
{
	(void)about, (void)call, (void)stack;
	if (op == TRACK_META_TEXT)
		emit_text(subject, arg, data, size);
	else
		SAY("%u/%d:%lu=%.*s ", op, kind, subject, (int)size, (const char *)data);
	return !is_full;
}

static void start(void)
{
	writers_guard = &guard;
	writer_thread.writer = &writer;
}

TestSuite(annotate, .init = start);

/* As track.h calls it. */
static void say(unsigned op, unsigned kind, uint64_t arg, struct track_subject other,
		const char *text)
{
	track_shim_annotate(op | kind << 8 | other.kind << 16, 5, arg, other.id, text);
}

Test(annotate, a_relation_comes_only_with_what_is_related)
{
	say(TRACK_OP_DESTROY, TRACK_KIND_OBJECT, 0, track_nobody(), NULL);
	cr_expect(eq(str, log_text, "1/2:5,7,0 "));
	log_text[0] = '\0';
	say(TRACK_OP_OWN, TRACK_KIND_FD, 0, track_scope((void *)9), NULL);
	cr_expect(eq(str, log_text, "18/0:5,0,0(9/6) "));
}

Test(annotate, births_are_counted_where_a_pack_tells_them)
{
	say(TRACK_OP_CREATE, TRACK_KIND_OBJECT, 0, track_nobody(), NULL);
	say(TRACK_OP_RETAIN, TRACK_KIND_OBJECT, TRACK_FROM_PACK, track_nobody(), NULL);
	cr_expect(eq(int, births, 0));
	say(TRACK_OP_CREATE, TRACK_KIND_OBJECT, TRACK_FROM_PACK, track_nobody(), NULL);
	say(TRACK_OP_OPEN, TRACK_KIND_SCOPE, TRACK_FROM_PACK, track_nobody(), NULL);
	cr_expect(eq(int, births, 2));
}

Test(annotate, a_literal_is_told_once_and_before_it_is_meant)
{
	say(TRACK_OP_RETAIN, TRACK_KIND_OBJECT, 0, track_nobody(), "list");
	say(TRACK_OP_RELEASE, TRACK_KIND_OBJECT, 0, track_nobody(), "list");
	cr_expect(eq(str, log_text, "text=list/4 8/2:5,7,0(0/2,text) 9/2:5,7,0(0/2,text) "));
}

Test(annotate, a_literal_is_told_again_when_a_module_went)
{
	static const char literal[] = "list";
	uint64_t before = text_id(&writer, literal);
	modules_version_now++;
	cr_expect(ne(u64, text_id(&writer, literal), before));
	cr_expect(eq(str, log_text, "text=list/4 text=list/4 "));
}

Test(annotate, a_literal_that_was_lost_is_told_with_the_next)
{
	static const char literal[] = "list";
	is_full = true;
	text_id(&writer, literal);
	is_full = false;
	text_id(&writer, literal);
	text_id(&writer, literal);
	cr_expect(eq(str, log_text, "text=list/4 text=list/4 "));
}

Test(annotate, many_literals_keep_their_own_ids)
{
	static char literals[1000][8];
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 1000; i++) {
			log_text[0] = '\0';
			cr_expect(eq(u64, text_id(&writer, literals[i]), (uintptr_t)literals[i]));
		}
}

Test(annotate, long_and_empty_literals_fit_their_records)
{
	char text[1000];
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	text_id(&writer, text);
	text_id(&writer, "");
	cr_expect(eq(str, log_text, "text=xxxxxxxxxxxxxxxxxxxx/256 text=/0 "));
}

Test(annotate, a_name_is_copied)
{
	say(TRACK_OP_NAME, TRACK_KIND_SCOPE, 0, track_nobody(), "peer 1");
	say(TRACK_OP_NAME, TRACK_KIND_SCOPE, 0, track_nobody(), NULL);
	cr_expect(eq(str, log_text, "4/6:5=peer 1 "));
}

Test(annotate, a_stack_is_taken_where_something_begins)
{
	say(TRACK_OP_FIRE, TRACK_KIND_CALLBACK, 0, track_nobody(), NULL);
	cr_expect(eq(int, stacks, 1));
	say(TRACK_OP_FIRE, TRACK_KIND_CALLBACK, TRACK_RETURNED, track_nobody(), NULL);
	say(TRACK_OP_POLL, TRACK_KIND_TASK, 0, track_nobody(), NULL);
	cr_expect(eq(int, stacks, 1));
}

static __attribute__((noinline)) void say_from_here(uint64_t *ret_sp)
{
	say(TRACK_OP_RETAIN, TRACK_KIND_OBJECT, 0, track_nobody(), NULL);
	*ret_sp = (uintptr_t)__builtin_frame_address(0);
}

Test(annotate, a_stack_begins_where_the_program_says_something)
{
	uint64_t sp;
	Dl_info info;
	say_from_here(&sp);
	cr_expect(lt(u64, caller.sp, sp));
	cr_expect(lt(u64, sp - caller.sp, 1024));
	cr_expect(ne(int, dladdr((void *)(uintptr_t)caller.ip, &info), 0));
}

/* Number of records so far, which are forgotten. */
static int told(void)
{
	int count = 0;
	for (const char *at = log_text; *at; at++)
		count += *at == ' ';
	log_text[0] = '\0';
	return count;
}

static void call(void)
{
	say(TRACK_OP_FIRE, TRACK_KIND_CALLBACK, 0, track_nobody(), NULL);
	say(TRACK_OP_FIRE, TRACK_KIND_CALLBACK, TRACK_RETURNED, track_nobody(), NULL);
}

/* All that are told in any case, and none of them forgotten. */
static void call_first(void)
{
	told();
	for (int i = 0; i < FIRST; i++)
		call();
	cr_expect(eq(int, told(), 2 * FIRST));
}

Test(annotate, the_first_calls_of_a_callback_for_many_are_told)
{
	say(TRACK_OP_ARM, TRACK_KIND_CALLBACK, 0, track_nobody(), NULL);
	say(TRACK_OP_OWN, TRACK_KIND_CALLBACK, 0, track_scope((void *)9), NULL);
	told();
	call();
	cr_expect(eq(str, log_text, "11/3:5,7,0 11/3:5,0,1073741824 "));
	told();
	for (int i = 1; i < FIRST; i++)
		call();
	cr_expect(eq(int, told(), 2 * (FIRST - 1)));
	call();
	call();
	cr_expect(eq(int, told(), 0));
}

/* The callback, the scope that it belongs to, and whatever that belongs to stand for one address.
 */
static void arm_owned(void)
{
	say(TRACK_OP_ARM, TRACK_KIND_CALLBACK, 0, track_nobody(), NULL);
	say(TRACK_OP_OWN, TRACK_KIND_CALLBACK, 0, track_scope((void *)5), NULL);
}

Test(annotate, a_call_that_may_be_too_late_is_told)
{
	static const struct {
		uint8_t op, kind;
	} changes[] = {{TRACK_OP_ARM, TRACK_KIND_CALLBACK}, {TRACK_OP_OWN, TRACK_KIND_CALLBACK},
		       {TRACK_OP_OWN, TRACK_KIND_OBJECT},   {TRACK_OP_OWN, TRACK_KIND_SCOPE},
		       {TRACK_OP_OWN, TRACK_KIND_TASK},	    {TRACK_OP_OWN, TRACK_KIND_TIMER},
		       {TRACK_OP_OPEN, TRACK_KIND_SCOPE},   {TRACK_OP_CLOSE, TRACK_KIND_SCOPE},
		       {TRACK_OP_DESTROY, TRACK_KIND_SCOPE}};
	arm_owned();
	call_first();
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		call();
		cr_expect(eq(int, told(), 0), "%zu", i);
		say(changes[i].op, changes[i].kind, 0, track_nobody(), NULL);
		call_first();
	}
}

Test(annotate, what_owns_nothing_makes_no_call_too_late)
{
	static const struct {
		uint8_t op, kind;
	} changes[] = {{TRACK_OP_OWN, TRACK_KIND_OBJECT},
		       {TRACK_OP_OPEN, TRACK_KIND_SCOPE},
		       {TRACK_OP_CLOSE, TRACK_KIND_SCOPE}};
	say(TRACK_OP_ARM, TRACK_KIND_CALLBACK, 0, track_nobody(), NULL);
	call_first();
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		say(changes[i].op, changes[i].kind, 0, track_nobody(), NULL);
		told();
		call();
		cr_expect(eq(int, told(), 0), "%zu", i);
	}
}

/* What a thread remembers meanwhile goes with what was before. */
static void call_meanwhile(void)
{
	static bool inside;
	if (inside)
		return;
	inside = true;
	call();
	inside = false;
}

Test(annotate, a_call_told_while_the_end_is_recorded_is_told_again_after_it)
{
	arm_owned();
	call_first();
	meanwhile = call_meanwhile;
	say(TRACK_OP_CLOSE, TRACK_KIND_SCOPE, 0, track_nobody(), NULL);
	meanwhile = NULL;
	call_first();
}

Test(annotate, each_call_of_what_was_given_up_is_told)
{
	static const uint8_t ends[] = {TRACK_OP_CANCEL, TRACK_OP_DESTROY};
	for (size_t i = 0; i < sizeof(ends); i++) {
		say(TRACK_OP_ARM, TRACK_KIND_CALLBACK, 0, track_nobody(), NULL);
		call_first();
		say(ends[i], TRACK_KIND_CALLBACK, 0, track_nobody(), NULL);
		told();
		call();
		call();
		cr_expect(eq(int, told(), 4));
	}
}

Test(annotate, each_call_of_a_callback_for_one_is_told)
{
	call();
	say(TRACK_OP_ARM, TRACK_KIND_CALLBACK, 0, track_nobody(), NULL);
	call_first();
	say(TRACK_OP_ARM, TRACK_KIND_CALLBACK, TRACK_ONE_SHOT, track_nobody(), NULL);
	told();
	call();
	call();
	cr_expect(eq(int, told(), 4));
}

/* Calls in the records so far, which are forgotten. */
static unsigned counted(void)
{
	unsigned count = 0, op, kind;
	unsigned long subject, stack, arg;
	for (char *at = strtok(log_text, " "); at; at = strtok(NULL, " ")) {
		if (sscanf(at, "%u/%u:%lu,%lu,%lu", &op, &kind, &subject, &stack, &arg) != 5 ||
		    op != TRACK_OP_FIRE || arg & TRACK_RETURNED)
			continue;
		count += !(arg & (TRACK_FIRE_ONLY | TRACK_FIRE_AGAIN)) + TRACK_FIRE_LEFT_OUT(arg);
	}
	log_text[0] = '\0';
	return count;
}

Test(annotate, what_was_not_told_is_counted)
{
	unsigned count = 0, calls = 1000;
	say(TRACK_OP_ARM, TRACK_KIND_CALLBACK, 0, track_nobody(), NULL);
	for (unsigned i = 0; i < calls; i++) {
		call();
		count += counted();
	}
	cr_expect(le(u32, count, calls));
	cr_expect(ge(u32, count, calls - 63));
	/* Nothing is left when each call is told. */
	say(TRACK_OP_CANCEL, TRACK_KIND_CALLBACK, 0, track_nobody(), NULL);
	call();
	count += counted();
	cr_expect(eq(u32, count, calls + 1));
}

Test(annotate, what_was_not_told_is_counted_when_another_takes_its_place)
{
	unsigned count = 0, calls = 0;
	for (uint64_t id = 16; id < 16 * 200; id += 16) {
		track_shim_annotate(TRACK_OP_ARM | TRACK_KIND_CALLBACK << 8, id, 0, 0, NULL);
		for (int i = 0; i < 40; i++) {
			track_shim_annotate(TRACK_OP_FIRE | TRACK_KIND_CALLBACK << 8, id, 0, 0,
					    NULL);
			track_shim_annotate(TRACK_OP_FIRE | TRACK_KIND_CALLBACK << 8, id,
					    TRACK_RETURNED, 0, NULL);
			calls++;
			count += counted();
		}
	}
	cr_expect(le(u32, count, calls));
	cr_expect(ge(u32, count, calls - REPEATS * 40));
}

Test(annotate, what_was_left_out_is_told_when_the_thread_ends)
{
	say(TRACK_OP_ARM, TRACK_KIND_CALLBACK, 0, track_nobody(), NULL);
	call_first();
	for (int i = 0; i < 7; i++)
		call();
	told();
	annotate_rest(&writer);
	cr_expect(eq(u32, counted(), 7));
	annotate_rest(&writer);
	cr_expect(eq(int, told(), 0));
}

Test(annotate, what_happens_inside_of_a_call_has_it_told)
{
	arm_owned();
	call_first();
	say(TRACK_OP_FIRE, TRACK_KIND_CALLBACK, 0, track_nobody(), NULL);
	cr_expect(eq(u64, repeat_reveal(&writer.repeats), 5));
	cr_expect(eq(u64, repeat_reveal(&writer.repeats), 0));
	say(TRACK_OP_FIRE, TRACK_KIND_CALLBACK, TRACK_RETURNED, track_nobody(), NULL);
	cr_expect(eq(int, told(), 1));
	call();
	cr_expect(eq(int, told(), 0));
	/* Told to be inside of a call is not told of the call: both come with the next. */
	say(TRACK_OP_CLOSE, TRACK_KIND_SCOPE, 0, track_nobody(), NULL);
	call();
	cr_expect(eq(u32, counted(), 3));
}

Test(annotate, a_call_inside_of_a_call_is_told)
{
	say(TRACK_OP_ARM, TRACK_KIND_CALLBACK, 0, track_nobody(), NULL);
	call_first();
	say(TRACK_OP_FIRE, TRACK_KIND_CALLBACK, 0, track_nobody(), NULL);
	cr_expect(eq(int, told(), 0));
	say(TRACK_OP_FIRE, TRACK_KIND_CALLBACK, 0, track_nobody(), NULL);
	cr_expect(eq(int, told(), 1));
}

Test(annotate, callbacks_that_share_a_place_are_each_told_of)
{
	/* As many as push each other out. */
	for (uint64_t id = 16; id < 16 * 3000; id += 16) {
		told();
		track_shim_annotate(TRACK_OP_ARM | TRACK_KIND_CALLBACK << 8, id, 0, 0, NULL);
		for (int i = 0; i < 3; i++)
			track_shim_annotate(TRACK_OP_FIRE | TRACK_KIND_CALLBACK << 8, id,
					    i % 2 ? TRACK_RETURNED : 0, 0, NULL);
		cr_expect(ge(int, told(), 3));
		repeat_reveal(&writer.repeats);
	}
}

Test(annotate, what_a_newer_header_says_is_ignored)
{
	say(TRACK_OP__COUNT, TRACK_KIND_OBJECT, 0, track_nobody(), NULL);
	say(255, TRACK_KIND_OBJECT, 0, track_nobody(), NULL);
	say(TRACK_OP_RETAIN, TRACK_KIND__COUNT, 0, track_nobody(), NULL);
	say(TRACK_OP_RETAIN, 255, 0, track_nobody(), NULL);
	say(TRACK_OP_RETAIN, TRACK_KIND_OBJECT, 0, (struct track_subject){1, TRACK_KIND__COUNT},
	    NULL);
	track_shim_annotate(TRACK_OP_RETAIN | 2 << 8 | 1ull << 24, 5, 0, 0, NULL);
	track_shim_annotate(TRACK_OP_RETAIN | 2 << 8 | 1ull << 40, 5, 0, 0, NULL);
	cr_expect(eq(str, log_text, ""));
}

Test(annotate, what_calls_say_of_descriptors_and_threads_programs_do_not)
{
	static const uint8_t ops[] = {TRACK_OP_CREATE, TRACK_OP_DESTROY, TRACK_OP_DONE,
				      TRACK_OP_UNDO,   TRACK_OP_FAIL,	 TRACK_OP_MARK};
	for (size_t i = 0; i < sizeof(ops); i++) {
		say(ops[i], TRACK_KIND_FD, 0, track_nobody(), NULL);
		say(ops[i], TRACK_KIND_THREAD, 0, track_nobody(), NULL);
	}
	cr_expect(eq(str, log_text, ""));
}

Test(annotate, a_thread_that_must_not_record_says_nothing)
{
	writer_thread.vfork = true;
	say(TRACK_OP_RETAIN, TRACK_KIND_OBJECT, 0, track_nobody(), "list");
	writer_thread.vfork = false;
	guard = 0;
	say(TRACK_OP_RETAIN, TRACK_KIND_OBJECT, 0, track_nobody(), "list");
	cr_expect(eq(str, log_text, ""));
}

Test(annotate, an_end_is_held_back_only_where_a_scope_was_closed_or_destroyed)
{
	say(TRACK_OP_OPEN, TRACK_KIND_SCOPE, 0, track_nobody(), NULL);
	say(TRACK_OP_CALL, TRACK_KIND_SCOPE, 0, track_nobody(), NULL);
	say(TRACK_OP_DESTROY, TRACK_KIND_OBJECT, 0, track_nobody(), NULL);
	say(TRACK_OP_DESTROY, TRACK_KIND_CALLBACK, 0, track_nobody(), NULL);
	cr_expect(eq(int, expected, 0));
	say(TRACK_OP_CLOSE, TRACK_KIND_SCOPE, 0, track_nobody(), NULL);
	cr_expect(eq(int, expected, 1));
	say(TRACK_OP_DESTROY, TRACK_KIND_SCOPE, 0, track_nobody(), NULL);
	cr_expect(eq(int, expected, 2));
}
