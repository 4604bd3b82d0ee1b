/* SPDX-License-Identifier: Apache-2.0 */
/* Templates of links to lines of source files, as --source-url takes them. */
#ifndef CLI_SOURCE_URL_H
#define CLI_SOURCE_URL_H

#include <stdbool.h>

/*
 * A link of it leads to a web server or into an editor, and names of files and numbers of lines,
 * which come from traces, do not choose which.
 */
bool source_url_is_usable(const char *template);

#endif
