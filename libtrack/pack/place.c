/* SPDX-License-Identifier: Apache-2.0 */
#include <pack/place.h>

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A text that is read from its beginning. expected is set by whoever finds it amiss. */
struct reading {
	const char *start, *at, *expected;
};

static int amiss(struct reading *reading, const char *expected)
{
	reading->expected = expected;
	return -EINVAL;
}

static void skip_spaces(struct reading *reading)
{
	while (*reading->at == ' ')
		reading->at++;
}

static bool take(struct reading *reading, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(reading->at, word, length) != 0)
		return false;
	reading->at += length;
	return true;
}

/* Decimal, or hexadecimal after 0x. */
static int read_number(struct reading *reading, int64_t *ret_number)
{
	const char *digits = reading->at + (*reading->at == '-');
	char *end;
	long long number;

	if (!isdigit((unsigned char)*digits))
		return amiss(reading, "a number");
	errno = 0;
	number = strtoll(reading->at, &end, digits[0] == '0' && digits[1] == 'x' ? 16 : 10);
	if (errno || isalnum((unsigned char)*end) || *end == '_')
		return amiss(reading, "a number of 64 bits");
	reading->at = end;
	*ret_number = number;
	return 0;
}

static int add_step(struct reading *reading, struct pack_term *term, int64_t offset)
{
	if (term->step_count == PACK_STEPS_MAX)
		return amiss(reading, "at most six steps");
	if (offset < INT32_MIN || offset > INT32_MAX)
		return amiss(reading, "an offset of 32 bits");
	term->steps[term->step_count++] = (int32_t)offset;
	return 0;
}

static bool is_word_end(const char *at)
{
	return !isalnum((unsigned char)*at) && *at != '_';
}

static int read_root(struct reading *reading, struct pack_term *term)
{
	static const char expected[] = "ret, argN, callback or a number";
	const char *start = reading->at;

	if (take(reading, "arg")) {
		term->root = PACK_ROOT_ARG;
		return isdigit((unsigned char)*reading->at) ? read_number(reading, &term->number)
							    : amiss(reading, "a number after arg");
	}
	if (isdigit((unsigned char)*start) || *start == '-') {
		term->root = PACK_ROOT_NUMBER;
		return read_number(reading, &term->number);
	}
	if (take(reading, "ret"))
		term->root = PACK_ROOT_RET;
	else if (take(reading, "callback"))
		term->root = PACK_ROOT_CALLBACK;
	else
		return amiss(reading, expected);
	if (is_word_end(reading->at))
		return 0;
	reading->at = start;
	return amiss(reading, expected);
}

static int read_term(struct reading *reading, struct pack_term *term)
{
	unsigned stars = 0;
	int64_t offset;
	int r;

	skip_spaces(reading);
	for (; take(reading, "*"); stars++)
		if (stars == PACK_STEPS_MAX)
			return amiss(reading, "at most six steps");
	r = read_root(reading, term);
	for (; r == 0 && stars; stars--)
		r = add_step(reading, term, 0);
	while (r == 0 && take(reading, "[")) {
		r = read_number(reading, &offset);
		if (r == 0)
			r = add_step(reading, term, offset);
		if (r == 0 && !take(reading, "]"))
			r = amiss(reading, "]");
	}
	if (r < 0)
		return r;
	if (take(reading, ".")) {
		if (!take(reading, "int") || !is_word_end(reading->at))
			return amiss(reading, "int after the point");
		term->is_int = true;
	}
	if (term->root == PACK_ROOT_NUMBER && (term->step_count || term->is_int))
		return amiss(reading, "nothing behind a number");
	skip_spaces(reading);
	return 0;
}

static int read_place(struct reading *reading, struct pack_place *place)
{
	int r;

	do {
		if (place->term_count == PACK_TERMS_MAX)
			return amiss(reading, "at most four terms");
		r = read_term(reading, &place->terms[place->term_count]);
		if (r < 0)
			return r;
		place->term_count++;
	} while (take(reading, "+"));
	return 0;
}

static int read_end(struct reading *reading, const char *expected)
{
	return *reading->at ? amiss(reading, expected) : 0;
}

static int give_up(const struct reading *reading, struct pack_place_error *ret_error)
{
	*ret_error = (struct pack_place_error){
		.at = (size_t)(reading->at - reading->start),
		.expected = reading->expected,
	};
	return -EINVAL;
}

int pack_place_parse(const char *text, struct pack_place *ret_place,
		     struct pack_place_error *ret_error)
{
	struct reading reading = {.start = text, .at = text};
	struct pack_place place = {.term_count = 0};

	if (read_place(&reading, &place) < 0 ||
	    read_end(&reading, "[OFFSET], .int, + or the end") < 0)
		return give_up(&reading, ret_error);
	*ret_place = place;
	return 0;
}

static int read_test(struct reading *reading, struct pack_condition *condition)
{
	bool equal = take(reading, "=="), different = !equal && take(reading, "!=");

	if (!equal && !different)
		return read_end(reading, "==, != or the end");
	if (condition->test == PACK_TEST_NULL)
		return amiss(reading, "! or a comparison, not both");
	condition->test = equal ? PACK_TEST_EQUAL : PACK_TEST_DIFFERENT;
	skip_spaces(reading);
	if (read_number(reading, &condition->number) < 0)
		return -EINVAL;
	skip_spaces(reading);
	return read_end(reading, "the end");
}

int pack_condition_parse(const char *text, struct pack_condition *ret_condition,
			 struct pack_place_error *ret_error)
{
	struct reading reading = {.start = text, .at = text};
	struct pack_condition condition = {.test = PACK_TEST_SET};

	skip_spaces(&reading);
	if (take(&reading, "!"))
		condition.test = PACK_TEST_NULL;
	if (read_place(&reading, &condition.place) < 0 || read_test(&reading, &condition) < 0)
		return give_up(&reading, ret_error);
	*ret_condition = condition;
	return 0;
}

bool pack_place_uses(const struct pack_place *place, enum pack_root root)
{
	for (unsigned i = 0; i < place->term_count; i++)
		if (place->terms[i].root == root)
			return true;
	return false;
}
