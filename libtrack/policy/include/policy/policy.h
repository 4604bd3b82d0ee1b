/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of a gate: what is known, what is allowed, how grave the rest is. It reads
 * rtctrack.yaml, suppressions in LeakSanitizer's grammar, and baselines, and judges findings by
 * them. It knows nothing of traces.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include <schema/errors.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct policy;

int policy_create(struct policy **ret_policy);
void policy_destroy(struct policy *policy);

/*
 * Each adds a file; path is only told, and copied. 0, -ENOMEM, -errno of reading it, or -EINVAL:
 * errors has all that is wrong, with lines; nothing of the file is used then.
 */
int policy_add_file(struct policy *policy, const char *path, struct schema_errors *errors);
int policy_add_suppressions(struct policy *policy, const char *path, struct schema_errors *errors);
int policy_set_baseline(struct policy *policy, const char *path, struct schema_errors *errors);

/* The same of bytes in memory, for whoever has read them. */
int policy_parse_file(struct policy *policy, const char *path, const void *bytes, size_t size,
		      struct schema_errors *errors);
int policy_parse_suppressions(struct policy *policy, const char *path, const void *bytes,
			      size_t size, struct schema_errors *errors);
int policy_parse_baseline(struct policy *policy, const char *path, const void *bytes, size_t size,
			  struct schema_errors *errors);

/* What rtctrack.yaml says that is about a run, not about findings. Texts are the policy's. */
struct policy_texts {
	const char *const *items;
	const unsigned *lines; /* of the file, each */
	size_t count;
};
struct policy_settings {
	bool has_grace, has_settle, has_hang_after, has_strict;
	uint64_t grace_ns, settle_ns, hang_after_ns;
	bool strict;
	const char *baseline; /* relative to the file's folder made whole; NULL none */
	unsigned baseline_line;
	struct policy_texts suppressions; /* the same */
	struct policy_texts mine;
	struct policy_texts packs; /* a name, or a path as above */
};
const struct policy_settings *policy_settings(const struct policy *policy);

struct policy_frame {
	const char *function, *file, *module; /* NULL unknown */
};

/* What a gate looks at. Strings are the caller's. */
struct policy_finding {
	const char *rule, *state, *kind, *class_name, *fingerprint;
	const char *culprit;	    /* function; NULL unknown */
	const char *culprit_module; /* NULL unknown */
	const char *message;
	uint64_t count;
	bool grows;		   /* so that the count depends on how long somebody looked */
	double slope;		   /* more with each session; 0: unknown, or it does not grow */
	uint64_t sessions;	   /* of its recording; 0: it was not counted in sessions */
	bool placeless;		   /* its fingerprint may be that of other places too */
	size_t recording;	   /* its number; those of one stand beside each other */
	const char *program;	   /* of its process: a file's name without folders; NULL unknown */
	const char *const *scopes; /* classes of the scopes that its members belong to */
	size_t scope_count;
	const struct policy_frame *frames; /* of its telling stack, innermost first */
	size_t frame_count;
};

enum policy_level { POLICY_IGNORE, POLICY_NOTE, POLICY_WARNING, POLICY_ERROR };

/* Why a finding passes, or fails, in the order in which they are asked. */
enum policy_reason {
	POLICY_BY_STATE,	 /* nobody said anything about it */
	POLICY_PROCESS_LIFETIME, /* it lasts as long as the process, as the file says */
	POLICY_SUPPRESSED,
	POLICY_BASELINE, /* it is known: no more of it than was allowed, or more if it fails */
	POLICY_BUDGET,
	POLICY_SEVERITY,
};

/* NO_BASELINE also of what no baseline would have: it does not fail, or is excused before. */
enum policy_novelty { POLICY_NO_BASELINE, POLICY_NEW, POLICY_KNOWN, POLICY_MORE };

/*
 * What would not fail anyway (NOTE, IGNORE) is not excused, though it counts as met by the lines
 * that fit; of WARNING this holds for baseline and budgets where the gate is not strict.
 */
struct policy_verdict {
	bool fails;
	bool would_fail; /* but for the line that says otherwise; of a severity: by its state */
	enum policy_level
		level; /* before anything excuses it: ERROR fails, WARNING only strictly */
	enum policy_reason reason;
	const char *path; /* of the line that says so; NULL: none does */
	unsigned line;
	const char *why; /* reason= or reason: of that line; NULL */
	enum policy_novelty novelty;
	uint64_t allowed; /* by that line; UINT64_MAX without bound */
	uint64_t found;	  /* how many there are that this line is about: "5, and 2 are allowed" */
	const char *state_was;	 /* MORE than the baseline knows: it is graver; NULL: it is not */
	double slope_was, slope; /* MORE: it grows faster; 0: it does not */
};

/* The most that a recording of the next policy_judge has: growth takes so long to be seen. */
void policy_set_sessions(struct policy *policy, uint64_t sessions);

/*
 * The recordings of the next policy_judge, and what programs ran in them, each told once; they are
 * the caller's until then. Unless they are told, every program ran, and nobody asks how many of a
 * finding one recording may have.
 */
struct policy_recording {
	const char *const *programs;
	size_t program_count;
};
void policy_set_recordings(struct policy *policy, const struct policy_recording *recordings,
			   size_t count);

/*
 * All findings of all traces of a gate, at once: budgets, max= and baselines are about their sum.
 * Verdicts are the caller's array of count. 0 or -ENOMEM.
 */
int policy_judge(struct policy *policy, bool strict, const struct policy_finding *findings,
		 size_t count, struct policy_verdict *ret_verdicts);

/* What each line came to, in the order of files and lines. */
struct policy_use {
	enum policy_reason reason; /* what it is: SEVERITY, PROCESS_LIFETIME, SUPPRESSED, BUDGET */
	const char *path, *text, *why;
	unsigned line;
	uint64_t met;		      /* findings that it fits */
	uint64_t findings, resources; /* that it let pass */
	uint64_t max;		      /* UINT64_MAX: no bound */
};
const struct policy_use *policy_uses(const struct policy *policy, size_t *ret_count);

/*
 * Of the baseline: what was not found any more, or fewer of it than allowed. What is found and
 * excused otherwise is not fixed; nor is what grew, in fewer sessions than it was known of, nor
 * what was found in programs that did not run, or not as often as it takes to find all of it.
 */
struct policy_fixed {
	const char *fingerprint, *rule, *class_name, *culprit;
	uint64_t allowed, found;
	unsigned line;
};
const struct policy_fixed *policy_fixed(const struct policy *policy, size_t *ret_count);

/* And its lines of which nothing was found since those programs did not run. */
size_t policy_not_run(const struct policy *policy);

/*
 * A suppression of that finding, a line without newline, ready to be copied. 0, -ENOSPC, or -ENOENT
 * if nothing is known of it that could be named.
 */
int policy_suppression_of(const struct policy_finding *finding, char *ret_line, size_t capacity);

/*
 * Of these findings (those that would fail a gate without it), sorted, one line per fingerprint, by
 * way of a temporary file beside it. 0, -EEXIST if it is there, -EINVAL if a finding has no
 * fingerprint, or -errno.
 */
int policy_write_baseline(const char *path, const struct policy_finding *findings, size_t count);

/* What an update of the baseline came to. */
struct policy_update {
	size_t gone, lowered, kept, not_run; /* lines */
	size_t refused; /* fingerprints that are new, or more than is allowed: they stay out */
};
/*
 * Only lowers, to what was found when policy_judge was last asked: who wants more writes a new one.
 * The baseline must be set. 0 or -errno.
 */
int policy_update_baseline(struct policy *policy, struct policy_update *ret_update);

#endif
