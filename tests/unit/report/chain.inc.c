/* SPDX-License-Identifier: Apache-2.0 */
/* The fixture's sockets as a leak: the first belongs to a candidate that somebody holds. */
#include "fixture.inc.c"

/* Row 10: a scope, row 11: an object that it owns, and that owns the first socket (row 1). */
static inline struct trace *make_chain_of_depth(size_t depth)
{
	static const char things[] =
		"INSERT INTO resource (id, process_id, kind, class, subject, generation, birth_ns,"
		" birth_tid, birth_call, inherited, owner_id, name, refs, traits, closed_ns) VALUES"
		" (10, 1, 'scope', 'Connection', 256, 1, 10000000000, 1, '', 0, NULL, NULL, NULL,"
		" 'must-close', 11000000000),"
		" (11, 1, 'object', 'Candidate', 512, 1, 10500000000, 1, '', 0, 10, 'host', 5,"
		" NULL, NULL)";
	static const char evidence[] =
		"INSERT INTO evidence VALUES"
		" (1, 1, 1, NULL, 1, 'created at'),"
		" (1, 2, 11, NULL, 1, 'it belongs to the Candidate ''host'', created at'),"
		" (1, 3, 11, NULL, 1, 'held by \"checklist\": 2 of 5 released, taken at'),"
		" (1, 4, 11, NULL, NULL, 'it is pending'),"
		" (1, 5, 10, NULL, 1, 'its Connection was closed at')";
	struct trace *trace = make_trace(depth);

	execute(trace, "%s", things);
	execute(trace, "UPDATE resource SET owner_id = 11 WHERE id = 1");
	execute(trace, "UPDATE finding SET state = 'leaked'");
	execute(trace, "DELETE FROM evidence WHERE position = 7");
	execute(trace, "%s", evidence);
	return trace;
}

static inline struct trace *make_chain(void)
{
	return make_chain_of_depth(3);
}
