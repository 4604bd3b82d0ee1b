/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a stack blames where code was made at run time. */
#include "script.inc.c"

TestSuite(culprit, .init = play_begin, .fini = play_close);

static const char culprit_sql[] =
	"SELECT culprit_function || ' ' || culprit_file || ' ' || culprit_line FROM finding";

enum { INNER = 0x10, OUTER = 0x20 };

/* Two frames in the map of a process, and what they are called; NULL: unknown. */
static void judge_frames(const char *path, const char *const functions[2],
			 const char *const files[2])
{
	int64_t location;

	play_stack(0x77);
	fd_open(5, 0x77);
	play_finish();
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(
			trace_location(play.trace, path, "", i == 0 ? INNER : OUTER, &location), 0);
		cr_assert_eq(trace_add_stack_frame(play.trace, 1, i, location), 0);
		if (functions[i] != NULL)
			cr_assert_eq(trace_add_frame(play.trace, location, 0, functions[i],
						     files[i], 12),
				     0);
	}
	cr_assert_eq(analyze_findings(play.trace), 0);
}

static void judge_map(const char *inner, const char *inner_file, const char *outer,
		      const char *outer_file)
{
	const char *const functions[] = {inner, outer}, *const files[] = {inner_file, outer_file};

	judge_frames("/tmp/perf-100.map", functions, files);
}

Test(culprit, a_function_made_at_run_time_can_be_to_blame)
{
	judge_map("connect", "/srv/app.js", "main", "/srv/app.js");
	expect(culprit_sql, "connect /srv/app.js 12");
}

Test(culprit, what_belongs_to_node_is_not_to_blame)
{
	judge_map("bind", "node:dgram", "gather", "/srv/app.js");
	expect(culprit_sql, "gather /srv/app.js 12");
}

Test(culprit, what_belongs_to_the_engine_is_not_to_blame)
{
	judge_map("Builtin:CallFunction", "", "gather", "/srv/app.js");
	expect(culprit_sql, "gather /srv/app.js 12");
}

Test(culprit, code_that_the_map_has_no_name_for_is_not_to_blame)
{
	judge_map(NULL, NULL, "gather", "/srv/app.js");
	expect(culprit_sql, "gather /srv/app.js 12");
}

/* A library's frame, and one of the program around it, with a function's name each. */
static void judge_library(const char *inner, const char *outer)
{
	const uint64_t addresses[] = {0x7010, 0x7020, 0x5010};

	cr_assert_eq(trace_add_packed(play.trace, "libevents.so*"), 0);
	play_module("/usr/lib/libevents.so.1", 0x7000, 0x8000);
	play_module("/opt/bin/program", 0x5000, 0x6000);
	cr_assert_eq(play.sink->stack(play.sink->ctx, 0, 0x77, ++play.now_ns, addresses, 3), 0);
	fd_open(5, 0x77);
	play_finish();
	cr_assert_eq(analyze_places(play.trace, NULL), 0);
	name_place("/usr/lib/libevents.so.1", 0x10, inner);
	name_place("/usr/lib/libevents.so.1", 0x20, outer);
	name_place("/opt/bin/program", 0x10, "main");
	cr_assert_eq(analyze_findings(play.trace), 0);
}

Test(culprit, who_runs_a_main_loop_is_not_to_blame_for_what_a_library_does_in_it)
{
	judge_library("accept_next", "g_main_loop_run");
	expect("SELECT culprit_function FROM finding", "accept_next");
}

Test(culprit, who_calls_another_function_of_it_is)
{
	judge_library("accept_next", "accept_all");
	expect("SELECT culprit_function FROM finding", "main");
}

/* The pid in the map's name must not make another finding of it. */
static const char *fingerprint_in(const char *path)
{
	const char *const functions[] = {"connect", "main"};
	const char *const files[] = {"/srv/app.js", "/srv/app.js"};

	judge_frames(path, functions, files);
	return ask("SELECT fingerprint FROM finding");
}

Test(culprit, the_fingerprint_does_not_depend_on_the_pid_in_a_maps_name)
{
	const char *first = fingerprint_in("/tmp/perf-100.map");

	play_close();
	play_begin();
	cr_expect_str_eq(first, fingerprint_in("/tmp/perf-200.map"));
	play_close();
	play_begin();
	cr_expect_str_neq(first, fingerprint_in("/opt/program"));
}

/* Who keeps a copy of the header, and who has it in a folder of its name: the same finding. */
static const char *finding_with(const char *header)
{
	const char *const functions[] = {"track_retain", "connect"};
	const char *const files[] = {header, "/src/app.c"};

	judge_frames("/opt/program", functions, files);
	expect(culprit_sql, "connect /src/app.c 12");
	return ask("SELECT fingerprint FROM finding");
}

Test(culprit, a_copy_of_the_annotations_header_is_not_to_blame)
{
	const char *first = finding_with("/usr/include/track/track.h");

	play_close();
	play_begin();
	cr_expect_str_eq(first, finding_with("/src/vendor/track.h"));
}

Test(culprit, where_all_is_plumbing_the_innermost_is_to_blame_and_not_the_start)
{
	const char *const functions[] = {"list_add", "_start"};
	const char *const files[] = {"/src/list.c", "../start.S"};

	cr_assert_eq(trace_add_plumbing(play.trace, "/src/list.c"), 0);
	judge_frames("/opt/program", functions, files);
	expect(culprit_sql, "list_add /src/list.c 12");
}

