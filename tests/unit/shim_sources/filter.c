/* SPDX-License-Identifier: Apache-2.0 */
/* What the shim thinks of a seccomp filter before it is set up. */
#include <filter.c>

#include <criterion/criterion.h>

#define NUMBER BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))
#define ARGUMENT BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args))
#define IF(number, action)                                                                         \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), BPF_STMT(BPF_RET | BPF_K, action)
#define ELSE(action) BPF_STMT(BPF_RET | BPF_K, action)

#define LETS_US(...)                                                                               \
	({                                                                                         \
		struct sock_filter instructions[] = {__VA_ARGS__};                                 \
		struct sock_fprog program = {sizeof(instructions) / sizeof(*instructions),         \
					     instructions};                                        \
		filter_lets_us(&program);                                                          \
	})

Test(filter, that_allows_or_refuses_with_a_number_lets_us_be)
{
	cr_expect(LETS_US(ELSE(SECCOMP_RET_ALLOW)));
	cr_expect(
		LETS_US(NUMBER, IF(SYS_ptrace, SECCOMP_RET_KILL_PROCESS), ELSE(SECCOMP_RET_ALLOW)));
	cr_expect(LETS_US(NUMBER, IF(SYS_open, SECCOMP_RET_ERRNO | 1), ELSE(SECCOMP_RET_LOG)));
}

Test(filter, that_would_not_come_back_from_one_of_our_calls_does_not)
{
	cr_expect_not(LETS_US(ELSE(SECCOMP_RET_KILL_PROCESS)));
	cr_expect_not(
		LETS_US(NUMBER, IF(SYS_getpid, SECCOMP_RET_KILL_THREAD), ELSE(SECCOMP_RET_ALLOW)));
	cr_expect_not(LETS_US(NUMBER, IF(SYS_madvise, SECCOMP_RET_TRAP), ELSE(SECCOMP_RET_ALLOW)));
	cr_expect_not(
		LETS_US(NUMBER, IF(SYS_openat, SECCOMP_RET_USER_NOTIF), ELSE(SECCOMP_RET_ALLOW)));
	cr_expect_not(LETS_US(NUMBER, IF(SYS_read, SECCOMP_RET_TRACE), ELSE(SECCOMP_RET_ALLOW)));
}

Test(filter, that_looks_at_arguments_of_our_calls_is_not_trusted)
{
	cr_expect_not(LETS_US(ARGUMENT, IF(7, SECCOMP_RET_KILL_PROCESS), ELSE(SECCOMP_RET_ALLOW)));
	cr_expect(LETS_US(NUMBER, BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3), ARGUMENT,
			  IF(7, SECCOMP_RET_KILL_PROCESS), ELSE(SECCOMP_RET_ALLOW)));
}

Test(filter, computes_as_the_kernel_does)
{
	/* (number ^ 5) & 0xffff, by way of memory and the index register, back again. */
	cr_expect_not(LETS_US(NUMBER, BPF_STMT(BPF_ALU | BPF_XOR | BPF_K, 5), BPF_STMT(BPF_ST, 3),
			      BPF_STMT(BPF_LDX | BPF_MEM, 3), BPF_STMT(BPF_MISC | BPF_TXA, 0),
			      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xffff),
			      IF(SYS_getpid ^ 5, SECCOMP_RET_KILL_PROCESS),
			      ELSE(SECCOMP_RET_ALLOW)));
	cr_expect(LETS_US(NUMBER, BPF_STMT(BPF_ALU | BPF_XOR | BPF_K, 5),
			  IF(SYS_ptrace ^ 5, SECCOMP_RET_KILL_PROCESS), ELSE(SECCOMP_RET_ALLOW)));
}

Test(filter, that_cannot_be_read_or_makes_no_sense_is_not_trusted)
{
	struct sock_fprog unreadable = {1, (struct sock_filter *)8};

	cr_expect_not(filter_lets_us((const void *)8));
	cr_expect_not(filter_lets_us(&unreadable));
	cr_expect_not(LETS_US(NUMBER)); /* no end */
	cr_expect_not(LETS_US(BPF_STMT(BPF_LD | BPF_MEM, 99), ELSE(SECCOMP_RET_ALLOW)));
	cr_expect_not(LETS_US(BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), ELSE(SECCOMP_RET_ALLOW)));
	cr_expect_not(LETS_US(BPF_STMT(BPF_JMP | BPF_JA, 100), ELSE(SECCOMP_RET_ALLOW)));
}
