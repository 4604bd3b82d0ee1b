/* SPDX-License-Identifier: Apache-2.0 */
#include "nops.h"
#include "harmless.h"
#include "nop_code.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096u
#define REACH (1ull << 31) /* of a call, in either direction */
#define COUNT_MAX 8192	   /* each is a mapping; a process has 65530 */
#define HIT_MS_MAX 3000
#define RETURN 0xc3
#define PROBED 0xcc

struct nops {
	int file;
	int go[2], done[2];
	pid_t pid;
	unsigned char *pages; /* of the child: one for each, with nothing behind it */
	size_t count;
	uint64_t offsets[];
};

/* One that crosses its page is left alone by the kernel. */
static int find(struct nops *nops, const uint64_t *offsets, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		unsigned char code[NOP_BYTES];
		ssize_t bytes = pread(nops->file, code, sizeof(code), (off_t)offsets[i]);
		if (bytes != sizeof(code) || offsets[i] % PAGE > PAGE - NOP_BYTES ||
		    !nop_code_is(code))
			continue;
		if (nops->count == COUNT_MAX)
			return -E2BIG;
		nops->offsets[nops->count++] = offsets[i];
	}
	return 0;
}

/* Of a file's page only the nop stays, as the kernel has probed it; all else returns. */
static bool map_one(const struct nops *nops, unsigned char *page, uint64_t offset)
{
	size_t at = offset % PAGE;

	if (mmap(page, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, nops->file,
		 (off_t)(offset - at)) == MAP_FAILED ||
	    mprotect(page, PAGE, PROT_READ | PROT_WRITE))
		return false;
	memset(page, RETURN, at);
	memset(page + at + NOP_BYTES, RETURN, PAGE - at - NOP_BYTES);
	return mprotect(page, PAGE, PROT_READ | PROT_EXEC) == 0;
}

/* A nop may end with its page: the next one is a page of returns. */
static bool map_guard(unsigned char *page)
{
	if (mmap(page, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		 0) == MAP_FAILED)
		return false;
	memset(page, RETURN, PAGE);
	return mprotect(page, PAGE, PROT_READ | PROT_EXEC) == 0;
}

/* In the middle of room that is taken. */
static bool map_all(struct nops *nops)
{
	size_t middle = 2 * nops->count * PAGE;
	unsigned char *room = mmap(NULL, 2 * REACH + 2 * PAGE + middle, PROT_NONE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (room == MAP_FAILED)
		return false;
	nops->pages = room + REACH + PAGE;
	for (size_t i = 0; i < nops->count; i++) {
		unsigned char *page = nops->pages + 2 * i * PAGE;
		if (!map_one(nops, page, nops->offsets[i]) || !map_guard(page + PAGE))
			return false;
	}
	return true;
}

/* With nothing in the registers: were it no nop after all, there is nothing to be had. */
static void call_bare(const unsigned char *nop)
{
	__asm__ volatile("sub	$128, %%rsp\n" /* what the compiler keeps below it */
			 "push	%%rbx\n"
			 "push	%%rbp\n"
			 "push	%%rax\n"
			 "xor	%%ebx, %%ebx\n"
			 "xor	%%ebp, %%ebp\n"
			 "xor	%%ecx, %%ecx\n"
			 "xor	%%edx, %%edx\n"
			 "xor	%%esi, %%esi\n"
			 "xor	%%edi, %%edi\n"
			 "xor	%%r8d, %%r8d\n"
			 "xor	%%r9d, %%r9d\n"
			 "xor	%%r10d, %%r10d\n"
			 "xor	%%r11d, %%r11d\n"
			 "xor	%%r12d, %%r12d\n"
			 "xor	%%r13d, %%r13d\n"
			 "xor	%%r14d, %%r14d\n"
			 "xor	%%r15d, %%r15d\n"
			 "mov	$-1, %%rax\n" /* no system call has this number */
			 "call	*(%%rsp)\n"
			 "add	$8, %%rsp\n"
			 "pop	%%rbp\n"
			 "pop	%%rbx\n"
			 "add	$128, %%rsp\n"
			 : "+a"(nop)
			 :
			 : "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13",
			   "r14", "r15", "memory", "cc");
}

/* One that was probed, and still is after its hit, was not turned into a call. */
static bool hit_all(const struct nops *nops)
{
	for (size_t i = 0; i < nops->count; i++) {
		const volatile unsigned char *nop =
			nops->pages + 2 * i * PAGE + nops->offsets[i] % PAGE;
		if (*nop != PROBED)
			return false;
		call_bare((const unsigned char *)nop);
		if (*nop != PROBED)
			return false;
	}
	return true;
}

/* All signals are held back: what it is forced to take ends it. */
static void be_child(struct nops *nops)
{
	char byte = 0;
	long status = 1;

	close(nops->go[1]);
	if (harmless_rights() == 0 && read(nops->go[0], &byte, 1) == 1 && map_all(nops) &&
	    harmless_calls(nops->done[1]) == 0 && hit_all(nops) &&
	    write(nops->done[1], &byte, 1) == 1)
		status = 0;
	for (;;)
		syscall(SYS_exit, status); /* the only way out that is left */
}

/* Without a signal at its end: nobody who waits for any child gets it. */
static int start(struct nops *nops)
{
	if (pipe2(nops->go, O_CLOEXEC) || pipe2(nops->done, O_CLOEXEC))
		return -errno;
	sigset_t all, before;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	nops->pid = (pid_t)syscall(SYS_clone, 0, NULL, NULL, NULL, NULL);
	if (!nops->pid)
		be_child(nops);
	int error = nops->pid < 0 ? -errno : 0;
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(nops->done[1]);
	nops->done[1] = -1;
	return error;
}

int nops_create(int file, const uint64_t *offsets, size_t count, struct nops **ret_nops)
{
	struct nops *nops = calloc(1, sizeof(*nops) + count * sizeof(nops->offsets[0]));
	if (!nops)
		return -ENOMEM;
	nops->go[0] = nops->go[1] = nops->done[0] = nops->done[1] = -1;
	nops->file = file;
	int error = find(nops, offsets, count);
	if (!error && nops->count)
		error = start(nops);
	if (error || !nops->count) {
		nops_destroy(nops);
		nops = NULL;
	}
	if (!error)
		*ret_nops = nops;
	return error;
}

pid_t nops_pid(const struct nops *nops)
{
	return nops->pid;
}

const uint64_t *nops_offsets(const struct nops *nops, size_t *ret_count)
{
	*ret_count = nops->count;
	return nops->offsets;
}

/* Our own end for reading keeps the write from failing, whatever became of the child. */
int nops_hit(struct nops *nops)
{
	char byte = 0;
	struct pollfd done = {.fd = nops->done[0], .events = POLLIN};
	if (write(nops->go[1], &byte, 1) != 1)
		return -errno;
	if (poll(&done, 1, HIT_MS_MAX) != 1 || read(nops->done[0], &byte, 1) != 1)
		return -ENOTSUP;
	return 0;
}

void nops_destroy(struct nops *nops)
{
	if (!nops)
		return;
	if (nops->pid > 0) {
		kill(nops->pid, SIGKILL);
		while (waitpid(nops->pid, NULL, __WALL) < 0 && errno == EINTR)
			;
	}
	const int open[] = {nops->go[0], nops->go[1], nops->done[0], nops->done[1]};
	for (size_t i = 0; i < sizeof(open) / sizeof(*open); i++)
		if (open[i] >= 0)
			close(open[i]);
	free(nops);
}
