/* SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include <errno.h>
#include <pack/probing.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* While a row is made. */
struct compiling {
	struct probe_row *kernel;
	const struct pack_function *function;
	const struct pack_function *told; /* never NULL */
	unsigned callback;		  /* which argument "callback" is */
	bool is_callback; /* a registered function's own arguments: "callback" is itself */
	bool is_notify;
};

static bool is_same_term(const struct probe_term *a, const struct probe_term *b)
{
	return a->root == b->root && a->number == b->number && a->flags == b->flags &&
	       a->step_count == b->step_count &&
	       memcmp(a->steps, b->steps, a->step_count * sizeof(a->steps[0])) == 0;
}

static int add_term(struct probe_row *kernel, const struct probe_term *term, uint8_t *ret_index)
{
	uint8_t i = 0;

	while (i < kernel->term_count && !is_same_term(&kernel->terms[i], term))
		i++;
	if (i == PROBE_TERMS_MAX)
		return -E2BIG;
	if (i == kernel->term_count)
		kernel->terms[kernel->term_count++] = *term;
	*ret_index = i;
	return 0;
}

/* What another function, of which this is a shorter form, would have got there. */
static struct pack_term argument_of(const struct compiling *compiling, uint64_t number)
{
	const struct pack_function *function = compiling->function;
	const struct pack_place *with;

	if (!function || !function->same_as.text || number >= function->with_count)
		return (struct pack_term){.root = PACK_ROOT_ARG, .number = (int64_t)number};
	with = &function->with[number];
	return with->terms[0];
}

/* The term's root and steps with those of the shorter form before them. */
static int resolve(const struct compiling *compiling, const struct pack_term *term,
		   struct pack_term *ret_term)
{
	bool is_argument = term->root == PACK_ROOT_ARG || term->root == PACK_ROOT_CALLBACK;
	uint64_t number =
		term->root == PACK_ROOT_ARG ? (uint64_t)term->number : compiling->callback;
	struct pack_term whole;

	if (!is_argument || compiling->is_callback) {
		*ret_term = *term;
		return 0;
	}
	whole = argument_of(compiling, number);
	if (whole.step_count + term->step_count > PACK_STEPS_MAX ||
	    (whole.is_int && term->step_count))
		return -E2BIG;
	if (whole.root == PACK_ROOT_NUMBER && term->step_count)
		return -E2BIG;
	memcpy(&whole.steps[whole.step_count], term->steps,
	       term->step_count * sizeof(term->steps[0]));
	whole.step_count += term->step_count;
	whole.is_int = whole.is_int || term->is_int;
	*ret_term = whole;
	return 0;
}

/* What has no steps is looked at when the function begins: registers are used again. */
static int add_fetched(const struct compiling *compiling, const struct pack_term *term,
		       enum row_when when, struct row_source *source)
{
	bool is_result = term->root == PACK_ROOT_RET;
	bool is_late = is_result || (when == ROW_RETURN && term->step_count);
	struct probe_term fetched = {
		.root = is_result ? PROBE_ROOT_RETURN : PROBE_ROOT_ARG,
		.number = is_result ? 0 : (uint8_t)term->number,
		.step_count = (uint8_t)term->step_count,
		.flags = (term->is_int ? PROBE_TERM_INT : 0) | (is_late ? PROBE_TERM_AT_RETURN : 0),
	};

	if (!is_result && (term->number < 0 || term->number >= PROBE_ARGS_MAX))
		return -E2BIG;
	memcpy(fetched.steps, term->steps, term->step_count * sizeof(term->steps[0]));
	source->root = ROW_TERM;
	source->is_result = is_result && !term->step_count;
	source->returns = is_result ? compiling->told->returns : PACK_RETURNS_VOID;
	if (!is_result && term->number >= compiling->kernel->arg_count)
		compiling->kernel->arg_count = (uint8_t)(term->number + 1);
	return add_term(compiling->kernel, &fetched, &source->index);
}

static int make_source(const struct compiling *compiling, const struct pack_term *given,
		       enum row_when when, struct row_source *ret_source)
{
	struct row_source source = {.root = ROW_NUMBER};
	struct pack_term term;
	int r = resolve(compiling, given, &term);

