/* SPDX-License-Identifier: Apache-2.0 */
#include "generate_act.h"

#include <pack/words.h>
#include <track/track.h>

#include "generate_callback.h"
#include "generate_class.h"
#include "generate_told.h"

static bool can_fail(const struct wrapper *wrapper)
{
	return pack_function_success(wrapper->function) != PACK_SUCCESS_ALWAYS;
}

static bool is_before(const struct wrapper *wrapper, const struct pack_act *act)
{
	return pack_act_is_before(wrapper->function, act);
}

/* What is told afterwards of what may be gone by then. */
static bool is_looked_at_before(const struct wrapper *wrapper, const struct pack_act *act)
{
	return !is_before(wrapper, act) && act->op == PACK_OP_DESTROY &&
	       !pack_place_uses(&act->subject.place, PACK_ROOT_RET);
}

bool act_has_rest(const struct wrapper *wrapper, const struct pack_act *act)
{
	if (!is_before(wrapper, act))
		return true;
	switch (act->op) {
	case PACK_OP_CLOSE:
	case PACK_OP_CALL:
		return true;
	case PACK_OP_FIRE:
		return act->subject.kind == TRACK_KIND_CALLBACK;
	case PACK_OP_LOCK:
	case PACK_OP_WAIT:
		return true;
	case PACK_OP_RELEASE:
		return act_is_counted(act);
	case PACK_OP_ARM:
		return can_fail(wrapper);
	case PACK_OP_NONE:
	case PACK_OP_CREATE:
	case PACK_OP_RETAIN:
	case PACK_OP_DESTROY:
	case PACK_OP_OPEN:
	case PACK_OP_CARRIES:
	case PACK_OP_CANCEL:
	case PACK_OP_OVER:
	case PACK_OP_OWN:
	case PACK_OP_NEEDS:
	case PACK_OP_USE:
	case PACK_OP_NAME:
	case PACK_OP_UNLOCK:
	case PACK_OP_WAKE:
	case PACK_OP_RENEW:
	case PACK_OP_RETIRE:
	case PACK_OP__COUNT:
		break;
	}
	return false;
}

bool act_needs_success(const struct wrapper *wrapper, const struct pack_act *act)
{
	return !is_before(wrapper, act) ||
	       ((act->op == PACK_OP_ARM || act->op == PACK_OP_CLOSE) && can_fail(wrapper));
}

/* The arm that says how the act's callback is told of; act NULL: it is left as it is. */
static struct act_place replacement(const struct wrapper *wrapper, const struct pack_act *act)
{
	if (act->callback.line && act->op == PACK_OP_ARM && act->found.term_count)
		return generate_same_callback(wrapper->pack, act);
	/* The library looks for the function that it was given. */
	if (act->callback.line && (act->op == PACK_OP_CANCEL || act->op == PACK_OP_OVER))
		return generate_class_callback(wrapper->pack, act->of_class);
	return (struct act_place){.act = NULL};
}

uint32_t act_replaces(const struct wrapper *wrapper, const struct pack_act *act)
{
	uint32_t bits = 0;

	if (replacement(wrapper, act).act)
		bits |= 1u << act->callback.value;
	if (act->notify.line)
		bits |= 1u << act->notify.value;
	return bits;
}

/* Conditions that can be looked at before (or only after) the call, each behind " && ". */
static void put_conditions(const struct wrapper *wrapper, const struct pack_act *act, bool with_ret)
{
	const struct scene scene = act_scene(wrapper, act);

	for (size_t i = 0; i < act->condition_count; i++) {
		if (pack_place_uses(&act->conditions[i].place, PACK_ROOT_RET) != with_ret)
			continue;
		fputs(" && ", wrapper->out);
		generate_condition(wrapper->out, &scene, &act->conditions[i]);
	}
}

