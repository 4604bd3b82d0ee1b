/* SPDX-License-Identifier: Apache-2.0 */
#include "read.inc.c"

#define FORMAT "gst-leaks"
#define HEAD(pid) "0:00:00.114311833 " pid " 0x5608 TRACE  GST_TRACER :0:: "
#define ALIVE(pid, name, address, count)                                                           \
	HEAD(pid)                                                                                  \
	"object-alive, type-name=(string)" name ", address=(gpointer)" address                     \
	", description=(string)<it>, ref-count=(uint)" count ", trace=(string)"
#define CHANGE(time, address, what, count)                                                         \
	HEAD("7")                                                                                  \
	"object-refings, ts=(guint64)" time                                                        \
	", type-name=(string)GstPad, address=(gpointer)" address ", description=(string)" what     \
	", ref-count=(uint)" count ", trace=(string)"

Test(gst_leaks, what_is_alive_is_held_where_it_was_made_and_referred_to)
{
	cr_assert_str_eq(
		told_of(FORMAT,
			ALIVE("7", "GstPad", "0x10",
			      "2") "gst_pad_new (/lib/libg.so:0x7f00)\n"
				   "keep (keep.c:3)\nmain (keep.c:9)\n;\n" CHANGE(
					   "500", "0x10", "reffed",
					   "2") "gst_object_ref "
						"(/lib/libg.so:0x7f10)\n"
						"hold (keep.c:4)\n;\n" CHANGE(
							"400", "0x10", "reffed",
							"3") "hold "
							     "(keep.c:4)\n;"
							     "\n" CHANGE("600", "0x10", "unreffed",
									 "2") "drop"
									      " ("
									      "keep"
									      ".c:"
									      "5)"
									      "\n;"
									      "\n"),
		"create 10 GstPad /lib/libg.so of 3\n"
		"retain 10 keep /lib/libg.so of 3\n"
		"retain 10 hold keep.c:4\n"
		"retain 10 hold /lib/libg.so of 2\n"
		"release 10 hold keep.c:5\n");
	cr_assert_eq(counts().held, 1);
	cr_assert_eq(counts().skipped, 0);
	cr_assert_eq(import_pid(import, 0), 7);
}

Test(gst_leaks, what_the_tracer_did_not_see_is_made_up_for_by_the_count)
{
	cr_assert_str_eq(told_of(FORMAT, ALIVE("7", "GstPad", "0x10", "3") "keep (keep.c:3)\n;\n"),
			 "create 10 GstPad keep.c:3\nretain 10 keep keep.c:3\n"
			 "retain 10\nretain 10\n");
	cr_assert_str_eq(
		told_of(FORMAT, ALIVE("7", "GstPad", "0x10", "1") "keep (keep.c:3)\n;\n" CHANGE(
					"5", "0x10", "reffed", "2") "hold (keep.c:4)\n;\n"),
		"create 10 GstPad keep.c:3\nretain 10 keep keep.c:3\n"
		"retain 10 hold keep.c:4\nrelease 10 hold\n");
	cr_assert_str_eq(
		told_of(FORMAT, ALIVE("7", "GstPad", "0x10", "1") "keep (keep.c:3)\n;\n" CHANGE(
					"5", "0x10", "unreffed", "0") "drop (keep.c:4)\n;\n"),
		"create 10 GstPad keep.c:3\nretain 10 keep keep.c:3\n");
	cr_assert_eq(counts().held, 1);
}

#define ANNOUNCED                                                                                  \
	HEAD("7")                                                                                  \
	"object-alive.class, type-name=(structure)\"value\";\n" HEAD(                              \
		"7") "new format string: object-alive, type-name=(string)%s, "                     \
		     "address=(gpointer)%p;\n"

