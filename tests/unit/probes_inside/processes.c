/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel's programs tell of processes, threads and what they map. */
#include "play.inc.c"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

TestSuite(processes, .init = set_stage, .fini = clear_stage, .timeout = 60);

static void fork_and_exec(void)
{
	int fd = open("/dev/null", O_RDONLY);
	dup2(fd, 140);
	fcntl(140, F_SETFD, FD_CLOEXEC);
	dup2(fd, 141);
	pid_t pid = fork();
	if (!pid) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(1);
	}
	said->values[0] = (uint64_t)pid;
	waitpid(pid, NULL, 0);
	_exit(7);
}

static const struct probe_bits *bits_of(enum probe_bits_why why, uint32_t image)
{
	for (size_t i = 0; i < count_of(PROBE_BITS_OPEN); i++) {
		const struct probe_bits *bits = nth(PROBE_BITS_OPEN, i);
		if (bits->why == (uint32_t)why && bits->head.image == image)
			return bits;
	}
	return NULL;
}

static bool is_open(const struct probe_bits *bits, unsigned fd)
{
	cr_assert(bits);
	return bits->open[fd / 64] >> fd % 64 & 1;
}

Test(processes, a_child_is_followed_into_its_next_image)
{
	perform(fork_and_exec);
	const struct probe_fork *fork = nth(PROBE_FORK, 0);
	const struct probe_exec *exec = nth(PROBE_EXEC, 0);
	const struct probe_end *child = nth(PROBE_END, 0), *parent = nth(PROBE_END, 1);
	cr_assert(fork && exec && child && parent);
	cr_assert_eq(fork->head.tgid, (uint32_t)stage.pid);
	cr_assert_eq(fork->child_tgid, said->values[0]);
	cr_assert_eq(fork->flags, 0);
	cr_assert_eq(bits_of(PROBE_BITS_FORK, fork->child_image)->head.epoch, fork->head.epoch);
	cr_assert_neq(fork->child_image, stage.image);
	cr_assert_eq(exec->head.tgid, fork->child_tgid);
	cr_assert_eq(exec->old_image, fork->child_image);
	cr_assert_neq(exec->head.image, exec->old_image);
	cr_assert_neq(exec->head.epoch, fork->head.epoch);
	cr_assert_str_eq(exec->path.text, "/bin/true");
	cr_assert_eq(exec->parent, (uint32_t)stage.pid);
	cr_assert_neq(exec->entry, 0);
	cr_assert_neq(exec->base, 0);
	struct stat st;
	cr_assert_eq(stat("/bin/true", &st), 0);
	cr_assert_eq(exec->ino, st.st_ino);
	cr_assert_eq(exec->dev, major(st.st_dev) << 20 | minor(st.st_dev));
	cr_assert_eq(child->head.image, exec->head.image);
	cr_assert_eq(child->status, 0);
	cr_assert_eq(parent->head.image, stage.image);
	cr_assert_eq(parent->status, 7 << 8);
}

Test(processes, each_image_begins_with_its_open_numbers_and_ends_with_them)
{
	perform(fork_and_exec);
	const struct probe_fork *fork = nth(PROBE_FORK, 0);
	const struct probe_exec *exec = nth(PROBE_EXEC, 0);
	const struct probe_bits *forked = bits_of(PROBE_BITS_FORK, fork->child_image);
	cr_assert(is_open(forked, 140) && is_open(forked, 141) && !is_open(forked, 142));
	const struct probe_bits *executed = bits_of(PROBE_BITS_EXEC, exec->head.image);
	cr_assert(!is_open(executed, 140) && is_open(executed, 141));
	const struct probe_bits *ended = bits_of(PROBE_BITS_END, stage.image);
	cr_assert(is_open(ended, 140) && is_open(ended, 141));
}

static void be_killed(void)
{
	open("/dev/null", O_RDONLY);
	kill(getpid(), SIGKILL);
}

Test(processes, who_is_killed_has_a_last_look_too)
{
	perform(be_killed);
	const struct probe_end *end = nth(PROBE_END, 0);
	const struct probe_open *open = nth(PROBE_OPEN, 0);
	cr_assert(end && open);
	cr_assert_eq(end->status & 127, SIGKILL);
	cr_assert(is_open(bits_of(PROBE_BITS_END, stage.image), (unsigned)open->fd));
	cr_assert_eq(count_of(PROBE_EXITING), 0);
	struct probe_traced traced;
	cr_assert_eq(engine_traced(stage.engine, (uint32_t)stage.pid, &traced), -ENOENT);
}

static void *thread_of_its_own(void *arg)
{
	(void)arg;
	prctl(PR_SET_NAME, "renamed");
	said->values[0] = pthread_self();
	said->values[1] = (uint64_t)gettid();
	return NULL;
}

static void *waits(void *arg)
{
	pause();
	return arg;
}

static void make_threads(void)
{
	pthread_t thread;
	pthread_create(&thread, NULL, thread_of_its_own, NULL);
	pthread_join(thread, NULL);
	pthread_create(&thread, NULL, waits, NULL);
	exit(3);
}

