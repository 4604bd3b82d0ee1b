/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs by how they end: ending NAME. Each opens connections with a socket. In those of --settle
 * the socket of a connection that is closed is there when the program begins to end.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <track/track.h>
#include <unistd.h>

struct connection {
	int socket;
};

static struct connection closed, open_at_end;
static atomic_int ending; /* tid of the thread that is about to end the program */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void open_connection_of(struct connection *connection, int fd)
{
	connection->socket = fd;
	track_scope_open(connection, "Connection", TRACK_MUST_CLOSE);
	track_own(track_scope(connection), track_fd(connection->socket));
}

static void open_connection(struct connection *connection)
{
	open_connection_of(connection, socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

static void close_connection(struct connection *connection)
{
	track_scope_close(connection);
	track_scope_closed(connection);
}

static void open_and_close(void)
{
	open_connection(&closed);
	close_connection(&closed);
}

/* Of this thread: what follows ends the program. */
static void begin_end(void)
{
	atomic_store(&ending, (int)syscall(SYS_gettid));
}

static char state_of(int tid)
{
	char path[64], text[256];
	int fd;
	ssize_t size;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return '?';
	size = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[size > 0 ? size : 0] = 0;
	return strrchr(text, ')') ? strrchr(text, ')')[2] : '?';
}

/* Once that thread sleeps it is held back: nothing else of its end does. */
static int await_hold(void)
{
	int tid;

	while (!(tid = atomic_load(&ending)) || state_of(tid) != 'S')
		usleep(1000);
	return tid;
}

static void start(void *(*run)(void *))
{
	pthread_t thread;

	pthread_create(&thread, NULL, run, NULL);
	pthread_detach(thread);
}

static void *close_late(void *unused)
{
	await_hold();
	close(closed.socket);
	return unused;
}

/* The rest of a close goes on in another thread. */
static int settle(void)
{
	open_and_close();
	start(close_late);
	begin_end();
	return 0;
}

static int leave(void)
{
	open_and_close();
	begin_end();
	return 0;
}

static int leave_nothing(void)
{
	open_and_close();
	close(closed.socket);
	begin_end();
	return 0;
}

static void *exit_four(void *unused)
{
	await_hold();
	begin_end();
	exit(4);
	return unused;
}

static void *close_after_both(void *first)
{
	while (atomic_load(&ending) == *(int *)first)
		usleep(1000);
	await_hold();
	close(closed.socket);
	return NULL;
}

/* Two threads end it, one after the other: it is the first one's code. */
static int end_twice(void)
{
	static int first;
	pthread_t thread;

	open_and_close();
	first = (int)syscall(SYS_gettid);
	begin_end();
	pthread_create(&thread, NULL, close_after_both, &first);
	pthread_detach(thread);
	start(exit_four);
	exit(3);
}

static void exit_now(int number)
{
	(void)number;
	exit(4);
}

static void *interrupt(void *unused)
{
	syscall(SYS_tgkill, getpid(), await_hold(), SIGUSR1);
	return unused;
}

/* A handler that interrupts the end ends the program anew: that goes on at once. */
static int end_in_handler(void)
{
	signal(SIGUSR1, exit_now);
	open_and_close();
	start(interrupt);
	begin_end();
	exit(3);
}

static void *end_from_here(void *unused)
{
	begin_end();
	exit(6);
	return unused;
}

static int end_from_thread(void)
{
	open_and_close();
	start(close_late);
	start(end_from_here);
	while (pause() < 0)
		continue;
	return 1;
}

static void *close_under_lock(void *unused)
{
	pthread_mutex_lock(&lock);
	close(closed.socket);
	pthread_mutex_unlock(&lock);
	return unused;
}

/* Who would close it waits for who ends the program. */
static int end_with_lock(void)
{
	open_and_close();
	pthread_mutex_lock(&lock);
	start(close_under_lock);
	begin_end();
	exit(5);
}

static void check_errno(void)
{
	if (errno != EDOM)
		_exit(9);
}

static int keep_errno(void)
{
	open_and_close();
	start(close_late);
	atexit(check_errno);
	begin_end();
	errno = EDOM;
	exit(0);
}

/* A child that closed nothing is not held back, though its parent closed something. */
static int fork_child(void)
{
	pid_t child;
	int status = 0;

	open_and_close();
	child = fork();
	if (child == 0)
		exit(8);
	waitpid(child, &status, 0);
	close(closed.socket);
	return WEXITSTATUS(status) == 8 ? 0 : 1;
}

static int fork_at_end(void)
{
	pid_t child = fork();

	if (child == 0) {
		open_and_close();
		start(close_late);
		begin_end();
		exit(0);
	}
	waitpid(child, NULL, 0);
	return 0;
}

/* Who is left when the program is over, and ends then. */
static int outlive(void)
{
	pid_t program = getpid();

	if (fork())
		return 0;
	while (getppid() == program)
		usleep(1000);
	open_and_close();
	exit(0);
}

static void fork_late(void)
{
	pid_t child = fork();

	if (child == 0)
		exit(0);
	waitpid(child, NULL, 0);
}

/* In a function of its end: the child goes on with that end, and is not held back anew. */
static int fork_in_handler(void)
{
	open_and_close();
	start(close_late);
	atexit(fork_late);
	begin_end();
	return 0;
}

static void *fork_and_close(void *unused)
{
	await_hold();
	fork_late();
	close(closed.socket);
	return unused;
}

static int fork_meanwhile(void)
{
	open_and_close();
	start(fork_and_close);
	begin_end();
	return 0;
}

static pthread_t other;

static void join_other(void)
{
	pthread_join(other, NULL);
}

static void *close_and_exit(void *first)
{
	pthread_t thread;

	await_hold();
	pthread_create(&thread, NULL, close_after_both, first);
	pthread_detach(thread);
	begin_end();
	exit(6);
}

/* A function of the first one's end waits for a thread that ends it too. */
static int join_at_end(void)
{
	static int first;

	open_and_close();
	first = (int)syscall(SYS_gettid);
	atexit(join_other);
	begin_end();
	pthread_create(&other, NULL, close_and_exit, &first);
	return 0;
}

static void *unload(void *library)
{
	await_hold();
	dlclose(library);
	close(closed.socket);
	return NULL;
}

/* What opened the socket is unloaded meanwhile. */
static int unload_opener(void)
{
	pthread_t thread;
	void *library = dlopen("live_plugin.so", RTLD_NOW);
	int (*open_socket)(void) = library ? (int (*)(void))dlsym(library, "plugin_open") : NULL;

	if (!open_socket)
		return 2;
	open_connection_of(&closed, open_socket());
	close_connection(&closed);
	pthread_create(&thread, NULL, unload, library);
	pthread_detach(thread);
	begin_end();
	return 0;
}

/* As the destructor of a static object of C++, or of one of a thread. */
int __cxa_atexit(void (*destroy)(void *), void *object, void *module);
int __cxa_thread_atexit_impl(void (*destroy)(void *), void *object, void *module);
extern void *__dso_handle;

static void destroy(void *connection)
{
	if (fcntl(((struct connection *)connection)->socket, F_GETFD) != -1)
		_exit(9);
}

static int destroy_objects(void)
{
	open_and_close();
	__cxa_atexit(destroy, &closed, &__dso_handle);
	__cxa_thread_atexit_impl(destroy, &closed, &__dso_handle);
	start(close_late);
	begin_end();
	return 0;
}

/* It may have no more memory. */
static int end_limited(void)
{
	open_and_close();
	start(close_late);
	setrlimit(RLIMIT_AS, &(struct rlimit){4096, 4096});
	begin_end();
	return 0;
}

/* vfork's child runs on this memory, and ends itself alone. */
static int vfork_child(void)
{
	pid_t child;

	open_and_close();
	child = vfork();
	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
	close(closed.socket);
	return 0;
}

static int end_quickly(void)
{
	open_and_close();
	quick_exit(7);
}

static int end_at_once(void)
{
	open_and_close();
	_exit(7);
}

#define ALLOW(name)                                                                                \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1),                                     \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static int confine(void)
{
	struct sock_filter filter[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0), ALLOW(exit_group),
				       BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)};
	struct sock_fprog program = {sizeof(filter) / sizeof(*filter), filter};

	open_and_close();
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
	exit(7);
}