Test(gst_leaks, a_log_in_which_nothing_was_alive_is_one)
{
	cr_assert_eq(read_text(FORMAT, ANNOUNCED), 0);
	cr_assert_eq(import_processes(import), 0);
	cr_assert_eq(counts().skipped, 2);
	cr_assert_str_eq(told_of(FORMAT, ANNOUNCED ALIVE("7", "GstPad", "0x10", "1") ";\n"),
			 "create 10 GstPad\nretain 10\n");
	cr_assert_eq(read_text(FORMAT, ANNOUNCED HEAD("7") "object-alive, of another make\n"),
		     -ENODATA);
	cr_assert_eq(read_text(FORMAT, HEAD("7") "update existing feature (leaks)\n"), -ENODATA);
}

Test(gst_leaks, the_tracers_own_frames_are_not_told)
{
	told_of(FORMAT, ALIVE("7", "GstPad", "0x10",
			      "1") "gst_debug_get_stack_trace (/lib/libgstreamer-1.0.so.0:0x1)\n"
				   "?? (/lib/gstreamer-1.0/libgstcoretracers.so:0x2)\n"
				   "keep (keep.c:3)\n;\n");
	cr_assert_str_eq(handed, "create 10 GstPad keep.c:3\nretain 10 keep keep.c:3\n");
}

Test(gst_leaks, frames_of_backtrace_symbols_are_read)
{
	struct import_site site;

	cr_assert_eq(read_text(FORMAT, ALIVE("7", "GstPad", "0x10",
					     "1") "/lib/libg.so(gst_pad_new+0x12) "
						  "[0x7f00]\n./keep(+0x1200) [0x55]\n;\n"),
		     0);
	cr_assert_eq(import_sites(import), 2);
	import_site(import, 0, &site);
	cr_assert_str_eq(site.module, "/lib/libg.so");
	cr_assert_str_eq(site.function, "gst_pad_new");
	import_site(import, 1, &site);
	cr_assert_str_eq(site.module, "./keep");
	cr_assert_str_eq(site.function, "+0x1200");
	cr_assert_null(site.file);
}

Test(gst_leaks, a_frame_names_module_or_file)
{
	struct import_site site;

	cr_assert_eq(
		read_text(FORMAT, ALIVE("7", "GstPad", "0x10",
					"1") "f(int) (/lib/a (b).so:0x7f)\nkeep (a b.c:12)\n;\n"),
		0);
	import_site(import, 0, &site);
	cr_assert_str_eq(site.function, "f(int) (/lib/a");
	import_site(import, 1, &site);
	cr_assert_str_eq(site.file, "a b.c");
	cr_assert_eq(site.line, 12);
	cr_assert_null(site.module);
}

Test(gst_leaks, a_description_may_say_anything)
{
	told_of(FORMAT,
		HEAD("7") "object-alive, type-name=(string)GstCaps, address=(gpointer)0x10, "
			  "description=(string)audio, address=(gpointer)0x99, ref-count=(uint)9, "
			  "it, "
			  "ref-count=(uint)1, trace=(string);\n");
	cr_assert_str_eq(handed, "create 10 GstCaps\nretain 10\n");
}

Test(gst_leaks, what_is_told_once_more_is_one_object)
{
	told_of(FORMAT, ALIVE("7", "GstPad", "0x10", "1") "keep (keep.c:3)\n;\n" ALIVE(
				"7", "GstPad", "0x10", "2") "keep (keep.c:3)\n;\n");
	cr_assert_eq(counts().objects, 1);
	cr_assert_eq(counts().uneven, 0);
	cr_assert_str_eq(handed, "create 10 GstPad keep.c:3\nretain 10 keep keep.c:3\nretain 10\n");
}

Test(gst_leaks, each_process_has_its_own)
{
	cr_assert_eq(
		read_text(FORMAT, ALIVE("7", "GstPad", "0x10", "1") "keep (keep.c:3)\n;\n" ALIVE(
					  "8", "GstBin", "0x10", "1") "make (keep.c:4)\n;\n"),
		0);
	cr_assert_eq(import_processes(import), 2);
	hand_on(1);
	cr_assert_eq(import_pid(import, 1), 8);
	cr_assert_str_eq(handed, "create 10 GstBin keep.c:4\nretain 10 make keep.c:4\n");
}

