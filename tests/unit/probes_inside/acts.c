/* SPDX-License-Identifier: Apache-2.0 */
/* What the calls of a pack's functions say, from what the kernel fetches of them. */
#include "scene.inc.c"

#include <errno.h>
#include <pack/probing.h>

#define NOTHING UINT64_MAX /* a pointer on the way was null */

static const char text[] =
	"pack: things\n"
	"about: what the tests need\n"
	"inner_calls: skip\n"
	"libraries:\n"
	"  - soname: libthings.so\n"
	"classes:\n"
	"  - {name: Thing, kind: object}\n"
	"  - {name: Counted, kind: object, counter: {at: 8, bits: 32}}\n"
	"  - {name: Noticed, kind: object, notice: {call: watch, args: [subject, notice], "
	"subject: arg0}}\n"
	"  - {name: Both, kind: object, counter: {at: 16, bits: 64}, notice: {call: watch, "
	"args: [subject, notice], subject: arg0}}\n"
	"  - {name: Named, kind: object, named_by: name_of}\n"
	"  - {name: Session, kind: scope, traits: [must-close]}\n"
	"  - {name: onDone, kind: callback, traits: [one-shot]}\n"
	"  - {name: onEach, kind: callback}\n"
	"  - {name: Tick, kind: timer}\n"
	"functions:\n"
	"  - {symbol: thing_new, args: 0, acts: [{op: create, class: Thing, subject: ret}]}\n"
	"  - {symbol: thing_make, args: 2, returns: int, success: zero, acts: [{op: create, class: "
	"Thing, subject: '*arg0', if: ['arg1.int == 3']}]}\n"
	"  - {symbol: thing_number, args: 0, returns: int, acts: [{op: create, class: Thing, "
	"subject: ret.int}]}\n"
	"  - {symbol: thing_ref, args: 2, returns: void, acts: [{op: retain, class: Thing, "
	"subject: "
	"arg0, holder: arg1, holder_class: Session, tag: queue}]}\n"
	"  - {symbol: thing_free, args: 1, returns: int, success: zero, acts: [{op: destroy, "
	"class: "
	"Thing, subject: arg0}]}\n"
	"  - {symbol: thing_end, args: 1, returns: void, acts: [{op: destroy, class: Thing, "
	"subject: arg0}]}\n"
	"  - {symbol: counted_new, args: 0, acts: [{op: create, class: Counted, subject: ret}]}\n"
	"  - {symbol: counted_unref, args: 1, returns: void, acts: [{op: release, class: Counted, "
	"subject: arg0}]}\n"
	"  - {symbol: both_new, args: 0, acts: [{op: create, class: Both, subject: ret}]}\n"
	"  - {symbol: noticed_new, args: 0, acts: [{op: create, class: Noticed, subject: ret}]}\n"
	"  - {symbol: session_open, args: 1, acts: [{op: open, class: Session, subject: ret}, "
	"{op: own, class: fd, subject: 'ret[4].int', owner: ret, owner_class: Session}, "
	"{op: name, class: Session, subject: ret, text: arg0}]}\n"
	"  - {symbol: session_close, args: 1, returns: int, success: zero, acts: [{op: close, "
	"class: "
	"Session, subject: arg0}]}\n"
	"  - {symbol: session_run, args: 1, returns: void, acts: [{op: call, class: Session, "
	"subject: arg0, adopts: [Thing, eventfd]}]}\n"
	"  - {symbol: session_join, args: 9, returns: int, success: zero, acts: [{op: arm, class: "
	"onDone, subject: callback+arg8, callback: arg7, found: callback+arg0}, {op: own, class: "
	"onDone, subject: callback+arg8, callback: arg7, owner: arg0, owner_class: Session}]}\n"
	"  - {symbol: session_wait, args: 2, returns: int, success: zero, acts: [{op: arm, class: "
	"onDone, subject: arg1}]}\n"
	"  - {symbol: wait_short, args: 1, returns: int, same_as: session_wait, with: [0, arg0]}\n"
	"  - {symbol: done_call, args: 1, returns: void, acts: [{op: fire, class: onDone, subject: "
	"arg0}]}\n"
	"  - {symbol: tick_start, args: 1, returns: void, acts: [{op: arm, class: Tick, subject: "
	"arg0.int+2}]}\n"
	"  - {symbol: tick_stop, args: 1, returns: void, acts: [{op: over, class: Tick, subject: "
	"arg0.int+2}]}\n";

