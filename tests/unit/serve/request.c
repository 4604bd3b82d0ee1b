/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <serve/request.h>
#include <stdio.h>
#include <string.h>

#define TOKEN "00112233445566778899aabbccddeeff"
#define OTHER "00112233445566778899aabbccddeefe"

enum { TRACES = 2 };

static struct request_target target;

/* Of the page's own browser, for what is at path. */
static struct request asked_for(const char *path)
{
	return (struct request){.method = "GET",
				.path = path,
				.host = "127.0.0.1:4711",
				.host_count = 1,
				.fetch_site = "same-origin"};
}

static unsigned judge(struct request request)
{
	memset(&target, 0xff, sizeof(target));
	return request_judge(&request, TOKEN, TRACES, &target);
}

static unsigned judge_path(const char *path)
{
	return judge(asked_for(path));
}

static unsigned judge_host(const char *host)
{
	struct request request = asked_for("/" TOKEN "/");

	request.host = host;
	return judge(request);
}

static unsigned judge_site(const char *fetch_site)
{
	struct request request = asked_for("/" TOKEN "/");

	request.fetch_site = fetch_site;
	return judge(request);
}

static unsigned judge_origin(const char *origin)
{
	struct request request = asked_for("/" TOKEN "/");

	request.origin = origin;
	return judge(request);
}

static uint32_t since_of(const char *since)
{
	struct request request = asked_for("/" TOKEN "/trace/0");

	request.since = since;
	cr_assert_eq(judge(request), 200);
	return target.since;
}

Test(request, below_the_token_are_page_session_and_traces)
{
	cr_expect_eq(judge_path("/" TOKEN "/"), 200);
	cr_expect_eq(target.what, REQUEST_PAGE);
	cr_expect_eq(judge_path("/" TOKEN "/session.json"), 200);
	cr_expect_eq(target.what, REQUEST_SESSION);
	cr_expect_eq(judge_path("/" TOKEN "/trace/1"), 200);
	cr_expect_eq(target.what, REQUEST_TRACE);
	cr_expect_eq(target.trace, 1);
}

Test(request, nothing_else_is_there)
{
	static const char *const paths[] = {
		"/" TOKEN "/trace/2",
		"/" TOKEN "/trace/",
		"/" TOKEN "/trace/00",
		"/" TOKEN "/trace/-1",
		"/" TOKEN "/trace/+1",
		"/" TOKEN "/trace/ 1",
		"/" TOKEN "/trace/1/",
		"/" TOKEN "/trace/1x",
		"/" TOKEN "/trace/4294967296",
		"/" TOKEN "/trace/18446744073709551616",
		"/" TOKEN "/session.json/",
		"/" TOKEN "/Session.json",
		"/" TOKEN "//",
		"/" TOKEN "/.",
		"/" TOKEN "/..",
		"/" TOKEN "/../" TOKEN "/",
		"/" TOKEN "/../../etc/passwd",
		"/" TOKEN "/%2e%2e/etc/passwd",
		"/" TOKEN "/trace/%31",
		"/" TOKEN "/favicon.ico",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		cr_expect_eq(judge_path(paths[i]), 404, "%s", paths[i]);
}

Test(request, without_the_token_nothing_is_given)
{
	static const char *const paths[] = {
		"",
		"/",
		"*",
		"//" TOKEN "/",
		"/session.json",
		"/favicon.ico",
		"/" OTHER "/",
		"/" OTHER "/session.json",
		"/" OTHER "/nothing",
		"/" TOKEN,
		"/" TOKEN "0/",
		"/" TOKEN "%2f",
		"/0011223344556677889900aabbccdde/",
		"/" TOKEN "?/",
		"http://127.0.0.1/" TOKEN "/",
		TOKEN "/",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		cr_expect_eq(judge_path(paths[i]), 403, "%s", paths[i]);
}

Test(request, a_token_that_differs_in_any_digit_is_another_one)
{
	char path[] = "/" TOKEN "/";

	for (size_t i = 1; i <= REQUEST_TOKEN_DIGITS; i++) {
		path[i] ^= 1;
		cr_expect_eq(judge_path(path), 403, "%s", path);
		path[i] ^= 1;
	}
	cr_expect_eq(judge_path(path), 200);
}

Test(request, upper_case_digits_are_another_token)
{
	cr_expect_eq(judge_path("/00112233445566778899AABBCCDDEEFF/"), 403);
}

Test(request, only_reading_is_possible)
{
	static const char *const methods[] = {"POST", "PUT",  "DELETE", "OPTIONS",
					      "get",  "GETS", ""};
	struct request request = asked_for("/" TOKEN "/");

	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++) {
		request.method = methods[i];
		cr_expect_eq(judge(request), 405, "%s", methods[i]);
	}
	request.method = "HEAD";
	cr_expect_eq(judge(request), 200);
}

Test(request, this_machine_is_meant_by_its_three_names_at_any_port)
{
	static const char *const hosts[] = {"127.0.0.1",    "127.0.0.1:1", "localhost",
					    "LocalHost:80", "[::1]",	   "[::1]:65535"};

	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++)
		cr_expect_eq(judge_host(hosts[i]), 200, "%s", hosts[i]);
}

