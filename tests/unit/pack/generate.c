/* SPDX-License-Identifier: Apache-2.0 */
/* What the wrappers of standin/standin.yaml tell, by standin/program.c. */
#include <pack/generate.h>

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define SAID_MAX 4096

/* Without the first line, which is told at the start. */
static void expect_said(const char *scene, const char *expected)
{
	char command[512], said[SAID_MAX];
	FILE *pipe;
	size_t size;
	char *rest;

	snprintf(command, sizeof(command), "%s %s", STANDIN_PROGRAM, scene);
	pipe = popen(command, "r");
	cr_assert_not_null(pipe);
	size = fread(said, 1, sizeof(said) - 1, pipe);
	said[size] = '\0';
	cr_expect_eq(pclose(pipe), 0, "%s", scene);
	rest = strchr(said, '\n');
	cr_assert_not_null(rest, "%s", scene);
	cr_expect_str_eq(rest + 1, expected, "%s: %s", scene, rest + 1);
	cr_expect(strncmp(said, "begin standin of libstandin.so, 43 functions, somewhere", 55) == 0,
		  "%s", said);
}

Test(generate, a_birth_is_told_with_one_reference_if_it_succeeded)
{
	expect_said("create", "create object t0 'Plain'\n"
			      "retain object t0 'reference'\n"
			      "got 1\n"
			      "got 0\n");
}

Test(generate, references_name_their_tag_and_holder_and_null_is_left_out)
{
	expect_said("references", "create object t0 'Plain'\n"
				  "retain object t0 'reference'\n"
				  "retain object t0 'share'\n"
				  "retain object t0 scope t9 'reference'\n"
				  "retain object t0 'reference'\n"
				  "release object t0 'reference'\n");
}

Test(generate, an_end_is_told_only_if_it_succeeded_and_was_looked_at_before)
{
	expect_said("destroy", "create object t0 'Plain'\n"
			       "retain object t0 'reference'\n"
			       "destroy object t0\n"
			       "create object t1 'Plain'\n"
			       "retain object t1 'reference'\n"
			       "destroy object t1\n");
}

Test(generate, of_those_that_end_only_the_ones_that_were_born_are_told)
{
	expect_said("crowd", "create object t0 'Plain'\n"
			     "retain object t0 'reference'\n"
			     "destroy object t0\n");
}

Test(generate, a_birth_may_be_found_behind_an_argument)
{
	expect_said("out", "create object t1 'Plain'\n"
			   "retain object t1 'reference'\n");
}

Test(generate, the_last_release_of_what_is_counted_is_its_end)
{
	expect_said("counter", "create object t0 'Counted'\n"
			       "retain object t0 'reference'\n"
			       "release object t0 'reference'\n"
			       "released t0\n"
			       "destroy object t0\n"
			       "released t0\n");
}

Test(generate, a_counter_that_is_elsewhere_is_noted_once_and_left)
{
	expect_said("layout", "note 0\n"
			      "create object t0 +128 'Shifted'\n"
			      "retain object t0 'reference'\n"
			      "release object t0 'reference'\n"
			      "create object t1 +128 'Shifted'\n"
			      "retain object t1 'reference'\n");
}

Test(generate, a_death_is_told_by_the_library_and_errno_stays)
{
	expect_said("notice", "create object t0 'Named'\n"
			      "retain object t0 'reference'\n"
			      "errno 5555\n"
			      "destroy object t0\n");
}

Test(generate, a_notice_may_be_asked_for_once_for_all)
{
	expect_said("notice_once", "open scope t0 'Registered'\n"
				   "open scope t1 'Registered'\n"
				   "close scope t1\n"
				   "end of close scope t1\n"
				   "destroy scope t1\n"
				   "close scope t0\n"
				   "end of close scope t0\n"
				   "destroy scope t0\n");
}

Test(generate, a_scope_is_told_around_its_calls_and_what_they_adopt)
{
	expect_said("scope", "open scope t0 +12 'Session'\n"
			     "close scope t0\n"
			     "end of close scope t0\n"
			     "closed 1\n"
			     "close scope t0\n"
			     "end of close scope t0 +33554432\n" /* TRACK_REFUSED */
			     "closed 0\n"
			     "call scope t0 'Plain,GSocket'\n"
			     "end of call scope t0\n"
			     "call scope t1 'Plain,GSocket'\n"
			     "end of call scope t1\n");
}

Test(generate, what_a_thread_is_inside_of_is_remembered)
{
	expect_said("carries", "open scope t0 +12 'Session'\n"
			       "create object t1 'Plain'\n"
			       "retain object t1 'reference'\n"
			       "enter object t1\n"
			       "carry t0\n"
			       "leave\n"
			       "carry t0\n");
}