static struct pack *pack;
static struct row row;
static struct told told;
static bool is_followed = true;
static uint64_t asked;

static void setup(void)
{
	struct schema_errors errors = {.count = 0};
	int r = pack_parse(text, sizeof(text) - 1, "things", &pack, &errors);

	cr_assert_eq(r, 0, "%s", errors.count ? errors.items[0].text : "");
}

static void teardown(void)
{
	row_clear(&row);
	told_finish(&told);
	pack_free(pack);
}

TestSuite(acts, .init = setup, .fini = teardown);
TestSuite(rows, .init = setup, .fini = teardown);

static int compile(const char *symbol)
{
	row_clear(&row);
	for (size_t i = 0; i < pack->function_count; i++)
		if (strcmp(pack->functions[i].symbol.text, symbol) == 0)
			return row_compile(pack, &pack->functions[i], &row);
	return -ESRCH;
}

static bool follow(void *context, int how, uint64_t function, uint64_t time_ns)
{
	(void)context, (void)how, (void)time_ns;
	asked = function;
	return is_followed;
}

/* values: of the row's terms, in their order. */
static void hit(bool is_entry, bool is_inner, const uint64_t *values)
{
	const struct probe_head head = {.stack_id = 5};
	struct acts_scene scene = {
		.telling = {.event = &head}, .told = &told, .is_inner = is_inner, .follow = follow};
	struct row_hit all = {.values = values, .text = "hello", .text_bytes = 5};

	for (unsigned i = 0; i < row.kernel.term_count; i++)
		if (values[i] == NOTHING)
			all.failed |= 1u << i;
	if (is_entry)
		acts_enter(&scene, &row, &all);
	else
		acts_return(&scene, &row, &all);
}

#define VALUES(...) ((const uint64_t[PROBE_TERMS_MAX]){__VA_ARGS__})

static void begins(const uint64_t *values)
{
	hit(true, false, values);
}

static void returns(const uint64_t *values)
{
	hit(false, false, values);
}

static void expect_term(unsigned index, struct probe_term expected)
{
	cr_assert_lt(index, row.kernel.term_count);
	cr_expect_eq(memcmp(&row.kernel.terms[index], &expected, sizeof(expected)), 0, "term %u",
		     index);
}

Test(rows, a_place_becomes_a_term_and_the_same_place_the_same_one)
{
	cr_assert_eq(compile("thing_make"), 0);
	cr_expect_eq(row.kernel.term_count, 3);
	expect_term(0, (struct probe_term){.root = PROBE_ROOT_ARG,
					   .flags = PROBE_TERM_AT_RETURN,
					   .step_count = 1});
	expect_term(1, (struct probe_term){
			       .root = PROBE_ROOT_ARG, .number = 1, .flags = PROBE_TERM_INT});
	expect_term(2,
		    (struct probe_term){.root = PROBE_ROOT_RETURN, .flags = PROBE_TERM_AT_RETURN});
	cr_expect_eq(row.kernel.flags, PROBE_ROW_TELL_RETURN | PROBE_ROW_STACK_RETURN);
}

Test(rows, arguments_behind_the_sixth_are_kept_too)
{
	cr_assert_eq(compile("session_join"), 0);
	cr_expect_eq(row.kernel.arg_count, 9);
	cr_expect(row.kernel.flags & PROBE_ROW_TELL_ENTRY);
	cr_expect(row.kernel.flags & PROBE_ROW_TELL_RETURN);
}

Test(rows, a_call_with_nothing_behind_it_is_not_kept)
{
	cr_assert_eq(compile("thing_end"), 0);
	cr_expect_eq(row.kernel.flags, PROBE_ROW_TELL_ENTRY | PROBE_ROW_STACK_ENTRY);
}

