/* SPDX-License-Identifier: Apache-2.0 */
#include "source_url.h"

#include <criterion/criterion.h>

Test(source_url, links_to_web_servers_and_editors_are_usable)
{
	static const char *const templates[] = {
		"https://github.com/o/r/blob/main/{file}#L{line}",
		"http://localhost:8080/src/{file}?line={line}",
		"https://example.org/?f={file}",
		"https://example.org#{file}",
		"vscode://file/home/me/src/{file}:{line}",
		"idea://open?file=/src/{file}&line={line}",
		"file:///src/{file}",
	};

	for (size_t i = 0; i < sizeof(templates) / sizeof(*templates); i++)
		cr_expect(source_url_is_usable(templates[i]), "%s", templates[i]);
}

Test(source_url, what_runs_code_is_none)
{
	static const char *const templates[] = {
		"javascript:alert('{file}')",
		"javascript://x/{file}",
		"JavaScript://x/{file}",
		"data:text/html,{file}",
		"data://x/{file}",
		"blob:https://x/{file}",
		"vbscript://x/{file}",
		" https://x/{file}",
		"view-source:https://x/{file}",
		"ms-settings://x/{file}",
		"",
		"{file}",
		"//example.org/{file}",
		"https:example.org/{file}",
	};

	for (size_t i = 0; i < sizeof(templates) / sizeof(*templates); i++)
		cr_expect_not(source_url_is_usable(templates[i]), "%s", templates[i]);
}

Test(source_url, a_file_does_not_choose_the_host)
{
	cr_expect_not(source_url_is_usable("https://{file}/{line}"));
	cr_expect_not(source_url_is_usable("https://example.org{file}"));
	cr_expect_not(source_url_is_usable("https://example.org:{line}/{file}"));
	cr_expect(source_url_is_usable("https://example.org/{file}"));
}

Test(source_url, it_has_a_file_and_no_place_that_nobody_fills)
{
	cr_expect_not(source_url_is_usable("https://example.org/main"));
	cr_expect_not(source_url_is_usable("https://example.org/#L{line}"));
	cr_expect_not(source_url_is_usable("https://example.org/{file}@{commit}"));
	cr_expect_not(source_url_is_usable("https://example.org/{file"));
	cr_expect_not(source_url_is_usable("https://example.org/{file}}"));
	cr_expect_not(source_url_is_usable("https://example.org/{file}/{"));
}

Test(source_url, characters_that_no_link_has_are_refused)
{
	cr_expect_not(source_url_is_usable("https://example.org/a b/{file}"));
	cr_expect_not(source_url_is_usable("https://example.org/\"{file}"));
	cr_expect_not(source_url_is_usable("https://example.org/<{file}"));
	cr_expect_not(source_url_is_usable("https://example.org/\n{file}"));
	cr_expect_not(source_url_is_usable("https://example.org/\x7f{file}"));
	cr_expect_not(source_url_is_usable("https://example.org/\xc3\xa4/{file}"));
	cr_expect_not(source_url_is_usable("https://example.org\\@example.com/{file}"));
}