	if (r < 0)
		return r;
	source.is_int = term.is_int;
	source.number = term.number;
	if (term.root == PACK_ROOT_RET || term.root == PACK_ROOT_ARG)
		r = add_fetched(compiling, &term, when, &source);
	else if (term.step_count)
		r = -E2BIG;
	else if (term.root == PACK_ROOT_CALLBACK)
		source.root = compiling->is_notify ? ROW_COMPANION : ROW_CALLBACK;
	*ret_source = source;
	return r;
}

static int make_place(const struct compiling *compiling, const struct pack_place *place,
		      enum row_when when, struct row_place *ret_place)
{
	int r = 0;

	ret_place->count = place->term_count;
	for (unsigned i = 0; r == 0 && i < place->term_count; i++)
		r = make_source(compiling, &place->terms[i], when, &ret_place->sources[i]);
	return r;
}

static int make_conditions(const struct compiling *compiling, const struct pack_act *act,
			   struct row_act *ret_act)
{
	int r = 0;

	ret_act->conditions = calloc(act->condition_count + 1, sizeof(*ret_act->conditions));
	if (!ret_act->conditions)
		return -ENOMEM;
	ret_act->condition_count = act->condition_count;
	for (size_t i = 0; r == 0 && i < act->condition_count; i++) {
		const struct pack_condition *given = &act->conditions[i];
		struct row_condition *condition = &ret_act->conditions[i];

		condition->test = given->test;
		condition->number = given->number;
		condition->with_ret = pack_place_uses(&given->place, PACK_ROOT_RET);
		r = make_place(compiling, &given->place,
			       condition->with_ret ? ROW_RETURN : ROW_ENTRY, &condition->place);
	}
	return r;
}

/* Where the number of the subject's references is: behind the subject. */
static int make_counter(const struct compiling *compiling, const struct pack_act *act,
			enum row_when when, struct row_act *ret_act)
{
	const struct pack_counter *counter = &act->of_class->counter;
	struct pack_place place = act->subject.place;
	struct pack_term *term = &place.terms[0];

	if (place.term_count != 1 || term->is_int || term->step_count == PACK_STEPS_MAX ||
	    counter->at.value > INT32_MAX)
		return -E2BIG;
	term->steps[term->step_count++] = (int32_t)counter->at.value;
	term->is_int = counter->bits.value != 64;
	return make_place(compiling, &place, when, &ret_act->counter);
}

static bool is_counted(const struct pack_act *act)
{
	return act->of_class && act->of_class->counter.line &&
	       (act->op == PACK_OP_RELEASE || act->op == PACK_OP_CREATE || act->op == PACK_OP_OPEN);
}

/* "a,b" as a scope's call says whom it takes in. NULL with 0: nobody. */
static int join_adopted(const struct pack_act *act, char **ret_text)
{
	size_t size = 0;
	FILE *out = act->adopts.count ? open_memstream(ret_text, &size) : NULL;

	if (!act->adopts.count)
		return 0;
	if (!out)
		return -ENOMEM;
	for (size_t i = 0; i < act->adopts.count; i++)
		fprintf(out, "%s%s", i ? "," : "", act->adopts.items[i].text);
	return fclose(out) == 0 ? 0 : -ENOMEM;
}

/* What is told afterwards of what may be gone by then is looked at before. */
static bool is_looked_at_before(const struct row_act *act)
{
	return act->is_before || (act->act->op == PACK_OP_DESTROY &&
				  !pack_place_uses(&act->act->subject.place, PACK_ROOT_RET));
}

/* The kernel sends one string of each call. */
static int make_text(const struct compiling *compiling, const struct pack_act *act)
{
	struct probe_row *kernel = compiling->kernel;
	const uint32_t has_text = PROBE_ROW_TEXT_ENTRY | PROBE_ROW_TEXT_RETURN;
	bool had_text = kernel->flags & has_text;
	struct row_source source;
	int r;

	if (!act->text.term_count)
		return 0;
	r = make_source(compiling, &act->text.terms[0], ROW_RETURN, &source);
	if (r < 0)
		return r;
	if (source.root != ROW_TERM || (had_text && kernel->text != source.index))
		return -E2BIG;
	kernel->text = source.index;
	kernel->flags |= PROBE_ROW_TEXT_RETURN;
	return 0;
}

