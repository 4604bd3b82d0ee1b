/* SPDX-License-Identifier: Apache-2.0 */
#include <base/fnv.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "redact_inside.h"

/* What becomes of a text. */
enum how {
	STAYS,
	ADDRESS,
	MARK,
	FOLDER,	 /* only the base name stays */
	MODULE,	 /* the same, and files of one name in several folders stay several */
	COMMAND, /* the first word's base name */
	WORDS,	 /* a sentence without what looks like a path or an address */
	LABEL,	 /* a name that stays if it is a thread's (beside) */
	VALUE,	 /* of meta, by its key */
	MESSAGE, /* a sentence about what the finding is about */
	ROLE,	 /* the same, which many of one finding may share */
	WHOLE,	 /* nobody knows what it is */
	GONE
};

/* Every column of texts in schema.sql: what is not here cannot be redacted, and nothing is shown.
 */
static const struct trace_column columns[] = {
	/* clang-format off */
	{"meta", "key", WORDS, NULL},
	{"meta", "value", VALUE, "key"},
	{"process", "origin", STAYS, NULL},
	{"process", "exe", FOLDER, NULL},
	{"process", "command", COMMAND, NULL},
	{"process", "end", STAYS, NULL},
	{"process", "packs", WORDS, NULL},
	{"module", "path", MODULE, NULL},
	{"module", "build_id", STAYS, NULL},
	{"module", "symbols", WORDS, NULL},
	{"location", "path", MODULE, NULL},
	{"location", "build_id", STAYS, NULL},
	{"frame", "function", STAYS, NULL},
	{"frame", "file", FOLDER, NULL},
	{"clone", "suffix", STAYS, NULL},
	{"resource", "kind", STAYS, NULL},
	{"resource", "class", STAYS, NULL},
	{"resource", "birth_call", STAYS, NULL},
	{"resource", "death_call", STAYS, NULL},
	{"resource", "ending", STAYS, NULL},
	{"resource", "name", LABEL, "kind"},
	{"resource", "local_address", ADDRESS, NULL},
	{"resource", "remote_address", ADDRESS, NULL},
	{"resource", "traits", STAYS, NULL},
	{"reference", "holder_kind", STAYS, NULL},
	{"reference", "tag", WORDS, NULL},
	{"plumbing", "file", FOLDER, NULL},
	{"packed", "library", WORDS, NULL},
	{"lifelong", "library", WORDS, NULL},
	{"lifelong", "function", STAYS, NULL},
	{"lifelong", "caller", WORDS, NULL},
	{"lifelong", "what", WORDS, NULL},
	{"standing", "wait", STAYS, NULL},
	{"standing", "call", STAYS, NULL},
	{"standing", "told_kind", STAYS, NULL},
	{"standing", "told_text", GONE, NULL},
	{"held", "mode", STAYS, NULL},
	{"lifetime_statistics", "kind", STAYS, NULL},
	{"lifetime_statistics", "class", STAYS, NULL},
	{"lifetime_statistics", "birth_call", STAYS, NULL},
	{"lifetime_statistics", "death_call", STAYS, NULL},
	{"lifetime_statistics", "ending", STAYS, NULL},
	{"act", "kind", STAYS, NULL},
	{"act", "what", STAYS, NULL},
	{"act", "call", STAYS, NULL},
	{"mark", "text", MARK, NULL},
	{"note", "name", STAYS, NULL},
	{"note", "weight", STAYS, NULL},
	{"note", "text", WORDS, NULL},
	{"stray", "op", STAYS, NULL},
	{"stray", "kind", STAYS, NULL},
	{"finding", "rule", STAYS, NULL},
	{"finding", "state", STAYS, NULL},
	{"finding", "kind", STAYS, NULL},
	{"finding", "class", STAYS, NULL},
	{"finding", "fingerprint", STAYS, NULL},
	{"finding", "message", MESSAGE, "id"},
	{"finding", "culprit_function", STAYS, NULL},
	{"finding", "culprit_file", FOLDER, NULL},
	{"finding", "culprit_module", FOLDER, NULL},
	{"trend", "verdict", STAYS, NULL},
	{"trend", "kind", STAYS, NULL},
	{"trend", "class", STAYS, NULL},
	{"trend", "culprit_function", STAYS, NULL},
	{"trend", "culprit_file", FOLDER, NULL},
	{"trend", "culprit_module", FOLDER, NULL},
	{"trend", "supply", STAYS, NULL},
	{"evidence", "role", ROLE, "finding_id"},
	{"cause", "rule", STAYS, NULL},
	/* clang-format on */
};