Test(rows, what_probes_cannot_do_is_left_out_and_says_why)
{
	cr_expect_eq(compile("noticed_new"), -ENOENT);
	cr_expect_eq(pack_class_unprobed(pack, pack_find_class(pack, "Noticed")),
		     PACK_UNPROBED_NOTICE);
	cr_expect_eq(pack_class_unprobed(pack, pack_find_class(pack, "Named")),
		     PACK_UNPROBED_NAMED_BY);
	cr_expect_eq(pack_class_unprobed(pack, pack_find_class(pack, "Both")), PACK_UNPROBED_NOT);
	cr_expect_eq(pack_class_unprobed(pack, pack_find_class(pack, "Thing")), PACK_UNPROBED_NOT);
	cr_expect_str_neq(pack_unprobed_text(PACK_UNPROBED_NOTICE), "");
}

Test(acts, a_birth_is_told_if_it_succeeded)
{
	cr_assert_eq(compile("thing_new"), 0);
	returns(VALUES(7));
	expect_said("create object 7 'Thing' at 5\nretain object 7 'reference' at 5\n");
	returns(VALUES(0));
	expect_said("");
}

Test(acts, conditions_and_null_pointers_on_the_way_say_nothing)
{
	cr_assert_eq(compile("thing_make"), 0);
	returns(VALUES(7, 3, 0));
	expect_said("create object 7 'Thing' at 5\nretain object 7 'reference' at 5\n");
	returns(VALUES(7, 4, 0));
	returns(VALUES(7, 3, 1));
	returns(VALUES(NOTHING, 3, 0));
	expect_said("");
}

Test(acts, numbers_begin_with_one)
{
	cr_assert_eq(compile("thing_number"), 0);
	returns(VALUES(0, 0));
	expect_said("create object 1 'Thing' at 5\nretain object 1 'reference' at 5\n");
	returns(VALUES((uint64_t)-1, (uint64_t)-1));
	expect_said("");
}

Test(acts, a_holder_and_a_tag_are_named)
{
	cr_assert_eq(compile("thing_ref"), 0);
	returns(VALUES(7, 9));
	returns(VALUES(7, 0));
	expect_said("retain object 7 'queue' of scope 9 at 5\nretain object 7 'queue' at 5\n");
}

Test(acts, an_end_that_can_fail_is_told_when_it_did_not)
{
	cr_assert_eq(compile("thing_free"), 0);
	begins(VALUES(7));
	expect_said("");
	returns(VALUES(7, 1));
	expect_said("");
	returns(VALUES(7, 0));
	expect_said("destroy object 7 at 5\n");
}

Test(acts, what_a_library_calls_of_its_own_is_its_affair_but_for_ends)
{
	cr_assert_eq(compile("thing_new"), 0);
	hit(false, true, VALUES(7));
	expect_said("");
	cr_assert_eq(compile("thing_end"), 0);
	hit(true, true, VALUES(7));
	expect_said("destroy object 7 at 5\n");
}

Test(acts, the_last_reference_is_the_end)
{
	cr_assert_eq(compile("counted_new"), 0);
	returns(VALUES(7, 1));
	expect_said("create object 7 'Counted' at 5\nretain object 7 'reference' at 5\n");
	cr_assert_eq(compile("counted_unref"), 0);
	begins(VALUES(7, 2));
	returns(VALUES(7, 2));
	begins(VALUES(7, 1));
	returns(VALUES(7, 1));
	expect_said("release object 7 'reference' at 5\ndestroy object 7 at 5\n");
}

Test(acts, of_two_releases_at_once_one_is_the_last)
{
	cr_assert_eq(compile("counted_unref"), 0);
	begins(VALUES(7, 2));
	begins(VALUES(7, 2));
	returns(VALUES(7, 2));
	returns(VALUES(7, 2));
	expect_said("release object 7 'reference' at 5\ndestroy object 7 at 5\n");
}

Test(acts, a_release_from_inside_is_told_if_it_is_the_last)
{
	cr_assert_eq(compile("counted_unref"), 0);
	hit(true, true, VALUES(7, 2));
	hit(false, true, VALUES(7, 2));
	expect_said("");
	hit(true, true, VALUES(7, 1));
	expect_said("destroy object 7 at 5\n");
}

