/* SPDX-License-Identifier: Apache-2.0 */
/* Sees the room from inside. */
#include "../../../cli/report/xml.h"

#include <criterion/criterion.h>
#include <string.h>

static char written[256];

static const char *as_text(const char *text)
{
	FILE *stream = fmemopen(written, sizeof(written), "w");

	xml_text(stream, text);
	fclose(stream);
	return written;
}

static const char *as_attribute(const char *text)
{
	FILE *stream = fmemopen(written, sizeof(written), "w");

	xml_attribute(stream, "a", text);
	fclose(stream);
	return written;
}

Test(xml, markup_is_escaped)
{
	cr_expect_str_eq(as_text("a<b>&\"]]>'"), "a&lt;b&gt;&amp;&quot;]]&gt;'");
	cr_expect_str_eq(as_attribute("\"/>"), " a=\"&quot;/&gt;\"");
}

Test(xml, what_is_no_character_is_none)
{
	cr_expect_str_eq(as_text("a\x01\x7f\x1b"), "a   ");
	cr_expect_str_eq(as_text("\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd"),
			 "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	/* Half a character, a surrogate, an overlong form. */
	cr_expect_str_eq(as_text("\xc3"), "\xef\xbf\xbd");
	cr_expect_str_eq(as_text("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	cr_expect_str_eq(as_text("\xc0\xaf"), "\xef\xbf\xbd\xef\xbf\xbd");
	cr_expect_str_eq(as_text("\xc3\xa9\xf0\x9f\x98\x80"), "\xc3\xa9\xf0\x9f\x98\x80");
}

Test(xml, lines_are_kept)
{
	cr_expect_str_eq(as_text("a\nb"), "a\nb");
	cr_expect_str_eq(as_attribute("a\nb"), " a=\"a&#10;b\"");
}
