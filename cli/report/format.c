/* SPDX-License-Identifier: Apache-2.0 */
#include <report/format.h>

/* clang-format off */
const struct report_format report_formats[] = {
#define REPORT_FORMAT(name_, reader_, scope_, text_) \
	{ .name = #name_, .reader = REPORT_FOR_##reader_, .scope = REPORT_OF_##scope_, \
	  .text = text_, .write = report_##name_ },
#include <report/formats.def>
#undef REPORT_FORMAT
	{ .name = NULL },
};
/* clang-format on */
