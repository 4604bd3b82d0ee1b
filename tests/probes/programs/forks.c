/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forks leak|close: tells of scopes by track.h before and after forks, in parent, children and
 * grandchildren: what a probe did to the parent's code its children run. The last child forgets
 * one.
 */
#include "forget.h"

#include <sys/wait.h>
#include <track/track.h>

enum { DEPTH = 3, TURNS = 50 };

static FRAME void use_scope(void *scope)
{
	track_scope_open(scope, "Session", TRACK_MUST_CLOSE);
	for (int i = 0; i < TURNS; i++) {
		track_retain(scope, "turn", track_nobody());
		track_release(scope, "turn", track_nobody());
	}
	track_scope_close(scope);
	track_scope_closed(scope);
	track_scope_destroy(scope);
	STAY();
}

static FRAME void forget_scope(bool leak)
{
	static char scope;

	track_scope_open(&scope, "Session", TRACK_MUST_CLOSE);
	if (!leak) {
		track_scope_close(&scope);
		track_scope_closed(&scope);
		track_scope_destroy(&scope);
	}
	STAY();
}

/* Exits with what the deepest child did. */
static int fork_deeper(int depth, bool leak)
{
	char scope;
	int status;

	use_scope(&scope);
	if (!depth) {
		forget_scope(leak);
		return 9;
	}
	pid_t pid = fork();
	need(pid >= 0, "fork");
	if (!pid)
		exit(fork_deeper(depth - 1, leak));
	use_scope(&scope);
	need(waitpid(pid, &status, 0) == pid, "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	return fork_deeper(DEPTH, wants_leak(argc, argv));
}
