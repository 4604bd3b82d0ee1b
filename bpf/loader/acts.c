/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"

#include <track/track.h>

/* One act of one call. */
struct saying {
	struct acts_scene *scene;
	const struct row *row;
	const struct row_act *act;
	const struct row_hit *hit;
	uint64_t subject, other;
};

static void say_with(struct saying *saying, enum track_op op, uint64_t arg, const char *text,
		     bool has_other)
{
	struct telling *telling = &saying->scene->telling;
	const struct row_act *act = saying->act;
	const struct track_relation with = {
		.other = has_other ? saying->other : 0,
		.text = telling_text(telling, text),
		.other_kind = has_other ? act->party_kind : TRACK_KIND_OBJECT,
	};

	telling_say(telling, op, act->act->subject.kind, saying->subject, arg | TRACK_FROM_PACK,
		    &with);
}

static void say(struct saying *saying, enum track_op op, uint64_t arg, const char *text)
{
	say_with(saying, op, arg, text, false);
}

static bool is_party_there(const struct saying *saying)
{
	const struct row_act *act = saying->act;

	if (!act->party.count || act->act->op == PACK_OP_RETAIN || act->act->op == PACK_OP_RELEASE)
		return true;
	return act->party_kind == TRACK_KIND_FD ? (int32_t)saying->other >= 0 : saying->other != 0;
}

/* Does this argument of its call hold a function whose calls are seen? */
static bool is_registered(const struct saying *saying, const struct row_act *act)
{
	const struct acts_scene *scene = saying->scene;
	uint64_t function;

	if (!act->callback.count)
		return true;
	if (!row_source_value(&act->callback.sources[0], saying->hit, &function) || !function)
		return false;
	if (act->registered < 0)
		return true;
	return scene->follow &&
	       scene->follow(scene->follow_context, act->registered, function, scene->entry_ns);
}

static bool uses_callback(const struct row_act *act)
{
	const struct pack_party *party = pack_act_party(act->act);

	return pack_place_uses(&act->act->subject.place, PACK_ROOT_CALLBACK) ||
	       (party && pack_place_uses(&party->place, PACK_ROOT_CALLBACK));
}

/* What is told of a callback is told only if it was told that it is registered. */
static bool is_armed(const struct saying *saying)
{
	bool had_arm = false;

	if (saying->act->act->op == PACK_OP_ARM || saying->act->is_before ||
	    !uses_callback(saying->act))
		return true;
	for (size_t i = 0; i < saying->row->act_count; i++) {
		const struct row_act *arm = &saying->row->acts[i];

		if (arm->act->op != PACK_OP_ARM || arm->registered < 0)
			continue;
		if (is_registered(saying, arm))
			return true;
		had_arm = true;
	}
	return !had_arm;
}

/* Is there something to say? Then of what. */
static bool is_said(struct saying *saying)
{
	const struct row_act *act = saying->act;
	bool is_fd = act->party_kind == TRACK_KIND_FD;

	if (!row_subject(&act->subject, act->act->subject.kind, saying->hit, &saying->subject))
		return false;
	if (act->party.count && !row_place_value(&act->party, saying->hit, !is_fd, &saying->other))
		saying->other = is_fd ? UINT64_MAX : 0;
	if (!is_party_there(saying))
		return false;
	for (size_t i = 0; i < act->condition_count; i++)
		if (!row_condition_holds(&act->conditions[i], saying->hit))
			return false;
	if (act->act->op == PACK_OP_ARM && !is_registered(saying, act))
		return false;
	return is_armed(saying);
}

static const char *tag_of(const struct pack_act *act)
{
	return act->tag.text ? act->tag.text : "reference";
}

static bool is_counted(const struct saying *saying)
{
	return saying->act->counter.count &&
	       !told_is_elsewhere(saying->scene->told, saying->act->act->of_class);
}

static void say_birth(struct saying *saying)
{
	const struct row_act *act = saying->act;
	const struct pack_class *of_class = act->act->of_class;
	bool is_scope = of_class->kind == TRACK_KIND_SCOPE;
	uint64_t traits = of_class->traits, references;

	if (act->counter.count && row_place_value(&act->counter, saying->hit, false, &references))
		told_look(saying->scene->told, of_class, references);
	if (act->counter.count && !is_counted(saying)) {
		if (of_class->notice.line)
			return; /* nobody would tell of its end */
		traits |= TRACK_ENDS_AT_ZERO;
	}
	say(saying, is_scope ? TRACK_OP_OPEN : TRACK_OP_CREATE, traits, of_class->name.text);
	if (of_class->kind == TRACK_KIND_OBJECT)
		say(saying, TRACK_OP_RETAIN, 0, "reference");
}

static void say_release(struct saying *saying)
{
	uint64_t references;
	bool is_last = false;

	if (is_counted(saying) &&
	    row_place_value(&saying->act->counter, saying->hit, false, &references))
		is_last = told_release(saying->scene->told, saying->subject, references);
	if (is_last)
		say(saying, TRACK_OP_DESTROY, 0, NULL);
	else if (!saying->scene->is_inner || saying->row->is_end)
		say_with(saying, TRACK_OP_RELEASE, 0, tag_of(saying->act->act), true);
}

