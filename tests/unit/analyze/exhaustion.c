/* SPDX-License-Identifier: Apache-2.0 */
#include "script.inc.c"

#include <arpa/inet.h>

enum { SOCKETS = 0x5010, FILES = 0x5020, ACCEPT = 0x5030 };

static void begin(void)
{
	const uint64_t stacks[] = {SOCKETS, FILES, ACCEPT};

	play_begin();
	play_program(stacks, 3);
}

TestSuite(exhaustion, .init = begin, .fini = play_close);

static void limit(uint32_t fd_limit)
{
	play.last.fd_limit = fd_limit;
	cr_assert_eq(play.sink->process(play.sink->ctx, &play.last), 0);
}

/* From this number on. */
static void open_some(uint64_t first, int count, uint64_t stack, unsigned fd_class)
{
	for (int i = 0; i < count; i++)
		fd_open_as(first + (uint64_t)i, stack, fd_class, 0, -1);
}

static void judge(void)
{
	play_finish();
	cr_assert_eq(analyze_places(play.trace, NULL), 0);
	name_place("/opt/bin/program", 0x10, "open_candidate");
	cr_assert_eq(analyze_findings(play.trace), 0, "%s", trace_error(play.trace));
}

#define FOUND(column) "SELECT group_concat(" column ") FROM finding WHERE rule = 'exhaustion'"
#define EXHAUSTION                                                                                 \
	"SELECT group_concat(role || coalesce(' ' || hash, ''), ', ') FROM "                       \
	"(SELECT e.role, s.hash FROM evidence e JOIN finding f ON f.id = e.finding_id "            \
	"LEFT JOIN stack s ON s.id = e.stack_id WHERE f.rule = 'exhaustion' ORDER BY e.position)"

Test(exhaustion, a_call_without_a_number_left_names_who_holds_them)
{
	limit(10);
	fd_open_as(0, NO_STACK, TRACK_FD_CLASS_TERMINAL, TRACK_FD_INHERITED, -1);
	open_some(1, 6, SOCKETS, TRACK_FD_CLASS_UDP);
	open_some(7, 3, FILES, TRACK_FD_CLASS_FILE);
	fd_fail(UINT64_MAX, TRACK_CALL_accept4, ACCEPT, EMFILE);
	judge();
	expect("SELECT what || error || call || subject FROM act", "exhausted24accept4-1");
	expect(FOUND("state || kind || class || count"), "brokenfdudp1");
	expect(FOUND("message"), "accept4 failed with EMFILE: 10 of 10 descriptors in use; 6 UDP "
				 "sockets opened in open_candidate, 3 files, 1 inherited terminal");
	expect(EXHAUSTION,
	       "no descriptor was left at 20528, holder 1: 6 UDP sockets opened at "
	       "20496, holder 2: 3 files opened at 20512, holder 3: 1 inherited terminal");
	expect(FOUND("culprit_function"), "open_candidate");
}

Test(exhaustion, tells_what_was_there_before_the_recording)
{
	limit(3);
	fd_open_as(0, NO_STACK, TRACK_FD_CLASS_TERMINAL, TRACK_FD_INHERITED, -1);
	fd_open_as(1, NO_STACK, TRACK_FD_CLASS_PIPE, TRACK_FD_BEFORE, -1);
	fd_open_as(2, NO_STACK, TRACK_FD_CLASS_PIPE, TRACK_FD_BEFORE, -1);
	fd_fail(UINT64_MAX, TRACK_CALL_socket, ACCEPT, EMFILE);
	judge();
	expect(FOUND("message"), "socket failed with EMFILE: 3 of 3 descriptors in use; 2 earlier "
				 "pipes, 1 inherited terminal");
}

Test(exhaustion, counts_only_what_was_open_at_that_moment)
{
	limit(3);
	open_some(0, 3, FILES, TRACK_FD_CLASS_FILE);
	fd_close(2, FILES);
	fd_open_as(2, FILES, TRACK_FD_CLASS_FILE, 0, -1);
	fd_fail(UINT64_MAX, TRACK_CALL_socket, ACCEPT, EMFILE);
	fd_close(1, FILES);
	fd_open(1, SOCKETS);
	open_some(20, 4, SOCKETS, TRACK_FD_CLASS_UDP);
	judge();
	expect(FOUND("message"), "socket failed with EMFILE: 3 of 3 descriptors in use; 3 files");
}

