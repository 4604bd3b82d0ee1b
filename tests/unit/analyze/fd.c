/* SPDX-License-Identifier: Apache-2.0 */
#include "script.inc.c"

#include <arpa/inet.h>

TestSuite(fd, .init = play_begin, .fini = play_close);

Test(fd, an_opened_and_closed_descriptor_is_one_row)
{
	play_stack(10);
	play_stack(20);
	fd_open(5, 10);
	fd_close(5, 20);
	play_flush();
	expect("SELECT count(*) FROM resource", "1");
	expect("SELECT kind || class || ending || birth_call || death_call || generation "
	       "FROM resource",
	       "fdudpclosedsocketclose1");
	expect("SELECT b.hash || ',' || d.hash FROM resource r JOIN stack b ON b.id = "
	       "r.birth_stack "
	       "JOIN stack d ON d.id = r.death_stack",
	       "10,20");
}

Test(fd, one_alive_at_a_flush_is_written_and_updated_when_it_dies)
{
	fd_open(5, NO_STACK);
	play_flush();
	expect("SELECT death_ns IS NULL FROM resource", "1");
	fd_close(5, NO_STACK);
	play_flush();
	expect("SELECT count(*) || ending FROM resource", "1closed");
}

Test(fd, a_number_used_again_is_another_generation)
{
	fd_open(5, NO_STACK);
	fd_close(5, NO_STACK);
	fd_open(5, NO_STACK);
	play_flush();
	expect("SELECT group_concat(generation || coalesce(ending, 'alive')) FROM resource",
	       "1closed,2alive");
}

Test(fd, a_number_opened_while_open_ended_unseen)
{
	fd_open(5, NO_STACK);
	fd_open(5, NO_STACK);
	play_finish();
	expect("SELECT group_concat(coalesce(ending, 'alive')) FROM resource", "unseen,alive");
	expect_note("close-unseen", "1");
}

Test(fd, an_implicit_close_of_what_is_not_open_is_nothing)
{
	fd_open(5, NO_STACK);
	fd_close(5, NO_STACK);
	fd_close_as(5, NO_STACK, PID, TRACK_FD_IMPLICIT);
	fd_close_as(6, NO_STACK, PID, TRACK_FD_IMPLICIT);
	play_finish();
	expect("SELECT count(*) FROM act", "0");
	expect_note("open-unseen", "0");
}

Test(fd, a_failed_close_of_what_was_closed_is_an_act)
{
	play_stack(30);
	fd_open(5, NO_STACK);
	fd_close(5, NO_STACK);
	fd_bad_close(5, 30);
	play_finish();
	expect("SELECT what || error || resource_id || subject FROM act", "bad-close915");
	expect("SELECT hash FROM act a JOIN stack s ON s.id = a.stack_id", "30");
	expect("SELECT ending FROM resource", "closed");
}

Test(fd, the_act_is_kept_though_the_number_was_opened_meanwhile)
{
	fd_open(5, NO_STACK);
	fd_close(5, NO_STACK);
	fd_close(5, NO_STACK);
	fd_open(5, NO_STACK);
	fd_undo(5, EBADF);
	play_finish();
	expect("SELECT what || resource_id FROM act", "bad-close1");
	expect("SELECT count(*) FROM resource WHERE death_ns IS NULL", "1");
}

Test(fd,
     a_close_that_succeeds_on_what_is_closed_is_of_something_opened_by_a_call_that_is_not_followed)
{
	fd_open(5, NO_STACK);
	fd_close(5, NO_STACK);
	fd_close(5, NO_STACK);
	fd_bad_close(5, NO_STACK);
	play_finish();
	expect("SELECT count(*) FROM act", "0");
}

Test(fd, a_failed_close_of_a_number_never_opened_is_ignored)
{
	fd_bad_close(5, NO_STACK);
	play_finish();
	expect("SELECT count(*) FROM act", "0");
	expect_note("open-unseen", "0");
}

Test(fd, a_close_that_found_it_gone_ended_it_unseen)
{
	fd_open(5, NO_STACK);
	fd_bad_close(5, NO_STACK);
	play_finish();
	expect("SELECT ending FROM resource", "unseen");
	expect("SELECT count(*) FROM act", "0");
	expect_note("close-unseen", "1");
}

Test(fd, a_close_that_failed_otherwise_is_taken_back)
{
	fd_open(5, NO_STACK);
	fd_close(5, NO_STACK);
	play_flush();
	fd_undo(5, EPERM);
	play_finish();
	expect("SELECT count(*) || coalesce(ending, 'alive') FROM resource", "1alive");
	fd_close(5, NO_STACK);
	play_flush();
	expect("SELECT ending || generation FROM resource", "closed1");
}

Test(fd, a_failed_dup2_leaves_its_target_open)
{
	fd_open(5, NO_STACK);
	fd_close_as(5, NO_STACK, PID, TRACK_FD_IMPLICIT);
	fd_undo(5, EBADF);
	play_finish();
	expect("SELECT coalesce(ending, 'alive') FROM resource", "alive");
	expect_note("close-unseen", "0");
}