Test(gst_leaks, lines_of_other_things_are_counted)
{
	told_of(FORMAT,
		"a line\n?? (/lib/a.so:0x1)\n" ALIVE(
			"7", "GstPad", "0x10",
			"1") "keep "
			     "(keep.c:3)\nno "
			     "frame\n;\n;"
			     "\n" ALIVE("7", "GstPad", "0x20", "0") ";\n" ALIVE("7", "GstPad", "0x20", "99999") ";\n" ALIVE(
				     "7", "GstPad", "0x0",
				     "1") ";"
					  "\n" ALIVE("7", "GstPad", "%p", "1") ";\n" ALIVE("x", "GstPad", "0x20", "1") ";\n" CHANGE(
						  "x", "0x10", "reffed",
						  "1") ";\n" CHANGE("1", "0x10", "forgot",
								    "1") ";\n" HEAD("7") "object-"
											 "alive."
											 "class, "
											 "type-"
											 "name=("
											 "structure"
											 ")\"x\""
											 "\n" HEAD(
												 "7") "object-added, type-name=(string)GstPad, address=(gpointer)0x30;\n"
												      "0:00:00.1 7 0x5 INFO GST_PADS a.c:1: object-alive, type-name=(string)GstPad\n");
	cr_assert_str_eq(handed, "create 10 GstPad keep.c:3\nretain 10 keep keep.c:3\n");
	cr_assert_eq(counts().skipped, 14);
}

Test(gst_leaks, what_was_changed_before_it_was_told_of_is_counted)
{
	told_of(FORMAT, CHANGE("1", "0x10", "reffed", "2") "hold (keep.c:4)\n;\n");
	cr_assert_str_eq(handed, "");
	cr_assert_eq(counts().unseen, 1);
}

Test(gst_leaks, a_log_that_is_cut_anywhere_is_read)
{
	static const char log[] = ALIVE("7", "GstPad", "0x10", "2") "keep (keep.c:3)\n;\n" CHANGE(
		"1", "0x10", "reffed", "2") "./a(hold+0x4) [0x5]\n;\n";
	char text[sizeof(log)];

	for (size_t cut = 1; cut < sizeof(log); cut++) {
		int error;

		memcpy(text, log, cut);
		text[cut] = '\0';
		error = read_text(FORMAT, text);
		cr_assert(error == 0 || error == -ENODATA);
		memcpy(text, log + cut - 1, sizeof(log) - cut + 1);
		error = read_text(FORMAT, text);
		cr_assert(error == 0 || error == -ENODATA);
	}
}

Test(gst_leaks, a_deep_stack_is_cut)
{
	char text[16384] = ALIVE("7", "GstPad", "0x10", "1");

	for (unsigned i = 0; i < 100; i++)
		sprintf(text + strlen(text), "f%u (a.c:%u)\n", i, i);
	strcat(text, ";\n");
	told_of(FORMAT, text);
	cr_assert_str_eq(handed, "create 10 GstPad a.c:0 of 64\nretain 10 f0 a.c:0 of 64\n");
	cr_assert_eq(counts().skipped, 0);
}

Test(gst_leaks, a_real_log_is_read)
{
	cr_assert_eq(read_sample(FORMAT, "leaks.log"), 0);
	cr_assert_eq(counts().held, 4);
	cr_assert_eq(counts().skipped, 14);
	hand_on(0);
	cr_assert_eq(import_pid(import, 0), 21549);
	cr_assert_not_null(strstr(handed, "create 563ffcae2f20 GstFakeSink "));
	cr_assert_not_null(strstr(handed, "release 563ffcae2f20 main "));
}

Test(gst_leaks, a_real_log_with_plain_stacks_is_read)
{
	cr_assert_eq(read_sample(FORMAT, "leaks_fast.log"), 0);
	cr_assert_eq(counts().held, 3);
	cr_assert_eq(counts().skipped, 0);
}