Test(acts, where_the_counter_is_not_it_ends_at_zero_or_is_not_followed)
{
	cr_assert_eq(compile("counted_new"), 0);
	returns(VALUES(7, 1000));
	expect_said("create object 7 'Counted' traits 128 at 5\n"
		    "retain object 7 'reference' at 5\n");
	cr_assert_eq(compile("both_new"), 0);
	returns(VALUES(8, 1000));
	expect_said("");
}

Test(acts, a_scope_owns_a_descriptor_and_has_a_name)
{
	cr_assert_eq(compile("session_open"), 0);
	cr_expect(row.kernel.flags & PROBE_ROW_TEXT_RETURN);
	returns(VALUES(9, 3, 77));
	expect_said("open scope 9 'Session' traits 4 at 5\nown fd 3 of scope 9\n"
		    "name scope 9 'hello'\n");
	returns(VALUES(9, (uint64_t)-1, 77));
	expect_said("open scope 9 'Session' traits 4 at 5\nname scope 9 'hello'\n");
}

Test(acts, a_close_that_failed_was_refused)
{
	cr_assert_eq(compile("session_close"), 0);
	begins(VALUES(9));
	returns(VALUES(9, 0));
	begins(VALUES(9));
	returns(VALUES(9, 1));
	expect_said("close scope 9 at 5\nclose scope 9 returned\n"
		    "close scope 9 at 5\nclose scope 9 returned refused\n");
}

Test(acts, a_call_says_whom_it_takes_in)
{
	cr_assert_eq(compile("session_run"), 0);
	begins(VALUES(9));
	returns(VALUES(9));
	expect_said("call scope 9 'Thing,eventfd'\ncall scope 9 returned\n");
}

Test(acts, an_arming_that_failed_is_taken_back)
{
	cr_assert_eq(compile("session_wait"), 0);
	begins(VALUES(7));
	returns(VALUES(7, 1));
	expect_said("arm callback 7 'onDone' traits 1 at 5\ncancel callback 7 at 5\n"
		    "destroy callback 7 at 5\n");
	begins(VALUES(0));
	returns(VALUES(0, 1));
	expect_said("");
}

Test(acts, a_shorter_form_is_told_as_the_other)
{
	cr_assert_eq(compile("wait_short"), 0);
	expect_term(0, (struct probe_term){.root = PROBE_ROOT_ARG});
	begins(VALUES(7));
	returns(VALUES(7, 0));
	expect_said("arm callback 7 'onDone' traits 1 at 5\n");
}

Test(acts, a_registration_is_told_if_its_calls_are_seen)
{
	uint64_t values[PROBE_TERMS_MAX] = {0};

	cr_assert_eq(compile("session_join"), 0);
	row.acts[0].registered = 0;
	for (unsigned i = 0; i < row.kernel.term_count; i++)
		values[i] = row.kernel.terms[i].root == PROBE_ROOT_RETURN
				    ? 0
				    : 100 + row.kernel.terms[i].number;
	is_followed = false;
	begins(values);
	returns(values);
	expect_said("");
	cr_expect_eq(asked, 107);
	is_followed = true;
	begins(values);
	cr_expect_eq(strncmp(said, "arm callback ", 13), 0);
	said[0] = '\0';
	returns(values);
	cr_expect_eq(strncmp(said, "own callback ", 13), 0, "%s", said);
	cr_expect_not_null(strstr(said, " of scope 100\n"), "%s", said);
}

Test(acts, a_callback_is_called_and_a_timer_is_over)
{
	cr_assert_eq(compile("done_call"), 0);
	begins(VALUES(7));
	returns(VALUES(7));
	expect_said("fire callback 7 at 5\nfire callback 7 returned\n");
	cr_assert_eq(compile("tick_stop"), 0);
	begins(VALUES(0));
	cr_expect_eq(strncmp(said, "cancel timer ", 13), 0, "%s", said);
}

Test(acts, nothing_is_said_of_a_class_that_was_dropped)
{
	cr_assert_eq(compile("thing_new"), 0);
	row.acts[0].is_dropped = true;
	returns(VALUES(7));
	expect_said("");
}
