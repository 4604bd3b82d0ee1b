/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a page can be written, before anything is recorded or read. What is wrong is said here.
 */
#ifndef CLI_PAGE_CHECK_H
#define CLI_PAGE_CHECK_H

#include "options.h"

/* Of what records: a page goes into the file of --report-file. 0 or -EINVAL, as is the next. */
int page_check_file(const struct options *options);

/* Of what writes to stdout. */
int page_check_stdout(const struct options *options);

/* A trace that is too large for a page: -EFBIG. */
int page_check_size(const struct options *options, struct report *const *reports, size_t count);

/* The page without traces; of size 0 where it was not built. */
struct report_template page_template(void);

#endif
