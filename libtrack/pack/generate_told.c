/* SPDX-License-Identifier: Apache-2.0 */
#include "generate_told.h"

#include <track/track.h>

#include "generate_class.h"

size_t act_number(const struct wrapper *wrapper, const struct pack_act *act)
{
	return (size_t)(act - wrapper->function->acts);
}

struct scene act_scene(const struct wrapper *wrapper, const struct pack_act *act)
{
	struct scene scene = {.kind = SCENE_FUNCTION, .returns = wrapper->function->returns};

	for (size_t i = wrapper->function->act_count; i-- > 0;)
		if (wrapper->function->acts[i].callback.line)
			scene.callback = wrapper->function->acts[i].callback.value;
	if (act->callback.line)
		scene.callback = act->callback.value;
	return scene;
}

bool act_is_counted(const struct pack_act *act)
{
	return act->op == PACK_OP_RELEASE && act->of_class && act->of_class->counter.line &&
	       !act->of_class->notice.line;
}

void act_put_tell(const struct wrapper *wrapper, const struct pack_act *act, const char *op,
		  const char *arg)
{
	fprintf(wrapper->out, "\t\ttell(TRACK_OP_%s, %s, s%zu, %s, NULL);\n", op,
		generate_kind(act->subject.kind), act_number(wrapper, act), arg);
}

static void put_tell_with(const struct wrapper *wrapper, const struct pack_act *act, const char *op,
			  const char *text)
{
	const struct pack_party *party = pack_act_party(act);
	size_t n = act_number(wrapper, act);

	fprintf(wrapper->out, "\t\ttell_with(TRACK_OP_%s, %s, s%zu, %s, ", op,
		generate_kind(act->subject.kind), n,
		generate_kind(party ? party->kind : TRACK_KIND_OBJECT));
	fprintf(wrapper->out, party ? "o%zu, " : "0, ", n);
	if (text)
		generate_string(wrapper->out, text);
	else
		fputs("NULL", wrapper->out);
	fputs(");\n", wrapper->out);
}

static const char *tag_of(const struct pack_act *act)
{
	return act->tag.text ? act->tag.text : "reference";
}

static void put_release(const struct wrapper *wrapper, const struct pack_act *act)
{
	const struct pack_party *party = pack_act_party(act);
	size_t n = act_number(wrapper, act);
	char name[GENERATE_NAME];

	if (!act_is_counted(act)) {
		put_tell_with(wrapper, act, "RELEASE", tag_of(act));
		return;
	}
	generate_class_name(wrapper->pack, act->of_class, name);
	fprintf(wrapper->out, "\t\tcounted%zu = release_%s(s%zu, %s, ", n, name, n,
		generate_kind(party ? party->kind : TRACK_KIND_OBJECT));
	fprintf(wrapper->out, party ? "o%zu, " : "0, ", n);
	generate_string(wrapper->out, tag_of(act));
	fputs(");\n", wrapper->out);
}

static void put_call(const struct wrapper *wrapper, const struct pack_act *act)
{
	size_t n = act_number(wrapper, act);

	if (act->subject.kind != TRACK_KIND_SCOPE) {
		fprintf(wrapper->out, "\t\tinside%zu = track_pack_enter(%s, s%zu);\n", n,
			generate_kind(act->subject.kind), n);
		return;
	}
	fprintf(wrapper->out, "\t\ttell(TRACK_OP_CALL, TRACK_KIND_SCOPE, s%zu, 0, ", n);
	for (size_t i = 0; i < act->adopts.count; i++) {
		fputs(i ? "\n\t\t     \",\" " : "", wrapper->out);
		generate_string(wrapper->out, act->adopts.items[i].text);
	}
	fputs(act->adopts.count ? ");\n" : "NULL);\n", wrapper->out);
}

static void put_arm(const struct wrapper *wrapper, const struct pack_act *act)
{
	uint32_t traits = act->of_class->traits;

	if (act->subject.kind == TRACK_KIND_TIMER)
		traits |= TRACK_ONE_SHOT;
	fprintf(wrapper->out, "\t\ttell(TRACK_OP_ARM, %s, s%zu, ", generate_kind(act->subject.kind),
		act_number(wrapper, act));
	generate_traits(wrapper->out, traits);
	fputs(", ", wrapper->out);
	generate_string(wrapper->out, act->of_class->name.text);
	fputs(");\n", wrapper->out);
}

static void put_birth(const struct wrapper *wrapper, const struct pack_act *act)
{
	char name[GENERATE_NAME];

	fprintf(wrapper->out, "\t\tborn_%s(caller, s%zu);\n",
		generate_class_name(wrapper->pack, act->of_class, name), act_number(wrapper, act));
}

