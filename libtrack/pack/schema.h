/* SPDX-License-Identifier: Apache-2.0 */
/* Which keys a pack's file has, and into which members of the structs of pack.h they go. */
#ifndef PACK_SCHEMA_H
#define PACK_SCHEMA_H

#include <pack/words.h>
#include <stdbool.h>
#include <stddef.h>

enum schema_type {
	SCHEMA_TEXT,	  /* struct pack_text */
	SCHEMA_SYMBOL,	  /* as text: a name of C */
	SCHEMA_NUMBER,	  /* struct pack_number */
	SCHEMA_WORD,	  /* uint32_t or an enum, of words */
	SCHEMA_BOOL,	  /* bool */
	SCHEMA_WORDS,	  /* uint32_t: a list of words, or'ed */
	SCHEMA_PLACE,	  /* struct pack_place */
	SCHEMA_ARGUMENT,  /* struct pack_number: "argN" */
	SCHEMA_CONDITION, /* struct pack_condition */
	SCHEMA_NOTICE_ARG,
	SCHEMA_MAPPING, /* a struct, by the schema below */
	SCHEMA_LIST,	/* a pointer to items, and how many */
};

struct schema;

struct schema_field {
	const char *key; /* NULL ends a table */
	enum schema_type type;
	bool is_needed;
	size_t offset;
	size_t count_offset;		 /* of a list */
	size_t item_size;		 /* of a list */
	uint32_t max;			 /* of a number */
	const struct pack_words *words;	 /* of words */
	const struct schema *schema;	 /* of a mapping */
	const struct schema_field *item; /* of a list: what each is; its offset is 0 */
	const char *hint;		 /* of a place: for who wrote something else; NULL none */
};

#define SCHEMA_NOWHERE ((size_t)-1)

struct schema {
	const char *what; /* "a class" */
	const struct schema_field *fields;
	size_t line_offset;  /* of an unsigned that takes the mapping's line, or nowhere */
	size_t given_offset; /* of a uint64_t that takes a bit for each field there is, or nowhere
			      */
};

extern const struct schema schema_pack;

#endif
