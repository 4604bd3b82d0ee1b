/* SPDX-License-Identifier: Apache-2.0 */
/* What words of a pack's file mean that are places, conditions and the like. */
#ifndef PACK_VALUES_H
#define PACK_VALUES_H

#include <schema/schema.h>

/* Of a struct pack_place; the field's hint is for who wrote something else. */
schema_parse_fn value_place;
/* Of a struct pack_condition. */
schema_parse_fn value_condition;
/* Of a struct schema_number: "argN". */
schema_parse_fn value_argument;
/* Of a struct pack_notice_arg. */
schema_parse_fn value_notice_arg;

/* The name of a C function. */
schema_check_fn value_check_symbol;

#endif
