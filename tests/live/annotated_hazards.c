/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Annotations where a careless shim would hang, kill or lose:
 *   live_annotated_hazards MODE   prints how many retains it told
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <track/track.h>
#include <ucontext.h>
#include <unistd.h>

static char object;
static volatile uint64_t told;

static void tell(void)
{
	track_retain(&object, "hazard", track_nobody());
	__atomic_fetch_add(&told, 1, __ATOMIC_RELAXED);
}

/* Before the shim's own start: nothing comes of it, nor of the hook that it finds. */
static void preinit(int argc, char **argv, char **envp)
{
	(void)argc, (void)argv, (void)envp;
	track_retain(&object, "too early", track_nobody());
}

__attribute__((section(".preinit_array"), used)) static void (*preinit_entry)(int, char **,
									      char **) = preinit;

/* Long enough for every clock to have settled. */
static void tell_for(long ms)
{
	struct timespec pause = {0, 20000};
	for (long i = 0; i < ms * 20; i++) {
		tell();
		nanosleep(&pause, NULL);
	}
}

static int early(void)
{
	tell();
	return 0;
}

/* The processor's counter is read no more. */
static int counter(void)
{
	tell_for(60);
	if (prctl(PR_SET_TSC, PR_TSC_SIGSEGV, 0, 0, 0))
		return 1;
	for (int i = 0; i < 1000; i++)
		tell();
	return 0;
}

static void allow_only_to_end(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
	struct sock_fprog program = {sizeof(filter) / sizeof(*filter), filter};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0))
		abort();
}

static int sandbox(void)
{
	tell_for(60);
	allow_only_to_end();
	for (int i = 0; i < 1000; i++)
		tell();
	return 0;
}

static int sandbox_without_counter(void)
{
	if (prctl(PR_SET_TSC, PR_TSC_SIGSEGV, 0, 0, 0))
		return 1;
	allow_only_to_end();
	for (int i = 0; i < 1000; i++)
		tell();
	return 0;
}

static void on_alarm(int number)
{
	(void)number;
	tell();
}

/* Handlers tell in the middle of what they interrupt. */
static int handlers(void)
{
	struct itimerval often = {{0, 50}, {0, 50}}, never = {{0, 0}, {0, 0}};
	signal(SIGALRM, on_alarm);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; i < 300000; i++)
		tell();
	setitimer(ITIMER_REAL, &never, NULL);
	return 0;
}

static volatile int stop;

static void *tell_until_stopped(void *arg)
{
	while (!stop)
		tell();
	return arg;
}

/* A child is made while another thread is anywhere inside. */
static int children(void)
{
	pthread_t thread;
	int failed = 0;
	if (pthread_create(&thread, NULL, tell_until_stopped, NULL))
		return 1;
	for (int i = 0; i < 20; i++) {
		int status = -1;
		pid_t pid = fork();
		if (!pid) {
			for (int k = 0; k < 100; k++)
				track_release(&object, "hazard", track_nobody());
			_exit(0);
		}
		waitpid(pid, &status, 0);
		failed |= status;
	}
	stop = 1;
	pthread_join(thread, NULL);
	return failed;
}

#define TURNS 200000

static int locked, held;

static void *take_turns(void *arg)
{
	for (int i = 0; i < TURNS; i++) {
		while (__atomic_exchange_n(&locked, 1, __ATOMIC_ACQUIRE))
			;
		if (held)
			track_release(&object, "hazard", track_nobody());
		else
			tell();
		held = !held;
		__atomic_store_n(&locked, 0, __ATOMIC_RELEASE);
		for (volatile int wait = i % 16; wait > 0; wait--)
			;
	}
	return arg;
}

/* Whichever of two threads comes to it retains or releases: never two of a kind in a row. */
static int turns(void)
{
	pthread_t threads[2];
	for (int i = 0; i < 2; i++)
		if (pthread_create(&threads[i], NULL, take_turns, NULL))
			return 1;
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	return 0;
}

/* Goes on on another stack, with the frame pointer leading back: void go_on(top, function). */
__asm__(".text\n"
	".type go_on,@function\n"
	"go_on:\n"
	".cfi_startproc\n"
	"push %rbp\n"
	".cfi_def_cfa_offset 16\n"
	".cfi_offset %rbp,-16\n"
	"mov %rsp,%rbp\n"
	".cfi_def_cfa_register %rbp\n"
	"mov %rdi,%rsp\n"
	"call *%rsi\n"
	"mov %rbp,%rsp\n"
	"pop %rbp\n"
	".cfi_def_cfa %rsp,8\n"
	"ret\n"
	".cfi_endproc\n"
	".size go_on,.-go_on\n");
void go_on(void *top, void (*function)(void));

enum { OWN_BYTES = 256 << 10, OTHER_BYTES = 64 << 10 };

static char *own_stack; /* a coroutine's lies above it at first */
static ucontext_t scheduler;

static __attribute__((noinline)) void tell_below(void)
{
	volatile char room[64];
	room[0] = 1;
	tell();
	room[1] = room[0];
}

static void coroutine(void)
{
	for (int i = 0; i < 100; i++)
		go_on(own_stack + OWN_BYTES / 2, tell_below);
}

static void run_on(char *stack)
{
	ucontext_t context;
	getcontext(&context);
	context.uc_stack.ss_sp = stack;
	context.uc_stack.ss_size = OTHER_BYTES;
	context.uc_link = &scheduler;
	makecontext(&context, coroutine, 0);
	swapcontext(&scheduler, &context);
}

static void *run_coroutines(void *arg)
{
	run_on(own_stack + OWN_BYTES);
	munmap(own_stack + OWN_BYTES, OTHER_BYTES);
	run_on(arg);
	return NULL;
}

static char *map(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return at != MAP_FAILED ? at : NULL;
}

/* What lay on a coroutine's stack is gone with it. */
static int coroutines(void)
{
	char *other = map(OTHER_BYTES);
	pthread_attr_t attr;
	pthread_t thread;
	own_stack = map(OWN_BYTES + OTHER_BYTES);
	if (!other || !own_stack || pthread_attr_init(&attr) ||
	    pthread_attr_setstack(&attr, own_stack, OWN_BYTES) ||
	    pthread_create(&thread, &attr, run_coroutines, other))
		return 1;
	pthread_attr_destroy(&attr);
	return pthread_join(thread, NULL);
}

static const struct {
	const char *name;
	int (*run)(void);
} modes[] = {
	{"early", early},	{"counter", counter},
	{"sandbox", sandbox},	{"sandbox-without-counter", sandbox_without_counter},
	{"handlers", handlers}, {"turns", turns},
	{"children", children}, {"coroutines", coroutines},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < sizeof(modes) / sizeof(*modes); i++) {
		char text[32];
		if (strcmp(modes[i].name, argv[1]) != 0)
			continue;
		int ret = modes[i].run();
		int size = snprintf(text, sizeof(text), "%llu\n", (unsigned long long)told);
		if (write(STDOUT_FILENO, text, (size_t)size) != size)
			ret = 1;
		_exit(ret);
	}
	return 2;
}
