/* SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

/* One id of two: as the wrappers make it, since both may speak of the same thing. */
static uint64_t mix(uint64_t id, uint64_t part)
{
	id = (id ^ part >> 32 ^ part << 32) * 0x9e3779b97f4a7c15u + part;
	id ^= id >> 29;
	return id ? id : 1;
}

static uint64_t as_int(uint64_t word)
{
	return (uint64_t)(int64_t)(int32_t)word;
}

static uint64_t returned(uint64_t ret, enum pack_returns returns)
{
	switch (returns) {
	case PACK_RETURNS_POINTER:
	case PACK_RETURNS_LONG:
		return ret;
	case PACK_RETURNS_INT:
		return as_int(ret);
	case PACK_RETURNS_BOOL:
		return (uint8_t)ret;
	case PACK_RETURNS_VOID:
		break;
	}
	return 0;
}

bool row_source_value(const struct row_source *source, const struct row_hit *hit,
		      uint64_t *ret_value)
{
	bool is_known = true;
	uint64_t value = 0;

	switch (source->root) {
	case ROW_NUMBER:
		value = (uint64_t)source->number;
		break;
	case ROW_CALLBACK:
		value = hit->callback;
		break;
	case ROW_COMPANION:
		value = hit->companion;
		break;
	case ROW_TERM:
		is_known = !(hit->failed >> source->index & 1);
		value = is_known ? hit->values[source->index] : 0;
		break;
	}
	*ret_value = source->is_result ? returned(value, source->returns) : value;
	return is_known;
}

bool row_place_value(const struct row_place *place, const struct row_hit *hit, bool is_id,
		     uint64_t *ret_value)
{
	bool is_known = true;
	uint64_t value = 0;

	for (unsigned i = 0; i < place->count; i++) {
		const struct row_source *source = &place->sources[i];
		uint64_t part;

		is_known &= row_source_value(source, hit, &part);
		part += is_id && !i && source->is_int;
		value = i ? mix(value, part) : part;
	}
	*ret_value = value;
	return is_known;
}

/* A thing is there: of several parts that name it, it is the first that must not be null. */
bool row_subject(const struct row_place *place, enum track_kind kind, const struct row_hit *hit,
		 uint64_t *ret_subject)
{
	bool is_fd = kind == TRACK_KIND_FD;
	uint64_t first;

	if (!row_place_value(place, hit, !is_fd, ret_subject))
		return false;
	if (place->count > 1 && !place->sources[0].is_int)
		return row_source_value(&place->sources[0], hit, &first) && first;
	return is_fd ? (int32_t)*ret_subject >= 0 : *ret_subject != 0;
}

bool row_condition_holds(const struct row_condition *condition, const struct row_hit *hit)
{
	uint64_t value;

	if (!row_place_value(&condition->place, hit, false, &value))
		return false;
	switch (condition->test) {
	case PACK_TEST_SET:
		return value != 0;
	case PACK_TEST_NULL:
		return value == 0;
	case PACK_TEST_EQUAL:
		return value == (uint64_t)condition->number;
	case PACK_TEST_DIFFERENT:
		return value != (uint64_t)condition->number;
	}
	return false;
}

static int64_t as_success(uint64_t ret, enum pack_returns returns)
{
	return returns == PACK_RETURNS_BOOL ? (int8_t)ret : (int64_t)returned(ret, returns);
}

bool row_succeeded(const struct row *row, const struct row_hit *hit)
{
	enum pack_success success = pack_function_success(row->told);
	bool is_known = success == PACK_SUCCESS_ALWAYS || !(hit->failed >> row->result.index & 1);
	int64_t value = 0;

	if (!is_known)
		return false;
	if (success != PACK_SUCCESS_ALWAYS)
		value = as_success(hit->values[row->result.index], row->told->returns);
	switch (success) {
	case PACK_SUCCESS_NONNULL:
	case PACK_SUCCESS_NONZERO:
		return value != 0;
	case PACK_SUCCESS_ZERO:
		return value == 0;
	case PACK_SUCCESS_NONNEGATIVE:
		return value >= 0;
	case PACK_SUCCESS_POSITIVE:
		return value > 0;
	case PACK_SUCCESS_DEFAULT:
	case PACK_SUCCESS_ALWAYS:
		break;
	}
	return true;
}
