/* SPDX-License-Identifier: Apache-2.0 */
/* What was there before the recording began. */
#include "script.inc.c"

enum { BIRTH = 0x5010, DEATH = 0x5020, AGAIN = 0x5030, HANDLE = 0x7000 };

static void begin(void)
{
	play_begin();
	play_program((const uint64_t[]){BIRTH, DEATH, AGAIN}, 3);
}

TestSuite(earlier, .init = begin, .fini = play_close);

#define FINDINGS                                                                                   \
	"SELECT group_concat(rule || ' ' || state || ' ' || class || ' ' || count, ', ') FROM "    \
	"(SELECT * FROM finding ORDER BY rank)"

static void found(uint64_t fd)
{
	fd_open_as(fd, NO_STACK, TRACK_FD_CLASS_UDP, TRACK_FD_BEFORE, -1);
}

static void thread_found(unsigned flags)
{
	struct track_thread_birth birth = {.flags = flags};

	play_event((struct collect_event){.op = TRACK_OP_CREATE,
					  .kind = TRACK_KIND_THREAD,
					  .subject = HANDLE,
					  .tid = OTHER,
					  .data = &birth,
					  .data_bytes = sizeof(birth)});
}

Test(earlier, a_descriptor_that_stays_is_of_unknown_origin)
{
	found(5);
	found(6);
	play_judge();
	expect(FINDINGS, "fd-leak unknown-origin udp 2");
	expect("SELECT message FROM finding",
	       "2 UDP sockets that were there before the recording began");
	expect("SELECT sum(earlier) || sum(inherited) FROM resource", "20");
	expect_note("before", "2");
	cr_expect_eq(analyze_state_fails("unknown-origin", true), 0);
}

Test(earlier, what_is_opened_later_is_judged_beside_it)
{
	found(5);
	fd_open(6, BIRTH);
	play_judge();
	expect(FINDINGS, "fd-leak at-exit udp 1, fd-leak unknown-origin udp 1");
}

Test(earlier, where_no_stack_tells_them_apart_the_later_one_is_told)
{
	found(5);
	fd_open(6, NO_STACK);
	play_judge();
	expect(FINDINGS, "fd-leak at-exit udp 1");
	expect_note("before", "1");
}

Test(earlier, its_close_is_an_end_in_order)
{
	found(5);
	fd_close(5, DEATH);
	play_judge();
	expect("SELECT ending || death_call FROM resource", "closedclose");
	expect_no_findings();
	expect_note("before", "0");
}

Test(earlier, its_second_close_is_wrong_all_the_same)
{
	found(5);
	fd_close(5, DEATH);
	fd_bad_close(5, AGAIN);
	play_judge();
	expect(FINDINGS, "double-close broken udp 1");
}

Test(earlier, and_so_is_its_use_after_its_close)
{
	found(5);
	fd_close(5, DEATH);
	fd_fail(5, TRACK_CALL_sendto, AGAIN, EBADF);
	play_judge();
	expect("SELECT state || class FROM finding", "brokenudp");
}

Test(earlier, it_is_never_folded_into_sums)
{
	lifetimes_set_budget(play.lifetimes, 0);
	found(5);
	fd_close(5, DEATH);
	play_finish();
	expect("SELECT count(*) FROM resource", "1");
}

Test(earlier, it_proves_no_growth)
{
	for (uint64_t i = 0; i < 5; i++) {
		found(10 + i);
		play_mark("round");
	}
	play_judge();
	expect(FINDINGS, "fd-leak unknown-origin udp 5");
}

Test(earlier, a_thread_that_stays_is_of_unknown_origin)
{
	thread_found(TRACK_THREAD_BEFORE);
	play_judge();
	expect(FINDINGS, "thread-leak unknown-origin thread 1");
	expect_note("before", "1");
}

Test(earlier, a_detached_one_is_nothing)
{
	thread_found(TRACK_THREAD_BEFORE | TRACK_THREAD_DETACHED);
	play_judge();
	expect_no_findings();
}

Test(earlier, what_a_process_had_made_before_it_was_attached_to_is_no_stray)
{
	play_process(1, OTHER, 0, TRACK_ORIGIN_ATTACHED);
	play_event((struct collect_event){
		.op = TRACK_OP_RELEASE, .kind = TRACK_KIND_OBJECT, .subject = 0x100});
	play_event((struct collect_event){
		.op = TRACK_OP_USE, .kind = TRACK_KIND_OBJECT, .subject = 0x100});
	play_judge();
	expect("SELECT origin FROM process WHERE pid = 101", "attached");
	expect("SELECT count(*) FROM stray", "0");
	expect_no_findings();
}

Test(earlier, what_is_open_in_a_process_that_runs_on_was_so_when_the_recording_ended)
{
	fd_open(5, BIRTH);
	play_judge();
	expect("SELECT message FROM finding",
	       "1 UDP socket opened here was still open when the recording ended");
}

Test(earlier, and_in_one_that_is_over_it_was_never_closed)
{
	fd_open(5, BIRTH);
	play_end(COLLECT_END_EXIT);
	play_judge();
	expect("SELECT message FROM finding", "1 UDP socket opened here was never closed");
}
