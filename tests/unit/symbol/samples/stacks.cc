/* SPDX-License-Identifier: Apache-2.0 */
/* stacks WAY: writes a snapshot of its stack, taken in some way, and what libgcc unwinds there. */
#include "stacks.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#define NOT_INLINE __attribute__((noinline, noipa))

static struct snapshot taken;
static volatile int zero;

static _Unwind_Reason_Code add(struct _Unwind_Context *context, void *)
{
	uint64_t ip = _Unwind_GetIP(context);

	if (ip != 0 && taken.count < SNAPSHOT_DEPTH_MAX)
		taken.addresses[taken.count++] = ip;
	return _URC_NO_REASON;
}

static void copy_stack(uint64_t from)
{
	while (taken.bytes < SNAPSHOT_BYTES_MAX) {
		uint64_t at = from + taken.bytes;
		struct iovec local = {taken.stack + taken.bytes, 4096 - at % 4096};
		struct iovec remote = {(void *)at, local.iov_len};
		if (local.iov_len > SNAPSHOT_BYTES_MAX - taken.bytes)
			return;
		if (process_vm_readv(getpid(), &local, 1, &remote, 1, 0) <= 0)
			return;
		taken.bytes += local.iov_len;
	}
}

NOT_INLINE static void take(void)
{
	static const int order[] = {REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI,
				    REG_RBP, REG_RSP, REG_R8,  REG_R9,	REG_R10, REG_R11,
				    REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP};
	ucontext_t context;

	getcontext(&context);
	for (int i = 0; i < SNAPSHOT_REGISTERS; i++)
		taken.registers[i] = (uint64_t)context.uc_mcontext.gregs[order[i]];
	copy_stack(taken.registers[7]);
	_Unwind_Backtrace(add, nullptr);
}

NOT_INLINE static int plain(int depth)
{
	if (depth > 0)
		return plain(depth - 1) + zero + 1;
	take();
	return zero;
}

NOT_INLINE static int with_array(size_t n)
{
	char *text = static_cast<char *>(alloca(n));

	memset(text, 'a', n);
	plain(2);
	return text[n / 2] + zero;
}

NOT_INLINE static int realigned(void)
{
	alignas(128) volatile char block[256] = {};

	return with_array(300) + block[zero] + zero;
}

static int compare(const void *left, const void *right)
{
	if (taken.count == 0)
		plain(2);
	return *static_cast<const int *>(left) - *static_cast<const int *>(right);
}

NOT_INLINE static int sorted(void)
{
	int numbers[] = {3, 1, 2, zero};

	qsort(numbers, 4, sizeof(numbers[0]), compare);
	return numbers[0] + zero;
}

static void on_signal(int)
{
	plain(1);
}

NOT_INLINE static int signalled(void)
{
	signal(SIGUSR1, on_signal);
	raise(SIGUSR1);
	return zero;
}

/* In the middle of a function, where no call is. */
NOT_INLINE static int interrupted(void)
{
	signal(SIGTRAP, on_signal);
	__asm__ volatile("int3");
	return zero;
}

/* Its first instruction faults: the address before it is of another function, and of another frame.
 */
__asm__(".pushsection .text\n"
	".cfi_startproc\n"
	"	.cfi_def_cfa_offset 64\n	nop\n"
	".cfi_endproc\n"
	".type faults, @function\n"
	"faults:\n"
	".cfi_startproc\n"
	"	ud2\n	ret\n"
	".cfi_endproc\n"
	".size faults, . - faults\n"
	".popsection\n");

extern "C" void faults(void);

static void on_fault(int, siginfo_t *, void *context)
{
	plain(1);
	static_cast<ucontext_t *>(context)->uc_mcontext.gregs[REG_RIP] += 2; /* behind ud2 */
}

NOT_INLINE static int faulted(void)
{
	struct sigaction action = {};

	action.sa_flags = SA_SIGINFO;
	action.sa_sigaction = on_fault;
	sigaction(SIGILL, &action, nullptr);
	faults();
	return zero;
}

struct ender {
	~ender()
	{
		if (taken.count == 0)
			plain(1);
	}
};

NOT_INLINE static void throws(void)
{
	struct ender ender;

	throw 1 + zero;
}

/* Once by the destructor, while the exception flies. */
NOT_INLINE static int thrown(void)
{
	try {
		throws();
	} catch (int) {
		return zero;
	}
	return 1;
}

NOT_INLINE static int caught(void)
{
	try {
		throw 1 + zero;
	} catch (int) {
		return plain(1);
	}
}

static void *run(void *)
{
	plain(2);
	return nullptr;
}

NOT_INLINE static int thread(void)
{
	pthread_t id;

	return pthread_create(&id, nullptr, run, nullptr) || pthread_join(id, nullptr);
}

NOT_INLINE static int deep(void)
{
	return plain(5000);
}

static const struct {
	const char *name;
	int (*way)(void);
} ways[] = {
	{"realigned", realigned},     {"sorted", sorted}, {"signalled", signalled},
	{"interrupted", interrupted}, {"thrown", thrown}, {"caught", caught},
	{"thread", thread},	      {"deep", deep},	  {"faulted", faulted},
};

static void write_out(void)
{
	char line[512];
	FILE *maps = fopen("/proc/self/maps", "re");

	fwrite(&taken, sizeof(taken), 1, stdout);
	while (maps != nullptr && fgets(line, sizeof(line), maps) != nullptr)
		fputs(line, stdout);
}

int main(int argc, char **argv)
{
	for (const auto &row : ways) {
		if (argc != 2 || strcmp(argv[1], row.name) != 0)
			continue;
		row.way();
		write_out();
		return 0;
	}
	return 1;
}