/* Not at a normal end: one that was closed and left, and one that is still open. */
static void leave_two(void)
{
	open_and_close();
	open_connection(&open_at_end);
	puts("ready");
	fflush(stdout);
}

static int be_killed(void)
{
	leave_two();
	raise(SIGKILL);
	return 1;
}

/* All is closed: nothing is wrong, as far as it came. */
static int be_killed_clean(void)
{
	open_connection(&closed);
	close(closed.socket);
	close_connection(&closed);
	raise(SIGKILL);
	return 1;
}

static int crash(void)
{
	leave_two();
	raise(SIGSEGV);
	return 1;
}

static int abort_it(void)
{
	leave_two();
	abort();
}

static int be_told(void)
{
	leave_two();
	raise(SIGTERM);
	return 1;
}

static int leave_at_once(void)
{
	leave_two();
	_exit(0);
}

static int hang(void)
{
	leave_two();
	while (pause() < 0)
		continue;
	return 1;
}

/* Until the kernel has no more for it. */
static int eat(void)
{
	leave_two();
	for (char *memory; (memory = malloc(1 << 20));)
		memset(memory, 1, 1 << 20);
	return 1;
}

static int lose_child(void)
{
	pid_t child = fork();

	if (child == 0) {
		be_killed();
		_exit(1);
	}
	waitpid(child, NULL, 0);
	return 0;
}

static int fail(void)
{
	leave_two();
	return 1;
}

static const struct {
	const char *name;
	int (*run)(void);
} programs[] = {
	{"settle", settle},
	{"leave", leave},
	{"nothing", leave_nothing},
	{"twice", end_twice},
	{"handler", end_in_handler},
	{"thread", end_from_thread},
	{"lock", end_with_lock},
	{"errno", keep_errno},
	{"fork", fork_child},
	{"child", fork_at_end},
	{"vfork", vfork_child},
	{"fork-late", fork_in_handler},
	{"fork-meanwhile", fork_meanwhile},
	{"join", join_at_end},
	{"unload", unload_opener},
	{"destroy", destroy_objects},
	{"limited", end_limited},
	{"outlive", outlive},
	{"quick", end_quickly},
	{"at-once", end_at_once},
	{"confined", confine},
	{"kill", be_killed},
	{"kill-clean", be_killed_clean},
	{"crash", crash},
	{"abort", abort_it},
	{"term", be_told},
	{"_exit", leave_at_once},
	{"hang", hang},
	{"eat", eat},
	{"lost-child", lose_child},
	{"fail", fail},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < sizeof(programs) / sizeof(*programs); i++)
		if (strcmp(argv[1], programs[i].name) == 0)
			return programs[i].run();
	fprintf(stderr, "usage: ending NAME\n");
	return 2;
}
