/* SPDX-License-Identifier: Apache-2.0 */
#include <schema/reader.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "document.h"

#define LIST_MAX 4096
#define VISITS_MAX 200000

struct reader {
	yaml_document_t document;
	size_t visits; /* of nodes: aliases make few of them many */
	struct schema_memory **memory;
	struct schema_errors *errors;
};

static unsigned line_of(const yaml_node_t *node)
{
	return (unsigned)node->start_mark.line + 1;
}

/* NULL, told, once the file has come to mean far more than it says. */
static yaml_node_t *take_node(struct reader *reader, int index)
{
	yaml_node_t *node = yaml_document_get_node(&reader->document, index);

	if (node && reader->visits++ == VISITS_MAX)
		schema_errors_add(reader->errors, line_of(node), "aliases repeat too much");
	return reader->visits <= VISITS_MAX ? node : NULL;
}

/* NULL, told, if it is anything but a word. */
static const char *scalar(struct reader *reader, const yaml_node_t *node, const char *what)
{
	const char *text;

	if (node->type != YAML_SCALAR_NODE) {
		schema_errors_add(reader->errors, line_of(node), "%s is a word, not a %s", what,
				  node->type == YAML_SEQUENCE_NODE ? "list" : "mapping");
		return NULL;
	}
	text = (const char *)node->data.scalar.value;
	if (strlen(text) != node->data.scalar.length) {
		schema_errors_add(reader->errors, line_of(node), "%s holds a zero byte", what);
		return NULL;
	}
	if (node->tag && strncmp((const char *)node->tag, "tag:yaml.org,", 13) != 0) {
		schema_errors_add(reader->errors, line_of(node),
				  "%s is a tag: put what begins with ! into quotes",
				  (const char *)node->tag);
		return NULL;
	}
	return text;
}

typedef int read_fn(struct reader *reader, yaml_node_t *node, const struct schema_field *field,
		    const char *what, void *into);

static int read_text(struct reader *reader, yaml_node_t *node, const struct schema_field *field,
		     const char *what, void *into)
{
	const char *text = scalar(reader, node, what);
	struct schema_text *ret = into;
	const char *wrong;
	char *copy;

	if (!text)
		return 0;
	if (!*text) {
		schema_errors_add(reader->errors, line_of(node), "%s is empty", what);
		return 0;
	}
	for (const char *at = text; *at; at++)
		if (iscntrl((unsigned char)*at)) {
			schema_errors_add(reader->errors, line_of(node),
					  "%s holds a control character", what);
			return 0;
		}
	wrong = field->check ? field->check(text) : NULL;
	if (wrong) {
		schema_errors_add(reader->errors, line_of(node), "%s '%.64s' %s", what, text,
				  wrong);
		return 0;
	}
	copy = schema_memory_take(reader->memory, strlen(text) + 1);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, text, strlen(text) + 1);
	*ret = (struct schema_text){.text = copy, .line = line_of(node)};
	return 0;
}

/* Decimal, or hexadecimal after 0x. */
static bool parse_number(const char *text, uint64_t *ret_number)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*ret_number = strtoull(text, &end, text[0] == '0' && text[1] == 'x' ? 16 : 10);
	return errno == 0 && *end == '\0';
}

static int read_number(struct reader *reader, yaml_node_t *node, const struct schema_field *field,
		       const char *what, void *into)
{
	const char *text = scalar(reader, node, what);
	uint64_t number;

	if (!text)
		return 0;
	if (!parse_number(text, &number) || number > field->max) {
		schema_errors_add(reader->errors, line_of(node),
				  "%s is a number from 0 to %u, not '%.64s'", what, field->max,
				  text);
		return 0;
	}
	*(struct schema_number *)into =
		(struct schema_number){.value = (uint32_t)number, .line = line_of(node)};
	return 0;
}

static bool find_word(struct reader *reader, yaml_node_t *node, const struct schema_words *words,
		      uint32_t *ret_number)
{
	const char *text = scalar(reader, node, words->what);

	if (!text)
		return false;
	if (schema_words_find(words, text, ret_number) == 0)
		return true;
	schema_words_complain(words, text, line_of(node), reader->errors);
	return false;
}

static int read_word(struct reader *reader, yaml_node_t *node, const struct schema_field *field,
		     const char *what, void *into)
{
	(void)what;
	find_word(reader, node, field->words, into);
	return 0;
}

static int read_bool(struct reader *reader, yaml_node_t *node, const struct schema_field *field,
		     const char *what, void *into)
{
	const char *text = scalar(reader, node, what);
	uint32_t number;

	(void)field;
	if (text && schema_words_find(&schema_words_bool, text, &number) == 0)
		*(bool *)into = number;
	else if (text)
		schema_errors_add(reader->errors, line_of(node), "%s is true or false, not '%.64s'",
				  what, text);
	return 0;
}

static bool is_list(struct reader *reader, const yaml_node_t *node, const char *what)
{
	if (node->type == YAML_SEQUENCE_NODE ||
	    (node->type == YAML_SCALAR_NODE && !node->data.scalar.length))
		return true;
	schema_errors_add(reader->errors, line_of(node),
			  "%s is a list: [a, b], or a line '- a' each", what);
	return false;
}

/* A key with nothing behind it is an empty list. */
static size_t item_count(const yaml_node_t *list)
{
	if (list->type != YAML_SEQUENCE_NODE)
		return 0;
	return (size_t)(list->data.sequence.items.top - list->data.sequence.items.start);
}

