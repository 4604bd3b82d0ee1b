/* SPDX-License-Identifier: Apache-2.0 */
#include <command.h>
#include <criterion/criterion.h>
#include <import/import.h>
#include <string.h>

Test(import, its_help_names_every_format)
{
	const char *description = command_table[COMMAND_IMPORT].description;

	for (const struct import_format *format = import_formats; format->name; format++)
		cr_expect_not_null(strstr(description, format->name), "%s", format->name);
}
