/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <fd_class.h>
#include <fd_look.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* What the kernel tells of a file, and what it is. */
static const struct {
	struct probe_file file;
	uint16_t nr;
	enum track_fd_class fd_class;
} rows[] = {
	{{.mode = S_IFSOCK, .family = AF_INET, .type = SOCK_DGRAM}, 0, TRACK_FD_CLASS_UDP},
	{{.mode = S_IFSOCK, .family = AF_INET6, .type = SOCK_STREAM}, 0, TRACK_FD_CLASS_TCP},
	{{.mode = S_IFSOCK, .family = AF_INET, .type = SOCK_STREAM, .protocol = 132},
	 0,
	 TRACK_FD_CLASS_SCTP},
	{{.mode = S_IFSOCK, .family = AF_UNIX, .type = SOCK_STREAM}, 0, TRACK_FD_CLASS_UNIX},
	{{.mode = S_IFSOCK, .family = AF_INET, .type = SOCK_RAW}, 0, TRACK_FD_CLASS_RAW},
	{{.mode = S_IFIFO}, 0, TRACK_FD_CLASS_PIPE},
	{{.mode = S_IFDIR}, 0, TRACK_FD_CLASS_DIRECTORY},
	{{.mode = S_IFREG, .name = "passwd"}, SYS_openat, TRACK_FD_CLASS_FILE},
	{{.mode = S_IFREG, .name = "memfd:x"}, SYS_dup, TRACK_FD_CLASS_MEMFD},
	{{.mode = S_IFREG, .magic = 0x19800202}, SYS_dup, TRACK_FD_CLASS_MQUEUE},
	{{.mode = S_IFREG, .magic = 0x50494446}, SYS_dup, TRACK_FD_CLASS_PIDFD},
	{{.mode = S_IFCHR, .rdev = 136u << 20 | 3}, 0, TRACK_FD_CLASS_TERMINAL},
	{{.mode = S_IFCHR, .rdev = 1u << 20 | 3}, 0, TRACK_FD_CLASS_DEVICE},
	{{.mode = S_IFBLK}, 0, TRACK_FD_CLASS_DEVICE},
	{{.mode = 0600, .magic = 0x09041934, .name = "[eventfd]"}, 0, TRACK_FD_CLASS_EVENTFD},
	{{.mode = S_IFREG | 0600, .magic = 0x09041934, .name = "[eventpoll]"},
	 0,
	 TRACK_FD_CLASS_EPOLL},
	{{.mode = 0600, .magic = 0x09041934, .name = "bpf-prog"}, 0, TRACK_FD_CLASS_BPF},
	{{.mode = 0600, .magic = 0x09041934, .name = "[new]"}, 0, TRACK_FD_CLASS_OTHER},
	{{.mode = S_IFDIR}, SYS_open_tree, TRACK_FD_CLASS_MOUNT},
	{{.mode = 0}, SYS_memfd_secret, TRACK_FD_CLASS_SECRETMEM},
	{{.mode = 0}, SYS_openat, TRACK_FD_CLASS_OTHER},
};

Test(fd_class, a_file_is_what_the_kernel_says)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		cr_expect(eq(int, fd_class_of(&rows[i].file, rows[i].nr), rows[i].fd_class),
			  "row %zu", i);
}

static enum track_fd_class look(int fd)
{
	struct fd_look found = {0};
	int pid_fd = fd_look_begin(getpid());
	cr_assert(eq(int, fd_look_take(getpid(), pid_fd, (uint32_t)fd, &found), 0));
	close(pid_fd);
	close(fd);
	return found.fd_class;
}

Test(fd_class, a_look_from_outside_says_the_same)
{
	sigset_t none;
	sigemptyset(&none);
	cr_expect(eq(int, look(socket(AF_INET, SOCK_DGRAM, 0)), TRACK_FD_CLASS_UDP));
	cr_expect(eq(int, look(socket(AF_UNIX, SOCK_STREAM, 0)), TRACK_FD_CLASS_UNIX));
	cr_expect(eq(int, look(eventfd(0, 0)), TRACK_FD_CLASS_EVENTFD));
	cr_expect(eq(int, look(epoll_create1(0)), TRACK_FD_CLASS_EPOLL));
	cr_expect(eq(int, look(timerfd_create(CLOCK_MONOTONIC, 0)), TRACK_FD_CLASS_TIMERFD));
	cr_expect(eq(int, look(signalfd(-1, &none, 0)), TRACK_FD_CLASS_SIGNALFD));
	cr_expect(eq(int, look(inotify_init1(0)), TRACK_FD_CLASS_INOTIFY));
	cr_expect(eq(int, look(memfd_create("x", 0)), TRACK_FD_CLASS_MEMFD));
	cr_expect(eq(int, look(fd_look_begin(getpid())), TRACK_FD_CLASS_PIDFD));
	cr_expect(eq(int, look(open("/", O_RDONLY | O_DIRECTORY)), TRACK_FD_CLASS_DIRECTORY));
	cr_expect(eq(int, look(open("/dev/null", O_RDONLY)), TRACK_FD_CLASS_DEVICE));
	cr_expect(eq(int, look(open("/proc/self/exe", O_RDONLY)), TRACK_FD_CLASS_FILE));
}

Test(fd_class, a_look_at_a_socket_has_its_addresses)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct fd_look found;
	int fd = socket(AF_INET, SOCK_DGRAM, 0), pid_fd = fd_look_begin(getpid());
	cr_assert(eq(int, bind(fd, (struct sockaddr *)&address, sizeof(address)), 0));
	cr_assert(eq(int, fd_look_take(getpid(), pid_fd, (uint32_t)fd, &found), 0));
	cr_assert(eq(u32, found.addresses[TRACK_NAME_LOCAL].bytes, sizeof(address)));
	cr_assert(eq(u32, found.addresses[TRACK_NAME_REMOTE].bytes, 0));
	close(fd);
	cr_assert(lt(int, fd_look_take(getpid(), pid_fd, (uint32_t)fd, &found), 0));
	close(pid_fd);
}
