/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trampolines: the functions that libraries are given in place of callbacks. Each stub says which
 * of trampoline.c's slots it is, and goes to the common part, which calls its enter, the callback
 * with the arguments as they came, and its leave. All that a callback can get in registers, it
 * gets; of the stack as much as the slot says.
 */
#include "trampoline.h"

	.text
	.p2align 4
	.globl	trampoline_stubs
	.hidden	trampoline_stubs
	.type	trampoline_stubs, @function
trampoline_stubs:
	.cfi_startproc
	.set	number, 0
	.rept	TRAMPOLINES
	.p2align 4
	endbr64
	movl	$number, %r11d
	jmp	trampoline
	.set	number, number + 1
	.endr
	.cfi_endproc
	.size	trampoline_stubs, .-trampoline_stubs

	.p2align 4
	.type	trampoline, @function
trampoline:
	.cfi_startproc
	.cfi_personality 0x1b, trampoline_personality	/* pcrel, sdata4 */
	pushq	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq	%rsp, %rbp
	.cfi_def_cfa_register %rbp
	subq	$TRAMPOLINE_FRAME_BYTES, %rsp
	movq	%rdi, (%rsp)
	movq	%rsi, 8(%rsp)
	movq	%rdx, 16(%rsp)
	movq	%rcx, 24(%rsp)
	movq	%r8, 32(%rsp)
	movq	%r9, 40(%rsp)
	movaps	%xmm0, 48(%rsp)
	movaps	%xmm1, 64(%rsp)
	movaps	%xmm2, 80(%rsp)
	movaps	%xmm3, 96(%rsp)
	movaps	%xmm4, 112(%rsp)
	movaps	%xmm5, 128(%rsp)
	movaps	%xmm6, 144(%rsp)
	movaps	%xmm7, 160(%rsp)
	movq	%rax, 176(%rsp)
	movq	%r10, 184(%rsp)
	movl	%r11d, 192(%rsp)
	movq	%rsp, %rdi
	call	trampoline_enter
	/* rax: bytes of the callback's own arguments on the stack, a multiple of 16. */
	movq	%rsp, %r11
	testq	%rax, %rax
	jz	1f
	subq	%rax, %rsp
	movq	%rax, %rcx
	shrq	$3, %rcx
	leaq	16(%rbp), %rsi
	movq	%rsp, %rdi
	rep movsq
1:
	movq	(%r11), %rdi
	movq	8(%r11), %rsi
	movq	16(%r11), %rdx
	movq	24(%r11), %rcx
	movq	32(%r11), %r8
	movq	40(%r11), %r9
	movaps	48(%r11), %xmm0
	movaps	64(%r11), %xmm1
	movaps	80(%r11), %xmm2
	movaps	96(%r11), %xmm3
	movaps	112(%r11), %xmm4
	movaps	128(%r11), %xmm5
	movaps	144(%r11), %xmm6
	movaps	160(%r11), %xmm7
	movq	176(%r11), %rax
	movq	184(%r11), %r10
	movq	200(%r11), %r11
	call	*%r11
	leaq	-TRAMPOLINE_FRAME_BYTES(%rbp), %rsp
	movq	%rax, 208(%rsp)
	movq	%rdx, 216(%rsp)
	movaps	%xmm0, 224(%rsp)
	movaps	%xmm1, 240(%rsp)
	movq	%rsp, %rdi
	call	trampoline_leave
	movq	208(%rsp), %rax
	movq	216(%rsp), %rdx
	movaps	224(%rsp), %xmm0
	movaps	240(%rsp), %xmm1
	leave
	.cfi_def_cfa %rsp, 8
	ret
	.cfi_endproc
	.size	trampoline, .-trampoline

	.section .note.GNU-stack, "", @progbits
