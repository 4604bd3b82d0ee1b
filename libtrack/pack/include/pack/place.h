/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a pack finds a value at a call:
 *
 *     place     = term *( "+" term )               several name one thing together
 *     term      = *"*" root *( "[" offset "]" ) [ ".int" ]
 *     root      = "ret" / "arg" N / "callback" / number
 *     condition = place / "!" place / place ( "==" / "!=" ) number
 *
 * A star is the 8 bytes that are pointed to, as [0] is; [OFFSET] the 8 bytes at that offset behind
 * what stands before it. ".int": the value is a signed 32-bit number.
 */
#ifndef PACK_PLACE_H
#define PACK_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACK_STEPS_MAX 6
#define PACK_TERMS_MAX 4

enum pack_root {
	PACK_ROOT_RET,
	PACK_ROOT_ARG,
	PACK_ROOT_CALLBACK, /* the function that is registered */
	PACK_ROOT_NUMBER,
};

struct pack_term {
	enum pack_root root;
	int64_t number; /* which argument, or the number */
	unsigned step_count;
	int32_t steps[PACK_STEPS_MAX]; /* offsets, outermost last */
	bool is_int;
};

struct pack_place {
	unsigned line;	     /* of the file */
	unsigned term_count; /* 0: not given */
	struct pack_term terms[PACK_TERMS_MAX];
};

enum pack_test { PACK_TEST_SET, PACK_TEST_NULL, PACK_TEST_EQUAL, PACK_TEST_DIFFERENT };

struct pack_condition {
	struct pack_place place;
	enum pack_test test;
	int64_t number; /* of equal and different */
};

/* Where a text is no place. */
struct pack_place_error {
	size_t at; /* offset into the text */
	const char *expected;
};

/* 0, or -EINVAL with ret_error. The line is left 0. */
int pack_place_parse(const char *text, struct pack_place *ret_place,
		     struct pack_place_error *ret_error);
int pack_condition_parse(const char *text, struct pack_condition *ret_condition,
			 struct pack_place_error *ret_error);

bool pack_place_uses(const struct pack_place *place, enum pack_root root);

#endif
