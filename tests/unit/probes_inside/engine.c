/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel's programs tell of descriptors. */
#include "play.inc.c"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>

TestSuite(engine, .init = set_stage, .fini = clear_stage, .timeout = 60);

static uint64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static __attribute__((noinline)) void open_and_close(void)
{
	said->values[0] = now_ns();
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	said->values[1] = (uint64_t)fd;
	close(fd);
	said->values[2] = now_ns();
	said->values[3] = (uintptr_t)__builtin_frame_address(0);
}

Test(engine, tells_a_birth_and_an_end_with_what_unwinding_takes)
{
	perform(open_and_close);
	const struct probe_open *open = nth(PROBE_OPEN, 0);
	const struct probe_close *close = nth(PROBE_CLOSE, 0);
	cr_assert(open && close);
	cr_assert_eq(open->head.tgid, (uint32_t)stage.pid);
	cr_assert_eq(open->head.tid, (uint32_t)stage.pid);
	cr_assert_eq(open->head.image, stage.image);
	cr_assert_eq(open->fd, (int)said->values[1]);
	cr_assert_eq(open->from, -1);
	cr_assert_eq(open->nr, SYS_socket);
	cr_assert_eq(open->call, TRACK_CALL_socket);
	cr_assert_eq(open->file.mode & S_IFMT, S_IFSOCK);
	cr_assert_eq(open->file.family, AF_INET);
	cr_assert_eq(open->file.type, SOCK_DGRAM);
	cr_assert_eq(open->file.protocol, IPPROTO_UDP);
	cr_assert_neq(open->file.sock, 0);
	cr_assert_eq(close->fd, open->fd);
	cr_assert_eq(close->replaced, 0);
	cr_assert_eq(close->head.flags, 0);
	cr_assert_lt(said->values[0], open->head.time_ns);
	cr_assert_lt(open->head.time_ns, close->head.time_ns);
	cr_assert_lt(close->head.time_ns, said->values[2]);
	cr_assert_lt(close->head.time_ns, stage.settled_ns);
}

Test(engine, a_snapshot_holds_the_frame_that_called)
{
	perform(open_and_close);
	const struct probe_head *open = nth(PROBE_OPEN, 0);
	cr_assert_eq(open->stack_how, PROBE_STACK_SNAPSHOT);
	const struct probe_registers *registers =
		(const void *)((const char *)open + open->stack_offset);
	const uint64_t *words = (const void *)(registers + 1);
	uint64_t sp = registers->dwarf[7], frame = said->values[3];
	cr_assert_lt(sp, frame);
	uint64_t at = frame + 8 - sp;
	cr_assert_leq(at + 8, open->stack_bytes - sizeof(*registers));
	uint64_t back = words[at / 8], play = (uintptr_t)begin;
	cr_assert_lt(back - play, 4096); /* begin calls the play */
}

static void open_long(void)
{
	char path[300] = "/";
	while (strlen(path) < 290)
		strcat(path, "./");
	strcat(path, "dev/null");
	open(path, O_RDONLY);
	said->values[0] = strlen(path);
}

Test(engine, of_a_long_path_the_end_is_told)
{
	perform(open_long);
	const struct probe_open *open = nth(PROBE_OPEN, 0);
	const struct probe_path *path = nth(PROBE_PATH, 0);
	cr_assert(open && path);
	cr_assert_gt(said->values[0], PROBE_TEXT_BYTES);
	cr_assert_eq(path->fd, open->fd);
	cr_assert_eq(path->text.bytes, PROBE_TEXT_BYTES - 1);
	cr_assert_str_eq(path->text.text + path->text.bytes - 10, "./dev/null");
	cr_assert_eq(open->file.mode & S_IFMT, S_IFCHR);
	cr_assert_eq(open->file.rdev, 1u << 20 | 3);
	cr_assert_str_eq(open->file.name, "null");
}

static void replace(void)
{
	int fd = open("/dev/null", O_RDONLY);
	dup2(fd, 70);
	dup2(fd, 70);
	dup2(fd, fd);
	dup2(99, 70);
	fcntl(fd, F_DUPFD_CLOEXEC, 80);
	close(99);
}

