/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pack: which functions of a library begin, extend and end which lifetimes. This is what its
 * file says, read and checked. Everything belongs to the struct pack.
 */
#ifndef PACK_PACK_H
#define PACK_PACK_H

#include <pack/place.h>
#include <schema/errors.h>
#include <schema/schema.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <track/wire.h>

#define PACK_ARGS_MAX 32u
#define PACK_FILE_BYTES_MAX (1u << 20)
#define PACK_REGISTER_ARGS 6u /* what a callback's arguments are known of */

/* clang-format off */
enum pack_op {
	PACK_OP_NONE, /* it could not be read */
#define PACK_OP(id, name, kinds, what) PACK_OP_##id,
#include <pack/ops.def>
#undef PACK_OP
	PACK_OP__COUNT
};

enum pack_key {
#define PACK_KEY(id, name, ops, needed) PACK_KEY_##id,
#include <pack/act_keys.def>
#undef PACK_KEY
	PACK_KEY__COUNT
};
/* clang-format on */

enum pack_returns {
	PACK_RETURNS_POINTER,
	PACK_RETURNS_INT,
	PACK_RETURNS_LONG,
	PACK_RETURNS_BOOL,
	PACK_RETURNS_VOID,
};

/* When a call was worth telling of. */
enum pack_success {
	PACK_SUCCESS_DEFAULT, /* nobody said: see pack_function_success */
	PACK_SUCCESS_NONNULL,
	PACK_SUCCESS_ZERO,
	PACK_SUCCESS_NONZERO,
	PACK_SUCCESS_NONNEGATIVE,
	PACK_SUCCESS_POSITIVE,
	PACK_SUCCESS_ALWAYS,
};

enum pack_over { PACK_OVER_NEVER, PACK_OVER_ZERO };
enum pack_fires { PACK_FIRES_EACH, PACK_FIRES_LAST };
enum pack_inner { PACK_INNER_FOLLOW, PACK_INNER_SKIP };

struct pack_library {
	struct schema_text soname;   /* a glob */
	struct schema_text versions; /* ranges: ">=3.0 <4" */
};

/* Where in an object its reference count is. Line 0: nowhere. */
struct pack_counter {
	unsigned line;
	struct schema_number at, bits;
};

enum pack_notice_what { PACK_NOTICE_SUBJECT, PACK_NOTICE_FUNCTION, PACK_NOTICE_NUMBER };

struct pack_notice_arg {
	unsigned line;
	enum pack_notice_what what;
	int64_t number;
};

/* How the library tells of each death, by a call of ours. Line 0: not at all. */
struct pack_notice {
	unsigned line;
	struct schema_text call;
	struct pack_notice_arg *args;
	size_t arg_count;
	struct pack_place subject;
	bool once;
};

struct pack_class {
	unsigned line;
	struct schema_text name;
	enum track_kind kind;
	uint32_t traits;
	struct schema_text named_by;
	struct pack_counter counter;
	struct pack_notice notice;
};

/* A thing that an act names beside its subject. */
struct pack_party {
	struct pack_place place;
	struct schema_text class_name; /* or a kind's word */
	enum track_kind kind;	       /* of either */
};

struct pack_act {
	unsigned line;
	uint64_t given; /* a bit for each enum pack_key that the file has */
	enum pack_op op;
	struct pack_party subject;
	const struct pack_class *of_class; /* NULL: the subject's class is a kind's word */
	struct pack_party owner, holder, other;
	struct schema_text by;
	struct schema_text named;
	struct schema_text tag;
	struct pack_place text;
	struct schema_texts adopts;
	struct pack_condition *conditions;
	size_t condition_count;
	struct schema_number callback; /* which argument; line 0: none */
	struct pack_place found;
	struct schema_number stack_bytes;
	enum pack_over over;
	enum pack_fires fires;
	struct schema_number notify; /* as callback */
	struct pack_place notify_subject;
	bool notify_always;
	struct schema_text try; /* of a lock: who takes it if nobody has to wait for that */
	bool is_timed;
};

struct pack_function {
	unsigned line;
	struct schema_text symbol;
	struct schema_text pattern; /* or this: for who can look at names */
	struct schema_number args;
	enum pack_returns returns;
	enum pack_success success;
	struct schema_text variadic;
	struct schema_text
		same_as; /* or this instead of acts: as that function is told, called so: */
	struct pack_place *with;
	size_t with_count;
	struct pack_act *acts;
	size_t act_count;
};

/* Births of descriptors and threads that last as long as the process. Globs. */
struct pack_process_life {
	unsigned line;
	struct schema_text function, library, what;
	struct schema_text caller; /* the module of the next outer frame; not given: any */
};

struct pack {
	struct schema_memory *memory;
	struct schema_text name, about;
	enum pack_inner inner_calls;
	struct pack_library *libraries;
	size_t library_count;
	struct pack_class *classes;
	size_t class_count;
	struct pack_function *functions;
	size_t function_count;
	struct pack_process_life *process_life;
	size_t process_life_count;
	struct schema_texts plumbing; /* none given: the sonames */
};

/*
 * name: what the pack is to be called, NULL: anything. 0, -ENOMEM, or -EINVAL if anything is wrong:
 * errors says all of it, in the order of lines.
 */
int pack_parse(const void *bytes, size_t size, const char *name, struct pack **ret_pack,
	       struct schema_errors *errors);

/* Of a file, whose name without .yaml is the pack's. Also what reading it fails with. */
int pack_read(const char *path, struct pack **ret_pack, struct schema_errors *errors);

void pack_free(struct pack *pack);

const struct pack_class *pack_find_class(const struct pack *pack, const char *name);

/* Never PACK_SUCCESS_DEFAULT. */
enum pack_success pack_function_success(const struct pack_function *function);

/* The party that the act's op speaks of (owner, holder, other), NULL if it has none. */
const struct pack_party *pack_act_party(const struct pack_act *act);

/* Of whose class 'named' speaks: the owner, if there is one, else the subject. */
const struct pack_party *pack_act_named(const struct pack_act *act);

/* How notify names what is registered: if nothing is said, the callback and what notify gets. */
const struct pack_place *pack_act_notified(const struct pack_act *act);

/* Is it told of where threads stand, not of a lifetime? */
bool pack_act_is_lock(const struct pack_act *act);

/* Is it told before the call? Else after it. */
bool pack_act_is_before(const struct pack_function *function, const struct pack_act *act);

#endif
