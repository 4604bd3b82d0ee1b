/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every text of its trace is one that a page must not take for anything but text: classes, tags,
 * names, marks, threads, paths of sockets, source files, functions. What is forgotten is forgotten
 * of each.
 *
 *     page_hostile [ARGUMENT...]
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <track/track.h>
#include <unistd.h>

enum { GRACE_S = 1, GRACE_NS = 300000000 };

/* clang-format off */
static const char *const texts[] = {
	"<img src=x onerror=hostile()>",
	"</script><script>hostile()</script>",
	"\"><svg onload=hostile()>",
	"javascript:hostile()",
	"${hostile()} {{hostile()}} <%= hostile() %>",
	"' OR 1=1; DROP TABLE resource; --",
	"__proto__",
	"constructor",
	"&lt;b&gt; &amp; &#x3c;script&#x3e;",
	"<!-- <![CDATA[ ]]> -->",
	"right \xe2\x80\xae to left \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d",
	"line\nfeed\r\n\ttab \x1b[31mred\x07",
	"emoji \xf0\x9f\x94\xa5\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb zero\xe2\x80\x8bwidth",
	"no UTF-8 \xff\xfe\xc3(",
	"zalgo Z\xcd\x91\xcd\xab\xcd\x83\xcd\xaa\xcc\x82\xcd\xab\xcc\xbd\xcd\x8f\xcc\xb4\xcc\x99\xcc\xa4",
	"a_very_long_name_without_a_space_in_it_that_goes_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on"
	"_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_to_the_end",
	"50%s %n %d 100% \\u003c \\x3c \\",
	"-1e309",
	" ",
	"",
};
/* clang-format on */
enum { TEXTS = sizeof(texts) / sizeof(*texts) };

static char scopes[TEXTS], agents[TEXTS], objects[TEXTS], callbacks[TEXTS], tasks[TEXTS],
	timers[TEXTS];

/* A name of the file system, or one of the other sort, which has a zero byte in front. */
__attribute__((noinline)) static int bind_named(const char *text, int number)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "%d%s", number, text);
	bind(fd, (struct sockaddr *)&address, sizeof(address));
	return fd;
}

static void *stay(void *text)
{
	prctl(PR_SET_NAME, text);
	pause();
	return NULL;
}

#line 7 "<img src=x onerror=hostile()>/${hostile()}/a b&c#d?e.c"
__attribute__((noinline)) void forget_all(int i) __asm__("\"<img src=x onerror=hostile()>\"");
__attribute__((noinline)) void forget_all(int i)
{
	const char *text = texts[i];
	pthread_t thread;
	int fd;

	track_scope_open(&scopes[i], text, TRACK_MUST_CLOSE);
	track_name(track_scope(&scopes[i]), text);
	track_scope_open(&agents[i], text, 0);
	track_own(track_scope(&scopes[i]), track_scope(&agents[i]));
	track_object_create(&objects[i], text);
	track_name(track_object(&objects[i]), text);
	track_own(track_scope(&agents[i]), track_object(&objects[i]));
	track_retain(&objects[i], text, track_scope(&agents[i]));
	track_callback_arm(&callbacks[i], text, TRACK_ONE_SHOT);
	track_own(track_scope(&agents[i]), track_callback(&callbacks[i]));
	track_task_spawn(&tasks[i], text);
	track_own(track_scope(&agents[i]), track_task(&tasks[i]));
	track_timer_arm(&timers[i], text);
	track_own(track_scope(&agents[i]), track_timer(&timers[i]));
	fd = bind_named(text, i);
	track_own(track_object(&objects[i]), track_fd(fd));
	track_name(track_fd(fd), text);
	if (pthread_create(&thread, NULL, stay, (void *)(size_t)text) == 0)
		track_own(track_scope(&agents[i]), track_thread((uint64_t)thread));
	track_block(track_object(&objects[i]), text);
	track_unblock(track_object(&objects[i]));
	track_mark(text);
}

#line 6 "</script><script>hostile()</script>.c"
__attribute__((noinline)) void close_all(int i) __asm__("\"</script><script>hostile()</script>\"");
__attribute__((noinline)) void close_all(int i)
{
	track_scope_close(&scopes[i]);
	track_scope_close(&agents[i]);
	track_scope_closed(&agents[i]);
	track_scope_closed(&scopes[i]);
}

#line 2 "javascript:hostile()//\u202E.c"
int main(void)
{
	const struct timespec grace = {GRACE_S, GRACE_NS};
	int i;

	for (i = 0; i < TEXTS; i++)
		forget_all(i);
	for (i = 0; i < TEXTS; i++)
		close_all(i);
	close(1 << 20);
	nanosleep(&grace, NULL);
	_exit(0);
}
