/* SPDX-License-Identifier: Apache-2.0 */
/* The table of where threads stand, from what the kernel tells at two looks. */
#include "../collect/log.inc.c"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <errno.h>
#include <image_events.h>
#include <mapped.h>
#include <module_file.h>
#include <pthread.h>
#include <session.h>
#include <stand_kernel.h>
#include <standings.h>
#include <stdlib.h>
#include <symbol/unwind.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "own_libc.inc.c"

#define STANDS 4
#define NOW 1000000000000ull

static char folder[64];
static struct session *session;
static struct unwinder *unwinder;
static struct traced *traced;

/* What the kernel says: at the first look of two, and what is added at the second. */
static struct probe_stand stands[STANDS];
static size_t stand_count;
static uint64_t moves[STANDS];
static uint32_t later_flags;
static size_t looks;
static int refusal;
static struct stand_kernel *kernel; /* NULL: what is above */

static int look(void *context, uint32_t tgid, struct probe_stand **ret_stands, size_t *ret_count)
{
	(void)context;
	if (kernel)
		return stand_kernel_look(kernel, tgid, ret_stands, ret_count);
	struct probe_stand *copy = calloc(STANDS, sizeof(*copy));
	cr_assert(copy != NULL);
	if (refusal) {
		free(copy);
		return refusal;
	}
	memcpy(copy, stands, sizeof(stands));
	for (size_t i = 0; looks % 2 && i < STANDS; i++) {
		copy[i].switches += moves[i];
		copy[i].flags |= later_flags;
	}
	looks++;
	*ret_stands = copy;
	*ret_count = stand_count;
	return 0;
}

static int trace(void *context, uint32_t tgid, uint32_t *ret_image)
{
	(void)context, (void)tgid;
	*ret_image = 1;
	return 0;
}

static void attach(pid_t pid)
{
	cr_assert(eq(int, session_attach(session, (uint32_t)pid), 0));
	traced = session_find(session, (uint32_t)pid);
	session_settle(session, UINT64_MAX - 1);
}

static void begin(void)
{
	strcpy(folder, "/tmp/unit_standings_XXXXXX");
	cr_assert(not(zero(ptr, mkdtemp(folder))));
	cr_assert(eq(int, unwinder_create(&unwinder), 0));
	const struct session_options options = {.folder = folder,
						.cap_bytes = 16 * TRACK_SEGMENT_BYTES,
						.stack_depth = 16,
						.unwinder = unwinder,
						.kernel = {.trace = trace},
						.stands = {.look = look}};
	cr_assert(eq(int, session_create(&options, &session), 0));
}

static void end(void)
{
	char path[400];
	session_destroy(session);
	unwinder_destroy(unwinder);
	DIR *dir = opendir(folder);
	for (struct dirent *entry; (entry = readdir(dir));) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		unlink(path);
	}
	closedir(dir);
	rmdir(folder);
}

TestSuite(standings, .init = begin, .fini = end, .timeout = 60);

/* Of a thread; NULL: nothing is said. */
static const struct track_standing *standing_of(uint32_t tid)
{
	const struct track_spool *header = traced->spool.header;
	const struct track_standing *table =
		(const void *)((const char *)header + header->standings_offset);
	for (uint32_t i = 0; i < header->standing_count; i++)
		if (table[i].tid == tid)
			return &table[i];
	return NULL;
}

static void take_look(void)
{
	cr_assert(eq(int, session_look(session), 0));
}

/* Thread 100 + index sleeps in pthread_mutex_lock; each has been there for a second. */
static void put_waiter(size_t index, const pthread_mutex_t *mutex)
{
	static uint64_t empty[1024];
	stands[index] = (struct probe_stand){
		.tgid = (uint32_t)getpid(),
		.tid = 100 + (uint32_t)index,
		.own_tid = 10 + (int32_t)index,
		.flags = PROBE_STAND_BLOCKED | PROBE_STAND_AGED,
		.switches = 7,
		.time_ns = NOW,
		.age_ns = 1000000000,
		.call = SYS_futex,
		.registers = {.ip = own_libc_function("pthread_mutex_lock") + 8}};
	stands[index].registers.dwarf[7] = (uintptr_t)empty;
	stands[index].registers.dwarf[5] = (uintptr_t)mutex;
	stands[index].registers.dwarf[4] = 128;
	if (stand_count <= index)
		stand_count = index + 1;
}

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER, second = PTHREAD_MUTEX_INITIALIZER;

static void put_circle(void)
{
	first.__data.__lock = second.__data.__lock = 2;
	first.__data.__owner = 10;
	second.__data.__owner = 11;
	put_waiter(0, &second);
	put_waiter(1, &first);
	attach(getpid());
}

