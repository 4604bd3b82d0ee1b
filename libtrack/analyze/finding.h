/* SPDX-License-Identifier: Apache-2.0 */
/* One finding while it is built: what it is about, its members, and the sentence. */
#ifndef ANALYZE_FINDING_H
#define ANALYZE_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "culprit.h"
#include "state.h"

/* clang-format off */
enum rule {
#define TRACK_RULE(id, name, text, judge, ...) RULE_##id,
#include <track/rules.def>
#undef TRACK_RULE
	RULE__COUNT
};
/* clang-format on */

const char *rule_name(enum rule rule);
/* Under which rule it is told that a kind's number grows: RULE_GROWTH for one without a row. */
enum rule rule_of_kind(const char *kind);

struct leak;

struct finding_evidence {
	int64_t resource_id;
	int64_t act_id;
	int64_t stack_id;
	const char *role; /* a constant, or finding_text */
};

/* A resource, or an act, that a rule found wrong. Texts live during the call. */
struct finding_member {
	const char *kind, *class_name;
	int64_t process_id;
	int64_t stack_id; /* the telling stack */
};

struct finding {
	enum rule rule;
	enum state state;
	char *kind, *class_name;
	uint64_t fingerprint;
	uint64_t count;		 /* members */
	uint64_t ended;		 /* threads: members that ended, and wait to be joined */
	uint64_t running;	 /* members of processes that ran on when the recording ended */
	uint64_t lives;		 /* closes: resources that the members are about */
	uint64_t stale;		 /* closes: members that hit a number's next owner */
	uint64_t first_ns;	 /* when it happened first; 0: no moment tells */
	struct u64map processes; /* of its members */
	int64_t process_id;	 /* of the first member */
	int64_t stack_id;
	const struct culprit *culprit;
	char *message;
	bool has_slope;
	double slope;
	struct finding_evidence *evidence;
	size_t evidence_count;
	size_t evidence_capacity;
	char **texts; /* made for roles */
	size_t text_count;
	const char
		*outlook;  /* leaks: what will be used up, and when; finding_text; NULL: nothing */
	const char *other; /* acts: who else they are about, a constant or finding_text */
	const struct leak *leak; /* of its first member; NULL: it is about none */
	bool follows;		 /* perhaps from others, which are told first */
	bool is_left_out;	 /* another finding says it all */
	uint64_t causes;	 /* a bit for each rule that it is about too */
};

struct findings {
	struct finding **items;
	size_t count;
	size_t capacity;
	struct u64map by_fingerprint; /* -> struct finding * */
};

/* Kind, class and the first frames in the project: equal in every run. */
uint64_t finding_group(const char *kind, const char *class_name, const struct culprit *culprit);

/* The finding of this rule that the member belongs to; made if new. */
int findings_get(struct findings *findings, enum rule rule, enum state state,
		 const struct finding_member *member, const struct culprit *culprit,
		 struct finding **ret_finding);
/* The one of this rule and group; NULL: none. */
struct finding *findings_find(const struct findings *findings, enum rule rule, uint64_t group);
void findings_finish(struct findings *findings);
/* The most severe first, then the most numerous. */
void findings_sort(struct findings *findings);

/* An act of it happened then. */
void finding_happened(struct finding *finding, uint64_t time_ns);
int finding_add_evidence(struct finding *finding, const struct finding_evidence *evidence);
/* Set the message as printf would. -ENOMEM. */
int finding_say(struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A text as printf would write it, for a role; lives as long as the finding. NULL: no memory. */
const char *finding_text(struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* "UDP socket" or "UDP sockets", as a person says it. */
enum { FINDING_NOUN_BYTES = 64 };
void class_noun(const char *kind, const char *class_name, bool plural, char *ret_noun);
void finding_noun(const struct finding *finding, bool plural, char *ret_noun);

#endif
