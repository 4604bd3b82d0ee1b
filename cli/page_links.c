/* SPDX-License-Identifier: Apache-2.0 */
#include "page_links.h"

#include <stdio.h>
#include <string.h>

#include "output.h"
#include "say.h"

/* Those of this system are in no repository. */
static const char files_sql[] =
	"SELECT DISTINCT file FROM frame WHERE file LIKE '/%' AND file NOT LIKE '/usr/%'"
	" ORDER BY instr(file, rtrim(?1, '/') || '/') = 1 DESC, file LIMIT 1";

/* An editor takes any file, a web site those of its repository. */
static bool needs_root(const struct options *options)
{
	return options->source_url && strncmp(options->source_url, "http", strlen("http")) == 0;
}

static bool is_below(const char *file, const char *root)
{
	size_t length = strlen(root);

	if (length && root[length - 1] == '/')
		length--;
	return strncmp(file, root, length) == 0 && file[length] == '/';
}

void page_links_look(struct page_links *links, const struct options *options, struct trace *trace)
{
	struct output_folders folders;
	const char *root, *file;
	struct trace_query *query;

	if (!needs_root(options) || links->some)
		return;
	root = output_style(stdout, options, &folders).root;
	if (!root || trace_query(trace, files_sql, &query) < 0)
		return;
	trace_query_bind_text(query, 1, root);
	if (trace_query_step(query) > 0) {
		file = trace_query_text(query, 0);
		links->some = is_below(file, root);
		snprintf(links->other, sizeof(links->other), "%s", file);
	}
	trace_query_destroy(query);
}

void page_links_say(const struct page_links *links, const struct options *options)
{
	struct output_folders folders;
	const char *root = output_style(stdout, options, &folders).root;

	if (options->quiet || links->some || !links->other[0] || !root)
		return;
	say("run it inside of the repository that the files are of: {file} is a path from its top",
	    "--source-url makes no links: no source file of the recording lies below '%s' (one is "
	    "'%s')",
	    root, links->other);
}