Test(processes, threads_are_told_by_their_pthread)
{
	perform(make_threads);
	const struct probe_fork *fork = nth(PROBE_FORK, 0);
	const struct probe_thread_end *end = nth(PROBE_THREAD_END, 0),
				      *other = nth(PROBE_THREAD_END, 1);
	cr_assert(fork && end);
	cr_assert(fork->flags & PROBE_FORK_THREAD);
	cr_assert_eq(fork->child_tgid, (uint32_t)stage.pid);
	cr_assert_eq(fork->child_tid, (uint32_t)said->values[1]);
	cr_assert_eq(fork->thread_pointer, said->values[0]);
	cr_assert_eq(fork->head.stack_how, PROBE_STACK_SNAPSHOT);
	cr_assert_eq(end->head.tid, fork->child_tid);
	cr_assert_eq(end->thread_pointer, said->values[0]);
	cr_assert_eq(end->head.flags, 0);
	cr_assert(!other || other->head.flags == PROBE_WITH_ALL);
	const struct probe_rename *rename = nth(PROBE_RENAME, 0);
	cr_assert(rename);
	cr_assert_str_eq(rename->name, "renamed");
	cr_assert_eq(rename->thread_pointer, said->values[0]);
	const struct probe_exiting *exiting = nth(PROBE_EXITING, 0);
	cr_assert_eq(exiting->status, 3);
}

static void load_a_library(void)
{
	said->values[0] = dlopen("libutil.so.1", RTLD_NOW) || dlopen("libz.so.1", RTLD_NOW);
}

Test(processes, what_is_mapped_to_be_executed_is_told_and_voids_trails)
{
	perform(load_a_library);
	cr_assert(said->values[0]);
	const struct probe_map *map = nth(PROBE_MAP, 0);
	const struct probe_end *end = nth(PROBE_END, 0);
	cr_assert(map && end);
	cr_assert_eq(map->address % 4096, 0);
	cr_assert_gt(map->bytes, 0);
	cr_assert_eq(strncmp(map->path.text, "lib", 3), 0);
	cr_assert_eq(map->path.text[map->path.bytes - 1], '/');
	cr_assert_eq(strlen(map->path.text), map->path.bytes);
	cr_assert_gt(end->head.epoch, 0);
}

static void stay(void)
{
	take_turn(2);
	wait_for(3);
	close(open("/dev/null", O_RDONLY));
}

Test(processes, who_is_followed_no_more_is_told_of_no_more)
{
	begin(stay);
	wait_for(2);
	cr_assert_eq(engine_untrace(stage.engine, (uint32_t)stage.pid), 0);
	take_turn(3);
	finish();
	cr_assert_eq(count_of(PROBE_OPEN), 0);
	cr_assert_eq(count_of(PROBE_END), 0);
}

static void make_a_ring(void)
{
	char parameters[128] = {0};
	dup2(open("/dev/null", O_RDONLY), 150);
	said->values[0] = (uint64_t)syscall(SYS_io_uring_setup, 4, parameters);
}

Test(processes, who_made_an_io_uring_is_looked_at_closer_at_the_end)
{
	perform(make_a_ring);
	if ((int64_t)said->values[0] < 0)
		cr_skip_test("this kernel makes no io_uring");
	size_t found = 0;
	for (size_t i = 0; i < count_of(PROBE_HELD); i++) {
		const struct probe_open *held = nth(PROBE_HELD, i);
		found += held->fd == 150 && !strcmp(held->file.name, "null") && held->file.ino;
	}
	cr_assert_eq(found, 1);
}

static void send_unbound(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int receiver = socket(AF_INET, SOCK_DGRAM, 0), sender = socket(AF_INET, SOCK_DGRAM, 0);
	socklen_t size = sizeof(to);
	bind(receiver, (void *)&to, sizeof(to));
	getsockname(receiver, (void *)&to, &size);
	dup2(sender, 150);
	sendto(150, "x", 1, 0, (void *)&to, sizeof(to));
	said->values[0] = to.sin_port;
}

Test(processes, the_address_that_a_socket_got_by_sending_is_told_at_the_end)
{
	uint64_t port = 0;
	perform(send_unbound);
	for (size_t i = 0; i < count_of(PROBE_NAMES); i++) {
		const struct probe_names *names = nth(PROBE_NAMES, i);
		const struct sockaddr_in *local = (const void *)names->local;
		if (names->fd == 150 && names->local_bytes == sizeof(*local))
			port = local->sin_port;
	}
	cr_assert_neq(port, 0);
	cr_assert_neq(port, said->values[0], "that of the receiver");
}

static void call_by_32_bits(void)
{
	struct sigaction ours = {.sa_handler = (void (*)(int))_exit};
	sigaction(SIGSEGV, &ours, NULL);
	long ret = 3; /* read; in 64 bits it were a close */
	__asm__ volatile("int $0x80" : "+a"(ret) : "b"(99l) : "memory");
	said->values[0] = 1;
	take_turn(2);
	wait_for(3);
}

Test(processes, calls_of_32_bit_code_are_counted_and_left_alone)
{
	struct probe_traced traced;
	begin(call_by_32_bits);
	for (int i = 0; i < 5000 && __atomic_load_n(&said->turn, __ATOMIC_ACQUIRE) < 2; i++)
		usleep(1000);
	if (!said->values[0]) {
		kill(stage.pid, SIGKILL);
		finish();
		cr_skip_test("this kernel takes no 32-bit system calls");
	}
	cr_assert_eq(engine_traced(stage.engine, (uint32_t)stage.pid, &traced), 0);
	take_turn(3);
	finish();
	cr_assert_eq(traced.compat, 1);
	cr_assert_eq(count_of(PROBE_CLOSE), 0);
}