static int make_parts(const struct compiling *compiling, const struct pack_act *act,
		      struct row_act *ret_act)
{
	static const struct pack_term callback = {.root = PACK_ROOT_CALLBACK};
	const struct pack_party *party = pack_act_party(act);
	enum row_when when = is_looked_at_before(ret_act) ? ROW_ENTRY : ROW_RETURN;
	int r = make_place(compiling, &act->subject.place, when, &ret_act->subject);

	if (r == 0 && party) {
		ret_act->party_kind = party->kind;
		r = make_place(compiling, &party->place, when, &ret_act->party);
	}
	if (r == 0)
		r = make_text(compiling, act);
	if (r == 0)
		r = make_conditions(compiling, act, ret_act);
	if (r == 0 && is_counted(act))
		r = make_counter(compiling, act, when, ret_act);
	if (r == 0 && act->callback.line) {
		ret_act->callback.count = 1;
		r = make_source(compiling, &callback, ROW_ENTRY, &ret_act->callback.sources[0]);
	}
	return r == 0 ? join_adopted(act, &ret_act->adopts) : r;
}

static int make_act(const struct compiling *compiling, const struct pack_act *act,
		    struct row_act *ret_act)
{
	struct compiling own = *compiling;

	ret_act->act = act;
	ret_act->is_before = pack_act_is_before(compiling->told, act);
	ret_act->registered = -1;
	if (act->callback.line)
		own.callback = act->callback.value;
	return make_parts(&own, act, ret_act);
}

static bool can_fail(const struct row *row)
{
	return pack_function_success(row->told) != PACK_SUCCESS_ALWAYS;
}

/* Whether what is told before the call has something to follow it. */
static bool has_rest(const struct row *row, const struct row_act *act)
{
	switch (act->act->op) {
	case PACK_OP_CLOSE:
	case PACK_OP_CALL:
		return true;
	case PACK_OP_FIRE:
		return act->act->subject.kind == TRACK_KIND_CALLBACK;
	case PACK_OP_RELEASE:
		return act->counter.count;
	case PACK_OP_ARM:
		return can_fail(row);
	case PACK_OP_NONE:
	case PACK_OP_CREATE:
	case PACK_OP_RETAIN:
	case PACK_OP_DESTROY:
	case PACK_OP_OPEN:
	case PACK_OP_CARRIES:
	case PACK_OP_LOCK:
	case PACK_OP_UNLOCK:
	case PACK_OP_WAIT:
	case PACK_OP_WAKE:
	case PACK_OP_RENEW:
	case PACK_OP_RETIRE:
	case PACK_OP_CANCEL:
	case PACK_OP_OVER:
	case PACK_OP_OWN:
	case PACK_OP_NEEDS:
	case PACK_OP_USE:
	case PACK_OP_NAME:
	case PACK_OP__COUNT:
		break;
	}
	return false;
}

/* Whether where it is said tells something. */
static bool takes_stack(const struct pack_act *act)
{
	switch (act->op) {
	case PACK_OP_OWN:
	case PACK_OP_NEEDS:
	case PACK_OP_NAME:
	case PACK_OP_CALL:
	case PACK_OP_CARRIES:
	case PACK_OP_LOCK:
	case PACK_OP_UNLOCK:
	case PACK_OP_WAIT:
	case PACK_OP_WAKE:
	case PACK_OP_RENEW:
	case PACK_OP_RETIRE:
	case PACK_OP_NONE:
	case PACK_OP__COUNT:
		return false;
	case PACK_OP_CREATE:
	case PACK_OP_RETAIN:
	case PACK_OP_RELEASE:
	case PACK_OP_DESTROY:
	case PACK_OP_OPEN:
	case PACK_OP_CLOSE:
	case PACK_OP_ARM:
	case PACK_OP_CANCEL:
	case PACK_OP_OVER:
	case PACK_OP_FIRE:
	case PACK_OP_USE:
		break;
	}
	return true;
}