static void put_named(const struct wrapper *wrapper, const struct pack_act *act)
{
	const struct pack_party *party = pack_act_named(act);
	const struct pack_class *class = pack_find_class(wrapper->pack, party->class_name.text);

	if (!act->named.text || !class)
		return;
	fprintf(wrapper->out, " && is_named(&called[CALLED_%s], caller, %c%zu, ",
		class->named_by.text, party == &act->subject ? 's' : 'o', act_number(wrapper, act));
	generate_string(wrapper->out, act->named.text);
	fputs(")", wrapper->out);
}

/* What is said of the subject by another function, after all other conditions. */
static void put_by(const struct wrapper *wrapper, const struct pack_act *act)
{
	size_t n = act_number(wrapper, act);

	if (act->by.text)
		fprintf(wrapper->out, " && ask(&called[CALLED_%s], caller, s%zu, &s%zu)",
			act->by.text, n, n);
	if (act->by.text)
		fprintf(wrapper->out,
			act->subject.kind == TRACK_KIND_FD ? " && (int32_t)s%zu >= 0" : " && s%zu",
			n);
}

static void put_subject_tests(const struct wrapper *wrapper, const struct pack_act *act)
{
	const struct scene scene = act_scene(wrapper, act);
	bool is_fd = act->subject.kind == TRACK_KIND_FD && !act->by.text;
	char test[40];

	snprintf(test, sizeof(test), is_fd ? "(int32_t)s%zu >= 0" : "s%zu",
		 act_number(wrapper, act));
	generate_subject_tests(wrapper->out, &scene, &act->subject.place, test);
}

/* sN and oN. */
static void put_values(const struct wrapper *wrapper, const struct pack_act *act,
		       const char *indent)
{
	const struct pack_party *party = pack_act_party(act);
	const struct scene scene = act_scene(wrapper, act);
	size_t n = act_number(wrapper, act);

	fprintf(wrapper->out, "%s%suint64_t s%zu = ", indent, act->by.text ? "" : "const ", n);
	generate_place(wrapper->out, &scene, &act->subject.place,
		       act->subject.kind != TRACK_KIND_FD);
	fputs(";\n", wrapper->out);
	if (!party)
		return;
	fprintf(wrapper->out, "%sconst uint64_t o%zu = ", indent, n);
	generate_place(wrapper->out, &scene, &party->place, party->kind != TRACK_KIND_FD);
	fputs(";\n", wrapper->out);
}

/* What is told of a callback is told only if it was told that it is registered. */
static void put_armed(const struct wrapper *wrapper, const struct pack_act *act)
{
	const struct pack_party *party = pack_act_party(act);
	const char *before = " && (";

	if (act->op == PACK_OP_ARM || is_before(wrapper, act) ||
	    !(pack_place_uses(&act->subject.place, PACK_ROOT_CALLBACK) ||
	      (party && pack_place_uses(&party->place, PACK_ROOT_CALLBACK))))
		return;
	for (size_t i = 0; i < wrapper->function->act_count; i++) {
		const struct pack_act *arm = &wrapper->function->acts[i];

		if (arm->op != PACK_OP_ARM || !act_replaces(wrapper, arm))
			continue;
		fprintf(wrapper->out, "%sis%zu", before, i);
		before = " || ";
	}
	fputs(*before == ' ' && before[1] == '|' ? ")" : "", wrapper->out);
}

/* Did something that decides have to be looked at before the call, of what is told after it? */
static bool is_decided_before(const struct wrapper *wrapper, const struct pack_act *act)
{
	if ((act->op == PACK_OP_ARM && act->callback.line) || act_replaces(wrapper, act))
		return true;
	for (size_t i = 0; i < act->condition_count; i++)
		if (!pack_place_uses(&act->conditions[i].place, PACK_ROOT_RET))
			return true;
	return false;
}