Test(generate, descriptors_may_be_asked_for_and_nothing_belongs_to_null)
{
	expect_said("own", "open scope t0 +12 'Session'\n"
			   "create object t1 'Plain'\n"
			   "retain object t1 'reference'\n"
			   "use object t1\n"
			   "own fd 0 scope t0\n"
			   "needs scope t0 object t1\n"
			   "name scope t0 'a text'\n"
			   "use object t1\n"
			   "needs scope t0 object t1\n"
			   "use object t1\n"
			   "errno 5555\n"
			   "own fd 0 scope t0\n");
}

Test(generate, an_act_may_be_for_one_named_class_alone)
{
	expect_said("named", "create object t0 'Named'\n"
			     "retain object t0 'reference'\n"
			     "create object t1 'Plain'\n"
			     "retain object t1 'reference'\n"
			     "own object t1 object t0\n");
}

Test(generate, a_callback_is_told_around_its_calls_until_it_returns_zero)
{
	expect_said("arm", "open scope t0 +12 'Session'\n"
			   "arm callback #1 'Reader'\n"
			   "own callback #1 scope t0\n"
			   "fire callback #1\n"
			   "reading\n"
			   "end of fire callback #1\n"
			   "fire callback #1\n"
			   "reading\n"
			   "end of fire callback #1\n"
			   "destroy callback #1\n");
}

Test(generate, a_registration_that_fails_is_taken_back)
{
	expect_said("arm_fails", "arm callback #1 'Reader'\n"
				 "cancel callback #1\n"
				 "destroy callback #1\n"
				 "returned -1\n");
}

Test(generate, a_library_finds_the_function_that_it_was_given)
{
	expect_said("cancel", "open scope t0 +12 'Session'\n"
			      "arm callback #1 'Reader'\n"
			      "own callback #1 scope t0\n"
			      "its own 0\n"
			      "cancel callback #1\n"
			      "gone 1\n"
			      "arm callback #1 'Reader'\n"
			      "own callback #1 scope t0\n"
			      "destroy callback #1\n"
			      "gone 1\n");
}

Test(generate, a_callback_that_is_handed_on_is_registered_once)
{
	expect_said("nested", "open scope t0 +12 'Session'\n"
			      "arm callback #1 'Reader'\n"
			      "fire callback #1\n"
			      "reading\n"
			      "end of fire callback #1\n");
}

Test(generate, a_destroy_notify_ends_its_callback_and_may_be_added)
{
	expect_said("notify", "arm callback #1 +1 'Once'\n"
			      "fire callback #1\n"
			      "running\n"
			      "end of fire callback #1\n"
			      "destroy callback #1\n"
			      "ending\n"
			      "arm callback #1 +1 'Once'\n"
			      "destroy callback #1\n"
			      "ending\n");
}

Test(generate, a_function_may_be_told_as_another)
{
	expect_said("same", "arm callback #1 +1 'Once'\n"
			    "fire callback #1\n"
			    "running\n"
			    "end of fire callback #1\n"
			    "destroy callback #1\n");
}

Test(generate, of_a_timer_the_last_call_is_told)
{
	expect_said("timer", "arm timer t0 +1 'Ticker'\n"
			     "ticking\n"
			     "ticking\n"
			     "fire timer t0\n"
			     "cancel timer t0\n"
			     "ending\n");
}

Test(generate, ids_begin_with_zero)
{
	expect_said("ids", "arm timer 1 +1 'Id'\n"
			   "fire timer 1\n"
			   "cancel timer 1\n"
			   "arm timer 8 +1 'Id'\n"
			   "fire timer 8\n");
}

Test(generate, a_function_may_be_the_callback_itself)
{
	expect_said("fire", "fire callback t0\n"
			    "end of fire callback t0\n");
}

Test(generate, nine_arguments_pass_and_all_conditions_must_hold)
{
	expect_said("many", "use object t2\n"
			    "sum 654321\n");
}

Test(generate, what_takes_more_arguments_hands_them_on)
{
	expect_said("variadic", "create object t0 'Plain'\n"
				"retain object t0 'reference'\n"
				"first 3 42\n");
}

/* 1 is TRACK_WAIT_MUTEX, 5 TRACK_WAIT_CONDITION. */
Test(generate, a_lock_is_tried_before_it_is_waited_for)
{
	expect_said("lock", "taken t0\n"
			    "errno 5555\n"
			    "wait 1 t0\n"
			    "waited t0\n"
			    "got 0\n"
			    "unlock t0\n"
			    "locked t0\n"
			    "got 1\n"
			    "renew t0\n"
			    "retire t0\n");
}

Test(generate, a_condition_is_waited_at_with_its_mutex)
{
	expect_said("condition", "wait 5 t1 with t0\n"
				 "waited t1\n"
				 "wait 5 timed t1 with t0\n"
				 "waited t1\n"
				 "got 1\n"
				 "wake t1\n");
}

Test(generate, what_is_missing_returns_nothing)
{
	expect_said("missing", "got 0\n");
}
