/* SPDX-License-Identifier: Apache-2.0 */
/* Acts in a loop: few rows, and the true number. */
#include "script.inc.c"

#include "../../../libtrack/analyze/acts.h"

static const uint64_t places[] = {0x5010, 0x5020};

static void begin(void)
{
	play_begin();
	play_program(places, 2);
}

TestSuite(acts, .init = begin, .fini = play_close);

enum { OBJECT = 0x100, MANY = 3 * ACTS_MAX };

static void tell(unsigned op, uint64_t object, uint64_t class_text, uint64_t stack)
{
	struct track_relation relation = {.text = class_text};

	play_event((struct collect_event){.op = (uint8_t)op,
					  .kind = TRACK_KIND_OBJECT,
					  .subject = object,
					  .stack = stack,
					  .data = &relation,
					  .data_bytes = sizeof(relation)});
}

static void name_classes(void)
{
	cr_assert_eq(play.sink->text(play.sink->ctx, 0, 1, "Candidate"), 0);
	cr_assert_eq(play.sink->text(play.sink->ctx, 0, 2, "Agent"), 0);
}

Test(acts, a_million_over_releases_are_a_thousand_rows)
{
	name_classes();
	tell(TRACK_OP_CREATE, OBJECT, 1, places[0]);
	for (int i = 0; i < MANY; i++)
		tell(TRACK_OP_RELEASE, OBJECT, 0, places[0]);
	play_judge();
	expect("SELECT count(*) FROM act", "1024");
	expect("SELECT message FROM finding",
	       "3072 references to Candidates were released here that were not held");
	expect("SELECT count(*) <= 3 * 1024 FROM evidence", "1");
}

Test(acts, each_place_and_each_class_has_rows_of_its_own)
{
	name_classes();
	tell(TRACK_OP_CREATE, OBJECT, 1, places[0]);
	tell(TRACK_OP_CREATE, OBJECT + 1, 2, places[0]);
	for (int i = 0; i < MANY; i++)
		tell(TRACK_OP_RELEASE, OBJECT, 0, places[0]);
	tell(TRACK_OP_RELEASE, OBJECT, 0, places[1]);
	tell(TRACK_OP_RELEASE, OBJECT + 1, 0, places[0]);
	play_judge();
	expect("SELECT group_concat(class || count) FROM (SELECT * FROM finding WHERE state = "
	       "'broken' "
	       "ORDER BY rank)",
	       "Candidate3072,Candidate1,Agent1");
}

Test(acts, a_number_closed_in_a_loop_is_one_socket)
{
	fd_open(5, places[0]);
	fd_close(5, places[0]);
	for (int i = 0; i < MANY; i++)
		fd_bad_close(5, places[1]);
	play_judge();
	expect("SELECT count(*) FROM act", "1024");
	expect("SELECT message FROM finding",
	       "3072 closes here of 1 UDP socket that had been closed before");
	expect("SELECT count FROM finding", "3072");
}