Test(standings, who_waits_and_who_holds)
{
	put_circle();
	take_look();
	const struct track_standing *one = standing_of(100), *other = standing_of(101);
	cr_assert(one && other);
	cr_assert(eq(u32, one->wait, TRACK_WAIT_MUTEX));
	cr_assert(eq(u64, one->subject, (uintptr_t)&second));
	cr_assert(eq(u64, one->since_ns, NOW - 1000000000));
	cr_assert(ne(u64, one->stack, 0));
	cr_assert(eq(u32, one->flags, 0));
	cr_assert(eq(u32, one->held_count, 1));
	cr_assert(eq(u64, one->held[0].lock, (uintptr_t)&first));
	cr_assert(eq(u32, one->held[0].mode, TRACK_WAIT_MUTEX));
	cr_assert(eq(u64, one->held[0].caller, 0));
	cr_assert(eq(u64, other->held[0].lock, (uintptr_t)&second));
}

Test(standings, a_lock_that_many_wait_for_is_held_once)
{
	put_circle();
	put_waiter(2, &second);
	put_waiter(3, &second);
	take_look();
	cr_assert(eq(u32, standing_of(101)->held_count, 1));
	cr_assert(eq(u32, standing_of(103)->held_count, 0));
}

Test(standings, a_holder_that_is_not_there_has_no_row)
{
	put_circle();
	first.__data.__owner = 4711;
	take_look();
	cr_assert(eq(u32, standing_of(100)->held_count, 0));
	cr_assert(eq(u32, standing_of(101)->wait, TRACK_WAIT_MUTEX));
}

Test(standings, a_holder_that_is_nowhere_any_more_is_told)
{
	put_circle();
	stands[0].tid = (uint32_t)getpid();
	stands[0].own_tid = getpid();
	second.__data.__owner = 0x7ffffff0;
	take_look();
	const struct track_standing *gone = standing_of(0x7ffffff0);
	cr_assert(gone != NULL);
	cr_assert(eq(u32, gone->wait, TRACK_WAIT_NONE));
	cr_assert(eq(u32, gone->flags, TRACK_STANDING_ENDED));
	cr_assert(eq(u64, gone->held[0].lock, (uintptr_t)&second));
	second.__data.__owner = 0;
	take_look();
	cr_assert(standing_of(0x7ffffff0) == NULL);
}

Test(standings, who_moves_while_we_look_runs)
{
	put_circle();
	moves[0] = 1;
	take_look();
	const struct track_standing *moved = standing_of(100);
	cr_assert(eq(u32, moved->wait, TRACK_WAIT_NONE));
	cr_assert(eq(u32, moved->flags, TRACK_STANDING_RUNNING));
	cr_assert(eq(u32, standing_of(101)->held_count, 0));
	cr_assert(eq(u32, standing_of(101)->wait, TRACK_WAIT_MUTEX));
}

Test(standings, who_stands_as_he_stood_is_not_written_again)
{
	put_circle();
	take_look();
	uint32_t sequence = standing_of(100)->sequence;
	uint64_t since_ns = standing_of(100)->since_ns;
	cr_assert(eq(u32, sequence % 2, 0));
	for (size_t i = 0; i < STANDS; i++) {
		stands[i].time_ns += 5000;
		stands[i].age_ns += 4000;
	}
	take_look();
	cr_assert(eq(u32, standing_of(100)->sequence, sequence));
	cr_assert(eq(u64, standing_of(100)->since_ns, since_ns));
	stands[0].switches++;
	take_look();
	cr_assert(gt(u32, standing_of(100)->sequence, sequence));
	cr_assert(eq(u64, standing_of(100)->since_ns, since_ns + 1000));
}

Test(standings, without_the_scheduler_s_word_it_is_since_the_first_look)
{
	put_circle();
	stands[0].flags = PROBE_STAND_BLOCKED;
	take_look();
	stands[0].time_ns += 5000;
	take_look();
	cr_assert(eq(u64, standing_of(100)->since_ns, NOW));
}

Test(standings, of_a_thread_that_is_gone_nothing_is_said)
{
	put_circle();
	take_look();
	stand_count = 1;
	take_look();
	cr_assert(standing_of(100) != NULL);
	cr_assert(standing_of(101) == NULL);
	standings_thread_ended(traced, 100);
	cr_assert(standing_of(100) == NULL);
}

Test(standings, only_a_signal_ends_it_where_they_stood)
{
	put_circle();
	take_look();
	standings_end(traced, true);
	cr_assert(standing_of(100) != NULL);
	standings_end(traced, false);
	cr_assert(standing_of(100) == NULL);
	cr_assert(standing_of(101) == NULL);
}

