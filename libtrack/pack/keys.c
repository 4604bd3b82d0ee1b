/* SPDX-License-Identifier: Apache-2.0 */
#include "keys.h"

#include <pack/pack.h>
#include <pack/words.h>

#include "values.h"

/* clang-format off */
#define END SCHEMA_END
#define FIELD(...) SCHEMA_FIELD(__VA_ARGS__)
#define LIST(...) SCHEMA_ITEMS(__VA_ARGS__)
#define SYMBOL(key, ...) SCHEMA_FIELD(key, TEXT, __VA_ARGS__, .check = value_check_symbol)
#define OWN(key, type, ...) SCHEMA_FIELD(key, OWN, __VA_ARGS__, .parse = value_##type)
#define NEEDED .is_needed = true
#define OF_WORDS(name) .words = &pack_words_##name
#define OF_SCHEMA(name) .schema = &schema_##name
#define UP_TO(number) .max = (number)
#define SCHEMA(name, what_, record) \
	static const struct schema schema_##name = { .what = what_, .fields = name##_fields, \
		.line_offset = offsetof(struct record, line), .given_offset = SCHEMA_NOWHERE }

static const struct schema_field text_item = { .type = SCHEMA_TEXT };
static const struct schema_field place_item = { .type = SCHEMA_OWN, .parse = value_place };
static const struct schema_field condition_item = { .type = SCHEMA_OWN, .parse = value_condition };
static const struct schema_field notice_arg_item = { .type = SCHEMA_OWN, .parse = value_notice_arg };

static const struct schema_field library_fields[] = {
	FIELD("soname", TEXT, pack_library, soname, NEEDED),
	FIELD("versions", TEXT, pack_library, versions),
	END
};
static const struct schema schema_library = {
	.what = "a library", .fields = library_fields,
	.line_offset = SCHEMA_NOWHERE, .given_offset = SCHEMA_NOWHERE,
};
static const struct schema_field library_item = { .type = SCHEMA_MAPPING, OF_SCHEMA(library) };

static const struct schema_field counter_fields[] = {
	FIELD("at", NUMBER, pack_counter, at, NEEDED, UP_TO(4096)),
	FIELD("bits", NUMBER, pack_counter, bits, NEEDED, UP_TO(64)),
	END
};
SCHEMA(counter, "a counter", pack_counter);

static const struct schema_field notice_fields[] = {
	SYMBOL("call", pack_notice, call, NEEDED),
	LIST("args", pack_notice, args, arg_count, notice_arg_item, NEEDED),
	OWN("subject", place, pack_notice, subject, NEEDED),
	FIELD("once", BOOL, pack_notice, once),
	END
};
SCHEMA(notice, "a notice", pack_notice);

static const struct schema_field class_fields[] = {
	FIELD("name", TEXT, pack_class, name, NEEDED),
	FIELD("kind", WORD, pack_class, kind, NEEDED, OF_WORDS(class_kind)),
	FIELD("traits", WORDS, pack_class, traits, OF_WORDS(trait)),
	SYMBOL("named_by", pack_class, named_by),
	FIELD("counter", MAPPING, pack_class, counter, OF_SCHEMA(counter)),
	FIELD("notice", MAPPING, pack_class, notice, OF_SCHEMA(notice)),
	END
};
SCHEMA(class, "a class", pack_class);
static const struct schema_field class_item = { .type = SCHEMA_MAPPING, OF_SCHEMA(class) };

