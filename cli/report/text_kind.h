/* SPDX-License-Identifier: Apache-2.0 */
/* What people say of the things of a kind. */
#ifndef REPORT_TEXT_KIND_H
#define REPORT_TEXT_KIND_H

struct text_kind {
	const char *name, *plural, *begun, *over;
};

/* NULL: unknown. */
const struct text_kind *text_kind(const char *kind);

/* "opened", "armed": what its birth is called. */
const char *text_begun(const char *kind);

/* What a person calls a descriptor of that class. */
const char *text_fd_noun(const char *class_name);

#endif
