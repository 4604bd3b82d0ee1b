/* SPDX-License-Identifier: Apache-2.0 */
#include "generate_callback.h"

#include <string.h>

#include "generate_place.h"

static bool is_same_term(const struct pack_term *a, const struct pack_term *b)
{
	return a->root == b->root && a->number == b->number && a->is_int == b->is_int &&
	       a->step_count == b->step_count && memcmp(a->steps, b->steps, sizeof(a->steps)) == 0;
}

static bool is_same_place(const struct pack_place *a, const struct pack_place *b)
{
	if (a->term_count != b->term_count)
		return false;
	for (unsigned i = 0; i < a->term_count; i++)
		if (!is_same_term(&a->terms[i], &b->terms[i]))
			return false;
	return true;
}

static bool is_same_callback(const struct pack_act *a, const struct pack_act *b)
{
	return a->subject.kind == b->subject.kind && a->stack_bytes.value == b->stack_bytes.value &&
	       a->over == b->over && a->fires == b->fires && is_same_place(&a->found, &b->found);
}

static bool is_same_notify(const struct pack_act *a, const struct pack_act *b)
{
	return b->notify.line && a->subject.kind == b->subject.kind &&
	       a->notify_always == b->notify_always &&
	       is_same_place(&a->notify_subject, &b->notify_subject);
}

static bool is_of_class(const struct pack_act *a, const struct pack_act *b)
{
	return a->of_class == b->of_class;
}

typedef bool same_fn(const struct pack_act *a, const struct pack_act *b);

/* Among arms that have a callback which is told of, or any. */
static struct act_place find_first(const struct pack *pack, const struct pack_act *act,
				   same_fn *is_same, bool is_told)
{
	for (size_t i = 0; i < pack->function_count; i++) {
		const struct pack_function *function = &pack->functions[i];

		for (size_t j = 0; function->symbol.text && j < function->act_count; j++) {
			const struct pack_act *other = &function->acts[j];

			if (other->op == PACK_OP_ARM && (!is_told || other->found.term_count) &&
			    is_same(act, other))
				return (struct act_place){.function = function, .act = other};
		}
	}
	return (struct act_place){.act = NULL};
}

struct act_place generate_same_callback(const struct pack *pack, const struct pack_act *act)
{
	return find_first(pack, act, is_same_callback, true);
}

struct act_place generate_same_notify(const struct pack *pack, const struct pack_act *act)
{
	return find_first(pack, act, is_same_notify, false);
}

struct act_place generate_class_callback(const struct pack *pack, const struct pack_class *class)
{
	const struct pack_act act = {.of_class = class};

	return find_first(pack, &act, is_of_class, true);
}

void generate_act_name(FILE *out, const struct act_place *place)
{
	fprintf(out, "%s_%zu", place->function->symbol.text,
		(size_t)(place->act - place->function->acts));
}

/* "static void enter_uv_timer_start_0(...)\n{\n" */
static void put_head(FILE *out, const char *what, const struct act_place *place)
{
	fprintf(out, "\nstatic void %s_", what);
	generate_act_name(out, place);
	fputs("(const struct track_pack_call *call)\n{\n", out);
}

/* kept[0] is the subject from enter to leave, or 0. */
static void put_enter(FILE *out, const struct act_place *place)
{
	const struct scene scene = {.kind = SCENE_CALLBACK};
	const struct pack_act *act = place->act;

	put_head(out, "enter", place);
	fputs("\tconst uint64_t subject = ", out);
	generate_place(out, &scene, &act->found, true);
	fputs(";\n\n\tif (!(", out);
	generate_subject_tests(out, &scene, &act->found, "subject");
	fputs("))\n\t\treturn;\n\tcall->kept[0] = subject;\n", out);
	if (act->subject.kind == TRACK_KIND_CALLBACK || act->over == PACK_OVER_NEVER)
		fprintf(out, "\ttell(TRACK_OP_FIRE, %s, subject, 0, NULL);\n",
			generate_kind(act->subject.kind));
	fputs("}\n", out);
}

static void put_leave(FILE *out, const struct act_place *place)
{
	const struct pack_act *act = place->act;
	bool is_callback = act->subject.kind == TRACK_KIND_CALLBACK;

	if (!is_callback && act->over == PACK_OVER_NEVER)
		return;
	put_head(out, "leave", place);
	fputs("\tconst uint64_t subject = call->kept[0];\n\n\tif (!subject)\n\t\treturn;\n", out);
	if (is_callback)
		fputs("\ttell(TRACK_OP_FIRE, TRACK_KIND_CALLBACK, subject, TRACK_RETURNED, "
		      "NULL);\n",
		      out);
	if (act->over == PACK_OVER_ZERO)
		fprintf(out,
			"\tif (!(int32_t)call->returned)\n"
			"\t\ttell(TRACK_OP_%s, %s, subject, 0, NULL);\n",
			is_callback ? "DESTROY" : "FIRE", generate_kind(act->subject.kind));
	fputs("}\n", out);
}

static void put_callback(FILE *out, const struct act_place *place)
{
	const struct pack_act *act = place->act;
	bool has_leave = act->subject.kind == TRACK_KIND_CALLBACK || act->over == PACK_OVER_ZERO;

	put_enter(out, place);
	put_leave(out, place);
	fputs("\nstatic const struct track_pack_callback how_", out);
	generate_act_name(out, place);
	fprintf(out, " = {\n\t.stack_bytes = %u,\n\t.enter = enter_", act->stack_bytes.value);
	generate_act_name(out, place);
	if (has_leave) {
		fputs(",\n\t.leave = leave_", out);
		generate_act_name(out, place);
	}
	fputs(",\n};\n", out);
}

/* The registration ends. */
static void put_notify(FILE *out, const struct act_place *place)
{
	const struct scene scene = {.kind = SCENE_NOTIFY};
	const struct pack_act *act = place->act;
	const struct pack_place *subject = pack_act_notified(act);

	put_head(out, "over", place);
	fputs("\tconst uint64_t subject = ", out);
	generate_place(out, &scene, subject, true);
	fputs(";\n\n\tif (", out);
	generate_subject_tests(out, &scene, subject, "subject");
	fprintf(out, ")\n\t\ttell(TRACK_OP_%s, %s, subject, 0, NULL);\n}\n",
		act->subject.kind == TRACK_KIND_TIMER ? "CANCEL" : "DESTROY",
		generate_kind(act->subject.kind));
	fputs("\nstatic const struct track_pack_callback notify_", out);
	generate_act_name(out, place);
	fputs(" = {\n\t.enter = over_", out);
	generate_act_name(out, place);
	fprintf(out, ",\n\t.always = %s,\n};\n", act->notify_always ? "true" : "false");
}

void generate_callbacks(FILE *out, const struct pack *pack)
{
	for (size_t i = 0; i < pack->function_count; i++) {
		const struct pack_function *function = &pack->functions[i];

		for (size_t j = 0; function->symbol.text && j < function->act_count; j++) {
			struct act_place place = {.function = function, .act = &function->acts[j]};

			if (place.act->op != PACK_OP_ARM)
				continue;
			if (place.act->found.term_count &&
			    generate_same_callback(pack, place.act).act == place.act)
				put_callback(out, &place);
			if (place.act->notify.line &&
			    generate_same_notify(pack, place.act).act == place.act)
				put_notify(out, &place);
		}
	}
}