static void put_name(const struct wrapper *wrapper, const struct pack_act *act)
{
	const struct scene scene = act_scene(wrapper, act);

	fprintf(wrapper->out, "\t\tname(%s, s%zu, ", generate_kind(act->subject.kind),
		act_number(wrapper, act));
	generate_place(wrapper->out, &scene, &act->text, false);
	fputs(");\n", wrapper->out);
}

/* A lock that is tried first is never told here: the wrapper returns with it. */
static void put_lock(const struct wrapper *wrapper, const struct pack_act *act)
{
	size_t n = act_number(wrapper, act);

	if (!act->try.text)
		fprintf(wrapper->out, "\t\ttrack_pack_lock(TRACK_PACK_LOCKED, s%zu, caller);\n", n);
	else
		fprintf(wrapper->out,
			"\t\tif (takes(&wait%zu, &called[CALLED_%s], caller, s%zu))\n"
			"\t\t\treturn;\n",
			n, act->try.text, n);
}

static void put_stand(const struct wrapper *wrapper, const struct pack_act *act)
{
	static const char *const what[PACK_OP__COUNT] = {
		[PACK_OP_UNLOCK] = "UNLOCK",
		[PACK_OP_WAKE] = "WAKE",
		[PACK_OP_RENEW] = "RENEW",
		[PACK_OP_RETIRE] = "RETIRE",
	};

	fprintf(wrapper->out, "\t\ttrack_pack_lock(TRACK_PACK_%s, s%zu, caller);\n", what[act->op],
		act_number(wrapper, act));
}

static void put_wait(const struct wrapper *wrapper, const struct pack_act *act)
{
	size_t n = act_number(wrapper, act);

	fprintf(wrapper->out,
		"\t\ttrack_pack_wait(&wait%zu, TRACK_WAIT_CONDITION, s%zu, o%zu, %s);\n", n, n, n,
		act->is_timed ? "true" : "false");
}

static void put_carry(const struct wrapper *wrapper, const struct pack_act *act)
{
	fprintf(wrapper->out, "\t\ttrack_pack_carry(s%zu);\n", act_number(wrapper, act));
}

static void put_over(const struct wrapper *wrapper, const struct pack_act *act)
{
	bool is_timer = act->subject.kind == TRACK_KIND_TIMER;

	act_put_tell(wrapper, act, is_timer ? "CANCEL" : "DESTROY", "0");
}

static void put_retain(const struct wrapper *wrapper, const struct pack_act *act)
{
	put_tell_with(wrapper, act, "RETAIN", tag_of(act));
}

/* How an act is told: by a function, or as the event of this name, alone or with a party. */
/* clang-format off */
static const struct {
	void (*put)(const struct wrapper *wrapper, const struct pack_act *act);
	const char *alone, *with;
} ways[PACK_OP__COUNT] = {
	[PACK_OP_CREATE]  = {.put = put_birth},
	[PACK_OP_OPEN]    = {.put = put_birth},
	[PACK_OP_RETAIN]  = {.put = put_retain},
	[PACK_OP_RELEASE] = {.put = put_release},
	[PACK_OP_DESTROY] = {.alone = "DESTROY"},
	[PACK_OP_CLOSE]   = {.alone = "CLOSE"},
	[PACK_OP_CALL]    = {.put = put_call},
	[PACK_OP_CARRIES] = {.put = put_carry},
	[PACK_OP_ARM]     = {.put = put_arm},
	[PACK_OP_FIRE]    = {.alone = "FIRE"},
	[PACK_OP_CANCEL]  = {.alone = "CANCEL"},
	[PACK_OP_OVER]    = {.put = put_over},
	[PACK_OP_OWN]     = {.with = "OWN"},
	[PACK_OP_NEEDS]   = {.with = "NEEDS"},
	[PACK_OP_USE]     = {.alone = "USE"},
	[PACK_OP_NAME]    = {.put = put_name},
	[PACK_OP_LOCK]    = {.put = put_lock},
	[PACK_OP_UNLOCK]  = {.put = put_stand},
	[PACK_OP_WAKE]    = {.put = put_stand},
	[PACK_OP_RENEW]   = {.put = put_stand},
	[PACK_OP_RETIRE]  = {.put = put_stand},
	[PACK_OP_WAIT]    = {.put = put_wait},
};
/* clang-format on */

void act_put_told(const struct wrapper *wrapper, const struct pack_act *act)
{
	if (ways[act->op].put)
		ways[act->op].put(wrapper, act);
	else if (ways[act->op].alone)
		act_put_tell(wrapper, act, ways[act->op].alone, "0");
	else if (ways[act->op].with)
		put_tell_with(wrapper, act, ways[act->op].with, NULL);
}
