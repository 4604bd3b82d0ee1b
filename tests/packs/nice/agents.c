/* SPDX-License-Identifier: Apache-2.0 */
/* Fifty sessions. bug: in the middle one nobody lets go of one of the agents. */
#include "session.inc.c"

enum { SESSIONS = 50, BAD_SESSION = 25 };

static void run_sessions(gboolean is_bug)
{
	for (int i = 0; i < SESSIONS && !is_late; i++) {
		struct side *sides = begin_session();
		gboolean is_forgotten = is_bug && i == BAD_SESSION;

		close_agent(&sides[0], TRUE);
		if (is_forgotten)
			continue;
		close_agent(&sides[1], TRUE);
		g_free(sides);
	}
}

int main(int argc, char **argv)
{
	return run_program(argc, argv, run_sessions);
}