Test(request, another_name_is_not_this_machine)
{
	static const char *const hosts[] = {
		"",
		"evil.example",
		"127.0.0.1.evil.example",
		"localhost.evil.example",
		"localhost.",
		"evil.example:80",
		"127.0.0.1@evil.example",
		"127.0.0.1:80@evil.example",
		"127.0.0.1:",
		"127.0.0.1:65536",
		"127.0.0.1:080",
		"127.0.0.1:80:80",
		"127.0.0.1 ",
		" 127.0.0.1",
		"127.0.0.11",
		"127.0.0.2",
		"127.1",
		"0.0.0.0",
		"0x7f.0.0.1",
		"2130706433",
		"::1",
		"[::1",
		"[::1]x",
		"[::ffff:127.0.0.1]",
		"127.0.0.1, evil.example",
		"localhost\t:80",
	};

	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++)
		cr_expect_eq(judge_host(hosts[i]), 403, "%s", hosts[i]);
	cr_expect_eq(judge_host(NULL), 403);
}

Test(request, two_hosts_are_none)
{
	struct request request = asked_for("/" TOKEN "/");

	request.host_count = 2;
	cr_expect_eq(judge(request), 403);
}

Test(request, a_page_of_another_site_gets_nothing)
{
	cr_expect_eq(judge_site("cross-site"), 403);
	cr_expect_eq(judge_site("same-site"), 403);
	cr_expect_eq(judge_site(""), 403);
	cr_expect_eq(judge_site("none, cross-site"), 403);
	cr_expect_eq(judge_site("same-origin"), 200);
	cr_expect_eq(judge_site("none"), 200);
	cr_expect_eq(judge_site(NULL), 200);
}

Test(request, a_revision_is_a_number_or_all_is_wanted)
{
	cr_expect_eq(since_of("7"), 7);
	cr_expect_eq(since_of("4294967295"), UINT32_MAX);
	cr_expect_eq(since_of(NULL), 0);
	cr_expect_eq(since_of(""), 0);
	cr_expect_eq(since_of("-1"), 0);
	cr_expect_eq(since_of("7 "), 0);
	cr_expect_eq(since_of("0x7"), 0);
	cr_expect_eq(since_of("4294967296"), 0);
	cr_expect_eq(since_of("99999999999999999999999"), 0);
}

Test(request, what_another_origin_asks_for_is_refused)
{
	cr_expect_eq(judge_origin(NULL), 200);
	cr_expect_eq(judge_origin("http://127.0.0.1:4711"), 200);
	cr_expect_eq(judge_origin("HTTP://127.0.0.1:4711"), 200);
	cr_expect_eq(judge_origin("http://evil.example"), 403);
	cr_expect_eq(judge_origin("http://127.0.0.1:4712"), 403, "another server of this machine");
	cr_expect_eq(judge_origin("https://127.0.0.1:4711"), 403);
	cr_expect_eq(judge_origin("http://127.0.0.1:4711.evil.example"), 403);
	cr_expect_eq(judge_origin("null"), 403);
	cr_expect_eq(judge_origin(""), 403);
}