/* So many texts are written before the memory for them is given back. */
#define TEXTS_KEPT 4096

struct image_redactor {
	struct redactor *redactor;
	struct arena *kept; /* what roles became */
	size_t texts;
	struct u64map modules; /* hash of a path to its number among those of its base name */
	struct u64map roles;   /* hash of a finding and a role to what that became */
};

/* A text of the trace as reports have it, so that what replaces it is the same. */
static int resource_text(struct redactor *redactor, struct trace_query *query, int column,
			 const char **ret_text)
{
	return arena_text(redactor->arena, trace_query_text(query, column), ret_text);
}

static const char members_sql[] =
	"SELECT r.kind, r.name, r.local_address, r.remote_address FROM original.evidence e"
	" JOIN original.resource r ON r.id = e.resource_id WHERE e.finding_id = ?1"
	" ORDER BY e.position";

static int redact_member(struct redactor *redactor, struct trace_query *query,
			 const char **sentence)
{
	struct report_resource resource = {0};
	int r = resource_text(redactor, query, 0, &resource.kind);

	if (r == 0)
		r = resource_text(redactor, query, 1, &resource.name);
	if (r == 0)
		r = resource_text(redactor, query, 2, &resource.local);
	if (r == 0)
		r = resource_text(redactor, query, 3, &resource.remote);
	if (r < 0 || !resource.kind)
		return r;
	return redact_mention(redactor, &resource, sentence);
}

/* A sentence of a finding: whatever its members are called may stand in it. */
static int redact_about(struct redactor *redactor, struct trace *trace, const char *finding,
			const char **sentence)
{
	struct trace_query *query;
	int r = trace_query(trace, members_sql, &query);

	if (r < 0)
		return r;
	trace_query_bind_int(query, 1, finding ? strtoll(finding, NULL, 10) : 0);
	while ((r = trace_query_step(query)) > 0) {
		r = redact_member(redactor, query, sentence);
		if (r < 0)
			break;
	}
	trace_query_destroy(query);
	return r == 0 ? redact_words(redactor, sentence) : r;
}

/* Of thousands of members only the sentence is kept, there. */
static int redact_sentence(struct redactor *redactor, struct trace *trace, const char *finding,
			   struct arena *kept, const char **sentence)
{
	struct arena *before = redactor->arena, *scratch;
	int r = arena_create(&scratch);

	if (r < 0)
		return r;
	redactor->arena = scratch;
	r = redact_about(redactor, trace, finding, sentence);
	redactor->arena = before;
	if (r == 0)
		r = arena_text(kept, *sentence, sentence);
	arena_destroy(scratch);
	return r;
}

/* Most members of a finding have one role: each is looked into once. */
static int redact_role(struct image_redactor *image, struct trace *trace, const char *finding,
		       const char **role)
{
	uint64_t key = fnv_text(fnv_text(FNV_START, finding ? finding : ""), *role);
	const uint64_t *known = u64map_get(&image->roles, key);
	int r;

	if (known) {
		*role = (const char *)(uintptr_t)*known;
		return 0;
	}
	r = redact_sentence(image->redactor, trace, finding, image->kept, role);
	return r == 0 ? u64map_put(&image->roles, key, (uint64_t)(uintptr_t)*role) : r;
}

