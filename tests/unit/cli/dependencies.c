/* SPDX-License-Identifier: Apache-2.0 */
/* The libraries that a program is loaded with. */
#include <dependencies.h>

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

static const struct dependency *find(const struct dependencies *list, const char *soname)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->items[i].soname, soname))
			return &list->items[i];
	return NULL;
}

Test(dependencies, each_line_of_the_loader_is_one)
{
	struct dependencies list;

	cr_assert_eq(dependencies_parse("\tlinux-vdso.so.1 (0x00007ffe)\n"
					"\tlibssl.so.3 => /lib/x (y)/libssl.so.3 (0x00007f02)\n"
					"\tlibnear.so => ./near/libnear.so (0x00007f04)\n"
					"\tlibgone.so => not found\n"
					"\t/lib64/ld-linux-x86-64.so.2 (0x00007f03)\n",
					&list),
		     0);
	cr_assert_eq(list.count, 3);
	cr_assert_str_eq(find(&list, "libssl.so.3")->path, "/lib/x (y)/libssl.so.3");
	cr_assert_str_eq(find(&list, "libnear.so")->path, "./near/libnear.so");
	cr_assert_str_eq(find(&list, "libgone.so")->path, "");
	dependencies_free(&list);
}

Test(dependencies, whatever_it_says_is_survived)
{
	static const char *const texts[] = {"",	      "\n\n",	" => ",	   "=>",       "a => ",
					    "a => (", "a => /", "a => /(", " => /b (", "a => /b"};
	struct dependencies list;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		cr_assert_eq(dependencies_parse(texts[i], &list), 0);
		cr_assert_leq(list.count, 1);
		dependencies_free(&list);
	}
}

Test(dependencies, a_program_is_listed_by_its_loader)
{
	struct dependencies list;

	cr_assert_eq(dependencies_list("/lib64/ld-linux-x86-64.so.2", "/bin/sh", &list), 0);
	cr_assert_not_null(find(&list, "libc.so.6"));
	cr_assert_eq(find(&list, "libc.so.6")->path[0], '/');
	dependencies_free(&list);
}

Test(dependencies, a_loader_that_is_none_is_an_error)
{
	struct dependencies list;

	cr_assert_eq(dependencies_list("/nowhere/ld.so", "/bin/sh", &list), -ENOENT);
	cr_assert_eq(dependencies_list("/lib64/ld-linux-x86-64.so.2", "-x/y", &list), -EINVAL);
}