/* isN, of what can be said now; again: alsoN, behind the call. */
static void put_decision(const struct wrapper *wrapper, const struct pack_act *act, bool again)
{
	const struct pack_party *party = pack_act_party(act);
	size_t n = act_number(wrapper, act);
	bool before = is_before(wrapper, act);

	if (again && is_decided_before(wrapper, act))
		fprintf(wrapper->out, "\t\tconst bool also%zu = is%zu && ", n, n);
	else if (again)
		fprintf(wrapper->out, "\t\tconst bool also%zu = ", n);
	else
		fprintf(wrapper->out,
			"\t%sbool is%zu = ", act_replaces(wrapper, act) ? "" : "const ", n);
	put_subject_tests(wrapper, act);
	if (act->callback.line && act->op == PACK_OP_ARM && !again)
		fprintf(wrapper->out, " && a%u", act->callback.value);
	if (party && act->op != PACK_OP_RETAIN && act->op != PACK_OP_RELEASE)
		fprintf(wrapper->out, " && %so%zu%s",
			party->kind == TRACK_KIND_FD ? "(int32_t)" : "", n,
			party->kind == TRACK_KIND_FD ? " >= 0" : "");
	if (!again)
		put_conditions(wrapper, act, false);
	if (!before)
		put_conditions(wrapper, act, true);
	put_armed(wrapper, act);
	put_named(wrapper, act);
	put_by(wrapper, act);
	fputs(";\n", wrapper->out);
}

/*
 * An argument is replaced by a function of ours, or stays: it is one already, or there is no room.
 * Then nobody would see its calls, nor its end: so it is not told that it begins.
 */
static void put_replaced(const struct wrapper *wrapper, const struct pack_act *act)
{
	struct act_place how = replacement(wrapper, act);
	unsigned argument = act->callback.value;
	size_t n = act_number(wrapper, act);

	if (how.act) {
		fprintf(wrapper->out,
			"\tif (is%zu)\n\t\tb%u = (uintptr_t)track_pack_callback(&how_", n,
			argument);
		generate_act_name(wrapper->out, &how);
		fprintf(wrapper->out, ", (void *)(uintptr_t)a%u, NULL);\n", argument);
		if (act->op == PACK_OP_ARM)
			fprintf(wrapper->out, "\tis%zu = is%zu && b%u != a%u;\n", n, n, argument,
				argument);
	}
	if (!act->notify.line)
		return;
	how = generate_same_notify(wrapper->pack, act);
	fprintf(wrapper->out, "\tif (is%zu)\n\t\tb%u = (uintptr_t)track_pack_callback(&notify_", n,
		act->notify.value);
	generate_act_name(wrapper->out, &how);
	fprintf(wrapper->out, ", (void *)(uintptr_t)a%u, (void *)(uintptr_t)a%u);\n",
		act->notify.value, argument);
	if (!act->found.term_count)
		fprintf(wrapper->out, "\tis%zu = is%zu && b%u != a%u;\n", n, n, act->notify.value,
			act->notify.value);
}

/* "	/ * line 12: create SSL * /" */
static void put_comment(const struct wrapper *wrapper, const struct pack_act *act)
{
	fprintf(wrapper->out, "\n\t/* line %u: %s ", act->line,
		schema_words_name(&pack_words_op, act->op));
	generate_comment(wrapper->out, act->subject.class_name.text);
	fputs(" */\n", wrapper->out);
}

static bool asks_once(const struct pack_act *act)
{
	return (act->op == PACK_OP_CREATE || act->op == PACK_OP_OPEN) && act->of_class &&
	       act->of_class->notice.once;
}

