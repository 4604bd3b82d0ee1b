/* SPDX-License-Identifier: Apache-2.0 */
/* The files of the built page, as bytes: page.h. */
	.section .rodata
	.global viewer_page, viewer_page_end, viewer_page_policy, viewer_page_policy_end
	.balign 16
viewer_page:
	.incbin "page.html"
viewer_page_end:
	.byte 0
viewer_page_policy:
	.incbin "policy.txt"
viewer_page_policy_end:
	.byte 0
	.section .note.GNU-stack, "", @progbits
