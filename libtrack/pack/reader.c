/* SPDX-License-Identifier: Apache-2.0 */
#include "reader.h"

#include <base/suggest.h>
#include <ctype.h>
#include <errno.h>
#include <pack/pack.h>
#include <stdio.h>
#include <string.h>

#include "document.h"

#define LIST_MAX 4096
#define VISITS_MAX 200000
#define WORDS_TEXT 384

struct reader {
	yaml_document_t document;
	size_t visits; /* of nodes: aliases make few of them many */
	struct pack_memory **memory;
	struct pack_errors *errors;
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
		pack_errors_add(reader->errors, line_of(node), "aliases repeat too much");
	return reader->visits <= VISITS_MAX ? node : NULL;
}

static const char *join_words(const struct pack_words *words, char ret_text[WORDS_TEXT])
{
	size_t length = 0;

	ret_text[0] = '\0';
	for (size_t i = 0; i < words->count && length < WORDS_TEXT; i++)
		length += (size_t)snprintf(ret_text + length, WORDS_TEXT - length, "%s%s",
					   i ? ", " : "", words->rows[i].name);
	return ret_text;
}

/* What is typed from memory may lack its beginning: null, nonnull. */
static const char *find_longer(const struct pack_words *words, const char *typed)
{
	for (size_t i = 0; i < words->count && strlen(typed) > 2; i++)
		if (strstr(words->rows[i].name, typed))
			return words->rows[i].name;
	return NULL;
}

void reader_complain_word(struct pack_errors *errors, unsigned line, const struct pack_words *words,
			  const char *name)
{
	struct suggestion near = suggestion_start(name);
	char text[WORDS_TEXT];

	for (size_t i = 0; i < words->count; i++)
		suggestion_offer(&near, words->rows[i].name);
	if (!near.name)
		near.name = find_longer(words, name);
	pack_errors_add(errors, line, "%s '%.64s' is unknown; %s%s%s%s are: %s", words->what, name,
			near.name ? "did you mean '" : "", near.name ? near.name : "",
			near.name ? "'? " : "", words->plural, join_words(words, text));
}