Test(exhaustion, leaves_out_numbers_above_a_limit_that_was_lowered)
{
	limit(5);
	open_some(3, 2, FILES, TRACK_FD_CLASS_FILE);
	fd_open_as(0, NO_STACK, TRACK_FD_CLASS_PIPE, TRACK_FD_INHERITED, -1);
	open_some(1, 2, SOCKETS, TRACK_FD_CLASS_UDP);
	fd_open_as(700, NO_STACK, TRACK_FD_CLASS_PIPE, TRACK_FD_INHERITED, -1);
	fd_fail(UINT64_MAX, TRACK_CALL_socket, ACCEPT, EMFILE);
	judge();
	expect(FOUND("message"), "socket failed with EMFILE: 5 of 5 descriptors in use; 2 files, 2 "
				 "UDP sockets opened in open_candidate, 1 inherited pipe");
}

Test(exhaustion, many_failing_calls_are_one_finding_that_counts_them)
{
	open_some(3, 2, FILES, TRACK_FD_CLASS_FILE);
	for (int i = 0; i < 16; i++)
		fd_fail(UINT64_MAX, TRACK_CALL_accept4, ACCEPT, EMFILE);
	judge();
	expect(FOUND("count || message"), "16accept4 failed with EMFILE: 2 descriptors in use; 2 "
					  "files; 16 calls or more failed");
}

Test(exhaustion, far_below_the_limit_does_not_claim_that_it_was_reached)
{
	limit(1024);
	open_some(3, 2, FILES, TRACK_FD_CLASS_FILE);
	fd_fail(UINT64_MAX, TRACK_CALL_socket, ACCEPT, EMFILE);
	judge();
	expect(FOUND("message"), "socket failed with EMFILE: 2 descriptors known to be in use, and "
				 "the process's limit is 1024; 2 files");
}

Test(exhaustion, beyond_five_holders_the_others_are_summed_up)
{
	const unsigned classes[] = {TRACK_FD_CLASS_UDP,	  TRACK_FD_CLASS_TCP,
				    TRACK_FD_CLASS_PIPE,  TRACK_FD_CLASS_FILE,
				    TRACK_FD_CLASS_EPOLL, TRACK_FD_CLASS_EVENTFD,
				    TRACK_FD_CLASS_MEMFD};

	for (int i = 0; i < 7; i++)
		open_some((uint64_t)(10 + 10 * i), 8 - i, FILES, classes[i]);
	fd_fail(UINT64_MAX, TRACK_CALL_socket, ACCEPT, ENFILE);
	judge();
	expect(FOUND("message"), "socket failed with ENFILE: 35 descriptors in use; 8 UDP sockets, "
				 "7 TCP sockets, 6 pipes, 14 others");
	expect("SELECT role FROM evidence e JOIN finding f ON f.id = e.finding_id WHERE f.rule = "
	       "'exhaustion' ORDER BY position DESC",
	       "5 others");
}

/* Each mark finds two more sockets and one more file. */
static void grow(int marks, const char *text)
{
	for (int i = 0; i < marks; i++) {
		open_some((uint64_t)(10 + 10 * i), 2, SOCKETS, TRACK_FD_CLASS_UDP);
		open_some((uint64_t)(15 + 10 * i), 1, FILES, TRACK_FD_CLASS_FILE);
		play_mark(text);
	}
}

Test(exhaustion, what_grows_reaches_the_limit_after_so_many_more_marks)
{
	limit(100);
	open_some(3, 1, ACCEPT, TRACK_FD_CLASS_TCP);
	grow(4, "round");
	judge();
	expect(FOUND("state || class || count || '/' || slope"), "growingudp12/3.0");
	expect(FOUND("message"), "3 more descriptors in use at every mark: the limit of 100 is "
				 "reached after 29 more marks (13 in use at the last)");
	expect(EXHAUSTION, "growing 1: UDP sockets, 2 more at every mark, opened at 20496, growing "
			   "2: files, 1 more at every mark, opened at 20512");
}