void act_put_before(const struct wrapper *wrapper, const struct pack_act *act)
{
	size_t n = act_number(wrapper, act);
	char name[GENERATE_NAME];

	if (asks_once(act))
		fprintf(wrapper->out, "\task_%s(caller);\n",
			generate_class_name(wrapper->pack, act->of_class, name));
	if (is_before(wrapper, act)) {
		put_comment(wrapper, act);
		if (act->op == PACK_OP_CALL && act->subject.kind != TRACK_KIND_SCOPE)
			fprintf(wrapper->out, "\tbool inside%zu = false;\n", n);
		if (act->op == PACK_OP_LOCK || act->op == PACK_OP_WAIT)
			fprintf(wrapper->out, "\tstruct track_pack_wait wait%zu;\n", n);
		if (act_is_counted(act))
			fprintf(wrapper->out, "\tbool counted%zu = false;\n", n);
		put_values(wrapper, act, "\t");
		put_decision(wrapper, act, false);
		put_replaced(wrapper, act);
		fprintf(wrapper->out, "\tif (is%zu)\n", n);
		act_put_told(wrapper, act);
		return;
	}
	if (is_looked_at_before(wrapper, act)) {
		put_comment(wrapper, act);
		put_values(wrapper, act, "\t");
		put_decision(wrapper, act, false);
		return;
	}
	if (!is_decided_before(wrapper, act))
		return;
	fprintf(wrapper->out, "\t%sbool is%zu = true", act_replaces(wrapper, act) ? "" : "const ",
		n);
	if (act->op == PACK_OP_ARM && act->callback.line)
		fprintf(wrapper->out, " && a%u", act->callback.value);
	put_conditions(wrapper, act, false);
	fputs(";\n", wrapper->out);
	put_replaced(wrapper, act);
}

/* Behind the call, of what was told before it. */
static void put_rest(const struct wrapper *wrapper, const struct pack_act *act)
{
	size_t n = act_number(wrapper, act);

	if (act_is_counted(act)) {
		fprintf(wrapper->out, "\tif (counted%zu)\n\t\ttrack_pack_released(s%zu);\n", n, n);
	} else if (act->op == PACK_OP_LOCK || act->op == PACK_OP_WAIT) {
		fprintf(wrapper->out, "\tif (is%zu)\n\t\ttrack_pack_waited(&wait%zu);\n", n, n);
	} else if (act->op == PACK_OP_CALL && act->subject.kind != TRACK_KIND_SCOPE) {
		fprintf(wrapper->out, "\tif (inside%zu)\n\t\ttrack_pack_leave();\n", n);
	} else if (act->op == PACK_OP_ARM) {
		fprintf(wrapper->out, "\tif (is%zu && !done) {\n", n);
		act_put_tell(wrapper, act, "CANCEL", "0");
		if (act->subject.kind == TRACK_KIND_CALLBACK)
			act_put_tell(wrapper, act, "DESTROY", "0");
		fputs("\t}\n", wrapper->out);
	} else {
		bool may_refuse = act->op == PACK_OP_CLOSE && can_fail(wrapper);

		fprintf(wrapper->out, "\tif (is%zu)\n", n);
		act_put_tell(wrapper, act,
			     act->op == PACK_OP_CLOSE  ? "CLOSE"
			     : act->op == PACK_OP_CALL ? "CALL"
						       : "FIRE",
			     may_refuse ? "done ? TRACK_RETURNED : TRACK_RETURNED | TRACK_REFUSED"
					: "TRACK_RETURNED");
	}
}

void act_put_after(const struct wrapper *wrapper, const struct pack_act *act)
{
	size_t n = act_number(wrapper, act);

	if (is_before(wrapper, act)) {
		put_rest(wrapper, act);
		return;
	}
	if (is_looked_at_before(wrapper, act)) {
		fprintf(wrapper->out, "\tif (done && is%zu", n);
		put_conditions(wrapper, act, true);
		fputs(")\n", wrapper->out);
		act_put_told(wrapper, act);
		return;
	}
	put_comment(wrapper, act);
	fputs("\tif (done) {\n", wrapper->out);
	put_values(wrapper, act, "\t\t");
	put_decision(wrapper, act, true);
	fprintf(wrapper->out, "\n\t\tif (also%zu)\n\t", n);
	act_put_told(wrapper, act);
	fputs("\t}\n", wrapper->out);
}