Test(engine, copies_end_what_they_replace_and_nothing_else)
{
	perform(replace);
	const struct probe_open *first = nth(PROBE_OPEN, 1), *second = nth(PROBE_OPEN, 2),
				*copy = nth(PROBE_OPEN, 3);
	cr_assert_eq(count_of(PROBE_OPEN), 4);
	cr_assert_eq(first->fd, 70);
	cr_assert_eq(second->fd, 70);
	cr_assert_neq(first->from, -1);
	cr_assert_eq(copy->fd, 80);
	cr_assert_eq(copy->call, TRACK_CALL_fcntl);
	cr_assert_eq(copy->file.cloexec, 1);
	cr_assert_eq(count_of(PROBE_CLOSE), 2);
	const struct probe_close *replaced = nth(PROBE_CLOSE, 0), *late = nth(PROBE_CLOSE, 1);
	cr_assert_eq(replaced->fd, 70);
	cr_assert_eq(replaced->replaced, 1);
	cr_assert_lt(first->head.time_ns, replaced->head.time_ns);
	cr_assert_lt(replaced->head.time_ns, second->head.time_ns);
	cr_assert_eq(late->fd, 99);
	cr_assert_eq(late->head.flags, PROBE_LATE);
	cr_assert_eq(late->error, EBADF);
	cr_assert_eq(count_of(PROBE_UNDO), 0);
}

static void sweep(void)
{
	for (int fd = 1000; fd < 3000; fd++)
		close(fd);
	syscall(SYS_close_range, 500u, 600u, 0);
	syscall(SYS_close_range, 500u, 600u, 4u);
	syscall(SYS_close_range, 500u, 600u, 64u);
}

Test(engine, a_sweep_is_told_at_its_start_and_a_range_once)
{
	perform(sweep);
	cr_assert_eq(count_of(PROBE_CLOSE), 16);
	cr_assert_eq(count_of(PROBE_CLOSE_RANGE), 2);
	const struct probe_close_range *range = nth(PROBE_CLOSE_RANGE, 0);
	cr_assert_eq(range->first, 500);
	cr_assert_eq(range->last, 600);
	const struct probe_undo *undo = nth(PROBE_UNDO, 0);
	cr_assert(undo);
	cr_assert_eq(undo->fd, 500);
	cr_assert_eq(undo->last, 600);
	cr_assert_eq(undo->error, EINVAL);
}

static void refuse(void)
{
	const struct rlimit none = {3, 3};
	setrlimit(RLIMIT_NOFILE, &none);
	for (int i = 0; i < 100; i++)
		socket(AF_INET, SOCK_DGRAM, 0);
	char byte = 0;
	for (int i = 0; i < 100; i++)
		if (write(200, &byte, 1) < 0 && read(200, &byte, 1) < 0)
			said->values[0]++;
}

Test(engine, refusals_and_misuse_are_told_a_few_times)
{
	perform(refuse);
	cr_assert_eq(said->values[0], 100);
	size_t refused = 0, misused = 0;
	for (size_t i = 0; i < count_of(PROBE_FAIL); i++) {
		const struct probe_fail *fail = nth(PROBE_FAIL, i);
		refused += fail->fd == -1 && fail->error == EMFILE && fail->nr == SYS_socket &&
			   fail->limit == 3;
		misused += fail->fd == 200 && fail->error == EBADF;
	}
	cr_assert_eq(refused, 16);
	cr_assert_eq(misused, 2);
	cr_assert_eq(count_of(PROBE_FAIL), 18);
}

