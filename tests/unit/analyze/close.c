/* SPDX-License-Identifier: Apache-2.0 */
/* Closes that fail: which of the two before was wrong. */
#include "script.inc.c"

enum { OURS = 0x5010, STOP = 0x5020, THEIRS = 0x5030, END = 0x5040, THIRD_CLOSE = 0x5050 };

static void begin(void)
{
	const uint64_t stacks[] = {OURS, STOP, THEIRS, END, THIRD_CLOSE};

	play_begin();
	play_program(stacks, 5);
}

TestSuite(close, .init = begin, .fini = play_close);

static void open_by(uint64_t fd, uint64_t stack, uint32_t tid)
{
	play_event((struct collect_event){.op = TRACK_OP_CREATE,
					  .kind = TRACK_KIND_FD,
					  .subject = fd,
					  .stack = stack,
					  .tid = tid,
					  .call = TRACK_CALL_socket,
					  .arg = TRACK_FD_ARG(TRACK_FD_CLASS_UDP, 0, -1)});
}

/* Closed at STOP twice, of which the second hits what was opened at THEIRS meanwhile. */
static void stale_close(uint64_t last)
{
	fd_open(5, OURS);
	fd_close(5, STOP);
	fd_open(5, THEIRS);
	fd_close(5, STOP);
	fd_bad_close(5, last);
}

#define MESSAGE                                                                                    \
	"SELECT group_concat(message || ' ' || hash, '; ') FROM finding f JOIN stack s ON s.id = " \
	"f.stack_id"

Test(close, of_a_number_that_belongs_to_another_by_then_is_told_at_the_stale_close)
{
	fd_open(6, THEIRS);
	fd_close(6, END);
	stale_close(END);
	play_judge();
	expect(MESSAGE, "closed a number that belonged to another UDP socket by then 20512");
	expect("SELECT rule || state || count FROM finding", "double-closebroken1");
	expect(EVIDENCE, "created at 20496, closed first at 20512, the number's next owner was "
			 "opened at 20528, closed again at 20512, the owner's own close failed at "
			 "20544");
}

Test(close, that_is_stale_again_and_again_is_told_as_often)
{
	for (int i = 0; i < 3; i++) {
		fd_open(6, THEIRS);
		fd_close(6, END);
		stale_close(END);
	}
	play_judge();
	expect(MESSAGE,
	       "3 times closed a number that belonged to another UDP socket by then 20512");
}

Test(close, by_another_thread_than_all_else_of_the_owner_is_stale)
{
	fd_open(5, OURS);
	fd_close(5, STOP);
	open_by(5, THEIRS, OTHER);
	fd_close(5, STOP);
	fd_close_as(5, END, OTHER, 0);
	fd_undo_as(5, OTHER, EBADF);
	play_judge();
	expect(MESSAGE, "closed a number that belonged to another UDP socket by then 20512");
}

Test(close, at_a_place_that_closes_for_all_leaves_the_blame_with_the_second)
{
	fd_open(6, THEIRS);
	fd_close(6, STOP);
	fd_open(7, THEIRS);
	fd_close(7, END);
	stale_close(END);
	play_judge();
	expect(MESSAGE, "1 UDP socket closed here had been closed before 20544");
	expect(EVIDENCE, "created at 20528, closed first at 20512, closed again at 20544");
}

Test(close, without_a_witness_leaves_the_blame_with_the_second)
{
	stale_close(THIRD_CLOSE);
	play_judge();
	expect(MESSAGE, "1 UDP socket closed here had been closed before 20560");
	expect(EVIDENCE, "created at 20528, closed first at 20512, the same place had closed the "
			 "number's owner before, opened at 20496, closed again at 20560");
}

Test(close, of_what_was_opened_at_the_same_place_leaves_the_blame_with_the_second)
{
	fd_open(6, OURS);
	fd_close(6, END);
	fd_open(5, OURS);
	fd_close(5, STOP);
	fd_open(5, OURS);
	fd_close(5, STOP);
	fd_bad_close(5, END);
	play_judge();
	expect(MESSAGE, "1 UDP socket closed here had been closed before 20544");
}

Test(close, twice_at_one_place_leaves_the_blame_there)
{
	fd_open(6, THEIRS);
	fd_close(6, END);
	stale_close(STOP);
	play_judge();
	expect(MESSAGE, "1 UDP socket closed here had been closed before 20512");
}

Test(close, of_an_inherited_number_before_is_no_stale_one)
{
	fd_open(6, THEIRS);
	fd_close(6, END);
	fd_open_as(5, NO_STACK, TRACK_FD_CLASS_UDP, TRACK_FD_INHERITED, -1);
	fd_close(5, STOP);
	fd_open(5, THEIRS);
	fd_close(5, STOP);
	fd_bad_close(5, END);
	play_judge();
	expect(MESSAGE, "1 UDP socket closed here had been closed before 20544");
}
