/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Says everything that track.h can say, once, and prints it as live_records reads
 * it back. Where more is done around it (a handler, a child), that is one line too.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <track/track.h>
#include <unistd.h>

static char object, callback, task, timer, scope, lock, waited, late, handler;

/* Each thing that can be said, and what is read of it. Scope and object stay until say_ends. */
static void say_births(void)
{
	track_scope_open(&scope, "Connection", TRACK_MUST_CLOSE | TRACK_QUIET);
	puts("open scope#1 Connection c stack");
	track_name(track_scope(&scope), "peer 1");
	puts("name scope#1 peer 1");
	track_scope_call(&scope);
	puts("call scope#1");
	track_object_create(&object, "Candidate");
	puts("create object#2 Candidate stack");
	track_own(track_scope(&scope), track_object(&object));
	puts("own object#2 -> scope#1");
	track_retain(&object, "checklist", track_scope(&scope));
	puts("retain object#2 checklist -> scope#1 stack");
	track_scope_called(&scope);
	puts("call scope#1 40000000");
}

static void say_callback(void)
{
	track_callback_arm(&callback, "onOpen", TRACK_ONE_SHOT);
	puts("arm callback#3 onOpen 1 stack");
	track_needs(track_callback(&callback), track_object(&object));
	puts("needs callback#3 -> object#2");
	track_callback_enter(&callback);
	puts("fire callback#3 stack");
	track_callback_leave(&callback);
	puts("fire callback#3 40000000");
	track_callback_cancel(&callback);
	puts("cancel callback#3 stack");
	track_callback_release(&callback);
	puts("destroy callback#3 stack");
}

/* The timer wakes the task. */
static void say_task_and_timer(void)
{
	track_task_spawn(&task, "query");
	puts("create task#4 query stack");
	track_task_poll(&task);
	puts("poll task#4");
	track_waker_made(&task, "timer", track_timer(&timer));
	puts("retain task#4 timer -> timer#5 20 stack");
	track_task_polled(&task);
	puts("poll task#4 40000000");
	track_timer_arm(&timer, "RTO");
	puts("arm timer#5 RTO 1 stack");
	track_timer_fire(&timer);
	puts("fire timer#5 stack");
	track_task_wake(&task);
	puts("wake task#4");
	track_waker_gone(&task, "timer", track_timer(&timer));
	puts("release task#4 timer -> timer#5 20 stack");
	track_timer_cancel(&timer);
	puts("cancel timer#5 stack");
	track_task_done(&task);
	puts("done task#4");
}

static void say_uses(void)
{
	track_use(track_object(&object));
	puts("use object#2 stack");
	track_block(track_lock(&lock), "mutex");
	puts("block lock#6 mutex stack");
	track_unblock(track_lock(&lock));
	puts("unblock lock#6");
	track_needs(track_scope(&scope), track_fd(0x7ffffff));
	puts("needs scope#1 -> fd");
	track_own(track_scope(&scope), track_fd(0x7ffffff));
	puts("own fd -> scope#1");
}

static void say_ends(void)
{
	track_release(&object, "checklist", track_scope(&scope));
	puts("release object#2 checklist -> scope#1 stack");
	track_object_destroy(&object);
	puts("destroy object#2 stack");
	track_scope_close(&scope);
	puts("close scope#1 stack");
	track_scope_closed(&scope);
	puts("close scope#1 40000000");
	track_scope_destroy(&scope);
	puts("destroy scope#1 stack");
}

/* What belongs to no thing. */
static void say_the_rest(void)
{
	track_plumbing("run/object.c");
	puts("plumbing object run/object.c");
	track_mark("end of session 1");
	puts("mark end of session 1");
}

/* Of a kind that has no words of its own. */
static void say_plainly(void)
{
	track_create(track_object(&object), "Candidate");
	puts("create object#2 Candidate stack");
	track_destroy(track_object(&object));
	puts("destroy object#2 stack");
}

static void call(const char *said)
{
	track_callback_enter(&handler);
	if (said)
		puts(said);
	track_callback_leave(&handler);
}

/* Of calls that are all alike the first are told, and where something happens inside of them. */
static void say_again(void)
{
	track_callback_arm(&handler, "onMessage", 0);
	puts("arm callback#7 onMessage stack");
	for (int i = 0; i < 16; i++) {
		call("fire callback#7 stack");
		puts("fire callback#7 40000000");
	}
	for (int i = 0; i < 5; i++)
		call(NULL);
	track_callback_enter(&handler);
	puts("fire callback#7 20000000");
	track_use(track_object(&late));
	puts("use object#8 stack");
	track_callback_leave(&handler);
	puts("fire callback#7 40000000");
	track_scope_close(&scope);
	puts("close scope#1 stack");
	call("fire callback#7 600000000 stack");
	puts("fire callback#7 40000000");
	track_callback_release(&handler);
	puts("destroy callback#7 stack");
}

static void on_signal(int number)
{
	(void)number;
	track_use(track_object(&waited));
}

static void *on_thread(void *arg)
{
	track_task_wake(&waited);
	return arg;
}

static void at_end(void)
{
	track_use(track_object(&late));
}

int main(void)
{
	pthread_t thread;
	say_births();
	say_callback();
	say_task_and_timer();
	say_uses();
	say_ends();
	say_plainly();
	say_the_rest();
	say_again();
	signal(SIGUSR1, on_signal);
	raise(SIGUSR1);
	puts("use object#9 stack");
	pthread_create(&thread, NULL, on_thread, NULL);
	pthread_join(thread, NULL);
	puts("wake task#9");
	pid_t child = vfork(); /* its words are not ours */
	if (child == 0) {
		track_use(track_object(&waited));
		_exit(0);
	}
	waitpid(child, NULL, 0);
	track_task_poll(&waited);
	puts("poll task#9");
	atexit(at_end);
	puts("use object#8 stack");
	return 0;
}
