/* SPDX-License-Identifier: Apache-2.0 */
/* What a mapped library is called. */
#include "session.inc.c"

#include <dlfcn.h>
#include <sys/wait.h>

static char place[64];	    /* a folder, in which the C library lies too */
static char path[PATH_MAX]; /* of it there, by a name that nobody asks for */
static char real[PATH_MAX]; /* where it really lies */
static const struct module_file *library;
static struct module_files files;

static void make_place(void)
{
	Dl_info info;
	session_start();
	strcpy(place, "/tmp/unit_modules_XXXXXX");
	cr_assert(not(zero(ptr, mkdtemp(place))));
	cr_assert(dladdr((void *)(uintptr_t)dlsym(RTLD_DEFAULT, "getpid"), &info));
	cr_assert(not(zero(ptr, realpath(info.dli_fname, real))));
	snprintf(path, sizeof(path), "%s/libc-9.so", place);
	cr_assert(eq(int, symlink(real, path), 0));
	cr_assert(eq(int, module_files_get(&files, path, &library), 0));
}

static void clear_place(void)
{
	char link[PATH_MAX];
	snprintf(link, sizeof(link), "%s/libc.so.6", place);
	unlink(link);
	unlink(path);
	cr_expect(eq(int, rmdir(place), 0));
	module_files_finish(&files);
	session_stop();
}

TestSuite(modules, .init = make_place, .fini = clear_place);

/* Beside it, a link of the library's own name leads there. */
static const char *link_to(const char *target)
{
	static char link[PATH_MAX];
	snprintf(link, sizeof(link), "%s/libc.so.6", place);
	cr_assert(eq(int, symlink(target, link), 0));
	return link;
}

/* The name that the loader gives it. */
static const char *named(const char *root)
{
	static char name[PATH_MAX];
	module_file_name(library, root, path + strlen(root), name);
	return name;
}

Test(modules, a_library_is_called_as_programs_ask_for_it)
{
	const char *link = link_to("libc-9.so");
	cr_assert(eq(str, (char *)library->soname, "libc.so.6"));
	cr_assert(eq(str, (char *)named(""), (char *)link));
}

Test(modules, without_a_link_of_that_name_it_is_called_as_its_file)
{
	cr_assert(eq(str, (char *)named(""), path));
}

Test(modules, a_link_to_another_file_is_not_its_name)
{
	link_to("/bin/true");
	cr_assert(eq(str, (char *)named(""), path));
}

Test(modules, below_another_root_it_is_looked_for_there)
{
	link_to("libc-9.so");
	cr_assert(eq(str, (char *)named(place), "/libc.so.6"));
}

/* From the file to the root, as the kernel tells it. */
static void send_map(const struct module_load *code)
{
	struct stat st;
	struct probe_map event = {.address = 0x7f0000000000 + (code->address & ~UINT64_C(0xfff)),
				  .offset = code->offset & ~UINT64_C(0xfff),
				  .bytes = code->file_bytes};
	int bytes = snprintf(event.path.text, sizeof(event.path.text), "libc-9.so/%s/tmp/",
			     place + strlen("/tmp/"));
	cr_assert(eq(int, stat(path, &st), 0));
	event.ino = st.st_ino;
	event.path.bytes = (uint32_t)bytes;
	event.head = HEAD(MAP, PID, 200);
	SEND(event);
}

Test(modules, what_is_mapped_is_told_by_that_name)
{
	char expected[PATH_MAX + 16];
	const struct module_load *code = library->loads;
	while (!code->runs)
		code++;
	snprintf(expected, sizeof(expected), "module:%s ", link_to("libc-9.so"));
	send_exec(100, 0, IMAGE, 0);
	send_map(code);
	send_end(900, 0, 0);
	cr_assert(not(zero(ptr, strstr(told(), expected))), "%s", record.text);
}

/* Its maps were read, and then it was over. */
static const char *told_of_gone(uint64_t inode)
{
	const struct module_load *code = library->loads;
	while (!code->runs)
		code++;
	struct mapping mapping = {.start = 0x7f0000000000,
				  .end = 0x7f0000000000 + code->file_bytes,
				  .offset = code->offset & ~UINT64_C(0xfff),
				  .told = inode,
				  .path = path,
				  .openable = "/proc/2147483632/map_files/1-2"};
	send_exec(100, 0, IMAGE, 0);
	mapped_add(session_find(session, PID), &mapping, 200);
	send_end(900, 0, 0);
	return strstr(told(), "module:");
}

Test(modules, of_who_is_gone_meanwhile_the_file_is_looked_for_by_its_path)
{
	cr_assert(not(zero(ptr, (void *)(uintptr_t)told_of_gone(library->inode))));
}

Test(modules, but_no_other_file_is_taken_for_it)
{
	cr_assert(zero(ptr, (void *)(uintptr_t)told_of_gone(library->inode + 1)));
}

/* A child that is over, and that nobody waited for: /proc tells of no code, as in the middle of an
 * exec. */
Test(modules, without_code_proc_tells_of_no_image_that_is_known)
{
	siginfo_t info;
	pid_t child = fork();
	if (!child)
		_exit(0);
	cr_assert(eq(int, waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0));
	const struct traced traced = {
		.session = session, .tgid = (uint32_t)child, .image = IMAGE, .start_code = 4096};
	traced_image = IMAGE;
	cr_expect(not(mapped_is_current(&traced)));
	waitpid(child, NULL, 0);
}
