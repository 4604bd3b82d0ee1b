/* SPDX-License-Identifier: Apache-2.0 */
#include "script.inc.c"

enum { OPEN = 0x5010, CLOSE = 0x5020, USE = 0x5030, NEXT = 0x5040 };

static void begin(void)
{
	const uint64_t stacks[] = {OPEN, CLOSE, USE, NEXT};

	play_begin();
	play_program(stacks, 4);
}

TestSuite(use, .init = begin, .fini = play_close);

static void closed_socket(void)
{
	fd_open(5, OPEN);
	fd_close(5, CLOSE);
}

Test(use, of_a_closed_number_is_broken_and_shows_all_three_places)
{
	closed_socket();
	fd_fail(5, TRACK_CALL_sendto, USE, EBADF);
	play_judge();
	expect("SELECT what || error || call FROM act", "stale-use9sendto");
	expect("SELECT rule || state || kind || class || count FROM finding",
	       "use-after-closebrokenfdudp1");
	expect("SELECT message FROM finding", "1 UDP socket used here had been closed before");
	expect(EVIDENCE, "created at 20496, closed at 20512, used at 20528");
	expect("SELECT hash FROM finding f JOIN stack s ON s.id = f.stack_id", "20528");
}

Test(use, of_many_is_told_once_per_place)
{
	closed_socket();
	fd_fail(5, TRACK_CALL_sendto, USE, EBADF);
	closed_socket();
	fd_fail(5, TRACK_CALL_sendto, USE, EBADF);
	play_judge();
	expect("SELECT group_concat(message) FROM finding",
	       "2 calls here used UDP sockets that had been closed before");
}

Test(use, as_a_socket_of_what_is_a_file_by_then_names_the_next_owner)
{
	closed_socket();
	fd_open_as(5, NEXT, TRACK_FD_CLASS_FILE, 0, -1);
	fd_fail(5, TRACK_CALL_sendto, USE, ENOTSOCK);
	fd_close(5, CLOSE);
	play_judge();
	expect("SELECT rule || class || count FROM finding", "use-after-closeudp1");
	expect(EVIDENCE, "created at 20496, closed at 20512, the number's next owner was opened at "
			 "20544, used at 20528");
}

Test(use, as_a_socket_of_what_never_was_one_is_none)
{
	fd_open_as(5, OPEN, TRACK_FD_CLASS_PIPE, 0, -1);
	fd_close(5, CLOSE);
	fd_open_as(5, OPEN, TRACK_FD_CLASS_PIPE, 0, -1);
	fd_fail(5, TRACK_CALL_sendto, USE, ENOTSOCK);
	fd_close(5, CLOSE);
	play_judge();
	expect_no_findings();
}

Test(use, as_a_socket_of_a_file_without_a_life_before_is_none)
{
	fd_open_as(5, OPEN, TRACK_FD_CLASS_FILE, 0, -1);
	fd_fail(5, TRACK_CALL_sendto, USE, ENOTSOCK);
	fd_close(5, CLOSE);
	play_judge();
	expect("SELECT count(*) FROM act", "0");
}

Test(use, of_an_open_number_that_only_refuses_is_none)
{
	fd_open_as(5, OPEN, TRACK_FD_CLASS_FILE, 0, -1);
	fd_fail(5, TRACK_CALL_write, USE, EBADF); /* opened for reading */
	fd_close(5, CLOSE);
	play_judge();
	expect_no_findings();
}

Test(use, of_a_number_never_opened_here_is_none)
{
	fd_fail(5, TRACK_CALL_write, USE, EBADF);
	fd_fail(UINT64_MAX, TRACK_CALL_write, USE, EBADF);
	play_judge();
	expect_no_findings();
}

Test(use, of_the_inherited_is_none)
{
	fd_open_as(5, NO_STACK, TRACK_FD_CLASS_UDP, TRACK_FD_INHERITED, -1);
	fd_close(5, CLOSE);
	fd_fail(5, TRACK_CALL_send, USE, EBADF);
	play_judge();
	expect_no_findings();
}

Test(use, in_a_forked_child_that_execs_is_none)
{
	play_process(1, OTHER, 0, TRACK_ORIGIN_FORK);
	closed_socket();
	fd_fail(5, TRACK_CALL_send, USE, EBADF);
	play_end(COLLECT_END_EXEC);
	play_judge();
	expect_no_findings();
}

Test(use, of_what_was_closed_unseen_is_none)
{
	fd_open(5, OPEN);
	fd_bad_close(5, CLOSE); /* found it gone */
	fd_fail(5, TRACK_CALL_send, USE, EBADF);
	play_judge();
	expect("SELECT count(*) FROM finding WHERE rule = 'use-after-close'", "0");
}
