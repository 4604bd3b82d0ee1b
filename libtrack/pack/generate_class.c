/* SPDX-License-Identifier: Apache-2.0 */
#include "generate_class.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "generate_place.h"

const char *generate_class_name(const struct pack *pack, const struct pack_class *class,
				char ret_name[GENERATE_NAME])
{
	bool is_exact = true;
	char *at = ret_name;

	for (const char *from = class->name.text; *from && at < ret_name + GENERATE_NAME - 16;
	     from++) {
		bool fits = isalnum((unsigned char)*from) || *from == '_';

		is_exact = is_exact && fits;
		*at++ = fits ? *from : '_';
	}
	*at = '\0';
	if (!is_exact || class->name.text[at - ret_name])
		snprintf(at, 16, "_%u", (unsigned)(class - pack->classes) & 0xffff);
	return ret_name;
}

static void put_notice_function(FILE *out, const struct pack_class *class, const char *name)
{
	const struct pack_place *place = &class->notice.subject;
	const struct scene scene = {.kind = SCENE_NOTICE};
	const char *kind = generate_kind(class->kind);

	fprintf(out,
		"\n/* The library says that one of class %s dies. */\n"
		"static void notice_%s(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, "
		"uint64_t a4,\n\t\t\tuint64_t a5)\n{\n"
		"\tconst uint64_t subject = ",
		class->name.text, name);
	generate_place(out, &scene, place, true);
	fputs(";\n\n\t(void)a0, (void)a1, (void)a2, (void)a3, (void)a4, (void)a5;\n\tif (!(", out);
	generate_subject_tests(out, &scene, place, "subject");
	fputs("))\n\t\treturn;\n", out);
	if (class->kind == TRACK_KIND_SCOPE)
		fprintf(out,
			"\ttell(TRACK_OP_CLOSE, %s, subject, 0, NULL);\n"
			"\ttell(TRACK_OP_CLOSE, %s, subject, TRACK_RETURNED, NULL);\n",
			kind, kind);
	fprintf(out, "\ttell(TRACK_OP_DESTROY, %s, subject, 0, NULL);\n}\n", kind);
}

/* As the library's function takes them: its type, or the values. */
static void put_notice_args(FILE *out, const struct pack_notice *notice, const char *name,
			    bool values)
{
	for (size_t i = 0; i < notice->arg_count; i++) {
		const struct pack_notice_arg *arg = &notice->args[i];

		fputs(i ? ", " : "", out);
		if (!values)
			fputs("uint64_t", out);
		else if (arg->what == PACK_NOTICE_NUMBER)
			fprintf(out, "(uint64_t)INT64_C(%" PRId64 ")", arg->number);
		else if (arg->what == PACK_NOTICE_SUBJECT)
			fputs("subject", out);
		else
			fprintf(out, "(uintptr_t)notice_%s", name);
	}
}

/* How we ask for notices: of each that was born, or once before the first. */
static void put_notice_call(FILE *out, const struct pack_class *class, const char *name)
{
	const struct pack_notice *notice = &class->notice;

	fprintf(out, "\nstatic inline void ask_%s(const void *caller%s)\n{\n", name,
		notice->once ? "" : ", uint64_t subject");
	if (notice->once)
		fputs("\tstatic uint32_t asked;\n", out);
	fputs("\tvoid (*call)(", out);
	put_notice_args(out, notice, name, false);
	fprintf(out,
		") = track_pack_real(&called[CALLED_%s], caller);\n"
		"\tint saved = errno;\n\n\tif (call%s)\n\t\tcall(",
		notice->call.text,
		notice->once ? " && !__atomic_exchange_n(&asked, 1, __ATOMIC_RELAXED)" : "");
	put_notice_args(out, notice, name, true);
	fputs(");\n\terrno = saved;\n}\n", out);
}

static void put_birth(FILE *out, const struct pack_class *class, const char *name)
{
	bool is_scope = class->kind == TRACK_KIND_SCOPE;
	const char *kind = generate_kind(class->kind);

	fprintf(out,
		"\nstatic inline void born_%s(const void *caller, uint64_t subject)\n{\n"
		"\tuint64_t traits = ",
		name);
	generate_traits(out, class->traits);
	fputs(";\n\tconst char *name = ", out);
	generate_string(out, class->name.text);
	fputs(";\n", out);
	if (class->named_by.text)
		fprintf(out,
			"\tuint64_t answer;\n\n"
			"\tif (ask(&called[CALLED_%s], caller, subject, &answer) && answer)\n"
			"\t\tname = (const char *)(uintptr_t)answer;\n",
			class->named_by.text);
	else
		fputs("\n\t(void)caller;\n", out);
	if (class->counter.line)
		fprintf(out,
			"\tcounter_look(&counter_%s, subject);\n"
			"\tif (!counter_is_known(&counter_%s))\n"
			"\t\ttraits |= TRACK_ENDS_AT_ZERO;\n",
			name, name);
	fprintf(out, "\ttell(TRACK_OP_%s, %s, subject, traits, name);\n",
		is_scope ? "OPEN" : "CREATE", kind);
	if (class->kind == TRACK_KIND_OBJECT)
		fprintf(out, "\ttell(TRACK_OP_RETAIN, %s, subject, 0, \"reference\");\n", kind);
	if (class->notice.line && !class->notice.once)
		fprintf(out, "\task_%s(caller, subject);\n", name);
	fputs("}\n", out);
}

/* True: its end must be told to libtrack.so. */
static void put_release(FILE *out, const struct pack_class *class, const char *name)
{
	const char *kind = generate_kind(class->kind);

	fprintf(out,
		"\nstatic inline bool release_%s(uint64_t subject, enum track_kind holder_kind, "
		"uint64_t "
		"holder,\n\t\t\tconst char *tag)\n{\n"
		"\tbool is_counted = counter_is_known(&counter_%s);\n\n"
		"\tif (is_counted && is_last(&counter_%s, subject))\n"
		"\t\ttell(TRACK_OP_DESTROY, %s, subject, 0, NULL);\n"
		"\telse\n"
		"\t\ttell_with(TRACK_OP_RELEASE, %s, subject, holder_kind, holder, tag);\n"
		"\treturn is_counted;\n}\n",
		name, name, name, kind, kind);
}

void generate_class(FILE *out, const struct pack *pack, const struct pack_class *class)
{
	char name[GENERATE_NAME];

	generate_class_name(pack, class, name);
	if (class->counter.line)
		fprintf(out, "\nstatic struct counter counter_%s = {.offset = %u, .bits = %u};\n",
			name, class->counter.at.value, class->counter.bits.value);
	if (class->notice.line) {
		put_notice_function(out, class, name);
		put_notice_call(out, class, name);
	}
	if (class->kind == TRACK_KIND_OBJECT || class->kind == TRACK_KIND_TASK ||
	    class->kind == TRACK_KIND_SCOPE)
		put_birth(out, class, name);
	if (class->counter.line && !class->notice.line)
		put_release(out, class, name);
}
