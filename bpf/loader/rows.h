/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A function of a pack as the kernel looks at it: which values it fetches when the function begins
 * and when it returns, each once, and where the function's acts find theirs among them.
 */
#ifndef PROBES_ROWS_H
#define PROBES_ROWS_H

#include <pack/pack.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe_event.h"

/* When a value is looked at. */
enum row_when { ROW_ENTRY, ROW_RETURN };

/* What the kernel told of one call. */
struct row_hit {
	const uint64_t *values; /* PROBE_TERMS_MAX, by the row's terms */
	uint32_t failed;	/* those that are not known: a pointer on the way led nowhere */
	uint64_t callback;	/* of a registered function's own call: which it is */
	uint64_t companion;	/* of a notify's call: whose end it tells */
	const char *text;	/* what the row's text points to, NULL without */
	size_t text_bytes;
};

enum row_root { ROW_NUMBER, ROW_TERM, ROW_CALLBACK, ROW_COMPANION };

/* One term of a place: where it is found. */
struct row_source {
	enum row_root root;
	uint8_t index;	/* of the kernel's term */
	bool is_int;	/* it is a number, of which 0 is one */
	bool is_result; /* what a function returned, of which as much counts as its type has */
	enum pack_returns returns;
	int64_t number;
};

struct row_place {
	unsigned count; /* 0: not given */
	struct row_source sources[PACK_TERMS_MAX];
};

struct row_condition {
	struct row_place place;
	enum pack_test test;
	int64_t number;
	bool with_ret;
};

struct row_act {
	const struct pack_act *act;
	bool is_before;
	bool is_dropped; /* an end of its class is not seen: nothing is said */
	struct row_place subject, party, callback;
	struct row_place counter; /* the number of its references */
	enum track_kind party_kind;
	struct row_condition *conditions;
	size_t condition_count;
	char *adopts;	/* NULL: none */
	int registered; /* callbacks.h: how the registered function is followed; -1: not */
};

/* One function of one pack. */
struct row {
	const struct pack *pack;
	const struct pack_function *function; /* whose name it is */
	const struct pack_function *told;     /* whose acts these are */
	struct probe_row kernel;
	struct row_source result; /* what it returned, where that is looked at */
	struct row_act *acts;	  /* those that can be followed */
	size_t act_count;
	bool is_end; /* one of them ends something by itself, whoever calls */
};

/*
 * 0; -ENOENT if nothing of it can be followed, -E2BIG if it looks at too much, -ENOMEM.
 * To be given back with row_clear.
 */
int row_compile(const struct pack *pack, const struct pack_function *function, struct row *ret_row);

/* Whether both say the same of the same call. */
bool row_is_same(const struct row *a, const struct row *b);

/* It is empty afterwards. */
void row_clear(struct row *row);

/*
 * A place in the arguments of a registered function, or in those of the one that is called when the
 * registration ends (is_notify): terms are added. 0, or -E2BIG.
 */
int row_compile_callback(const struct pack_place *place, bool is_notify, struct probe_row *kernel,
			 struct row_place *ret_place);

/* What a registered function returned, as an int. 0, or -E2BIG. */
int row_compile_result(struct probe_row *kernel, struct row_source *ret_source);

/* False: a pointer on the way was null, so there is nothing to say. is_id: numbers begin with 1. */
bool row_place_value(const struct row_place *place, const struct row_hit *hit, bool is_id,
		     uint64_t *ret_value);

bool row_source_value(const struct row_source *source, const struct row_hit *hit,
		      uint64_t *ret_value);

/* A subject: its value, and whether something may be told of it. */
bool row_subject(const struct row_place *place, enum track_kind kind, const struct row_hit *hit,
		 uint64_t *ret_subject);

bool row_condition_holds(const struct row_condition *condition, const struct row_hit *hit);

/* Whether the call was worth telling of. */
bool row_succeeded(const struct row *row, const struct row_hit *hit);

#endif
