/* SPDX-License-Identifier: Apache-2.0 */
#include "document.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define DEPTH_MAX 64u
#define NAMES_MAX 1000u

/* What people run into who write places and patterns without quotes. */
static const char *quoting_hint(const yaml_parser_t *parser)
{
	if ((parser->problem && strstr(parser->problem, "alias")) ||
	    (parser->context && strstr(parser->context, "alias")))
		return ": put what begins with * into quotes";
	if (parser->context && strstr(parser->context, "tag"))
		return ": put what begins with ! into quotes";
	return "";
}

static void complain_yaml(struct schema_errors *errors, const yaml_parser_t *parser)
{
	schema_errors_add(errors, (unsigned)parser->problem_mark.line + 1, "%s%s%s%s",
			  parser->problem ? parser->problem : "it cannot be read",
			  parser->context ? ", " : "", parser->context ? parser->context : "",
			  quoting_hint(parser));
}

/* What an event adds to how deep the next one lies. */
static int step_of(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return 1;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return -1;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
	case YAML_ALIAS_EVENT:
	case YAML_SCALAR_EVENT:
		break;
	}
	return 0;
}

static bool is_named(const yaml_event_t *event)
{
	return (event->type == YAML_SCALAR_EVENT && event->data.scalar.anchor) ||
	       (event->type == YAML_SEQUENCE_START_EVENT && event->data.sequence_start.anchor) ||
	       (event->type == YAML_MAPPING_START_EVENT && event->data.mapping_start.anchor);
}

/*
 * For each word libyaml looks at all open brackets, and for each name at all names before it, so
 * that a file of nothing else would take it hours. What is no YAML is told by who loads it.
 */
static int refuse_endless(yaml_parser_t *parser, struct schema_errors *errors)
{
	unsigned depth = 0, names = 0, line = 0;
	bool is_end = false;

	while (!is_end && depth <= DEPTH_MAX && names <= NAMES_MAX) {
		yaml_event_t event;

		if (!yaml_parser_parse(parser, &event))
			return 0;
		depth += (unsigned)step_of(&event);
		names += is_named(&event);
		is_end = event.type == YAML_STREAM_END_EVENT;
		line = (unsigned)event.start_mark.line + 1;
		yaml_event_delete(&event);
	}
	if (is_end)
		return 0;
	if (depth > DEPTH_MAX)
		schema_errors_add(errors, line,
				  "lists and mappings are in each other more than %u deep",
				  DEPTH_MAX);
	else
		schema_errors_add(errors, line, "more than %u names are given by &", NAMES_MAX);
	return -EINVAL;
}

/* What stands behind a line '---' would be read by nobody. */
static int refuse_more(yaml_parser_t *parser, struct schema_errors *errors)
{
	yaml_document_t more;
	yaml_node_t *root;

	if (!yaml_parser_load(parser, &more)) {
		if (parser->error == YAML_MEMORY_ERROR)
			return -ENOMEM;
		complain_yaml(errors, parser);
		return 0;
	}
	root = yaml_document_get_root_node(&more);
	if (root)
		schema_errors_add(errors, (unsigned)root->start_mark.line + 1,
				  "a second document begins here, behind '---'; one is read");
	yaml_document_delete(&more);
	return 0;
}

static int start(const void *bytes, size_t size, yaml_parser_t *ret_parser)
{
	if (!yaml_parser_initialize(ret_parser))
		return -ENOMEM;
	yaml_parser_set_input_string(ret_parser, bytes, size);
	yaml_parser_set_encoding(ret_parser, YAML_UTF8_ENCODING);
	return 0;
}

int document_load(const void *bytes, size_t size, yaml_document_t *ret_document,
		  struct schema_errors *errors)
{
	yaml_parser_t parser;
	int r = start(bytes, size, &parser);

	if (r < 0)
		return r;
	r = refuse_endless(&parser, errors);
	yaml_parser_delete(&parser);
	if (r < 0)
		return r;
	r = start(bytes, size, &parser);
	if (r < 0)
		return r;
	if (yaml_parser_load(&parser, ret_document)) {
		r = refuse_more(&parser, errors);
		if (r < 0)
			yaml_document_delete(ret_document);
	} else if (parser.error == YAML_MEMORY_ERROR) {
		r = -ENOMEM;
	} else {
		complain_yaml(errors, &parser);
		r = -EINVAL;
	}
	yaml_parser_delete(&parser);
	return r;
}
