/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wrappers that must not have a frame of their own.
 *
 * vfork returns twice on the same stack: a C wrapper's frame would be gone when
 * the parent returns. So: mark the thread, then jump.
 *
 * exit and quick_exit run the program's own functions, which would have such a frame in their
 * stacks.
 *
 * syscall takes six arguments besides the number; most numbers are not ours and
 * go straight to the real function.
 */
	.text

	.globl	vfork
	.type	vfork, @function
vfork:
	.cfi_startproc
	endbr64
	subq	$8, %rsp
	.cfi_adjust_cfa_offset 8
	call	wrap_vfork_target
	addq	$8, %rsp
	.cfi_adjust_cfa_offset -8
	jmp	*%rax
	.cfi_endproc
	.size	vfork, .-vfork

	.macro	exits name
	.globl	\name
	.type	\name, @function
\name:
	.cfi_startproc
	endbr64
	pushq	%rdi
	.cfi_adjust_cfa_offset 8
	call	wrap_\name\()_target
	popq	%rdi
	.cfi_adjust_cfa_offset -8
	jmp	*%rax
	.cfi_endproc
	.size	\name, .-\name
	.endm

	exits	exit
	exits	quick_exit

	.globl	syscall
	.type	syscall, @function
syscall:
	.cfi_startproc
	endbr64
	cmpq	$512, %rdi
	jae	1f
	leaq	wrap_syscall_handlers(%rip), %rax
	cmpq	$0, (%rax,%rdi,8)
	jne	2f
1:
	/* The seventh argument is on the stack, untouched. Save the six registers. */
	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	pushq	%rcx
	pushq	%r8
	pushq	%r9
	.cfi_adjust_cfa_offset 48
	subq	$8, %rsp
	.cfi_adjust_cfa_offset 8
	call	wrap_syscall_target
	addq	$8, %rsp
	.cfi_adjust_cfa_offset -8
	popq	%r9
	popq	%r8
	popq	%rcx
	popq	%rdx
	popq	%rsi
	popq	%rdi
	.cfi_adjust_cfa_offset -48
	jmp	*%rax
2:
	jmp	wrap_syscall
	.cfi_endproc
	.size	syscall, .-syscall

	.section .note.GNU-stack, "", @progbits
