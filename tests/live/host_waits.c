/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that wait for what comes from outside: on descriptors, from children, at futexes. */
#include "host.h"
#include "host_standings.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FOR_EVER 60 /* seconds to wait for what comes at once */

/* The fortified names, which no public header declares. */
ssize_t __recv_chk(int fd, void *data, size_t size, size_t room, int flags);
ssize_t __recvfrom_chk(int fd, void *data, size_t size, size_t room, int flags,
		       struct sockaddr *address, socklen_t *address_size);
ssize_t __read_chk(int fd, void *data, size_t size, size_t room);
int __poll_chk(struct pollfd *polled, nfds_t count, int timeout, size_t room);
int __ppoll_chk(struct pollfd *polled, nfds_t count, const struct timespec *timeout,
		const sigset_t *mask, size_t room);

/* What the thread waits for, and what ends that. */
static int here, there; /* a pair of sockets, or a listener and nobody */
static pid_t child;
static int futex_word;
static uint32_t waiting_tid; /* atomic */

#define AN_HOUR_MS 3600000
#define MANY 1000000
static const struct timespec an_hour = {3600, 0};

/* A call, as a function. */
#define ACT(name, ...)                                                                             \
	static void name(void)                                                                     \
	{                                                                                          \
		__VA_ARGS__;                                                                       \
	}

static char byte;
static struct iovec part = {&byte, 1};

ACT(do_recv, recv(here, &byte, 1, 0))
ACT(do_recv_chk, __recv_chk(here, &byte, 1, 1, 0))
ACT(do_recvfrom, recvfrom(here, &byte, 1, 0, NULL, NULL))
ACT(do_recvfrom_chk, __recvfrom_chk(here, &byte, 1, 1, 0, NULL, NULL))

static void do_recvmsg(void)
{
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	recvmsg(here, &message, 0);
}

static void do_recvmmsg(void)
{
	struct mmsghdr message = {.msg_hdr = {.msg_iov = &part, .msg_iovlen = 1}};
	recvmmsg(here, &message, 1, 0, NULL);
}

ACT(do_read, host_check(read(here, &byte, 1) == 1, "read"))
ACT(do_read_chk, host_check(__read_chk(here, &byte, 1, 1) == 1, "__read_chk"))
ACT(do_readv, host_check(readv(here, &part, 1) == 1, "readv"))