Test(fd, an_undo_by_another_thread_takes_nothing_back)
{
	fd_open(5, NO_STACK);
	fd_close_as(5, NO_STACK, PID, 0);
	fd_undo_as(5, OTHER, EPERM);
	play_finish();
	expect("SELECT ending FROM resource", "closed");
}

Test(fd, of_two_threads_that_close_at_once_the_one_that_failed_closed_again)
{
	fd_open(5, NO_STACK);
	fd_close_as(5, NO_STACK, OTHER, 0);
	fd_close_as(5, NO_STACK, THIRD, 0);
	fd_undo_as(5, OTHER, EBADF);
	play_finish();
	expect("SELECT death_tid || ending FROM resource", "102closed");
	expect("SELECT what || tid FROM act", "bad-close101");
	expect_note("open-unseen", "0");
}

Test(fd, names_become_readable_addresses)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(5000)};

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd_open(5, NO_STACK);
	for (unsigned role = TRACK_NAME_LOCAL; role <= TRACK_NAME_REMOTE; role++)
		play_event((struct collect_event){.op = TRACK_OP_NAME,
						  .kind = TRACK_KIND_FD,
						  .subject = 5,
						  .arg = TRACK_NAME_ARG(role, sizeof(address)),
						  .data = &address,
						  .data_bytes = sizeof(address)});
	play_finish();
	expect("SELECT local_address FROM resource", "127.0.0.1:5000");
	expect("SELECT remote_address FROM resource", "127.0.0.1:5000");
}

Test(fd, a_name_that_claims_more_than_it_brings_is_ignored)
{
	fd_open(5, NO_STACK);
	play_event((struct collect_event){.op = TRACK_OP_NAME,
					  .kind = TRACK_KIND_FD,
					  .subject = 5,
					  .arg = TRACK_NAME_ARG(TRACK_NAME_TEXT, 4096),
					  .data = "abc",
					  .data_bytes = 3});
	play_finish();
	expect("SELECT coalesce(name, 'none') FROM resource", "none");
}

Test(fd, a_path_is_the_name_of_a_descriptor)
{
	fd_open_as(5, NO_STACK, TRACK_FD_CLASS_FILE, 0, -1);
	play_event((struct collect_event){.op = TRACK_OP_NAME,
					  .kind = TRACK_KIND_FD,
					  .subject = 5,
					  .arg = TRACK_NAME_ARG(TRACK_NAME_TEXT, 9),
					  .data = "/etc/host",
					  .data_bytes = 9});
	play_finish();
	expect("SELECT name FROM resource", "/etc/host");
}

Test(fd, traffic_that_is_told_after_the_close_is_kept)
{
	struct track_traffic traffic = {.out_count = 3, .in_bytes = 44};

	fd_open(5, NO_STACK);
	fd_close(5, NO_STACK);
	play_event((struct collect_event){.op = TRACK_OP_USE,
					  .kind = TRACK_KIND_FD,
					  .subject = 5,
					  .data = &traffic,
					  .data_bytes = sizeof(traffic)});
	fd_open(5, NO_STACK);
	play_finish();
	expect("SELECT group_concat(coalesce(out_count || '/' || in_bytes, 'none')) FROM resource",
	       "3/44,none");
}

Test(fd, a_copy_names_its_original_and_a_hostile_class_is_a_descriptor)
{
	fd_open_as(7, NO_STACK, 9999, 0, 5);
	play_finish();
	expect("SELECT class || from_subject FROM resource", "fd5");
}

Test(fd, numbers_beyond_every_limit_do_no_harm)
{
	fd_open(1u << 30, NO_STACK);
	fd_open(UINT64_MAX, NO_STACK);
	fd_close(UINT64_MAX, NO_STACK);
	fd_open((1u << 20) - 1, NO_STACK);
	play_finish();
	expect("SELECT group_concat(subject) FROM resource", "1073741824,1048575");
}

Test(fd, a_sweep_over_numbers_is_no_bad_close)
{
	fd_open(5, NO_STACK);
	fd_close(5, NO_STACK);
	fd_bad_close(4, 10);
	fd_bad_close(5, 10);
	fd_bad_close(6, 10);
	play_finish();
	expect("SELECT group_concat(what) FROM act", "sweep-close");
}

Test(fd, a_sweep_downwards_is_one_too)
{
	fd_open(5, NO_STACK);
	fd_close(5, NO_STACK);
	fd_bad_close(5, 10);
	fd_bad_close(4, 10);
	fd_bad_close(3, 10);
	play_finish();
	expect("SELECT group_concat(what) FROM act", "sweep-close");
}

Test(fd, sixteen_neighbours_in_a_row_are_a_sweep_though_all_were_open_once)
{
	for (uint64_t fd = 3; fd < 19; fd++)
		fd_open(fd, NO_STACK);
	for (uint64_t fd = 3; fd < 19; fd++)
		fd_close(fd, 1);
	for (uint64_t fd = 3; fd < 18; fd++)
		fd_bad_close(fd, 2);
	expect("SELECT count(*) FROM act WHERE what = 'bad-close'", "15");
	fd_bad_close(18, 2);
	play_finish();
	expect("SELECT count(*) FROM act WHERE what = 'bad-close'", "0");
	expect("SELECT count(*) FROM act WHERE what = 'sweep-close'", "16");
}

