/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <pack/probing.h>
#include <pack/words.h>

#include "options.h"
#include "pack_object.h"
#include "pack_patterns.h"
#include "pack_symbols.h"
#include "pack_table.h"
#include "packs.h"
#include "say.h"

/* Each with its file and line, as compilers do. */
static void tell_errors(const char *path, int error, const struct schema_errors *errors)
{
	for (size_t i = 0; i < errors->count; i++) {
		const struct schema_error *item = &errors->items[i];

		if (item->line)
			say(NULL, "%s:%u: %s", path, item->line, item->text);
		else
			say(NULL, "%s: %s", path, item->text);
	}
	if (!errors->count)
		say(NULL, "%s: %s", path, strerror(-error));
}

static int finish(int code)
{
	return fflush(stdout) == 0 ? code : EXIT_TOOL;
}

int cmd_packs_list(const struct options *options)
{
	struct packs packs;
	int r;

	if (options->operand_count) {
		say("see 'rtctrack packs show NAME'", "packs list takes no '%s'",
		    options->operands[0]);
		return EXIT_TOOL;
	}
	r = packs_load(&packs);
	if (r < 0) {
		say(NULL, "cannot read the packs: %s", strerror(-r));
		return EXIT_TOOL;
	}
	for (size_t i = 0; i < packs.count; i++)
		pack_table_print_row(stdout, packs.items[i]);
	packs_free(&packs);
	return finish(EXIT_CLEAN);
}

/* A file's, or one that comes with this command. */
static int open_pack(const char *name, struct pack **ret_pack)
{
	struct schema_errors errors = {.count = 0};
	const char *text = packs_text(name), *near;
	char hint[96];
	int r;

	if (!text && !packs_is_path(name) && access(name, F_OK) < 0) {
		near = packs_suggest(name);
		snprintf(hint, sizeof(hint),
			 near ? "did you mean '%s'?" : "see 'rtctrack packs list'", near);
		say(hint, "there is no pack '%s'", name);
		return -ENOENT;
	}
	r = text ? pack_parse(text, strlen(text), name, ret_pack, &errors)
		 : pack_read(name, ret_pack, &errors);
	if (r < 0)
		tell_errors(name, r, &errors);
	schema_errors_clear(&errors);
	return r;
}

static int copy_file(const char *path)
{
	FILE *file = fopen(path, "re");
	int byte;

	if (!file)
		return -errno;
	while ((byte = getc(file)) != EOF)
		putchar(byte);
	fclose(file);
	return 0;
}

int cmd_packs_show(const struct options *options)
{
	const char *name = options->operands[0];
	struct pack *pack;
	int r = 0;

	if (options->operand_count != 1) {
		say("see 'rtctrack packs list'", "packs show needs the name of a pack, or a file");
		return EXIT_TOOL;
	}
	if (open_pack(name, &pack) < 0)
		return EXIT_TOOL;
	if (!options->show_yaml)
		pack_table_print(stdout, pack);
	else if (packs_text(name))
		fputs(packs_text(name), stdout);
	else
		r = copy_file(name);
	pack_free(pack);
	if (r < 0)
		say(NULL, "%s: %s", name, strerror(-r));
	return finish(r < 0 ? EXIT_TOOL : EXIT_CLEAN);
}

/* What needs a probe, since there is no symbol to wrap. */
static void tell_unwrapped(const char *path, const struct pack *pack)
{
	for (size_t i = 0; i < pack->function_count; i++)
		if (pack->functions[i].pattern.text)
			printf("%s:%u: a pattern is for probes, wrappers leave it out: %s\n", path,
			       pack->functions[i].line, pack->functions[i].pattern.text);
}

