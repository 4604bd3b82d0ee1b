/* SPDX-License-Identifier: Apache-2.0 */
#include "values.h"

#include <ctype.h>
#include <pack/pack.h>
#include <string.h>

const char *value_check_symbol(const char *text)
{
	if (!isalpha((unsigned char)*text) && *text != '_')
		return "is not the name of a C function";
	while (isalnum((unsigned char)*text) || *text == '_')
		text++;
	return *text ? "is not the name of a C function" : NULL;
}

static void complain(const struct schema_scalar *scalar, const char *what,
		     const struct pack_place_error *error, const char *hint,
		     struct schema_errors *errors)
{
	schema_errors_add(errors, scalar->line, "%s '%.64s': expected %s at '%.16s'%s", what,
			  scalar->text, error->expected, scalar->text + error->at,
			  hint ? hint : "");
}

void value_place(const struct schema_scalar *scalar, const struct schema_field *field, void *into,
		 struct schema_errors *errors)
{
	struct pack_place_error error;
	struct pack_place *place = into;

	if (pack_place_parse(scalar->text, place, &error) < 0)
		complain(scalar, scalar->what, &error, field->hint, errors);
	else
		place->line = scalar->line;
}

void value_condition(const struct schema_scalar *scalar, const struct schema_field *field,
		     void *into, struct schema_errors *errors)
{
	struct pack_condition *condition = into;
	struct pack_place_error error;

	if (pack_condition_parse(scalar->text, condition, &error) < 0)
		complain(scalar, "condition", &error, field->hint, errors);
	else
		condition->place.line = scalar->line;
}

void value_argument(const struct schema_scalar *scalar, const struct schema_field *field,
		    void *into, struct schema_errors *errors)
{
	struct pack_place_error error;
	struct pack_place place;

	(void)field;
	if (pack_place_parse(scalar->text, &place, &error) < 0 || place.term_count != 1 ||
	    place.terms[0].root != PACK_ROOT_ARG || place.terms[0].step_count ||
	    place.terms[0].is_int || place.terms[0].number >= PACK_ARGS_MAX) {
		schema_errors_add(errors, scalar->line, "%s is an argument: argN, not '%.64s'",
				  scalar->what, scalar->text);
		return;
	}
	*(struct schema_number *)into = (struct schema_number){
		.value = (uint32_t)place.terms[0].number,
		.line = scalar->line,
	};
}

static bool is_number(const char *text, int64_t *ret_number)
{
	struct pack_place_error error;
	struct pack_place place;

	if (pack_place_parse(text, &place, &error) < 0 || place.term_count != 1 ||
	    place.terms[0].root != PACK_ROOT_NUMBER)
		return false;
	*ret_number = place.terms[0].number;
	return true;
}

void value_notice_arg(const struct schema_scalar *scalar, const struct schema_field *field,
		      void *into, struct schema_errors *errors)
{
	struct pack_notice_arg *arg = into;

	(void)field;
	arg->line = scalar->line;
	if (strcmp(scalar->text, "subject") == 0)
		arg->what = PACK_NOTICE_SUBJECT;
	else if (strcmp(scalar->text, "notice") == 0)
		arg->what = PACK_NOTICE_FUNCTION;
	else if (is_number(scalar->text, &arg->number))
		arg->what = PACK_NOTICE_NUMBER;
	else
		schema_errors_add(errors, scalar->line,
				  "an argument of a notice is subject, notice or a number, not "
				  "'%.64s'",
				  scalar->text);
}
