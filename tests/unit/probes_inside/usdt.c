/* SPDX-License-Identifier: Apache-2.0 */
#include "../symbol/sample.inc.c"

#include <errno.h>
#include <usdt.h>

#define INCLUDE "-I" TEST_SOURCE_DIR "/../libtrack/include"
/* clang-format off */
#define SAMPLE                                                                                     \
	"#include <track/track.h>\\n"                                                              \
	"int main(void)\\n{\\n"                                                                    \
	"	int a = 0;\\n"                                                                     \
	"	track_retain(&a, \"tag\", track_object(&a));\\n"                                   \
	"	track_release(&a, \"tag\", track_object(&a));\\n"                                  \
	"	return a;\\n}\\n"
/* clang-format on */

static struct unwinder *unwinder;
static struct usdt_probe *probes;
static size_t count;

static void start(void)
{
	begin();
	cr_assert_eq(unwinder_create(&unwinder), 0);
	shell("printf '%s' >source.c", SAMPLE);
}

static void stop(void)
{
	free(probes);
	unwinder_destroy(unwinder);
	end();
}

static const struct usdt_probe *probe_named(const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(probes[i].name, name) == 0)
			return &probes[i];
	return NULL;
}

static void read_probes(void)
{
	free(probes);
	probes = NULL;
	cr_assert_eq(usdt_read("program", unwinder, &probes, &count), 0);
}

static void expect_nop(const struct usdt_probe *probe)
{
	static const unsigned char nop[] = {0x0f, 0x1f, 0x44, 0x00, 0x00};
	unsigned char found[sizeof(nop)];
	FILE *file = fopen("program", "re");

	cr_assert_eq(fseek(file, (long)probe->offset, SEEK_SET), 0);
	cr_assert_eq(fread(found, sizeof(found), 1, file), 1);
	cr_expect_eq(memcmp(found, nop, sizeof(nop)), 0);
	fclose(file);
}

TestSuite(usdt, .init = start, .fini = stop);

Test(usdt, those_of_track_h)
{
	static const char *const flags[] = {"-O2", "-O2 -no-pie", "-O2 -static-pie", "-O0",
					    "-O2 -fno-omit-frame-pointer"};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		shell("cc %s %s source.c -o program", INCLUDE, flags[i]);
		read_probes();
		const struct usdt_probe *retain = probe_named("retain");
		cr_assert_not_null(retain, "%s", flags[i]);
		expect_nop(retain);
		cr_assert_not_null(probe_named("release"));
		if (strcmp(flags[i], "-O2") == 0)
			cr_expect_geq(retain->cfa_offset, 8);
	}
}

Test(usdt, a_frame_of_unknown_size_is_told_so)
{
	shell("cc %s -O0 source.c -o program", INCLUDE);
	read_probes();
	cr_assert_not_null(probe_named("retain"));
	cr_expect_eq(probe_named("retain")->cfa_offset, 0, "it goes by the frame pointer");
}

/* The address in the note and the place of the base moved apart, as prelinking does. */
Test(usdt, a_moved_base_is_made_up_for)
{
	shell("cc %s -O2 -no-pie source.c -o program", INCLUDE);
	read_probes();
	cr_assert_gt(count, 0);
	uint64_t before = probes[0].offset;
	shell("objcopy --dump-section .note.stapsdt=notes program");
	shell("python3 - <<'END'\n"
	      "import struct\n"
	      "d = bytearray(open('notes', 'rb').read())\n"
	      "at = 0\n"
	      "while at < len(d):\n"
	      "    n, s, t = struct.unpack_from('<III', d, at)\n"
	      "    body = at + 12 + (n + 3 & ~3)\n"
	      "    pc, base = struct.unpack_from('<QQ', d, body)\n"
	      "    struct.pack_into('<QQ', d, body, pc + 0x5000, base + 0x5000)\n"
	      "    at = body + (s + 3 & ~3)\n"
	      "open('notes', 'wb').write(d)\nEND");
	shell("objcopy --update-section .note.stapsdt=notes program");
	read_probes();
	cr_assert_gt(count, 0);
	cr_expect_eq(probes[0].offset, before);
}

/* As <sys/sdt.h> writes them. */
Test(usdt, those_of_others_are_left_out)
{
	shell("cat >source.c <<'END'\n"
	      "#include <sys/sdt.h>\n"
	      "int main(int n, char **v) { DTRACE_PROBE1(track, retain, n);\n"
	      "DTRACE_PROBE1(other, retain, v); return 0; }\nEND");
	shell("cc -O2 source.c -o program");
	read_probes();
	cr_expect_eq(count, 0);
}

/* Another instruction, another provider, other arguments. */
Test(usdt, what_is_nearly_as_track_h_writes_it_is_left_out)
{
	static const char *const changes[] = {
		"s/0x0f, 0x1f, 0x44, 0x00, 0x00/0x90, 0x90, 0x90, 0x90, 0x90/",
		"s/\"track/\"other/",
		"s/8@%%r8/8@%%r9/",
	};

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		shell("sed '%s' " TEST_SOURCE_DIR "/../libtrack/include/track/track.h >track.h && "
		      "printf '%s' | sed 's,<track/,<,' >source.c && cc -I. -O2 source.c -o "
		      "program",
		      changes[i], SAMPLE);
		read_probes();
		cr_expect_eq(count, 0, "%s", changes[i]);
	}
}

Test(usdt, what_is_no_program_is_refused)
{
	cr_expect_eq(usdt_read("nowhere", unwinder, &probes, &count), -ENOENT);
	cr_expect_eq(usdt_read("source.c", unwinder, &probes, &count), -ENOEXEC);
	cr_expect_eq(usdt_read("/lib/x86_64-linux-gnu/libm.so.6", unwinder, &probes, &count), 0);
	cr_expect_eq(count, 0);
}
