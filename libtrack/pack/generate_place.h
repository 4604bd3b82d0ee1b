/* SPDX-License-Identifier: Apache-2.0 */
/* Places and names as C. */
#ifndef PACK_GENERATE_PLACE_H
#define PACK_GENERATE_PLACE_H

#include <pack/pack.h>
#include <stdio.h>

/* Where the C stands that a place becomes a part of. */
enum scene_kind {
	SCENE_FUNCTION, /* a wrapper: a0, a1, ret */
	SCENE_CALLBACK, /* enter of a callback: call->args, call->target */
	SCENE_NOTIFY,	/* enter of a destroy notify: its callback is call->companion */
	SCENE_NOTICE,	/* a function of ours: a0, a1 */
};

struct scene {
	enum scene_kind kind;
	enum pack_returns returns; /* of a wrapper */
	unsigned callback;	   /* of a wrapper: which argument */
};

/* An expression for its value: of an id, if it is one (numbers begin with 1). */
void generate_place(FILE *out, const struct scene *scene, const struct pack_place *place,
		    bool is_id);

/* What must hold for a subject at a place, joined by " && ". test: of its value. */
void generate_subject_tests(FILE *out, const struct scene *scene, const struct pack_place *place,
			    const char *test);

/* As an expression. */
void generate_condition(FILE *out, const struct scene *scene,
			const struct pack_condition *condition);

/* A C string, with its quotes. */
void generate_string(FILE *out, const char *text);

/* A text in a comment. */
void generate_comment(FILE *out, const char *text);

/* "TRACK_MUST_CLOSE | TRACK_QUIET", or "0" */
void generate_traits(FILE *out, uint32_t traits);

/* "TRACK_KIND_OBJECT" */
const char *generate_kind(enum track_kind kind);

#endif
