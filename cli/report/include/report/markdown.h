/* SPDX-License-Identifier: Apache-2.0 */
/* Text in Markdown as GitHub and GitLab read it: names that a program chose stay text. */
#ifndef REPORT_MARKDOWN_H
#define REPORT_MARKDOWN_H

#include <stdio.h>

/* In a paragraph or the cell of a table: one line, without markup, links and mentions. */
void markdown_text(FILE *stream, const char *text);

/* Between <pre> and </pre>. */
void markdown_preformatted(FILE *stream, const char *text);

#endif