static void name_some(void)
{
	struct sockaddr_in inet = {.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in6 inet6 = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
	struct sockaddr_un local = {.sun_family = AF_UNIX, .sun_path = "\0probes-test"};
	socklen_t size = sizeof(inet);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	bind(listener, (void *)&inet, sizeof(inet));
	listen(listener, 1);
	getsockname(listener, (void *)&inet, &size);
	int caller = socket(AF_INET, SOCK_STREAM, 0);
	connect(caller, (void *)&inet, sizeof(inet));
	said->values[0] = inet.sin_port;
	said->values[1] = (uint64_t)accept(listener, NULL, NULL);
	int six = socket(AF_INET6, SOCK_DGRAM, 0);
	bind(six, (void *)&inet6, sizeof(inet6));
	said->values[2] = (uint64_t)six;
	int one = socket(AF_UNIX, SOCK_STREAM, 0);
	bind(one, (void *)&local, sizeof(local.sun_family) + 12);
	said->values[3] = (uint64_t)one;
}

static const struct probe_names *last_names(int fd)
{
	const struct probe_names *found = NULL;
	for (size_t i = 0; i < count_of(PROBE_NAMES); i++) {
		const struct probe_names *names = nth(PROBE_NAMES, i);
		if (names->fd == fd)
			found = names;
	}
	cr_assert(found, "no names of %d", fd);
	return found;
}

Test(engine, sockets_are_named_as_getsockname_and_getpeername_would)
{
	perform(name_some);
	const struct probe_names *accepted = last_names((int)said->values[1]);
	const struct sockaddr_in *local = (const void *)accepted->local,
				 *remote = (const void *)accepted->remote;
	cr_assert_eq(accepted->local_bytes, sizeof(*local));
	cr_assert_eq(accepted->remote_bytes, sizeof(*remote));
	cr_assert_eq(local->sin_family, AF_INET);
	cr_assert_eq(local->sin_port, said->values[0]);
	cr_assert_eq(local->sin_addr.s_addr, htonl(INADDR_LOOPBACK));
	cr_assert_neq(remote->sin_port, 0);
	const struct probe_names *six = last_names((int)said->values[2]);
	const struct sockaddr_in6 *name = (const void *)six->local;
	cr_assert_eq(six->local_bytes, sizeof(*name));
	cr_assert(!memcmp(&name->sin6_addr, &in6addr_loopback, sizeof(in6addr_loopback)));
	cr_assert_eq(six->remote_bytes, 0);
	const struct probe_names *one = last_names((int)said->values[3]);
	cr_assert_eq(one->local_bytes, sizeof(sa_family_t) + 12);
	cr_assert(!memcmp(one->local + 2, "\0probes-test", 12));
}

static void send_descriptors(int socket, const int *fds, size_t count)
{
	char byte = 'x', room[CMSG_SPACE(8 * sizeof(int))] = {0};
	struct iovec part = {&byte, 1};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = room,
				 .msg_controllen = CMSG_SPACE(count * sizeof(int))};
	struct cmsghdr *control = CMSG_FIRSTHDR(&message);
	control->cmsg_level = SOL_SOCKET;
	control->cmsg_type = SCM_RIGHTS;
	control->cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(control), fds, count * sizeof(int));
	sendmsg(socket, &message, 0);
}

static void receive_descriptors(void)
{
	int pair[2], some[3] = {0, 1, 2};
	socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
	send_descriptors(pair[0], some, 3);
	send_descriptors(pair[0], some, 2);
	char bytes[2], rooms[2][CMSG_SPACE(8 * sizeof(int))];
	struct iovec parts[2] = {{&bytes[0], 1}, {&bytes[1], 1}};
	struct mmsghdr messages[2] = {0};
	for (int i = 0; i < 2; i++)
		messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i],
						      .msg_iovlen = 1,
						      .msg_control = rooms[i],
						      .msg_controllen = sizeof(rooms[i])};
	recvmsg(pair[1], &messages[0].msg_hdr, 0);
	messages[0].msg_hdr.msg_controllen = sizeof(rooms[0]);
	recvmmsg(pair[1], messages, 1, 0, NULL);
	said->values[0] = (uint64_t)pair[1];
}

