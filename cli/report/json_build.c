/* SPDX-License-Identifier: Apache-2.0 */
#include "json_build.h"

#include <errno.h>

struct json_object *build_checked(struct json_build *build, struct json_object *object)
{
	build->failed |= !object;
	return object;
}

struct json_object *build_object(struct json_build *build)
{
	return build_checked(build, json_object_new_object());
}

struct json_object *build_array(struct json_build *build)
{
	return build_checked(build, json_object_new_array());
}

/* Adding to NULL, or NULL, would crash or leak in json-c. */
void build_put(struct json_build *build, struct json_object *object, const char *key,
	       struct json_object *value)
{
	if (object && json_object_object_add(object, key, value) == 0)
		return;
	build->failed = true;
	json_object_put(value);
}

void build_text(struct json_build *build, struct json_object *object, const char *key,
		const char *text)
{
	build_put(build, object, key,
		  text ? build_checked(build, json_object_new_string(text)) : NULL);
}

void build_number(struct json_build *build, struct json_object *object, const char *key,
		  uint64_t number)
{
	build_put(build, object, key, build_checked(build, json_object_new_uint64(number)));
}

void build_int(struct json_build *build, struct json_object *object, const char *key, int number)
{
	build_put(build, object, key, build_checked(build, json_object_new_int(number)));
}

void build_bool(struct json_build *build, struct json_object *object, const char *key, bool value)
{
	build_put(build, object, key, build_checked(build, json_object_new_boolean(value)));
}

void build_append(struct json_build *build, struct json_object *array, struct json_object *item)
{
	if (array && item && json_object_array_add(array, item) == 0)
		return;
	build->failed = true;
	json_object_put(item);
}

/*
 * Characters that show what follows elsewhere, or break a line, where the document is looked at:
 * marks of writing direction (U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069), and the
 * separators U+2028 and U+2029. In a page also what would end the element around it
 * (HTML, 13.2.5.4:
 * "</script", "<!--"). Returns the character, or 0.
 */
static unsigned disturbing(const char *at, bool in_page)
{
	unsigned char first = (unsigned char)at[0], second = first ? (unsigned char)at[1] : 0;
	unsigned third = second ? (unsigned char)at[2] : 0, character;

	if (in_page && first == '<')
		return first;
	if (first == 0xd8 && second == 0x9c)
		return 0x61c;
	if (first != 0xe2 || (second != 0x80 && second != 0x81))
		return 0;
	character = 0x2000u + ((second & 0x3fu) << 6) + (third & 0x3fu);
	if (character == 0x200e || character == 0x200f ||
	    (character >= 0x2028 && character <= 0x202e) ||
	    (character >= 0x2066 && character <= 0x2069))
		return character;
	return 0;
}

static int bytes_of(unsigned character)
{
	if (character < 0x80)
		return 1;
	return character < 0x800 ? 2 : 3;
}

/* All of these stand in strings alone: there they may be escaped, and read the same. */
static void write_escaped(FILE *stream, const char *text, bool in_page)
{
	const char *from = text;

	for (const char *at = text; *at; at++) {
		unsigned character = disturbing(at, in_page);

		if (!character)
			continue;
		fwrite(from, 1, (size_t)(at - from), stream);
		fprintf(stream, "\\u%04x", character);
		at += bytes_of(character) - 1;
		from = at + 1;
	}
	fputs(from, stream);
	fputc('\n', stream);
}

static int write_root(struct json_build *build, struct json_object *root, FILE *stream,
		      bool in_page)
{
	const char *text = NULL;
	int r = -ENOMEM;

	if (!build->failed)
		text = json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY |
								    JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text) {
		write_escaped(stream, text, in_page);
		r = ferror(stream) ? -EIO : 0;
	}
	json_object_put(root);
	return r;
}

int build_write(struct json_build *build, struct json_object *root, FILE *stream)
{
	return write_root(build, root, stream, false);
}

int build_write_in_page(struct json_build *build, struct json_object *root, FILE *stream)
{
	return write_root(build, root, stream, true);
}
