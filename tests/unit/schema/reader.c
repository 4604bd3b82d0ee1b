/* SPDX-License-Identifier: Apache-2.0 */
#include <schema/reader.h>

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A file of this test's. */
struct part {
	unsigned line;
	struct schema_number number;
};

struct group {
	struct part *parts;
	size_t part_count;
};

struct whole {
	struct group *groups;
	size_t group_count;
	uint64_t given;
	struct schema_text name;
	struct part part;
	struct part *parts;
	size_t part_count;
	int own;
};

static const char *refuse_x(const char *text)
{
	return strcmp(text, "x") == 0 ? "is x" : NULL;
}

static void parse_own(const struct schema_scalar *scalar, const struct schema_field *field,
		      void *into, struct schema_errors *errors)
{
	if (strcmp(scalar->text, "own") == 0)
		*(int *)into = 7;
	else
		schema_errors_add(errors, scalar->line, "%s is not own%s", scalar->what,
				  field->hint);
}

static const struct schema_field part_fields[] = {
	SCHEMA_FIELD("number", NUMBER, part, number, .is_needed = true, .max = 300),
	SCHEMA_END,
};
static const struct schema schema_part = {
	.what = "a part",
	.fields = part_fields,
	.line_offset = offsetof(struct part, line),
	.given_offset = SCHEMA_NOWHERE,
};
static const struct schema_field part_item = {.type = SCHEMA_MAPPING, .schema = &schema_part};
static const struct schema_field group_fields[] = {
	SCHEMA_ITEMS("parts", group, parts, part_count, part_item),
	SCHEMA_END,
};
static const struct schema schema_group = {
	.what = "a group",
	.fields = group_fields,
	.line_offset = SCHEMA_NOWHERE,
	.given_offset = SCHEMA_NOWHERE,
};
static const struct schema_field group_item = {.type = SCHEMA_MAPPING, .schema = &schema_group};
static const struct schema_field whole_fields[] = {
	SCHEMA_FIELD("name", TEXT, whole, name, .check = refuse_x),
	SCHEMA_FIELD("part", MAPPING, whole, part, .schema = &schema_part),
	SCHEMA_ITEMS("parts", whole, parts, part_count, part_item),
	SCHEMA_FIELD("own", OWN, whole, own, .parse = parse_own, .hint = ", alas"),
	SCHEMA_ITEMS("groups", whole, groups, group_count, group_item),
	SCHEMA_END,
};
static const struct schema schema_whole = {
	.what = "a whole",
	.fields = whole_fields,
	.line_offset = SCHEMA_NOWHERE,
	.given_offset = offsetof(struct whole, given),
};

static int read_text(const char *text, const struct schema *schema, struct whole *ret_whole,
		     struct schema_memory **memory, struct schema_errors *errors)
{
	*ret_whole = (struct whole){.own = 0};
	return schema_read(text, strlen(text), schema, ret_whole, memory, errors);
}

Test(reader, a_file_is_read_into_its_struct)
{
	struct schema_errors errors = {.count = 0};
	struct schema_memory *memory = NULL;
	struct whole whole;

	cr_assert_eq(read_text("name: a\nown: own\nparts:\n  - number: 0x10\n  - {number: 300}\n",
			       &schema_whole, &whole, &memory, &errors),
		     0);
	cr_expect_eq(errors.count, 0);
	cr_expect_str_eq(whole.name.text, "a");
	cr_expect_eq(whole.own, 7);
	cr_expect_eq(whole.given, 0xd);
	cr_assert_eq(whole.part_count, 2);
	cr_expect_eq(whole.parts[0].number.value, 16);
	cr_expect_eq(whole.parts[1].line, 5);
	schema_memory_free(memory);
}

/* The only error of that text, or "" if there is none. */
static void expect_error(const char *text, unsigned line, const char *expected)
{
	struct schema_errors errors = {.count = 0};
	struct schema_memory *memory = NULL;
	struct whole whole;

	read_text(text, &schema_whole, &whole, &memory, &errors);
	cr_assert_eq(errors.count, 1, "%s: %zu", text, errors.count);
	cr_expect_eq(errors.items[0].line, line);
	cr_expect_not_null(strstr(errors.items[0].text, expected), "%s", errors.items[0].text);
	schema_errors_clear(&errors);
	schema_memory_free(memory);
}

