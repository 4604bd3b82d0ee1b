/* SPDX-License-Identifier: Apache-2.0 */
/* Stacks and places as people read them. */
#ifndef REPORT_TEXT_STACK_H
#define REPORT_TEXT_STACK_H

#include <report/format.h>
#include <report/report.h>
#include <stdio.h>

/* The last part of a path. */
const char *text_base_name(const char *path);

/* A file's name, relative to the style's folder where it lies below it. */
const char *text_file_name(const char *file, const struct report_style *style);

/* "function  file:line  (module)", or "module+0xoffset". */
void text_frame(FILE *stream, const struct report_frame *frame, const struct report_style *style);

/*
 * Frames, without our own; cut unless full stacks are wanted. Outer ones that it shares with the
 * stack that was shown before (or NULL) are only counted.
 */
void text_stack(FILE *stream, const struct report_stack *stack, const struct report_stack *before,
		const struct report_style *style);

bool text_same_stack(const struct report_stack *one, const struct report_stack *other);

/* What every program has below main or below a thread's first function. */
bool text_is_start_up(const struct report_frame *frame);

/* The first that is neither our own nor plumbing; NULL: there is none that has a name. */
const struct report_frame *text_teller(const struct report_stack *stack);

#endif