static void do_timed_recv(void)
{
	const struct timeval limit = {3600, 0};
	setsockopt(here, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	do_recv();
}

/* It did not wait, and does now. */
static void do_recv_again(void)
{
	int on = 1, off = 0;
	fcntl(here, F_SETFL, O_NONBLOCK);
	host_check(recv(here, &byte, 1, 0) < 0 && errno == EAGAIN, "O_NONBLOCK");
	fcntl(here, F_SETFL, 0);
	ioctl(here, FIONBIO, &on);
	host_check(recv(here, &byte, 1, 0) < 0 && errno == EAGAIN, "FIONBIO");
	ioctl(here, FIONBIO, &off);
	do_recv();
}

static void do_recv_of_copy(void)
{
	int copy = dup(here);
	fcntl(copy, F_SETFL, O_NONBLOCK);
	host_check(recv(here, &byte, 1, 0) < 0 && errno == EAGAIN, "O_NONBLOCK of a copy");
	fcntl(copy, F_SETFL, 0);
	close(copy);
	do_recv();
}

ACT(do_syscall_read, syscall(SYS_read, here, &byte, 1))
ACT(do_syscall_recvfrom, syscall(SYS_recvfrom, here, &byte, 1, 0, NULL, NULL))
ACT(do_accept, close(accept(here, NULL, NULL)))
ACT(do_accept4, close(accept4(here, NULL, NULL, SOCK_CLOEXEC)))
ACT(do_syscall_accept, close((int)syscall(SYS_accept, here, NULL, NULL)))

#define POLLED                                                                                     \
	{                                                                                          \
		{.fd = -1}, {.fd = here, .events = POLLIN},                                        \
		{                                                                                  \
			.fd = here, .events = POLLPRI                                              \
		}                                                                                  \
	}

static void do_poll(void)
{
	struct pollfd polled[] = POLLED;
	host_check(poll(polled, 3, -1) == 1, "poll");
}

static void do_timed_poll(void)
{
	struct pollfd polled[] = POLLED;
	host_check(poll(polled, 3, AN_HOUR_MS) == 1, "poll");
}

static void do_poll_chk(void)
{
	struct pollfd polled[] = POLLED;
	host_check(__poll_chk(polled, 3, -1, sizeof(polled)) == 1, "__poll_chk");
}

static void do_ppoll(void)
{
	struct pollfd polled[] = POLLED;
	host_check(ppoll(polled, 3, NULL, NULL) == 1, "ppoll");
}

static void do_ppoll_chk(void)
{
	struct pollfd polled[] = POLLED;
	host_check(__ppoll_chk(polled, 3, &an_hour, NULL, sizeof(polled)) == 1, "__ppoll_chk");
}

static void do_select(void)
{
	fd_set reads;
	FD_ZERO(&reads);
	FD_SET(here, &reads);
	host_check(select(here + 1, &reads, NULL, NULL, NULL) == 1, "select");
}

static void do_pselect(void)
{
	fd_set reads;
	FD_ZERO(&reads);
	FD_SET(here, &reads);
	host_check(pselect(here + 1, &reads, NULL, NULL, &an_hour, NULL) == 1, "pselect");
}

static int epoll_of(int fd)
{
	int epoll = epoll_create1(0);
	struct epoll_event event = {.events = EPOLLIN};
	host_check(!epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
	return epoll;
}

static void do_epoll_wait(void)
{
	struct epoll_event event;
	here = epoll_of(here);
	host_check(epoll_wait(here, &event, 1, -1) == 1, "epoll_wait");
}

static void do_epoll_pwait(void)
{
	struct epoll_event event;
	here = epoll_of(here);
	host_check(epoll_pwait(here, &event, 1, AN_HOUR_MS, NULL) == 1, "epoll_pwait");
}

static void do_epoll_pwait2(void)
{
	struct epoll_event event;
	here = epoll_of(here);
	host_check(epoll_pwait2(here, &event, 1, NULL, NULL) == 1, "epoll_pwait2");
}

ACT(do_wait, host_check(wait(NULL) == child, "wait"))
ACT(do_waitpid, host_check(waitpid(child, NULL, 0) == child, "waitpid"))
ACT(do_wait3, host_check(wait3(NULL, 0, NULL) == child, "wait3"))
ACT(do_wait4, host_check(wait4(child, NULL, 0, NULL) == child, "wait4"))

static void do_waitid(void)
{
	siginfo_t info;
	host_check(!waitid(P_PID, (id_t)child, &info, WEXITED), "waitid");
}

static void do_futex(void)
{
	while (!__atomic_load_n(&futex_word, __ATOMIC_ACQUIRE))
		syscall(SYS_futex, &futex_word, FUTEX_WAIT_PRIVATE, 0, NULL);
}

static void do_timed_futex(void)
{
	while (!__atomic_load_n(&futex_word, __ATOMIC_ACQUIRE))
		syscall(SYS_futex, &futex_word, FUTEX_WAIT, 0, &an_hour);
}

static sigset_t usr1(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	return set;
}

static void do_sigwait(void)
{
	sigset_t set = usr1();
	int number;
	host_check(!sigwait(&set, &number) && number == SIGUSR1, "sigwait");
}

static void do_sigwaitinfo(void)
{
	sigset_t set = usr1();
	host_check(sigwaitinfo(&set, NULL) == SIGUSR1, "sigwaitinfo");
}

static void do_sigtimedwait(void)
{
	sigset_t set = usr1();
	host_check(sigtimedwait(&set, NULL, &an_hour) == SIGUSR1, "sigtimedwait");
}

/* How a case begins and ends. */
enum setting { PAIR, LISTENER, CHILD, FUTEX, SIGNAL };

static const struct waiting {
	const char *name;
	void (*act)(void);
	enum setting setting;
	bool timed;
	uint64_t other;
} cases[] = {
	/* clang-format off */
	{"recv", do_recv, PAIR, false, 0}, {"__recv_chk", do_recv_chk, PAIR, false, 0},
	{"recvfrom", do_recvfrom, PAIR, false, 0}, {"__recvfrom_chk", do_recvfrom_chk, PAIR, false, 0},
	{"recvmsg", do_recvmsg, PAIR, false, 0}, {"recvmmsg", do_recvmmsg, PAIR, false, 0},
	{"read", do_read, PAIR, false, 0}, {"__read_chk", do_read_chk, PAIR, false, 0}, {"readv", do_readv, PAIR, false, 0},
	{"recv with a time-out", do_timed_recv, PAIR, true, 0}, {"recv, no more at once", do_recv_again, PAIR, false, 0},
	{"recv, a copy no more at once", do_recv_of_copy, PAIR, false, 0},
	{"syscall read", do_syscall_read, PAIR, false, 0}, {"syscall recvfrom", do_syscall_recvfrom, PAIR, false, 0},
	{"accept", do_accept, LISTENER, false, 0}, {"accept4", do_accept4, LISTENER, false, 0},
	{"syscall accept", do_syscall_accept, LISTENER, false, 0},
	{"poll", do_poll, PAIR, false, 2}, {"poll with a time-out", do_timed_poll, PAIR, true, 2},
	{"__poll_chk", do_poll_chk, PAIR, false, 2}, {"ppoll", do_ppoll, PAIR, false, 2}, {"__ppoll_chk", do_ppoll_chk, PAIR, true, 2},
	{"select", do_select, PAIR, false, 1}, {"pselect", do_pselect, PAIR, true, 1},
	{"epoll_wait", do_epoll_wait, PAIR, false, 1}, {"epoll_pwait", do_epoll_pwait, PAIR, true, 1},
	{"epoll_pwait2", do_epoll_pwait2, PAIR, false, 1},
	{"wait", do_wait, CHILD, false, 0}, {"waitpid", do_waitpid, CHILD, false, 0}, {"wait3", do_wait3, CHILD, false, 0},
	{"wait4", do_wait4, CHILD, false, 0}, {"waitid", do_waitid, CHILD, false, 0},
	{"futex", do_futex, FUTEX, false, 0}, {"futex with a time-out", do_timed_futex, FUTEX, true, 0},
	{"sigwait", do_sigwait, SIGNAL, false, 0}, {"sigwaitinfo", do_sigwaitinfo, SIGNAL, false, 0},
	{"sigtimedwait", do_sigtimedwait, SIGNAL, true, 0},
	/* clang-format on */
};

static const enum track_wait waits[] = {
	[PAIR] = TRACK_WAIT_DESCRIPTOR, [LISTENER] = TRACK_WAIT_DESCRIPTOR,
	[CHILD] = TRACK_WAIT_CHILD,	[FUTEX] = TRACK_WAIT_FUTEX,
	[SIGNAL] = TRACK_WAIT_SIGNAL,
};

static void begin_pair(void)
{
	int pair[2];
	host_check(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
	here = pair[0];
	there = pair[1];
}

static void begin_listener(void)
{
	here = socket(AF_INET, SOCK_STREAM, 0);
	host_check(!listen(here, 1), "listen");
}

static void begin_child(void)
{
	begin_pair();
	child = fork();
	if (child)
		return;
	close(there);
	while (read(here, &byte, 1) < 0)
		;
	_exit(0);
}

static void begin(enum setting setting)
{
	if (setting == PAIR)
		begin_pair();
	else if (setting == LISTENER)
		begin_listener();
	else if (setting == CHILD)
		begin_child();
	__atomic_store_n(&futex_word, 0, __ATOMIC_RELEASE);
}

static void connect_to(int listener)
{
	struct sockaddr_in address;
	socklen_t size = sizeof(address);
	getsockname(listener, (struct sockaddr *)&address, &size);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	host_check(!connect(fd, (struct sockaddr *)&address, size), "connect");
	close(fd);
}

static void release(enum setting setting, pthread_t thread)
{
	switch (setting) {
	case PAIR:
	case CHILD:
		host_check(write(there, "x", 1) == 1, "write");
		break;
	case LISTENER:
		connect_to(here);
		break;
	case FUTEX:
		__atomic_store_n(&futex_word, 1, __ATOMIC_RELEASE);
		syscall(SYS_futex, &futex_word, FUTEX_WAKE, 1);
		syscall(SYS_futex, &futex_word, FUTEX_WAKE_PRIVATE, 1);
		break;
	case SIGNAL:
		pthread_kill(thread, SIGUSR1);
	}
}

/* reader: what here was, before an epoll instance took its place. */
static void end(enum setting setting, int reader)
{
	if (setting == FUTEX || setting == SIGNAL)
		return;
	close(here);
	if (reader != here)
		close(reader);
	if (setting != LISTENER)
		close(there);
}

static uint64_t subject_of(const struct waiting *waiting)
{
	if (waiting->setting == CHILD)
		return !strcmp(waiting->name, "wait") || !strcmp(waiting->name, "wait3")
			       ? UINT64_MAX
			       : (uint64_t)child;
	if (waiting->setting == FUTEX)
		return (uintptr_t)&futex_word;
	return waiting->setting == SIGNAL ? 0 : (uint64_t)here;
}

static void *wait_and_leave(void *what)
{
	const struct waiting *waiting = what;
	__atomic_store_n(&waiting_tid, standing_tid(), __ATOMIC_RELEASE);
	waiting->act();
	standing_is_free();
	return NULL;
}

static int waits_for_all(void)
{
	sigset_t set = usr1();
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct waiting *waiting = &cases[i];
		pthread_t thread;
		begin(waiting->setting);
		int reader = here;
		waiting_tid = 0;
		host_check(!pthread_create(&thread, NULL, wait_and_leave, (void *)waiting),
			   "no thread");
		struct track_standing standing =
			standing_await(&waiting_tid, waits[waiting->setting]);
		host_check(standing.subject == subject_of(waiting) && standing.since_ns &&
				   standing.stack && standing.call &&
				   standing.other == waiting->other &&
				   !!(standing.flags & TRACK_STANDING_TIMED) == waiting->timed,
			   waiting->name);
		release(waiting->setting, thread);
		pthread_join(thread, NULL);
		end(waiting->setting, reader);
	}
	host_account();
	return 0;
}

/* What returns at once: the result and errno are the call's own. */
/* The kernel says so: nobody else may look first. */
static void refuse_what_is_not_there(void)
{
	void *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	host_check(!mprotect(page + 4096, 4096, PROT_NONE), "a page that is not there");
	void *nowhere = page + 4096, *partly = page + 4096 - sizeof(struct pollfd);
	host_check(poll(nowhere, 1, -1) < 0 && errno == EFAULT, "EFAULT of poll");
	host_check(poll(partly, 2, -1) < 0 && errno == EFAULT, "EFAULT in the middle");
	host_check(poll(partly, UINT32_MAX, -1) < 0 && errno == EINVAL, "EINVAL of poll");
	host_check(ppoll(nowhere, 1, NULL, NULL) < 0 && errno == EFAULT, "EFAULT of ppoll");
	host_check(select(here + 1, nowhere, NULL, NULL, NULL) < 0 && errno == EFAULT,
		   "EFAULT of select");
	host_check(epoll_pwait2(epoll_of(here), page, 1, nowhere, NULL) < 0 && errno == EFAULT,
		   "EFAULT of epoll_pwait2");
	host_check(sigtimedwait(page, NULL, nowhere) < 0 && errno == EFAULT,
		   "EFAULT of sigtimedwait");
	munmap(page, 8192);
}

static int returns_at_once(void)
{
	struct epoll_event event;
	const struct timespec now = {0, 0};
	begin_pair();
	struct pollfd polled = {.fd = here, .events = POLLIN};
	errno = ENOTTY;
	host_check(!poll(&polled, 1, 0) && !ppoll(&polled, 1, &now, NULL) && errno == ENOTTY,
		   "poll");
	host_check(!poll(NULL, 0, 1) && !select(0, NULL, NULL, NULL, &(struct timeval){0, 1}),
		   "a pause");
	host_check(!epoll_wait(epoll_of(here), &event, 1, 0), "epoll_wait");
	host_check(recv(here, &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN, "MSG_DONTWAIT");
	host_check(write(there, "x", 1) == 1, "write");
	errno = ENOTTY;
	host_check(poll(&polled, 1, -1) == 1 && recv(here, &byte, 1, 0) == 1 && errno == ENOTTY,
		   "errno");
	host_check(recv(-1, &byte, 1, 0) < 0 && errno == EBADF, "EBADF");
	host_check(read(MANY, &byte, 1) < 0 && errno == EBADF, "EBADF of a large number");
	host_check(waitpid(-1, NULL, 0) < 0 && errno == ECHILD, "ECHILD");
	host_check(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD, "ECHILD");
	host_check(syscall(SYS_futex, &futex_word, FUTEX_WAIT, 1, NULL) < 0 && errno == EAGAIN,
		   "EAGAIN of a futex");
	refuse_what_is_not_there();
	int file = open("/proc/self/exe", O_RDONLY);
	host_check(read(file, &byte, 1) == 1, "a file");
	const struct timeval soon = {0, 1000};
	setsockopt(here, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof(soon));
	for (int i = 0; i < 2; i++)
		host_check(recv(here, &byte, 1, 0) < 0 && errno == EAGAIN, "SO_RCVTIMEO");
	standing_is_free();
	host_account();
	return 0;
}

static void check_after(void *unused)
{
	(void)unused;
	standing_is_free();
}

static void *cancelled(void *what)
{
	const struct waiting *waiting = what;
	pthread_cleanup_push(check_after, NULL);
	__atomic_store_n(&waiting_tid, standing_tid(), __ATOMIC_RELEASE);
	waiting->act();
	pthread_cleanup_pop(0);
	return NULL;
}

/* Cancelled in the middle: it waits no more while cleanup handlers run. */
static int is_cancelled(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		pthread_t thread;
		void *result;
		if (cases[i].setting != PAIR || !strncmp(cases[i].name, "syscall", 7))
			continue;
		begin_pair();
		waiting_tid = 0;
		pthread_create(&thread, NULL, cancelled, (void *)&cases[i]);
		standing_await(&waiting_tid, TRACK_WAIT_DESCRIPTOR);
		pthread_cancel(thread);
		pthread_join(thread, &result);
		host_check(result == PTHREAD_CANCELED, cases[i].name);
	}
	host_account();
	return 0;
}

static volatile sig_atomic_t handled;

/* It waits itself, and is told; then the wait that it interrupts is. */
static void wait_in_handler(int number)
{
	struct pollfd polled = {.fd = there, .events = POLLOUT};
	(void)number;
	struct track_standing standing = standing_mine();
	host_check(standing.wait == TRACK_WAIT_DESCRIPTOR && standing.subject == (uint64_t)here,
		   "what a handler interrupts");
	host_check(poll(&polled, 1, -1) == 1, "poll in a handler");
	standing = standing_mine();
	host_check(standing.wait == TRACK_WAIT_DESCRIPTOR && standing.subject == (uint64_t)here,
		   "what a handler interrupted");
	handled++;
}

static int waits_in_handlers(void)
{
	struct sigaction action = {.sa_handler = wait_in_handler, .sa_flags = SA_RESTART};
	pthread_t thread;
	sigaction(SIGUSR1, &action, NULL);
	begin_pair();
	pthread_create(&thread, NULL, wait_and_leave, (void *)&cases[0]);
	standing_await(&waiting_tid, TRACK_WAIT_DESCRIPTOR);
	for (int i = 1; i <= 20; i++) {
		pthread_kill(thread, SIGUSR1);
		for (int wait = 0; handled < i && wait < FOR_EVER * 1000; wait++)
			usleep(1000);
	}
	host_check(handled == 20, "a handler");
	release(PAIR, thread);
	pthread_join(thread, NULL);
	host_account();
	return 0;
}

/* The end has begun, as the spool says while the program's own functions run. */
static void check_exit_begun(void)
{
	int fd;
	struct track_spool header = standings_header(&fd);
	host_check(header.exit_begun_ns && header.exit_tid == standing_tid(),
		   "the end has not begun");
	close(fd);
	host_account();
}

static int check_not_begun(void)
{
	int fd;
	struct track_spool header = standings_header(&fd);
	host_check(!header.exit_begun_ns && !header.exit_tid, "the end has begun");
	close(fd);
	return 0;
}

static int main_returns(void)
{
	atexit(check_exit_begun);
	return check_not_begun();
}

static int exit_is_called(void)
{
	atexit(check_exit_begun);
	exit(check_not_begun());
}

static int quick_exit_is_called(void)
{
	at_quick_exit(check_exit_begun);
	quick_exit(check_not_begun());
}

const struct host host_waits[] = {
	{"waits-outside", waits_for_all, "a thread for each thing outside to wait for"},
	{"waits-not", returns_at_once, "calls that return at once"},
	{"waits-cancelled", is_cancelled, "waits on descriptors that are cancelled"},
	{"waits-handlers", waits_in_handlers, "a handler that waits inside of a wait"},
	{"end-returned", main_returns, "main's end"},
	{"end-exit", exit_is_called, "exit"},
	{"end-quick", quick_exit_is_called, "quick_exit"},
	{0},
};