Test(fd, what_the_engine_calls_a_sweep_is_one_together_with_its_start)
{
	fd_open(5, NO_STACK);
	fd_open(500, NO_STACK);
	fd_close(5, NO_STACK);
	fd_close(500, NO_STACK);
	fd_bad_close(5, 10);
	fd_close_as(500, 10, PID, TRACK_FD_SWEEP);
	fd_undo(500, EBADF);
	play_finish();
	expect("SELECT group_concat(what) FROM act", "sweep-close,sweep-close");
}

Test(fd, closes_from_different_stacks_are_no_sweep)
{
	fd_open(5, NO_STACK);
	fd_close(5, NO_STACK);
	fd_bad_close(4, 10);
	fd_bad_close(5, 11);
	fd_bad_close(6, 10);
	play_finish();
	expect("SELECT group_concat(what) FROM act", "bad-close");
}

Test(fd, what_the_census_misses_ended_unseen_and_what_it_adds_was_not_seen_opened)
{
	const uint64_t there[] = {5, 9};

	fd_open_as(5, NO_STACK, TRACK_FD_CLASS_OTHER, 0, -1);
	fd_open(6, NO_STACK);
	census(TRACK_KIND_FD, there, 2);
	play_finish();
	expect("SELECT group_concat(subject || class || coalesce(ending, '-')) FROM "
	       "(SELECT * FROM resource ORDER BY subject)",
	       "5tcp-,6udpunseen");
	expect_note("close-unseen", "1");
	expect_note("open-unseen", "1");
}

/* A census that finds descriptor 5, of that class. */
static void find_as(unsigned fd_class)
{
	play_event((struct collect_event){.op = TRACK_META_CENSUS,
					  .kind = TRACK_KIND_FD,
					  .subject = 5,
					  .arg = TRACK_FD_ARG(fd_class, 0, -1)});
	census(TRACK_KIND_FD, NULL, 0);
	play_finish();
}

Test(fd, what_a_path_led_to_is_known_from_the_census)
{
	fd_open_as(5, NO_STACK, TRACK_FD_CLASS_FILE, 0, -1);
	find_as(TRACK_FD_CLASS_DIRECTORY);
	expect("SELECT class || coalesce(ending, 'alive') FROM resource", "directoryalive");
	expect_note("close-unseen", "0");
}

Test(fd, a_hung_up_terminal_is_still_one)
{
	fd_open_as(5, NO_STACK, TRACK_FD_CLASS_TERMINAL, 0, -1);
	find_as(TRACK_FD_CLASS_DEVICE);
	expect("SELECT class || coalesce(ending, 'alive') FROM resource", "terminalalive");
}

Test(fd, a_census_that_cannot_tell_the_class_leaves_it)
{
	fd_open_as(5, NO_STACK, TRACK_FD_CLASS_FILE, 0, -1);
	find_as(TRACK_FD_CLASS_OTHER);
	expect("SELECT class || coalesce(ending, 'alive') FROM resource", "filealive");
}

Test(fd, a_socket_in_the_place_of_a_file_is_another_descriptor)
{
	fd_open_as(5, NO_STACK, TRACK_FD_CLASS_FILE, 0, -1);
	find_as(TRACK_FD_CLASS_UDP);
	expect("SELECT class || ending FROM resource", "fileunseen");
	expect_note("close-unseen", "1");
	expect_note("open-unseen", "1");
}

Test(fd, a_file_in_the_place_of_a_pipe_is_another_descriptor)
{
	fd_open_as(5, NO_STACK, TRACK_FD_CLASS_PIPE, 0, -1);
	find_as(TRACK_FD_CLASS_FILE);
	expect("SELECT class || ending FROM resource", "pipeunseen");
}

Test(fd, whatever_class_is_open_at_the_end_and_was_not_seen_opened_is_counted)
{
	find_as(TRACK_FD_CLASS_FILE);
	expect_note("open-unseen", "1");
}

Test(fd, what_is_born_while_the_census_is_taken_stays)
{
	play_event((struct collect_event){
		.op = TRACK_META_CENSUS, .kind = TRACK_KIND_FD, .subject = 0});
	fd_open(5, NO_STACK);
	census(TRACK_KIND_FD, NULL, 0);
	play_finish();
	expect("SELECT coalesce(ending, 'alive') FROM resource", "alive");
}

Test(fd, an_exec_ends_what_is_open)
{
	fd_open(5, NO_STACK);
	play_end(COLLECT_END_EXEC);
	play_process(1, PID, 1, TRACK_ORIGIN_START);
	fd_open_as(5, NO_STACK, TRACK_FD_CLASS_UDP, TRACK_FD_INHERITED, -1);
	play_finish();
	expect("SELECT group_concat(coalesce(ending, 'alive') || inherited) FROM "
	       "(SELECT * FROM resource ORDER BY process_id)",
	       "exec0,alive1");
	expect("SELECT death_ns = end_ns FROM resource r JOIN process p ON p.id = r.process_id",
	       "1");
}
