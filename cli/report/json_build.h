/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Building a JSON document without looking at each step: what could not be had is remembered, and
 * told when it is written. Objects and arrays may be NULL everywhere.
 */
#ifndef REPORT_JSON_BUILD_H
#define REPORT_JSON_BUILD_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json_build {
	bool failed; /* memory ran out */
};

/* What json-c just made, or NULL. */
struct json_object *build_checked(struct json_build *build, struct json_object *object);
struct json_object *build_object(struct json_build *build);
struct json_object *build_array(struct json_build *build);

/* Each adds a member; build_put takes value, of which NULL becomes null. text NULL: null. */
void build_put(struct json_build *build, struct json_object *object, const char *key,
	       struct json_object *value);
void build_text(struct json_build *build, struct json_object *object, const char *key,
		const char *text);
void build_number(struct json_build *build, struct json_object *object, const char *key,
		  uint64_t number);
void build_int(struct json_build *build, struct json_object *object, const char *key, int number);
void build_bool(struct json_build *build, struct json_object *object, const char *key, bool value);

/* Takes item. */
void build_append(struct json_build *build, struct json_object *array, struct json_object *item);

/* Takes root. 0, -ENOMEM if something could not be built, -EIO if stream fails. */
int build_write(struct json_build *build, struct json_object *root, FILE *stream);
/* The same, as it may stand in a script element. */
int build_write_in_page(struct json_build *build, struct json_object *root, FILE *stream);

#endif