Test(standings, a_process_without_threads_was_not_looked_at)
{
	put_circle();
	take_look();
	stand_count = 0;
	take_look();
	cr_assert(standing_of(100) != NULL);
}

/* Its threads go one by one, each on its own processor. */
Test(standings, of_a_process_that_ends_is_left_what_was_seen_before)
{
	put_circle();
	take_look();
	stand_count = 1;
	stands[0].flags |= PROBE_STAND_ENDS;
	take_look();
	cr_assert(eq(u32, standing_of(100)->wait, TRACK_WAIT_MUTEX));
	cr_assert(eq(u32, standing_of(101)->wait, TRACK_WAIT_MUTEX));
}

Test(standings, a_process_that_ends_while_we_look_too)
{
	put_circle();
	take_look();
	stand_count = 1;
	later_flags = PROBE_STAND_ENDS;
	take_look();
	cr_assert(standing_of(101) != NULL);
	cr_assert(eq(u32, standing_of(101)->wait, TRACK_WAIT_MUTEX));
}

Test(standings, what_the_kernel_refuses_is_said)
{
	put_circle();
	refusal = -EPERM;
	cr_assert(eq(int, session_look(session), -EPERM));
	refusal = -ESRCH;
	cr_assert(eq(int, session_look(session), 0));
}

Test(standings, who_runs_on_a_processor_has_the_frame_that_was_seen)
{
	put_circle();
	stands[0].flags = PROBE_STAND_ON_CPU;
	stands[0].call = -1;
	take_look();
	cr_assert(eq(u32, standing_of(100)->flags, TRACK_STANDING_RUNNING));
	cr_assert(ne(u64, standing_of(100)->stack, 0));
}

Test(standings, where_code_of_go_sleeps_nothing_is_concluded)
{
	put_circle();
	const struct module *libc =
		mapped_find(&traced->modules, own_libc_function("pthread_mutex_lock"));
	((struct module_file *)(uintptr_t)libc->file)->is_go = true;
	take_look();
	cr_assert(eq(u32, standing_of(100)->wait, TRACK_WAIT_NONE));
	cr_assert(eq(u32, standing_of(101)->held_count, 0));
}

Test(standings, exit_began_when_somebody_is_seen_inside_of_it)
{
	put_circle();
	take_look();
	cr_assert(eq(u64, traced->spool.header->exit_begun_ns, 0));
	stands[1].registers.ip = own_libc_function("exit") + 4;
	stands[1].switches++;
	take_look();
	cr_assert(eq(u64, traced->spool.header->exit_begun_ns, NOW - 1000000000));
	cr_assert(eq(u32, traced->spool.header->exit_tid, 101));
}

/* The same by the kernel: a child whose two threads wait for each other, and which nobody stops. */
static int ready[2];

static void *take_other_order(void *unused)
{
	pthread_mutex_lock(&second);
	pthread_mutex_lock(&first);
	return unused;
}

static void hang(void)
{
	pthread_t other;
	pthread_mutex_lock(&first);
	if (pthread_create(&other, NULL, take_other_order, NULL))
		_exit(2);
	while (!__atomic_load_n(&second.__data.__owner, __ATOMIC_ACQUIRE))
		usleep(100);
	(void)!write(ready[1], "x", 1);
	pthread_mutex_lock(&second);
	_exit(1);
}

static bool is_circle(void)
{
	const struct track_spool *header = traced->spool.header;
	const struct track_standing *table =
		(const void *)((const char *)header + header->standings_offset);
	return table[0].wait == TRACK_WAIT_MUTEX && table[1].wait == TRACK_WAIT_MUTEX &&
	       table[0].held_count == 1 && table[1].held_count == 1 &&
	       table[0].held[0].lock == table[1].subject &&
	       table[1].held[0].lock == table[0].subject;
}

Test(standings, a_circle_is_seen_from_outside)
{
	char why[256], byte;
	if (stand_kernel_create(&kernel, why, sizeof(why)))
		cr_skip_test("nobody can look here: %s", why);
	cr_assert(eq(int, pipe(ready), 0));
	pid_t child = fork();
	if (!child)
		hang();
	cr_assert(eq(int, (int)read(ready[0], &byte, 1), 1));
	attach(child);
	do
		take_look();
	while (!is_circle());
	const struct track_standing *main_thread = standing_of((uint32_t)child);
	cr_assert(eq(u64, main_thread->subject, (uintptr_t)&second));
	cr_assert(gt(u64, main_thread->since_ns, 0));
	cr_assert(eq(int, waitpid(child, NULL, WNOHANG), 0));
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	stand_kernel_destroy(kernel);
}