/* The first are in the order of enum pack_key, so that .given has the bits of both. */
static const struct schema_field act_fields[] = {
	[PACK_KEY_CLASS] = FIELD("class", TEXT, pack_act, subject.class_name),
	[PACK_KEY_SUBJECT] = OWN("subject", place, pack_act, subject.place),
	[PACK_KEY_IF] = LIST("if", pack_act, conditions, condition_count, condition_item),
	[PACK_KEY_OWNER] = OWN("owner", place, pack_act, owner.place),
	[PACK_KEY_OWNER_CLASS] = FIELD("owner_class", TEXT, pack_act, owner.class_name),
	[PACK_KEY_HOLDER] = OWN("holder", place, pack_act, holder.place,
		.hint = " (for a text: tag)"),
	[PACK_KEY_HOLDER_CLASS] = FIELD("holder_class", TEXT, pack_act, holder.class_name),
	[PACK_KEY_OTHER] = OWN("other", place, pack_act, other.place),
	[PACK_KEY_OTHER_CLASS] = FIELD("other_class", TEXT, pack_act, other.class_name),
	[PACK_KEY_BY] = SYMBOL("by", pack_act, by),
	[PACK_KEY_NAMED] = FIELD("named", TEXT, pack_act, named),
	[PACK_KEY_TAG] = FIELD("tag", TEXT, pack_act, tag),
	[PACK_KEY_TEXT] = OWN("text", place, pack_act, text),
	[PACK_KEY_ADOPTS] = LIST("adopts", pack_act, adopts.items, adopts.count, text_item),
	[PACK_KEY_CALLBACK] = OWN("callback", argument, pack_act, callback),
	[PACK_KEY_FOUND] = OWN("found", place, pack_act, found),
	[PACK_KEY_STACK] = FIELD("stack", NUMBER, pack_act, stack_bytes, UP_TO(4096)),
	[PACK_KEY_OVER] = FIELD("over", WORD, pack_act, over, OF_WORDS(over)),
	[PACK_KEY_FIRES] = FIELD("fires", WORD, pack_act, fires, OF_WORDS(fires)),
	[PACK_KEY_NOTIFY] = OWN("notify", argument, pack_act, notify),
	[PACK_KEY_NOTIFY_SUBJECT] = OWN("notify_subject", place, pack_act, notify_subject),
	[PACK_KEY_NOTIFY_ALWAYS] = FIELD("notify_always", BOOL, pack_act, notify_always),
	[PACK_KEY_TRY] = SYMBOL("try", pack_act, try),
	[PACK_KEY_TIMED] = FIELD("timed", BOOL, pack_act, is_timed),
	[PACK_KEY__COUNT] = FIELD("op", WORD, pack_act, op, NEEDED, OF_WORDS(op)),
	END
};
static const struct schema schema_act = {
	.what = "an act", .fields = act_fields,
	.line_offset = offsetof(struct pack_act, line),
	.given_offset = offsetof(struct pack_act, given),
};
static const struct schema_field act_item = { .type = SCHEMA_MAPPING, OF_SCHEMA(act) };

static const struct schema_field function_fields[] = {
	SYMBOL("symbol", pack_function, symbol),
	FIELD("pattern", TEXT, pack_function, pattern),
	FIELD("args", NUMBER, pack_function, args, NEEDED, UP_TO(PACK_ARGS_MAX)),
	FIELD("returns", WORD, pack_function, returns, OF_WORDS(returns)),
	FIELD("success", WORD, pack_function, success, OF_WORDS(success)),
	SYMBOL("variadic", pack_function, variadic),
	SYMBOL("same_as", pack_function, same_as),
	LIST("with", pack_function, with, with_count, place_item),
	LIST("acts", pack_function, acts, act_count, act_item),
	END
};
SCHEMA(function, "a function", pack_function);
static const struct schema_field function_item = { .type = SCHEMA_MAPPING, OF_SCHEMA(function) };

static const struct schema_field process_life_fields[] = {
	FIELD("function", TEXT, pack_process_life, function, NEEDED),
	FIELD("library", TEXT, pack_process_life, library, NEEDED),
	FIELD("what", TEXT, pack_process_life, what, NEEDED),
	FIELD("caller", TEXT, pack_process_life, caller),
	END
};
SCHEMA(process_life, "a row of process_life", pack_process_life);
static const struct schema_field process_life_item = {
	.type = SCHEMA_MAPPING, OF_SCHEMA(process_life)
};

static const struct schema_field pack_fields[] = {
	FIELD("pack", TEXT, pack, name, NEEDED),
	FIELD("about", TEXT, pack, about, NEEDED),
	FIELD("inner_calls", WORD, pack, inner_calls, OF_WORDS(inner)),
	LIST("libraries", pack, libraries, library_count, library_item, NEEDED),
	LIST("classes", pack, classes, class_count, class_item),
	LIST("functions", pack, functions, function_count, function_item),
	LIST("process_life", pack, process_life, process_life_count, process_life_item),
	LIST("plumbing", pack, plumbing.items, plumbing.count, text_item),
	END
};
const struct schema schema_pack = {
	.what = "a pack", .fields = pack_fields,
	.line_offset = SCHEMA_NOWHERE, .given_offset = SCHEMA_NOWHERE,
};
/* clang-format on */
