/* SPDX-License-Identifier: Apache-2.0 */
#include <pack/words.h>

#include <pack/pack.h>
#include <track/track.h>

#define ROWS(rows_) .rows = (rows_), .count = sizeof(rows_) / sizeof((rows_)[0])

/* clang-format off */
static const struct schema_word ops[] = {
#define PACK_OP(id, name_, kinds, what) { name_, PACK_OP_##id },
#include <pack/ops.def>
#undef PACK_OP
};

static const struct schema_word keys[] = {
#define PACK_KEY(id, name_, ops, needed) { name_, PACK_KEY_##id },
#include <pack/act_keys.def>
#undef PACK_KEY
};

static const struct schema_word kinds[] = {
#define TRACK_KIND(id, name_, plural, begun, over, rule, teller) { #name_, TRACK_KIND_##id },
#include <track/kinds.def>
#undef TRACK_KIND
};

/* Of a lock nothing is made, and descriptors and threads are the calls'. */
static const struct schema_word class_kinds[] = {
	{ "object",   TRACK_KIND_OBJECT },
	{ "callback", TRACK_KIND_CALLBACK },
	{ "task",     TRACK_KIND_TASK },
	{ "timer",    TRACK_KIND_TIMER },
	{ "scope",    TRACK_KIND_SCOPE },
};

static const struct schema_word traits[] = {
	{ "one-shot",        TRACK_ONE_SHOT },
	{ "close-notice",    TRACK_CLOSE_NOTICE },
	{ "must-close",      TRACK_MUST_CLOSE },
	{ "quiet",           TRACK_QUIET },
	{ "process-life",    TRACK_PROCESS_LIFE },
	{ "ends-with-owner", TRACK_ENDS_WITH_OWNER },
	{ "ends-at-zero",    TRACK_ENDS_AT_ZERO },
};

static const struct schema_word returns[] = {
	{ "pointer", PACK_RETURNS_POINTER },
	{ "int",     PACK_RETURNS_INT },
	{ "long",    PACK_RETURNS_LONG },
	{ "bool",    PACK_RETURNS_BOOL },
	{ "void",    PACK_RETURNS_VOID },
};

static const struct schema_word success[] = {
	{ "nonnull",     PACK_SUCCESS_NONNULL },
	{ "zero",        PACK_SUCCESS_ZERO },
	{ "nonzero",     PACK_SUCCESS_NONZERO },
	{ "nonnegative", PACK_SUCCESS_NONNEGATIVE },
	{ "positive",    PACK_SUCCESS_POSITIVE },
	{ "always",      PACK_SUCCESS_ALWAYS },
};

static const struct schema_word over[] = {{ "zero", PACK_OVER_ZERO }};
static const struct schema_word fires[] = {
	{ "each", PACK_FIRES_EACH },
	{ "last", PACK_FIRES_LAST },
};
static const struct schema_word inner[] = {
	{ "follow", PACK_INNER_FOLLOW },
	{ "skip",   PACK_INNER_SKIP },
};

const struct schema_words pack_words_op = { "op", "ops", ROWS(ops) };
const struct schema_words pack_words_key = { "key", "keys", ROWS(keys) };
const struct schema_words pack_words_kind = { "kind", "kinds", ROWS(kinds) };
const struct schema_words pack_words_class_kind = { "kind", "kinds of classes", ROWS(class_kinds) };
const struct schema_words pack_words_trait = { "trait", "traits", ROWS(traits) };
const struct schema_words pack_words_returns = { "type", "types", ROWS(returns) };
const struct schema_words pack_words_success = { "success", "successes", ROWS(success) };
const struct schema_words pack_words_over = { "value", "values", ROWS(over) };
const struct schema_words pack_words_fires = { "value", "values", ROWS(fires) };
const struct schema_words pack_words_inner = { "value", "values", ROWS(inner) };
/* clang-format on */
