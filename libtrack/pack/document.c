/* SPDX-License-Identifier: Apache-2.0 */
#include "document.h"

#include <errno.h>
#include <string.h>

/* What people run into who write places without quotes. */
static const char *quoting_hint(const yaml_parser_t *parser)
{
	if (parser->problem && strstr(parser->problem, "alias"))
		return ": put what begins with * into quotes";
	if (parser->context && strstr(parser->context, "tag"))
		return ": put what begins with ! into quotes";
	return "";
}

static void complain_yaml(struct pack_errors *errors, const yaml_parser_t *parser)
{
	pack_errors_add(errors, (unsigned)parser->problem_mark.line + 1, "%s%s%s%s",
			parser->problem ? parser->problem : "it cannot be read",
			parser->context ? ", " : "", parser->context ? parser->context : "",
			quoting_hint(parser));
}

int document_load(const void *bytes, size_t size, yaml_document_t *ret_document,
		  struct pack_errors *errors)
{
	yaml_parser_t parser;
	int r = -EINVAL;

	if (!yaml_parser_initialize(&parser))
		return -ENOMEM;
	yaml_parser_set_input_string(&parser, bytes, size);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	if (yaml_parser_load(&parser, ret_document))
		r = 0;
	else if (parser.error == YAML_MEMORY_ERROR)
		r = -ENOMEM;
	else
		complain_yaml(errors, &parser);
	yaml_parser_delete(&parser);
	return r;
}
