/* SPDX-License-Identifier: Apache-2.0 */
#include "page.h"

#include <string.h>

/* page.S */
extern const char page_index[], page_index_end[];
extern const char page_style[], page_style_end[];
extern const char page_client[], page_client_end[];
extern const char page_page[], page_page_end[];

/* clang-format off */
static const struct page pages[] = {
	{"/",          "text/html; charset=utf-8",       page_index,  page_index_end},
	{"/style.css", "text/css; charset=utf-8",        page_style,  page_style_end},
	{"/client.mjs", "text/javascript; charset=utf-8", page_client, page_client_end},
	{"/page.js",   "text/javascript; charset=utf-8", page_page,   page_page_end},
};
/* clang-format on */

const struct page *page_find(const char *path)
{
	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++)
		if (!strcmp(pages[i].path, path))
			return &pages[i];
	return NULL;
}
