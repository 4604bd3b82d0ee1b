/* SPDX-License-Identifier: Apache-2.0 */
/* Members of a JSON document by their path: "runs.0.results.0.level". */
#include <json-c/json.h>

#include "written.inc.c"

/* Of what was written last; the caller frees it. */
static inline struct json_object *parse_text(void)
{
	struct json_object *root = json_tokener_parse(text);

	cr_assert_not_null(root, "no JSON: %s", text);
	return root;
}

/* NULL: there is no such member. */
static inline struct json_object *member(struct json_object *object, const char *path)
{
	char word[64];

	while (object && *path) {
		size_t length = strcspn(path, ".");

		snprintf(word, sizeof(word), "%.*s", (int)length, path);
		path += length + (path[length] == '.');
		if (json_object_is_type(object, json_type_array))
			object = json_object_array_get_idx(object, (size_t)atoi(word));
		else if (!json_object_object_get_ex(object, word, &object))
			object = NULL;
	}
	return object;
}

static inline void expect_member(struct json_object *root, const char *path, const char *expected)
{
	const char *got = json_object_get_string(member(root, path));

	cr_expect_str_eq(got ? got : "(none)", expected, "%s is %s", path, got ? got : "(none)");
}

static inline void expect_no_member(struct json_object *root, const char *path)
{
	cr_expect_null(member(root, path), "%s is %s", path,
		       json_object_get_string(member(root, path)));
}