Test(exhaustion, of_many_sites_that_grow_the_rest_is_counted)
{
	limit(1000);
	for (int i = 0; i < 3; i++) {
		for (unsigned class = TRACK_FD_CLASS_UDP; class < TRACK_FD_CLASS_UDP + 7; class ++)
			open_some((uint64_t)(10 + 10 * i) + class, 1, FILES, class);
		play_mark("round");
	}
	judge();
	expect("SELECT count(*) FROM evidence e JOIN finding f ON f.id = e.finding_id "
	       "WHERE f.rule = 'exhaustion' AND role LIKE 'growing%'",
	       "5");
	expect("SELECT role FROM evidence e JOIN finding f ON f.id = e.finding_id WHERE f.rule = "
	       "'exhaustion' ORDER BY position DESC",
	       "and 2 more sites that grow");
}

Test(exhaustion, marks_that_are_named_sessions_are_called_so)
{
	limit(13);
	grow(4, "Session 1");
	judge();
	expect(FOUND("message"), "3 more descriptors in use at every session: the limit of 13 is "
				 "reached after 1 more session (12 in use at the last)");
}

Test(exhaustion, without_a_known_limit_is_not_forecast)
{
	grow(4, "round");
	judge();
	expect(FOUND("message"), "");
}

Test(exhaustion, of_what_does_not_grow_is_not_forecast)
{
	limit(100);
	open_some(3, 90, SOCKETS, TRACK_FD_CLASS_UDP);
	for (int i = 0; i < 4; i++)
		play_mark("round");
	judge();
	expect(FOUND("message"), "");
}

Test(exhaustion, that_happened_is_not_forecast_as_well)
{
	limit(12);
	grow(4, "round");
	fd_fail(UINT64_MAX, TRACK_CALL_socket, ACCEPT, EMFILE);
	judge();
	expect(FOUND("state"), "broken");
}

Test(exhaustion, of_processes_that_grow_only_in_number_is_not_forecast)
{
	for (uint32_t i = 0; i < 4; i++) {
		play_process(i + 1, OTHER + (int32_t)i, 0, TRACK_ORIGIN_FORK);
		limit(100);
		play_program(&(uint64_t){SOCKETS}, 1);
		fd_open(5, SOCKETS);
		play_mark("round");
	}
	judge();
	expect("SELECT rule || state FROM finding", "fd-leakgrowing");
	expect(FOUND("message"), "");
}

static void bind_to(uint64_t fd, unsigned port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

	play_event((struct collect_event){.op = TRACK_OP_NAME,
					  .kind = TRACK_KIND_FD,
					  .subject = fd,
					  .arg = TRACK_NAME_ARG(TRACK_NAME_LOCAL, sizeof(address)),
					  .data = &address,
					  .data_bytes = sizeof(address)});
}

Test(exhaustion, of_ports_comes_first_where_there_are_fewer)
{
	limit(100000);
	cr_assert_eq(trace_set_meta(play.trace, "port_range", "40000-40099"), 0);
	for (unsigned i = 0; i < 4; i++) {
		fd_open(5 + i, SOCKETS);
		bind_to(5 + i, 40000 + i);
		fd_open_as(50 + i, FILES, TRACK_FD_CLASS_FILE, 0, -1);
		play_mark("round");
	}
	judge();
	expect(FOUND("message"),
	       "1 more ephemeral UDP ports in use at every mark: the limit of 100 "
	       "is reached after 96 more marks (4 in use at the last)");
	expect(EXHAUSTION, "growing 1: UDP sockets, 1 more at every mark, opened at 20496");
}

Test(exhaustion, is_forecast_after_what_grows)
{
	limit(100);
	grow(4, "round");
	judge();
	expect("SELECT group_concat(rule) FROM (SELECT * FROM finding ORDER BY rank)",
	       "fd-leak,fd-leak,exhaustion");
}

Test(exhaustion, of_ports_does_not_concern_sockets_at_ports_of_their_own)
{
	limit(100000);
	cr_assert_eq(trace_set_meta(play.trace, "port_range", "40000-40099"), 0);
	for (unsigned i = 0; i < 4; i++) {
		fd_open(5 + i, SOCKETS);
		bind_to(5 + i, 5000 + i);
		play_mark("round");
	}
	judge();
	expect(FOUND("slope || message"),
	       "1.01 more descriptors in use at every mark: the limit of 100000 is reached after "
	       "99996 more marks (4 in use at the last)");
}