Test(reader, what_is_wrong_is_said_with_its_line)
{
	expect_error("name: x\n", 1, "name 'x' is x");
	expect_error("own: none\n", 1, "own is not own, alas");
	expect_error("part: {}\n", 1, "a part needs 'number'");
	expect_error("\nparts: [{number: 301}]\n", 2,
		     "number is a number from 0 to 300, not '301'");
	expect_error("parts: [{number: -1}]\n", 1, "not '-1'");
	expect_error("parts: [{number: 1a}]\n", 1, "not '1a'");
	expect_error("parts: [{number: 0x}]\n", 1, "not '0x'");
	expect_error("parts: [{number: 99999999999999999999}]\n", 1, "not '9999");
	expect_error("nme: a\n", 1, "did you mean 'name'?");
	expect_error("part: a\n", 1, "a part is a mapping");
	expect_error("name: a\n---\n\nname: b\n", 4, "a second document begins here");
	expect_error("name: a\n---\n[\n", 4, "did not find expected");
	expect_error("# nothing\n", 1, "it is empty");
}

Test(reader, the_end_of_a_document_may_be_marked)
{
	struct schema_errors errors = {.count = 0};
	struct schema_memory *memory = NULL;
	struct whole whole;

	cr_expect_eq(
		read_text("---\nname: a\n...\n# end\n", &schema_whole, &whole, &memory, &errors),
		0);
	cr_expect_eq(errors.count, 0);
	schema_memory_free(memory);
}

Test(reader, a_file_that_may_be_empty_may)
{
	struct schema may = schema_whole;
	struct schema_errors errors = {.count = 0};
	struct schema_memory *memory = NULL;
	struct whole whole;

	may.may_be_empty = true;
	cr_expect_eq(read_text("# nothing\n", &may, &whole, &memory, &errors), 0);
	cr_expect_eq(read_text("", &may, &whole, &memory, &errors), 0);
	cr_expect_eq(errors.count, 0);
	schema_memory_free(memory);
}

/* 4,001 times 4,001 parts. */
Test(reader, what_aliases_repeat_too_much_is_not_read_to_its_end)
{
	struct schema_errors errors = {.count = 0};
	struct schema_memory *memory = NULL;
	char text[65536] = "groups: [&g {parts: [&n {number: 1}";
	struct whole whole;

	for (int i = 0; i < 4000; i++)
		strcat(text, ", *n");
	strcat(text, "]}");
	for (int i = 0; i < 4000; i++)
		strcat(text, ", *g");
	strcat(text, "]\n");
	cr_expect_eq(read_text(text, &schema_whole, &whole, &memory, &errors), -EINVAL);
	cr_assert_eq(errors.count, 1);
	cr_expect_str_eq(errors.items[0].text, "aliases repeat too much");
	schema_errors_clear(&errors);
	schema_memory_free(memory);
}

Test(reader, an_alias_inside_of_what_it_names_is_no_circle)
{
	expect_error("name: &n [*n]\n", 1, "name is a word, not a list");
	expect_error("part: &p {number: *p}\n", 1, "number is a word, not a mapping");
}

Test(reader, what_is_wrong_again_and_again_in_one_place_is_said_once)
{
	expect_error("parts: [&p {number: -1}, *p, *p]\n", 1, "not '-1'");
}

/* Far more than libyaml reads in an hour. */
Test(reader, what_is_too_deep_is_refused_at_once)
{
	static char text[1 << 20];
	static const char *const units[] = {"[", "{a: ", "- ", "? ", "{", "[a,"};

	expect_error("name: [[[[[[[[[[]]]]]]]]]]\n", 1, "name is a word, not a list");
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t length = strlen(units[i]);

		memset(text, 0, sizeof(text));
		for (size_t at = 0; at + length < sizeof(text); at += length)
			memcpy(text + at, units[i], length);
		expect_error(text, 1, "more than 64 deep");
	}
}

/* One more of a mapping is the file itself. */
Test(reader, the_depth_of_a_file_is_bounded)
{
	char text[256] = "name: ";

	memset(text + 6, '[', 63);
	memset(text + 6 + 63, ']', 63);
	expect_error(text, 1, "name is a word, not a list");
	memset(text + 6, '[', 64);
	memset(text + 6 + 64, ']', 64);
	expect_error(text, 1, "more than 64 deep");
}

Test(reader, names_without_end_are_refused)
{
	static char text[1 << 20];
	size_t length = 0;

	for (int i = 0; i < 1001; i++)
		length += (size_t)sprintf(text + length, "- &n%d a\n", i);
	expect_error(text, 1001, "more than 1000 names are given by &");
}
