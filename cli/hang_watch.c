/* SPDX-License-Identifier: Apache-2.0 */
#include "hang_watch.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "options.h"
#include "output.h"
#include "say.h"

#define LOOK_NS 1000000000ull
#define PAUSE_MAX_NS 600000000000ull
#define STUCK_PAUSE_MAX_NS 60000000000ull
#define WORDS_MAX 24

void hang_watch_start(struct hang_watch *watch, const struct options *options, const char *base)
{
	*watch = (struct hang_watch){
		.options = options,
		.base = base,
		.hang_after_ns = options->hang_after_ns == ROAD_TIME_UNSET ? ROAD_HANG_AFTER_NS
									   : options->hang_after_ns,
		.pause_ns = LOOK_NS,
		.stuck_pause_ns = LOOK_NS,
		.text = -1,
	};
}

/* A close that was begun so long ago, and was not looked at yet. */
static bool is_overdue(const struct hang_watch *watch, uint64_t now_ns, uint64_t pending_ns)
{
	return pending_ns && pending_ns != watch->pending_ns &&
	       pending_ns + watch->hang_after_ns <= now_ns;
}

static uint64_t longer(uint64_t pause_ns, uint64_t most_ns)
{
	return pause_ns < most_ns / 2 ? 2 * pause_ns : most_ns;
}

/* What moves on and is stuck again is looked at ever less often too. */
static bool is_stuck_anew(struct hang_watch *watch, uint64_t now_ns, uint64_t stuck)
{
	if (!stuck || stuck == watch->stuck || now_ns < watch->stuck_next_ns)
		return false;
	watch->stuck = stuck;
	watch->stuck_next_ns = now_ns + watch->stuck_pause_ns;
	watch->stuck_pause_ns = longer(watch->stuck_pause_ns, STUCK_PAUSE_MAX_NS);
	return true;
}

static bool watches(const struct hang_watch *watch)
{
	return watch->options && output_speaks(watch->options) && watch->hang_after_ns &&
	       !watch->why;
}

bool hang_watch_peeks(struct hang_watch *watch, uint64_t now_ns, uint64_t *ret_before_ns)
{
	if (!watches(watch) || now_ns < watch->peek_ns || now_ns < watch->hang_after_ns)
		return false;
	watch->peek_ns = now_ns + LOOK_NS;
	*ret_before_ns = now_ns - watch->hang_after_ns;
	return true;
}

bool hang_watch_is_due(struct hang_watch *watch, uint64_t now_ns, uint64_t pending_ns,
		       uint64_t stuck)
{
	if (!watches(watch))
		return false;
	if (is_stuck_anew(watch, now_ns, stuck))
		return true;
	if (is_overdue(watch, now_ns, pending_ns)) {
		watch->pending_ns = pending_ns;
		watch->pause_ns = LOOK_NS;
	} else if (now_ns < watch->next_ns) {
		return false;
	}
	watch->next_ns = now_ns + watch->pause_ns;
	watch->pause_ns = longer(watch->pause_ns, PAUSE_MAX_NS);
	return true;
}

/* A word of the command line, with its value. */
static void add(const char **words, size_t *count, const char *option, const char *value)
{
	if (!value || *count + 3 > WORDS_MAX)
		return;
	words[(*count)++] = option;
	if (value[0])
		words[(*count)++] = value;
}

static int spawn(struct hang_watch *watch, char *const *words, pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int r;

	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_setsigmask(&attributes, &none);
	/* What the terminal sends to the program and us is not for it. */
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", 0, 0);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", 1, 0);
	posix_spawn_file_actions_adddup2(&actions, watch->text, STDOUT_FILENO);
	r = posix_spawn(ret_pid, "/proc/self/exe", &actions, &attributes, words, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return -r;
}

static int ask_why(struct hang_watch *watch)
{
	const struct options *options = watch->options;
	const char *words[WORDS_MAX + 1] = {"rtctrack", "why", NULL};
	char pid[16], hang_after[32];
	size_t count = 2;
	int r;

	snprintf(pid, sizeof(pid), "%" PRId32, watch->suspect.pid);
	snprintf(hang_after, sizeof(hang_after), "%.9f", (double)watch->hang_after_ns / 1e9);
	add(words, &count, "--spool-dir", watch->base);
	add(words, &count, "--hang-after", hang_after);
	add(words, &count, "--sysroot", options->sysroot);
	add(words, &count, "--debug-dir", options->debug_folders);
	add(words, &count, "--full-stacks", options->full_stacks ? "" : NULL);
	add(words, &count, "--redact", options->redact ? "" : NULL);
	words[count++] = pid;
	words[count] = NULL;
	watch->text = memfd_create("rtctrack-why", MFD_CLOEXEC);
	if (watch->text < 0)
		return -errno;
	r = spawn(watch, (char *const *)words, &watch->why);
	if (r < 0) {
		watch->why = 0;
		close(watch->text);
		watch->text = -1;
	}
	return r;
}

int hang_watch_judge(struct hang_watch *watch, struct trace *trace, uint64_t now_ns)
{
	int r = 0;

	if (now_ns > watch->hang_after_ns)
		r = suspect_find(trace, now_ns - watch->hang_after_ns, &watch->told,
				 &watch->suspect);
	if (r <= 0)
		return r;
	watch->asked_ns = now_ns;
	/* What cannot be explained now is so at the end. */
	(void)ask_why(watch);
	return 0;
}

bool hang_watch_found(struct hang_watch *watch)
{
	int status;

	if (!watch->why || waitpid(watch->why, &status, WNOHANG) == 0)
		return false;
	watch->why = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FINDINGS)
		return true;
	close(watch->text);
	watch->text = -1;
	return false;
}

void hang_watch_tell(struct hang_watch *watch)
{
	const struct suspect *suspect = &watch->suspect;
	char bytes[4096];
	ssize_t length;

	say(NULL, "%s for %.0f s; it is left alone (rtctrack why %" PRId32 " explains it again)",
	    suspect->what, (double)(watch->asked_ns - suspect->since_ns) / 1e9, suspect->pid);
	lseek(watch->text, 0, SEEK_SET);
	while ((length = read(watch->text, bytes, sizeof(bytes))) > 0)
		fwrite(bytes, 1, (size_t)length, stderr);
	fflush(stderr);
	close(watch->text);
	watch->text = -1;
	watch->hangs = true;
	/* Without memory it is told again. */
	(void)u64map_put(&watch->told, (uint64_t)suspect->pid, 1);
}

void hang_watch_finish(struct hang_watch *watch)
{
	if (watch->why) {
		kill(watch->why, SIGKILL);
		waitpid(watch->why, NULL, 0);
	}
	if (watch->options && watch->text >= 0)
		close(watch->text);
	u64map_finish(&watch->told);
	*watch = (struct hang_watch){0};
}
