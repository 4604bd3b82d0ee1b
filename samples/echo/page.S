/* SPDX-License-Identifier: Apache-2.0 */
/* The files of samples/browser, as they are; page.c has their names. */
.macro file name path
	.global page_\name
	.global page_\name\()_end
page_\name:
	.incbin "\path"
page_\name\()_end:
.endm

	.section .rodata
	file index "index.html"
	file style "style.css"
	file client "client.mjs"
	file page "page.js"

	.section .note.GNU-stack, "", %progbits
