/* SPDX-License-Identifier: Apache-2.0 */
/* One session. bug: its agents are let go while they close, and nobody waits for that. */
#include "session.inc.c"

static void run_session(gboolean is_bug)
{
	struct side *sides = begin_session();

	close_agent(&sides[0], !is_bug);
	close_agent(&sides[1], !is_bug);
	if (!is_bug)
		g_free(sides);
}

int main(int argc, char **argv)
{
	return run_program(argc, argv, run_session);
}
