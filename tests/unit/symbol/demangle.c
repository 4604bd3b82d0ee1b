/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../libtrack/symbol/demangle.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void expect(const char *symbol, const char *expected)
{
	char *name = demangle_symbol(symbol);

	cr_assert_not_null(name);
	cr_expect_str_eq(name, expected);
	free(name);
}

Test(demangle, a_c_name_stays)
{
	expect("main", "main");
	expect("_start", "_start");
	expect("_Z", "_Z");
}

Test(demangle, cplusplus_loses_its_parameters)
{
	expect("_ZN3rtc6Thread4StopEv", "rtc::Thread::Stop");
	expect("_ZNSt6vectorIiSaIiEE9push_backERKi",
	       "std::vector<int, std::allocator<int> >::push_back");
	expect("_ZN3ice5closeEPKci", "ice::close");
	expect("_ZZ4mainENKUliE_clEi", "main::{lambda(int)#1}::operator()");
}

static void expect_clone(const char *symbol, const char *suffix)
{
	const char *clone = demangle_clone(symbol);

	if (suffix == NULL)
		cr_expect_null(clone, "%s", symbol);
	else
		cr_expect(clone != NULL && strcmp(clone, suffix) == 0, "%s: %s", symbol, suffix);
}

Test(demangle, what_the_compiler_split_off_is_told_from_the_whole)
{
	expect_clone("agent_close.part.0", ".part.0");
	expect_clone("f.constprop.0.cold", ".constprop.0.cold");
	expect_clone("agent_close", NULL);
	expect_clone("read@GLIBC_2.2.5", NULL);
	expect_clone("core..cold..main", NULL);
}

Test(demangle, legacy_rust_loses_its_hash)
{
	expect("_ZN4core3fmt9Formatter3pad17h0123456789abcdefE", "core::fmt::Formatter::pad");
	expect("_ZN61_$LT$webrtc..peer..Agent$u20$as$u20$core..ops..drop..Drop$GT$"
	       "4drop17h0123456789abcdefE",
	       "<webrtc::peer::Agent as core::ops::drop::Drop>::drop");
}

Test(demangle, rust_v0_is_understood)
{
	expect("_RNvCs15kBYyAo9fc_7mycrate7example", "mycrate::example");
	expect("_RNvMs0_NtCs15kBYyAo9fc_7mycrate3iceNtB5_5Agent5close",
	       "<mycrate::ice::Agent>::close");
}

Test(demangle, clones_share_the_name_of_their_function)
{
	expect("agent_close.part.0", "agent_close");
	expect("agent_close.isra.0.cold", "agent_close");
	expect("agent_close.constprop.12", "agent_close");
	expect("_ZN3rtc6Thread4StopEv.cold", "rtc::Thread::Stop");
	expect("_ZN4core3fmt5write17h0123456789abcdefE.llvm.123456", "core::fmt::write");
	expect("_RNvCs15kBYyAo9fc_7mycrate7example.llvm.42", "mycrate::example");
}

Test(demangle, other_dots_stay)
{
	expect("main.main", "main.main");
	expect("net/http.(*conn).serve", "net/http.(*conn).serve");
	expect(".part.0", ".part.0");
	expect("agent.colder", "agent.colder");
	expect("agent.part.one", "agent.part.one");
	expect("_ZN35_$LT$a..T$u20$as$u20$b..cold..C$GT$4drop17h0123456789abcdefE",
	       "<a::T as b::cold::C>::drop");
}

Test(demangle, a_version_is_dropped)
{
	expect("memcpy@@GLIBC_2.14", "memcpy");
	expect("realpath@GLIBC_2.2.5", "realpath");
}

Test(demangle, a_broken_name_stays_and_is_clean)
{
	expect("_ZN3rtc6Thr", "_ZN3rtc6Thr");
	expect("bad\n\xff", "bad \xef\xbf\xbd");
}

Test(demangle, an_empty_name_is_none)
{
	cr_expect_null(demangle_symbol(""));
}

Test(demangle, an_endless_name_is_cut)
{
	size_t size = 1 << 20;
	char *symbol = malloc(size);

	cr_assert_not_null(symbol);
	memset(symbol, 'a', size - 1);
	symbol[size - 1] = '\0';
	char *name = demangle_symbol(symbol);
	cr_assert_not_null(name);
	cr_expect_lt(strlen(name), 100000);
	free(name);
	free(symbol);
}

/* Each level has the one below twice: 2 to the power of 40 times "int". */
static void write_doubled(char *name, size_t room, int levels)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t used = (size_t)snprintf(name, room, "_Z1f1PI");

	for (int i = 0; i < levels; i++)
		used += (size_t)snprintf(name + used, room - used, "S_I");
	used += (size_t)snprintf(name + used, room - used, "iiE");
	for (int i = 0; i < levels; i++)
		used += i < 36 ? (size_t)snprintf(name + used, room - used, "S%c_E", digits[i])
			       : (size_t)snprintf(name + used, room - used, "S1%c_E",
						  digits[i - 36]);
}

Test(demangle, a_name_that_stands_for_gigabytes_stays, .timeout = 10)
{
	char name[512];

	write_doubled(name, sizeof(name), 3);
	char *whole = demangle_whole(name);
	cr_expect_not_null(whole);
	free(whole);
	write_doubled(name, sizeof(name), 40);
	expect(name, "f");
	cr_expect_null(demangle_whole(name));
}

Test(demangle, with_parameters)
{
	char *name = demangle_whole("_ZN3rtc6Thread4StopEv");

	cr_expect_str_eq(name, "rtc::Thread::Stop()");
	free(name);
	cr_expect_null(demangle_whole("main"));
}