static void say_arm(struct saying *saying)
{
	const struct row_act *act = saying->act;
	uint64_t traits = act->act->of_class->traits;

	if (act->act->subject.kind == TRACK_KIND_TIMER)
		traits |= TRACK_ONE_SHOT;
	if (act->registered >= 0)
		told_arm(saying->scene->told, (uint64_t)act->registered, saying->subject);
	say(saying, TRACK_OP_ARM, traits, act->act->of_class->name.text);
}

static void say_over(struct saying *saying)
{
	bool is_timer = saying->act->act->subject.kind == TRACK_KIND_TIMER;

	say(saying, is_timer ? TRACK_OP_CANCEL : TRACK_OP_DESTROY, 0, NULL);
}

static void say_call(struct saying *saying)
{
	say(saying, TRACK_OP_CALL, 0, saying->act->adopts);
}

static void say_name(struct saying *saying)
{
	const struct row_hit *hit = saying->hit;

	if (hit->text)
		telling_name(&saying->scene->telling, saying->act->act->subject.kind,
			     saying->subject, hit->text, hit->text_bytes);
}

static void say_retain(struct saying *saying)
{
	say_with(saying, TRACK_OP_RETAIN, 0, tag_of(saying->act->act), true);
}

/* How an act is said: by a function, or as an event. */
/* clang-format off */
static const struct {
	void (*say)(struct saying *saying);
	bool is_event, has_party;
	enum track_op op;
} ways[PACK_OP__COUNT] = {
	[PACK_OP_CREATE]  = {.say = say_birth},
	[PACK_OP_OPEN]    = {.say = say_birth},
	[PACK_OP_RETAIN]  = {.say = say_retain},
	[PACK_OP_RELEASE] = {.say = say_release},
	[PACK_OP_DESTROY] = {.is_event = true, .op = TRACK_OP_DESTROY},
	[PACK_OP_CLOSE]   = {.is_event = true, .op = TRACK_OP_CLOSE},
	[PACK_OP_CALL]    = {.say = say_call},
	[PACK_OP_ARM]     = {.say = say_arm},
	[PACK_OP_FIRE]    = {.is_event = true, .op = TRACK_OP_FIRE},
	[PACK_OP_CANCEL]  = {.is_event = true, .op = TRACK_OP_CANCEL},
	[PACK_OP_OVER]    = {.say = say_over},
	[PACK_OP_OWN]     = {.is_event = true, .op = TRACK_OP_OWN, .has_party = true},
	[PACK_OP_NEEDS]   = {.is_event = true, .op = TRACK_OP_NEEDS, .has_party = true},
	[PACK_OP_USE]     = {.is_event = true, .op = TRACK_OP_USE},
	[PACK_OP_NAME]    = {.say = say_name},
};
/* clang-format on */

static void say_act(struct saying *saying)
{
	enum pack_op op = saying->act->act->op;

	if (ways[op].say)
		ways[op].say(saying);
	else if (ways[op].is_event)
		say_with(saying, ways[op].op, 0, NULL, ways[op].has_party);
}

/* Behind the call, of what was told before it. */
static void say_rest(struct saying *saying, bool is_done)
{
	const struct pack_act *act = saying->act->act;
	uint64_t refused = is_done ? 0 : TRACK_REFUSED;

	if (act->op == PACK_OP_RELEASE && is_counted(saying)) {
		told_released(saying->scene->told, saying->subject);
	} else if (act->op == PACK_OP_CALL) {
		say(saying, TRACK_OP_CALL, TRACK_RETURNED, NULL);
	} else if (act->op == PACK_OP_CLOSE) {
		say(saying, TRACK_OP_CLOSE, TRACK_RETURNED | refused, NULL);
	} else if (act->op == PACK_OP_FIRE && act->subject.kind == TRACK_KIND_CALLBACK) {
		say(saying, TRACK_OP_FIRE, TRACK_RETURNED, NULL);
	} else if (act->op == PACK_OP_ARM && !is_done) {
		say(saying, TRACK_OP_CANCEL, 0, NULL);
		if (act->subject.kind == TRACK_KIND_CALLBACK)
			say(saying, TRACK_OP_DESTROY, 0, NULL);
	}
}

/*
 * What a library calls of its own is its affair: wrappers do not see it. But what ends something is
 * told whoever calls, be it by the last reference.
 */
static bool is_of_interest(const struct saying *saying)
{
	const struct pack_act *act = saying->act->act;

	if (saying->act->is_dropped)
		return false;
	return !saying->scene->is_inner || saying->row->is_end ||
	       (act->op == PACK_OP_RELEASE && saying->act->counter.count);
}

void acts_enter(struct acts_scene *scene, const struct row *row, const struct row_hit *hit)
{
	for (size_t i = 0; i < row->act_count; i++) {
		struct saying saying = {
			.scene = scene, .row = row, .act = &row->acts[i], .hit = hit};

		if (saying.act->is_before && is_of_interest(&saying) && is_said(&saying))
			say_act(&saying);
	}
}

void acts_return(struct acts_scene *scene, const struct row *row, const struct row_hit *hit)
{
	bool is_done = row_succeeded(row, hit);

	for (size_t i = 0; i < row->act_count; i++) {
		struct saying saying = {
			.scene = scene, .row = row, .act = &row->acts[i], .hit = hit};

		if (!is_of_interest(&saying) || (!saying.act->is_before && !is_done) ||
		    !is_said(&saying))
			continue;
		if (saying.act->is_before)
			say_rest(&saying, is_done);
		else
			say_act(&saying);
	}
}