static int read_words(struct reader *reader, yaml_node_t *node, const struct schema_field *field,
		      const char *what, void *into)
{
	uint32_t *bits = into, number;

	if (!is_list(reader, node, what))
		return 0;
	for (size_t i = 0; i < item_count(node); i++) {
		yaml_node_t *item = take_node(reader, node->data.sequence.items.start[i]);

		if (item && find_word(reader, item, field->words, &number))
			*bits |= number;
	}
	return 0;
}

static int read_own(struct reader *reader, yaml_node_t *node, const struct schema_field *field,
		    const char *what, void *into)
{
	struct schema_scalar own = {
		.what = what, .text = scalar(reader, node, what), .line = line_of(node)};

	if (own.text)
		field->parse(&own, field, into, reader->errors);
	return 0;
}

static int read_value(struct reader *reader, int index, const struct schema_field *field,
		      const char *what, void *into);

static int read_list(struct reader *reader, yaml_node_t *node, const struct schema_field *field,
		     const char *what, void *into)
{
	size_t count;
	char *items;
	int r = 0;

	if (!is_list(reader, node, what))
		return 0;
	count = item_count(node);
	if (count > LIST_MAX) {
		schema_errors_add(reader->errors, line_of(node), "%s has more than %d items", what,
				  LIST_MAX);
		return 0;
	}
	items = schema_memory_take(reader->memory, count * field->item_size);
	if (!items)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < count; i++)
		r = read_value(reader, node->data.sequence.items.start[i], field->item, what,
			       items + i * field->item_size);
	*(char **)into = items;
	*(size_t *)((char *)into - field->offset + field->count_offset) = count;
	return r;
}

static void complain_key(struct reader *reader, const yaml_node_t *node, const char *key,
			 const struct schema *schema)
{
	struct schema_word rows[32];
	struct schema_words words = {.what = "key", .plural = schema->what, .rows = rows};
	char plural[64];

	snprintf(plural, sizeof(plural), "keys of %s", schema->what);
	words.plural = plural;
	for (const struct schema_field *field = schema->fields;
	     field->key && words.count < sizeof(rows) / sizeof(rows[0]); field++)
		rows[words.count++] = (struct schema_word){.name = field->key};
	schema_words_complain(&words, key, line_of(node), reader->errors);
}

static const struct schema_field *find_field(const struct schema *schema, const char *key)
{
	for (const struct schema_field *field = schema->fields; field->key; field++)
		if (strcmp(field->key, key) == 0)
			return field;
	return NULL;
}

static int read_pair(struct reader *reader, const yaml_node_pair_t *pair,
		     const struct schema *schema, uint64_t *given, void *into)
{
	yaml_node_t *key = take_node(reader, pair->key);
	const char *name = key ? scalar(reader, key, "a key") : NULL;
	const struct schema_field *field;
	uint64_t bit;

	if (!name)
		return 0;
	field = find_field(schema, name);
	if (!field) {
		complain_key(reader, key, name, schema);
		return 0;
	}
	bit = 1ull << (field - schema->fields);
	if (*given & bit) {
		schema_errors_add(reader->errors, line_of(key), "key '%s' is given twice", name);
		return 0;
	}
	*given |= bit;
	return read_value(reader, pair->value, field, field->key, (char *)into + field->offset);
}

static int read_mapping(struct reader *reader, yaml_node_t *node, const struct schema *schema,
			void *into)
{
	uint64_t given = 0;
	int r = 0;

	if (node->type != YAML_MAPPING_NODE) {
		schema_errors_add(reader->errors, line_of(node), "%s is a mapping: key: value",
				  schema->what);
		return 0;
	}
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     r == 0 && pair < node->data.mapping.pairs.top; pair++)
		r = read_pair(reader, pair, schema, &given, into);
	for (const struct schema_field *field = schema->fields; field->key; field++)
		if (field->is_needed && !(given & 1ull << (field - schema->fields)))
			schema_errors_add(reader->errors, line_of(node), "%s needs '%s'",
					  schema->what, field->key);
	if (schema->line_offset != SCHEMA_NOWHERE)
		*(unsigned *)((char *)into + schema->line_offset) = line_of(node);
	if (schema->given_offset != SCHEMA_NOWHERE)
		*(uint64_t *)((char *)into + schema->given_offset) = given;
	return r;
}

static int read_struct(struct reader *reader, yaml_node_t *node, const struct schema_field *field,
		       const char *what, void *into)
{
	(void)what;
	return read_mapping(reader, node, field->schema, into);
}

static int read_value(struct reader *reader, int index, const struct schema_field *field,
		      const char *what, void *into)
{
	static read_fn *const readers[] = {
		[SCHEMA_TEXT] = read_text,	[SCHEMA_NUMBER] = read_number,
		[SCHEMA_WORD] = read_word,	[SCHEMA_BOOL] = read_bool,
		[SCHEMA_WORDS] = read_words,	[SCHEMA_OWN] = read_own,
		[SCHEMA_MAPPING] = read_struct, [SCHEMA_LIST] = read_list,
	};
	yaml_node_t *node = take_node(reader, index);

	return node ? readers[field->type](reader, node, field, what, into) : 0;
}

int schema_read(const void *bytes, size_t size, const struct schema *schema, void *into,
		struct schema_memory **memory, struct schema_errors *errors)
{
	struct reader reader = {.memory = memory, .errors = errors};
	yaml_node_t *root;
	int r = document_load(bytes, size, &reader.document, errors);

	if (r < 0)
		return r;
	root = yaml_document_get_root_node(&reader.document);
	if (!root && !schema->may_be_empty) {
		schema_errors_add(errors, 1, "it is empty");
		r = -EINVAL;
	} else if (root) {
		r = read_mapping(&reader, root, schema, into);
		if (r == 0 && reader.visits > VISITS_MAX)
			r = -EINVAL;
	}
	yaml_document_delete(&reader.document);
	return r;
}
