/* SPDX-License-Identifier: Apache-2.0 */
#include <report/markdown.h>

#include <string.h>

/* HTML's own, which hold wherever Markdown is read. */
static const char *entity(char byte)
{
	switch (byte) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	default:
		return NULL;
	}
}

/*
 * A character of markup is written by its number, which Markdown reads as text. An empty comment
 * keeps "@name" from being a mention, "#1" and an address from being links.
 */
void markdown_text(FILE *stream, const char *text)
{
	static const char markup[] = "\\`*_{}[]()#+-!|~$\"'=";

	for (const char *at = text; *at; at++) {
		const char *other = entity(*at);

		if (other)
			fputs(other, stream);
		else if (strchr(markup, *at))
			fprintf(stream, "&#%d;", *at);
		else if (*at == '\n' || *at == '\r' || *at == '\t')
			fputc(' ', stream);
		else
			fputc(*at, stream);
		if (*at == '@' || *at == '#' || (*at == ':' && at[1] == '/'))
			fputs("<!-- -->", stream);
	}
}

void markdown_preformatted(FILE *stream, const char *text)
{
	for (const char *at = text; *at; at++) {
		const char *other = entity(*at);

		if (other)
			fputs(other, stream);
		else
			fputc(*at, stream);
	}
}