/* Places go by the paths of their modules: "a", and of another folder "a (2)". */
static int redact_module(struct image_redactor *image, const char **path)
{
	uint64_t own = fnv_text(fnv_text(FNV_START, "path"), *path), all, number;
	const uint64_t *known = u64map_get(&image->modules, own);
	int r = 0;

	redact_folder(path);
	all = fnv_text(fnv_text(FNV_START, "name"), *path);
	if (known) {
		number = *known;
	} else {
		known = u64map_get(&image->modules, all);
		number = known ? *known + 1 : 1;
		r = u64map_put(&image->modules, own, number);
		if (r == 0)
			r = u64map_put(&image->modules, all, number);
	}
	if (r < 0 || number == 1)
		return r;
	*path = arena_print(image->redactor->arena, "%s (%" PRIu64 ")", *path, number);
	return *path ? 0 : -ENOMEM;
}

static int redact_value(struct redactor *redactor, const char *key, const char **value)
{
	if (key && strcmp(key, "command") == 0)
		return redact_command(redactor, value);
	if (key && strcmp(key, "host") == 0)
		*value = "";
	return redact_words(redactor, value);
}

static int redact_text(struct image_redactor *image, struct trace *trace, enum how how,
		       const char *beside, const char **text)
{
	struct redactor *redactor = image->redactor;

	switch (how) {
	case ADDRESS:
		return redact_address(redactor, text);
	case MARK:
		return redact_whole(redactor, SECRET_MARK, text);
	case FOLDER:
		redact_folder(text);
		return 0;
	case MODULE:
		return redact_module(image, text);
	case COMMAND:
		return redact_command(redactor, text);
	case WORDS:
		return redact_words(redactor, text);
	case LABEL:
		if (beside && strcmp(beside, "thread") == 0)
			return 0;
		return redact_whole(redactor, SECRET_FILE, text);
	case VALUE:
		return redact_value(redactor, beside, text);
	case MESSAGE:
		return redact_sentence(redactor, trace, beside, redactor->arena, text);
	case ROLE:
		return redact_role(image, trace, beside, text);
	case WHOLE:
		return redact_whole(redactor, SECRET_FILE, text);
	case GONE:
		*text = NULL;
		return 0;
	case STAYS:
		break;
	}
	return 0;
}

static int renew(struct arena **arena)
{
	arena_destroy(*arena);
	*arena = NULL;
	return arena_create(arena);
}

static int rewrite(void *ctx, struct trace *trace, int how, const char *text, const char *beside,
		   const char **ret_text)
{
	struct image_redactor *image = ctx;
	int r = image->texts++ % TEXTS_KEPT ? 0 : renew(&image->redactor->arena);

	if (r == 0)
		r = arena_text(image->redactor->arena, text, &text);
	if (r == 0)
		r = redact_text(image, trace, (enum how)how, beside, &text);
	if (r == 0)
		*ret_text = text;
	return r;
}

static int take_image(struct report *report, struct trace *trace)
{
	unsigned char *bytes;
	size_t size;
	int r = trace_image(trace, &bytes, &size);

	if (r < 0)
		return r;
	free(report->image);
	report->image = bytes;
	report->image_size = size;
	return 0;
}

int redact_image(struct redactor *redactor, struct report *report)
{
	struct image_redactor image = {.redactor = redactor};
	struct trace_rewriting rewriting = {
		.columns = columns,
		.column_count = sizeof(columns) / sizeof(*columns),
		.misplaced = WHOLE,
		.rewrite = rewrite,
		.ctx = &image,
	};
	struct trace *trace;
	int r = arena_create(&image.kept);

	redactor->arena = NULL;
	if (r < 0)
		return r;
	r = trace_rewrite(report->image, report->image_size, &rewriting, &trace);
	if (r == 0) {
		r = take_image(report, trace);
		trace_close(trace);
	}
	arena_destroy(redactor->arena);
	arena_destroy(image.kept);
	redactor->arena = NULL;
	u64map_finish(&image.modules);
	u64map_finish(&image.roles);
	return r;
}