Test(engine, descriptors_that_come_in_messages_are_births)
{
	perform(receive_descriptors);
	size_t by_one = 0, by_many = 0;
	for (size_t i = 0; i < count_of(PROBE_OPEN); i++) {
		const struct probe_open *open = nth(PROBE_OPEN, i);
		by_one += open->call == TRACK_CALL_recvmsg;
		by_many += open->call == TRACK_CALL_recvmmsg;
	}
	cr_assert_eq(by_one, 3);
	cr_assert_eq(by_many, 2);
	struct track_traffic traffic;
	cr_assert_eq(
		engine_traffic_take(stage.engine, stage.image, (uint32_t)said->values[0], &traffic),
		0);
	cr_assert_eq(traffic.in_count, 2);
	cr_assert_eq(traffic.in_bytes, 2);
	cr_assert_eq(traffic.out_count, 0);
}

static void send_some(void)
{
	int pipes[2];
	char bytes[100] = {0};
	if (pipe(pipes))
		return;
	for (int i = 0; i < 3; i++)
		if (write(pipes[1], bytes, 50) != 50)
			return;
	said->values[0] = (uint64_t)read(pipes[0], bytes, 100);
	close(pipes[1]);
	close(pipes[0]);
}

Test(engine, an_end_carries_what_was_sent_and_received)
{
	perform(send_some);
	const struct probe_close *out = nth(PROBE_CLOSE, 0), *in = nth(PROBE_CLOSE, 1);
	cr_assert(out && in);
	cr_assert_eq(out->traffic.out_count, 3);
	cr_assert_eq(out->traffic.out_bytes, 150);
	cr_assert_eq(out->traffic.in_count, 0);
	cr_assert_gt(out->traffic.last_use_ns, 0);
	cr_assert_eq(in->traffic.in_count, 1);
	cr_assert_eq(in->traffic.in_bytes, 100);
}

static void bad_pointers(void)
{
	static const uintptr_t bad[] = {0, 1, 0x7ffffffff000, 0xffff800000000000, ~7ul};
	static const long calls[] = {SYS_open,	      SYS_openat,   SYS_socketpair,   SYS_pipe,
				     SYS_recvmsg,     SYS_recvmmsg, SYS_sendmmsg,     SYS_bind,
				     SYS_connect,     SYS_accept4,  SYS_memfd_create, SYS_openat2,
				     SYS_getsockname, SYS_mq_open,  SYS_signalfd4,    SYS_fsopen};
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		for (size_t k = 0; k < sizeof(bad) / sizeof(*bad); k++)
			syscall(calls[i], bad[k], bad[k], bad[k], bad[k], bad[k], bad[k]);
	int pair[2];
	char byte;
	socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
	struct iovec part = {&byte, 1};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	for (size_t k = 0; k < sizeof(bad) / sizeof(*bad); k++) {
		message.msg_control = (void *)bad[k];
		message.msg_controllen = bad[k];
		if (write(pair[0], "x", 1) == 1)
			recvmsg(pair[1], &message, MSG_DONTWAIT);
	}
	close(open("/dev/null", O_RDONLY));
}

Test(engine, bad_pointers_harm_nobody)
{
	perform(bad_pointers);
	cr_assert(WIFEXITED(stage.status));
	cr_assert_eq(WEXITSTATUS(stage.status), 0);
	const struct probe_open *open = nth(PROBE_OPEN, count_of(PROBE_OPEN) - 1);
	cr_assert_str_eq(open->file.name, "null");
	cr_assert_eq(engine_counts(stage.engine).lost, 0);
}

/* A stack pointer that points nowhere: the stack is left out, and nothing else. */
static void lose_stack(void)
{
	long fd, saved;
	__asm__ volatile("mov %%rsp, %1\n\t"
			 "mov $16, %%rsp\n\t"
			 "syscall\n\t"
			 "mov %1, %%rsp"
			 : "=a"(fd), "=&r"(saved)
			 : "0"((long)SYS_socket), "D"((long)AF_INET), "S"((long)SOCK_DGRAM), "d"(0l)
			 : "rcx", "r11", "memory");
	said->values[0] = (uint64_t)fd;
}

Test(engine, a_stack_that_is_nowhere_is_left_out)
{
	perform(lose_stack);
	const struct probe_open *open = nth(PROBE_OPEN, 0);
	cr_assert(open);
	cr_assert_eq(open->fd, (int)said->values[0]);
	cr_assert_eq(open->head.stack_bytes, sizeof(struct probe_registers));
}