/* And what a probe cannot do: it looks, and calls nothing. */
static void tell_unprobed_acts(const char *path, const struct pack *pack,
			       const struct pack_function *function)
{
	for (size_t i = 0; i < function->act_count; i++) {
		const struct pack_act *act = &function->acts[i];
		enum pack_unprobed why = pack_act_unprobed(pack, act);

		if (why != PACK_UNPROBED_NOT && why != PACK_UNPROBED_CLASS)
			printf("%s:%u: probes leave '%s' of %s out: %s\n", path, act->line,
			       schema_words_name(&pack_words_op, act->op),
			       act->subject.class_name.text, pack_unprobed_text(why));
	}
}

static void tell_unprobed(const char *path, const struct pack *pack)
{
	for (size_t i = 0; i < pack->class_count; i++) {
		const struct pack_class *of_class = &pack->classes[i];
		enum pack_unprobed why = pack_class_unprobed(pack, of_class);

		if (why != PACK_UNPROBED_NOT)
			printf("%s:%u: probes do not follow %s: %s\n", path, of_class->line,
			       of_class->name.text, pack_unprobed_text(why));
	}
	for (size_t i = 0; i < pack->function_count; i++)
		tell_unprobed_acts(path, pack, &pack->functions[i]);
}

/* Whether the libraries that --library names have what the pack names. 0 or -errno, told. */
static int check_symbols(const char *path, const struct pack *pack,
			 const struct option_texts *libraries)
{
	struct dependency items[sizeof(libraries->items) / sizeof(libraries->items[0])];
	struct dependencies list = {.items = items, .count = libraries->count};
	struct schema_errors errors = {.count = 0};
	int r = 0;

	for (size_t i = 0; i < list.count; i++) {
		const char *slash = strrchr(libraries->items[i], '/');

		items[i].path = (char *)libraries->items[i];
		items[i].soname = (char *)(slash ? slash + 1 : libraries->items[i]);
	}
	if (list.count)
		r = pack_symbols_check(pack, &list, &errors);
	if (r == 0 && list.count)
		r = pack_patterns_check(pack, &list, &errors);
	if (r == 0 && errors.count)
		r = -ENOENT;
	if (r < 0)
		tell_errors(path, r, &errors);
	schema_errors_clear(&errors);
	return r;
}

static int check_pack(const struct options *options, const char *path)
{
	struct pack *pack;
	int r = open_pack(path, &pack);

	if (r < 0)
		return r;
	tell_unwrapped(path, pack);
	tell_unprobed(path, pack);
	r = check_symbols(path, pack, &options->libraries);
	if (r == 0)
		printf("%s: in order, %zu functions of %zu classes\n", path, pack->function_count,
		       pack->class_count);
	pack_free(pack);
	return r;
}

int cmd_packs_check(const struct options *options)
{
	int code = EXIT_CLEAN;

	if (!options->operand_count) {
		say(NULL, "packs check needs a file, or the name of a pack");
		return EXIT_TOOL;
	}
	for (size_t i = 0; i < options->operand_count; i++)
		if (check_pack(options, options->operands[i]) < 0)
			code = EXIT_TOOL;
	return finish(code);
}

/* NAME.yaml becomes libtrack-NAME.so in this folder. */
static bool name_object(const char *path, char *ret_object, size_t size)
{
	const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
	int length = (int)strlen(file);

	if (length > 5 && strcmp(file + length - 5, ".yaml") == 0)
		length -= 5;
	return (size_t)snprintf(ret_object, size, "libtrack-%.*s.so", length, file) < size;
}

int cmd_packs_build(const struct options *options)
{
	struct schema_errors errors = {.count = 0};
	const char *object = options->object_path;
	char named[300];
	int r;

	if (options->operand_count != 1 ||
	    (!object && !name_object(options->operands[0], named, sizeof(named)))) {
		say("rtctrack packs build my.yaml", "packs build needs one file");
		return EXIT_TOOL;
	}
	object = object ? object : named;
	r = pack_object_build(options->operands[0], object, &errors);
	if (r < 0)
		tell_errors(options->operands[0], r, &errors);
	else
		printf("%s\n", object);
	schema_errors_clear(&errors);
	return finish(r < 0 ? EXIT_TOOL : EXIT_CLEAN);
}
