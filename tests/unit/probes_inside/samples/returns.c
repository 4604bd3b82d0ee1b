/* SPDX-License-Identifier: Apache-2.0 */
/* Ways to leave a function. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT __attribute__((noinline, noipa, used))

extern int (*chosen)(int);
int (*chosen)(int);

/* Each of what an assembler can write, where a comment says how many are returns. */
__asm__(".pushsection .text\n"
	".macro function name\n"
	".type \\name, @function\n"
	"\\name:\n"
	".endm\n"
	"function falls_into_4\n"
	"	nop\n"
	".size falls_into_4, . - falls_into_4\n"
	"function returns_4\n"
	"	je 1f\n	ret\n"
	"1:	jne 2f\n	rep ret\n"
	"2:	jl 3f\n	.byte 0xf2, 0xc3\n"
	"3:	ret $8\n"
	".size returns_4, . - returns_4\n"
	"function returns_far\n"
	"	lret\n"
	".size returns_far, . - returns_far\n"
	"function jumps_to_4_and_back\n"
	"	je returns_4\n	ret\n"
	"1:	jmp jumps_to_4_and_back\n"
	".size jumps_to_4_and_back, . - jumps_to_4_and_back\n"
	"function jumps_nowhere\n"
	"	jmp . + 0x100000\n"
	".size jumps_nowhere, . - jumps_nowhere\n"
	"function is_no_code\n"
	"	ret\n	.byte 0x06, 0x07\n"
	".size is_no_code, . - is_no_code\n"
	/* Data between instructions: c3 is of the number, and no `ret`. */
	"function data_in_front\n"
	"	jmp 1f\n	.byte 0x3c\n"
	"1:	mov $0xc3, %eax\n	ret\n"
	".size data_in_front, . - data_in_front\n"
	"function data_that_looks_like_code\n"
	"	jmp 1f\n	.byte 0xc3\n"
	"1:	ret\n"
	".size data_that_looks_like_code, . - data_that_looks_like_code\n"
	"function cases\n"
	"	je 1f\n	notrack jmp *%rax\n"
	"	mov $0xc3, %eax\n	ret\n"
	"1:	ret\n"
	".size cases, . - cases\n"
	"function cases_and_data\n"
	"	je 1f\n	notrack jmp *%rax\n	.byte 0x3c\n"
	"1:	mov $0xc3, %eax\n	ret\n"
	".size cases_and_data, . - cases_and_data\n"
	"function cases_into_the_middle\n"
	"	je 1f\n	notrack jmp *%rax\n	jmp 1f + 1\n"
	"1:	mov $0xc3, %eax\n	ret\n"
	".size cases_into_the_middle, . - cases_into_the_middle\n"
	"function cases_past_the_end\n"
	"	je 1f\n	notrack jmp *%rax\n"
	"1:	ret\n	ret\n	.byte 0xb8, 0xc3\n"
	".size cases_past_the_end, . - cases_past_the_end\n"
	"function both_ways\n"
	"	je 1f + 1\n"
	"1:	mov $0xc3, %eax\n	ret\n"
	".size both_ways, . - both_ways\n"
	"function calls_inside\n"
	"	call 1f\n	ret\n"
	"1:	pop %rax\n	ret\n"
	".size calls_inside, . - calls_inside\n"
	"function around\n"
	".cfi_startproc\n"
	"	mov $0xc3, %eax\n	ret\n"
	".cfi_endproc\n"
	".size around, . - around\n"
	"function jumps_in_frame\n"
	".cfi_startproc\n"
	"	push %rax\n	.cfi_def_cfa_offset 16\n"
	"	je 1f\n	jmp *(%rdi)\n"
	"1:	pop %rax\n	.cfi_def_cfa_offset 8\n	ret\n"
	".cfi_endproc\n"
	".size jumps_in_frame, . - jumps_in_frame\n"
	".type in_the_middle, @function\n"
	".set in_the_middle, around + 1\n"
	".size in_the_middle, 1\n"
	"function catches\n"
	".cfi_startproc\n"
	".cfi_lsda 0x1b, handlers\n"
	"	ret\n"
	"	xor %eax, %eax\n	ret\n"
	".cfi_endproc\n"
	".size catches, . - catches\n"
	"handlers: .byte 0xff, 0xff, 0x01, 0x00\n"
	".popsection\n");

KEPT int target(int n)
{
	return n ? n * 3 : 7;
}

KEPT int tail(int n)
{
	return target(n + 1);
}

KEPT int through_pointer(int n)
{
	return chosen(n + 1);
}

KEPT int calls_pointer(int n)
{
	return chosen(n) + 1;
}

KEPT int to_library(const char *text)
{
	return puts(text + 1);
}

KEPT int by_switch(int n, int *ret)
{
	switch (n) {
	case 0:
		*ret = rand();
		break;
	case 1:
		*ret = 77;
		break;
	case 2:
		*ret = rand() * 3;
		break;
	case 3:
		return *ret;
	case 4:
		*ret += 5;
		break;
	case 5:
		*ret /= 3;
		break;
	case 6:
		*ret = abs(*ret + 1);
		break;
	}
	return n + 1;
}

KEPT int leaf_switch(int n, int *ret)
{
	switch (n) {
	case 0:
		*ret = 9;
		break;
	case 1:
		*ret = 77;
		return 4;
	case 2:
		*ret *= 3;
		break;
	case 3:
		return *ret;
	case 4:
		*ret += 5;
		break;
	case 5:
		*ret /= 3;
		return 8;
	case 6:
		*ret -= 1;
		break;
	}
	return n + 1;
}

static __attribute__((noinline, cold, noipa)) int unlikely(int n)
{
	return n + rand();
}

KEPT int with_cold_part(int n, char *text)
{
	if (__builtin_expect(n == 77, 0)) {
		text[0] = (char)unlikely(n);
		return unlikely(n) + 1;
	}
	return target(n);
}

int main(int argc, char **argv)
{
	chosen = argc > 1 ? target : tail;
	return tail(argc) + through_pointer(argc) + calls_pointer(argc) + to_library(argv[0]) +
	       by_switch(argc, &argc) + leaf_switch(argc, &argc) + with_cold_part(argc, argv[0]);
}
