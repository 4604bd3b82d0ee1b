/* SPDX-License-Identifier: Apache-2.0 */
/* Which keys a file in YAML has, and into which members of structs they go: tables. */
#ifndef SCHEMA_SCHEMA_H
#define SCHEMA_SCHEMA_H

#include <schema/errors.h>
#include <schema/words.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is not given has no text, and line 0. */
struct schema_text {
	const char *text;
	unsigned line;
};

struct schema_number {
	uint32_t value;
	unsigned line;
};

struct schema_texts {
	struct schema_text *items;
	size_t count;
};

enum schema_type {
	SCHEMA_TEXT,	/* struct schema_text */
	SCHEMA_NUMBER,	/* struct schema_number: decimal, or hexadecimal after 0x */
	SCHEMA_WORD,	/* uint32_t or an enum, of words */
	SCHEMA_BOOL,	/* bool */
	SCHEMA_WORDS,	/* uint32_t: a list of words, or'ed */
	SCHEMA_OWN,	/* a word that the file's own parser reads */
	SCHEMA_MAPPING, /* a struct, by the schema below */
	SCHEMA_LIST,	/* a pointer to items, and how many */
};

struct schema;
struct schema_field;

/* What is wrong with a text, to be said behind it: "is not ..."; NULL nothing. */
typedef const char *schema_check_fn(const char *text);

/* A scalar as it is written. what: for who got it wrong: the key. */
struct schema_scalar {
	const char *what, *text;
	unsigned line;
};

/* Into the member, or into errors. The text is gone afterwards. */
typedef void schema_parse_fn(const struct schema_scalar *scalar, const struct schema_field *field,
			     void *into, struct schema_errors *errors);

struct schema_field {
	const char *key; /* NULL ends a table */
	enum schema_type type;
	bool is_needed;
	size_t offset;
	size_t count_offset;		  /* of a list */
	size_t item_size;		  /* of a list */
	uint32_t max;			  /* of a number */
	const struct schema_words *words; /* of words */
	const struct schema *schema;	  /* of a mapping */
	const struct schema_field *item;  /* of a list: what each is; its offset is 0 */
	schema_check_fn *check;		  /* of a text; NULL none */
	schema_parse_fn *parse;		  /* of the file's own */
	const char *hint;		  /* for that parser; NULL none */
};

#define SCHEMA_NOWHERE ((size_t)-1)

struct schema {
	const char *what;		   /* "a class" */
	const struct schema_field *fields; /* at most 63 */
	size_t line_offset;  /* of an unsigned that takes the mapping's line, or nowhere */
	size_t given_offset; /* of a uint64_t that takes a bit for each field there is, or nowhere
			      */
	bool may_be_empty;   /* the file */
};

/* Rows of such tables. */
#define SCHEMA_END                                                                                 \
	{                                                                                          \
		.key = NULL                                                                        \
	}
#define SCHEMA_FIELD(key_, type_, record, member, ...)                                             \
	{                                                                                          \
		.key = key_, .type = SCHEMA_##type_, .offset = offsetof(struct record, member),    \
		__VA_ARGS__                                                                        \
	}
#define SCHEMA_ITEMS(key_, record, member, count_, item_, ...)                                     \
	{                                                                                          \
		.key = key_, .type = SCHEMA_LIST, .offset = offsetof(struct record, member),       \
		.count_offset = offsetof(struct record, count_), .item = &(item_),                 \
		.item_size = sizeof(*((struct record *)NULL)->member), __VA_ARGS__                 \
	}

#endif