/* NULL, told, if it is anything but a word. */
static const char *scalar(struct reader *reader, const yaml_node_t *node, const char *what)
{
	const char *text;

	if (node->type != YAML_SCALAR_NODE) {
		pack_errors_add(reader->errors, line_of(node), "%s is a word, not a %s", what,
				node->type == YAML_SEQUENCE_NODE ? "list" : "mapping");
		return NULL;
	}
	text = (const char *)node->data.scalar.value;
	if (strlen(text) != node->data.scalar.length) {
		pack_errors_add(reader->errors, line_of(node), "%s holds a zero byte", what);
		return NULL;
	}
	if (node->tag && strncmp((const char *)node->tag, "tag:yaml.org,", 13) != 0) {
		pack_errors_add(reader->errors, line_of(node),
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
	struct pack_text *ret = into;
	char *copy;

	(void)field;
	if (!text)
		return 0;
	if (!*text) {
		pack_errors_add(reader->errors, line_of(node), "%s is empty", what);
		return 0;
	}
	for (const char *at = text; *at; at++)
		if (iscntrl((unsigned char)*at)) {
			pack_errors_add(reader->errors, line_of(node),
					"%s holds a control character", what);
			return 0;
		}
	copy = pack_memory_take(reader->memory, strlen(text) + 1);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, text, strlen(text) + 1);
	*ret = (struct pack_text){.text = copy, .line = line_of(node)};
	return 0;
}

static bool is_symbol(const char *text)
{
	if (!isalpha((unsigned char)*text) && *text != '_')
		return false;
	while (isalnum((unsigned char)*text) || *text == '_')
		text++;
	return !*text;
}

static int read_symbol(struct reader *reader, yaml_node_t *node, const struct schema_field *field,
		       const char *what, void *into)
{
	struct pack_text *ret = into;
	int r = read_text(reader, node, field, what, into);

	if (r < 0 || !ret->text || is_symbol(ret->text))
		return r;
	pack_errors_add(reader->errors, line_of(node), "%s '%.64s' is not the name of a C function",
			what, ret->text);
	*ret = (struct pack_text){.line = 0};
	return 0;
}

static bool parse_number(const char *text, int64_t *ret_number)
{
	struct pack_place_error error;
	struct pack_place place;

	if (pack_place_parse(text, &place, &error) < 0 || place.term_count != 1 ||
	    place.terms[0].root != PACK_ROOT_NUMBER)
		return false;
	*ret_number = place.terms[0].number;
	return true;
}

static int read_number(struct reader *reader, yaml_node_t *node, const struct schema_field *field,
		       const char *what, void *into)
{
	const char *text = scalar(reader, node, what);
	int64_t number;

	if (!text)
		return 0;
	if (!parse_number(text, &number) || number < 0 || number > field->max) {
		pack_errors_add(reader->errors, line_of(node),
				"%s is a number from 0 to %u, not '%.64s'", what, field->max, text);
		return 0;
	}
	*(struct pack_number *)into =
		(struct pack_number){.value = (uint32_t)number, .line = line_of(node)};
	return 0;
}

static bool find_word(struct reader *reader, yaml_node_t *node, const struct pack_words *words,
		      uint32_t *ret_number)
{
	const char *text = scalar(reader, node, words->what);

	if (!text)
		return false;
	if (pack_words_find(words, text, ret_number) == 0)
		return true;
	reader_complain_word(reader->errors, line_of(node), words, text);
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
	uint32_t number;

	(void)field, (void)what;
	if (find_word(reader, node, &pack_words_bool, &number))
		*(bool *)into = number;
	return 0;
}

static bool is_list(struct reader *reader, const yaml_node_t *node, const char *what)
{
	if (node->type == YAML_SEQUENCE_NODE ||
	    (node->type == YAML_SCALAR_NODE && !node->data.scalar.length))
		return true;
	pack_errors_add(reader->errors, line_of(node), "%s is a list: [a, b], or a line '- a' each",
			what);
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

static void complain_place(struct reader *reader, const yaml_node_t *node, const char *what,
			   const char *text, const struct pack_place_error *error, const char *hint)
{
	pack_errors_add(reader->errors, line_of(node), "%s '%.64s': expected %s at '%.16s'%s", what,
			text, error->expected, text + error->at, hint ? hint : "");
}

static int read_place(struct reader *reader, yaml_node_t *node, const struct schema_field *field,
		      const char *what, void *into)
{
	const char *text = scalar(reader, node, what);
	struct pack_place_error error;
	struct pack_place *place = into;

	if (!text)
		return 0;
	if (pack_place_parse(text, place, &error) < 0)
		complain_place(reader, node, what, text, &error, field->hint);
	else
		place->line = line_of(node);
	return 0;
}

static int read_condition(struct reader *reader, yaml_node_t *node,
			  const struct schema_field *field, const char *what, void *into)
{
	const char *text = scalar(reader, node, what);
	struct pack_condition *condition = into;
	struct pack_place_error error;

	(void)field;
	if (!text)
		return 0;
	if (pack_condition_parse(text, condition, &error) < 0)
		complain_place(reader, node, "condition", text, &error, NULL);
	else
		condition->place.line = line_of(node);
	return 0;
}

static int read_argument(struct reader *reader, yaml_node_t *node, const struct schema_field *field,
			 const char *what, void *into)
{
	const char *text = scalar(reader, node, what);
	struct pack_place_error error;
	struct pack_place place;

	(void)field;
	if (!text)
		return 0;
	if (pack_place_parse(text, &place, &error) < 0 || place.term_count != 1 ||
	    place.terms[0].root != PACK_ROOT_ARG || place.terms[0].step_count ||
	    place.terms[0].is_int || place.terms[0].number >= PACK_ARGS_MAX) {
		pack_errors_add(reader->errors, line_of(node),
				"%s is an argument: argN, not '%.64s'", what, text);
		return 0;
	}
	*(struct pack_number *)into = (struct pack_number){
		.value = (uint32_t)place.terms[0].number,
		.line = line_of(node),
	};
	return 0;
}

static int read_notice_arg(struct reader *reader, yaml_node_t *node,
			   const struct schema_field *field, const char *what, void *into)
{
	const char *text = scalar(reader, node, what);
	struct pack_notice_arg *arg = into;

	(void)field;
	if (!text)
		return 0;
	arg->line = line_of(node);
	if (strcmp(text, "subject") == 0)
		arg->what = PACK_NOTICE_SUBJECT;
	else if (strcmp(text, "notice") == 0)
		arg->what = PACK_NOTICE_FUNCTION;
	else if (parse_number(text, &arg->number))
		arg->what = PACK_NOTICE_NUMBER;
	else
		pack_errors_add(reader->errors, arg->line,
				"an argument of a notice is subject, notice or a number, not "
				"'%.64s'",
				text);
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
		pack_errors_add(reader->errors, line_of(node), "%s has more than %d items", what,
				LIST_MAX);
		return 0;
	}
	items = pack_memory_take(reader->memory, count * field->item_size);
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
	struct pack_word rows[32];
	struct pack_words words = {.what = "key", .plural = schema->what, .rows = rows};
	char plural[64];

	snprintf(plural, sizeof(plural), "keys of %s", schema->what);
	words.plural = plural;
	for (const struct schema_field *field = schema->fields;
	     field->key && words.count < sizeof(rows) / sizeof(rows[0]); field++)
		rows[words.count++] = (struct pack_word){.name = field->key};
	reader_complain_word(reader->errors, line_of(node), &words, key);
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
		pack_errors_add(reader->errors, line_of(key), "key '%s' is given twice", name);
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
		pack_errors_add(reader->errors, line_of(node), "%s is a mapping: key: value",
				schema->what);
		return 0;
	}
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     r == 0 && pair < node->data.mapping.pairs.top; pair++)
		r = read_pair(reader, pair, schema, &given, into);
	for (const struct schema_field *field = schema->fields; field->key; field++)
		if (field->is_needed && !(given & 1ull << (field - schema->fields)))
			pack_errors_add(reader->errors, line_of(node), "%s needs '%s'",
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
		[SCHEMA_TEXT] = read_text,	     [SCHEMA_SYMBOL] = read_symbol,
		[SCHEMA_NUMBER] = read_number,	     [SCHEMA_WORD] = read_word,
		[SCHEMA_BOOL] = read_bool,	     [SCHEMA_WORDS] = read_words,
		[SCHEMA_PLACE] = read_place,	     [SCHEMA_ARGUMENT] = read_argument,
		[SCHEMA_CONDITION] = read_condition, [SCHEMA_NOTICE_ARG] = read_notice_arg,
		[SCHEMA_MAPPING] = read_struct,	     [SCHEMA_LIST] = read_list,
	};
	yaml_node_t *node = take_node(reader, index);

	return node ? readers[field->type](reader, node, field, what, into) : 0;
}

int reader_read(const void *bytes, size_t size, const struct schema *schema, void *into,
		struct pack_memory **memory, struct pack_errors *errors)
{
	struct reader reader = {.memory = memory, .errors = errors};
	yaml_node_t *root;
	int r = document_load(bytes, size, &reader.document, errors);

	if (r < 0)
		return r;
	root = yaml_document_get_root_node(&reader.document);
	if (!root) {
		pack_errors_add(errors, 1, "it is empty");
		r = -EINVAL;
	} else {
		r = read_mapping(&reader, root, schema, into);
		if (r == 0 && reader.visits > VISITS_MAX)
			r = -EINVAL;
	}
	yaml_document_delete(&reader.document);
	return r;
}