static void add_needs(struct row *row, const struct row_act *act)
{
	uint32_t *flags = &row->kernel.flags;
	bool has_stack = takes_stack(act->act);

	if (act->is_before)
		*flags |= PROBE_ROW_TELL_ENTRY | (has_stack ? PROBE_ROW_STACK_ENTRY : 0);
	else
		*flags |= PROBE_ROW_TELL_RETURN | (has_stack ? PROBE_ROW_STACK_RETURN : 0);
	if (act->is_before && has_rest(row, act))
		*flags |= PROBE_ROW_TELL_RETURN;
	/* An arming that is taken back says where, too. */
	if (act->is_before && act->act->op == PACK_OP_ARM && can_fail(row))
		*flags |= PROBE_ROW_STACK_RETURN;
	row->is_end |= act->act->op == PACK_OP_DESTROY;
}

static int add_result(const struct compiling *compiling, struct row *row)
{
	static const struct pack_term result = {.root = PACK_ROOT_RET};

	if (!(row->kernel.flags & PROBE_ROW_TELL_RETURN) || !can_fail(row))
		return 0;
	return make_source(compiling, &result, ROW_RETURN, &row->result);
}

/* "callback" where an act does not say which argument it is: that of the first which does. */
static unsigned first_callback(const struct pack_function *told)
{
	for (size_t i = 0; i < told->act_count; i++)
		if (told->acts[i].callback.line)
			return told->acts[i].callback.value;
	return 0;
}

int row_compile(const struct pack *pack, const struct pack_function *function, struct row *ret_row)
{
	const struct pack_function *told = pack_function_told(pack, function);
	struct row row = {.pack = pack, .function = function, .told = told};
	struct compiling compiling = {.kernel = &row.kernel, .function = function, .told = told};
	int r = 0;

	if (!told)
		return -ENOENT;
	row.acts = calloc(told->act_count + 1, sizeof(*row.acts));
	if (!row.acts)
		return -ENOMEM;
	compiling.callback = first_callback(told);
	for (size_t i = 0; r == 0 && i < told->act_count; i++) {
		if (pack_act_unprobed(pack, &told->acts[i]) != PACK_UNPROBED_NOT)
			continue;
		r = make_act(&compiling, &told->acts[i], &row.acts[row.act_count++]);
		if (r == 0)
			add_needs(&row, &row.acts[row.act_count - 1]);
	}
	if (r == 0 && !row.act_count)
		r = -ENOENT;
	if (r == 0)
		r = add_result(&compiling, &row);
	if (r < 0)
		row_clear(&row);
	else
		*ret_row = row;
	return r;
}

bool row_is_same(const struct row *a, const struct row *b)
{
	if (a->pack != b->pack || a->act_count != b->act_count ||
	    memcmp(&a->kernel, &b->kernel, sizeof(a->kernel)) != 0)
		return false;
	for (size_t i = 0; i < a->act_count; i++)
		if (a->acts[i].act->op != b->acts[i].act->op ||
		    a->acts[i].act->of_class != b->acts[i].act->of_class)
			return false;
	return true;
}

void row_clear(struct row *row)
{
	for (size_t i = 0; i < row->act_count; i++) {
		free(row->acts[i].conditions);
		free(row->acts[i].adopts);
	}
	free(row->acts);
	*row = (struct row){.acts = NULL};
}

int row_compile_callback(const struct pack_place *place, bool is_notify, struct probe_row *kernel,
			 struct row_place *ret_place)
{
	static const struct pack_function without_result = {.returns = PACK_RETURNS_VOID};
	const struct compiling compiling = {.kernel = kernel,
					    .told = &without_result,
					    .is_callback = true,
					    .is_notify = is_notify};

	return make_place(&compiling, place, ROW_ENTRY, ret_place);
}

int row_compile_result(struct probe_row *kernel, struct row_source *ret_source)
{
	static const struct pack_function as_int = {.returns = PACK_RETURNS_INT};
	static const struct pack_term result = {.root = PACK_ROOT_RET};
	const struct compiling compiling = {.kernel = kernel, .told = &as_int, .is_callback = true};

	return make_source(&compiling, &result, ROW_RETURN, ret_source);
}