/* Where the compiler was called in a folder of its own. */
Test(culprit, plumbing_that_is_named_from_the_build_folder_is_known_by_its_whole_path)
{
	const char *const functions[] = {"list_add", "open_all"};
	const char *const files[] = {"/work/src/list.c", "/work/src/blist.c"};

	cr_assert_eq(trace_add_plumbing(play.trace, "../../src/list.c"), 0);
	judge_frames("/opt/program", functions, files);
	expect(culprit_sql, "open_all /work/src/blist.c 12");
}

Test(culprit, the_start_is_to_blame_where_nothing_else_is_the_programs)
{
	const char *const functions[] = {"std::thread::thread", "_start"};
	const char *const files[] = {"/usr/include/c++/12/thread", "../start.S"};

	judge_frames("/opt/program", functions, files);
	expect(culprit_sql, "_start ../start.S 12");
}

static void judge_static(const char *inner)
{
	const char *const functions[] = {inner, "gather"}, *const files[] = {NULL, "/src/peer.c"};

	judge_frames("/opt/bin/program", functions, files);
	expect("SELECT culprit_function FROM finding", "gather");
}

/* clang-format off */
#define IS_LINKED_IN(test, function) Test(culprit, test) { judge_static(function); }
IS_LINKED_IN(a_call_that_is_linked_in_is_not_to_blame, "socket")
IS_LINKED_IN(nor_by_its_inner_name, "__socket")
IS_LINKED_IN(nor_as_the_library_calls_it_itself, "__libc_accept4")
IS_LINKED_IN(nor_where_it_waits_inside, "__lll_lock_wait")
IS_LINKED_IN(nor_under_the_name_that_its_versions_have, "___pthread_mutex_lock")
IS_LINKED_IN(nor_for_large_files, "__open64_nocancel")
IS_LINKED_IN(nor_a_version_of_it, "__pthread_create_2_1")
IS_LINKED_IN(nor_a_thread_of_the_library, "__clone3")
IS_LINKED_IN(nor_the_runtime_of_go, "runtime.netpollopen")
IS_LINKED_IN(nor_its_inner_runtime, "runtime/internal/syscall.Syscall6")
IS_LINKED_IN(nor_its_network, "net.(*sysDialer).dialUDP")
IS_LINKED_IN(nor_what_is_below_it, "net/http.(*Transport).dialConn")
IS_LINKED_IN(nor_the_core_of_rust, "core::ops::function::FnMut::call_mut")
IS_LINKED_IN(nor_its_boxes, "alloc::boxed::Box<T>::new")
IS_LINKED_IN(nor_its_sockets, "std::net::udp::UdpSocket::bind")
IS_LINKED_IN(nor_what_they_are_asked_for, "<std::net::udp::UdpSocket as std::os::fd::owned::AsFd>::as_fd")
IS_LINKED_IN(nor_what_any_type_has, "<F as core::ops::function::FnOnce<A>>::call_once")

/* Of a like name, but the program's own. */
static void judge_own(const char *inner)
{
	const char *const functions[] = {inner, "gather"}, *const files[] = {NULL, "/src/peer.c"};

	judge_frames("/opt/bin/program", functions, files);
	expect("SELECT culprit_function FROM finding", inner);
}

#define IS_OWN(test, function) Test(culprit, test) { judge_own(function); }
IS_OWN(a_package_called_network_is_to_blame, "network.Dial")
IS_OWN(a_package_in_a_folder_called_net_is, "github.com/pion/transport/v2/net.Listen")
IS_OWN(a_crate_called_core_x_is, "core_x::ops::open")
IS_OWN(a_namespace_called_core_is, "core::Session::open")
IS_OWN(a_namespace_called_alloc_is, "alloc::Pool::take")
IS_OWN(what_a_crate_does_for_a_trait_of_rusts_is, "<relay::Peer as core::ops::drop::Drop>::drop")
/* clang-format on */

Test(culprit, the_source_of_rusts_library_is_not_to_blame)
{
	const char *const functions[] = {"forget<T>", "gather"};
	const char *const files[] = {"/usr/src/rustc-1.63.0/library/core/src/mem/mod.rs",
				     "/src/peer.rs"};

	judge_frames("/opt/bin/program", functions, files);
	expect("SELECT culprit_function FROM finding", "gather");
}

Test(culprit, a_function_of_a_like_name_is_to_blame)
{
	const char *const functions[] = {"__socket_of_mine", "gather"};
	const char *const files[] = {NULL, "/src/peer.c"};

	judge_frames("/opt/bin/program", functions, files);
	expect("SELECT culprit_function FROM finding", "__socket_of_mine");
}

Test(culprit, a_function_of_the_same_name_with_a_source_is_to_blame)
{
	const char *const functions[] = {"socket", "gather"};
	const char *const files[] = {"/src/net.c", "/src/peer.c"};

	judge_frames("/opt/bin/program", functions, files);
	expect("SELECT culprit_function FROM finding", "socket");
}

Test(culprit, threads_of_go_last_as_long_as_the_process)
{
	const char *const functions[] = {"runtime.newosproc", "runtime.newm1"};
	const char *const files[] = {"", ""};

	judge_frames("/opt/bin/program", functions, files);
	expect_no_findings();
	expect_note("lifelong", "1");
}
