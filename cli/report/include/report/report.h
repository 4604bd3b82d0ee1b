/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a trace says, read into memory for a report. One reader, many formats.
 * All strings are clean UTF-8 and belong to the report; times are
 * CLOCK_MONOTONIC nanoseconds, 0 where unknown.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <report/ending.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <store/trace.h>

/* What to read: a member per row of filters.def. */
struct report_filter {
/* clang-format off */
#define REPORT_FILTER(where, field_type, member, ...) field_type member;
#include <report/filters.def>
#undef REPORT_FILTER
	/* clang-format on */
	uint64_t now_ns; /* the run goes on, at least until then; 0: it is over */
	/* Where mine is NULL: these, of a policy. */
	const char *const *more_mine;
	size_t more_mine_count;
	bool for_gate;	 /* of the findings what a gate asks, without their evidence */
	bool with_image; /* the trace itself, as the bytes of a file, beside what is read of it */
};

struct report_frame {
	const char *function; /* NULL unknown */
	const char *file;     /* NULL unknown */
	const char *module;   /* path; "" if the address is in none */
	int line;	      /* 0 unknown */
	uint64_t address;     /* in the module's file; absolute where there is none */
	bool plumbing;	      /* its file says so: whoever calls it is to blame */
};

struct report_stack {
	struct report_frame *frames; /* innermost first */
	size_t count;
};

struct report_resource {
	int64_t id;
	const char *kind, *class_name;
	const char *birth_call;					    /* "" unknown */
	const char *name, *local, *remote, *ending, *start_routine; /* NULL unknown */
	const char *traits;					    /* NULL none */
	int64_t refs; /* references that are left; -1 unknown */
	uint64_t subject, birth_ns, death_ns, last_use_ns;
	uint64_t out_count, in_count;
	uint32_t tid;
	bool has_traffic;
	bool earlier; /* it was there before the recording began */
};

struct report_evidence {
	const char *role;		  /* "created at" */
	struct report_resource *resource; /* NULL: none */
	struct report_stack *stack;	  /* NULL: none, or the role had one before */
	bool repeated;			  /* the role was there before, and not of another place */
	size_t process;			  /* index; SIZE_MAX unknown */
};

/* Whether a finding fails a gate, as its state says. */
enum report_fails { REPORT_FAILS_NEVER, REPORT_FAILS_STRICT, REPORT_FAILS_ALWAYS };

/* What a gate says of a finding: the words of libtrack/policy, and zero where none has looked. */
enum report_excuse {
	REPORT_NOT_EXCUSED,
	REPORT_PROCESS_LIFETIME,
	REPORT_SUPPRESSED,
	REPORT_BASELINE,
	REPORT_BUDGET,
	REPORT_SEVERITY,
};
enum report_novelty { REPORT_NO_BASELINE, REPORT_NEW, REPORT_KNOWN, REPORT_MORE };
enum report_level {
	REPORT_LEVEL_IGNORE,
	REPORT_LEVEL_NOTE,
	REPORT_LEVEL_WARNING,
	REPORT_LEVEL_ERROR
};

struct report_gate {
	bool judged;
	bool fails;
	enum report_level level;
	enum report_excuse excuse; /* why it passes, or that by which it fails */
	const char *place;	   /* "leaks.supp:3"; NULL none */
	const char *reason;	   /* as that line says; NULL none */
	enum report_novelty novelty;
	uint64_t allowed; /* so many, by that line; 0 none */
	uint64_t found;	  /* so many there are, and that is more; 0: it is not */
};

struct report_finding {
	int64_t id; /* of the trace's finding */
	struct report_gate gate;
	size_t runs, runs_total; /* merged: it is in so many of so many recordings; else 0 */
	const char *runs_named;	 /* then: "a.db, b.db and 3 more"; NULL none has a name */
	const char *rule, *state, *kind, *class_name, *fingerprint, *message;
	const char *culprit_function, *culprit_file, *culprit_module; /* NULL unknown */
	int culprit_line;					      /* 0 unknown */
	uint64_t count;
	double slope;
	enum report_fails fails;
	size_t process;		   /* index; SIZE_MAX unknown */
	bool placeless;		   /* its fingerprint may be that of other places too */
	bool minor;		   /* merely alive at the end, and neither socket nor thread */
	struct report_stack stack; /* the telling one; may be empty */
	bool stack_in_evidence;	   /* some role of the evidence has it too */
	const char **scopes;	   /* for a gate: classes of what its members belong to */
	size_t scope_count;
	struct report_evidence *evidence; /* at most REPORT_EVIDENCE_MAX */
	size_t evidence_count;
	uint64_t evidence_total;
};

#define REPORT_EVIDENCE_MAX 48

/* A line of a policy that lets findings pass, and what it came to. */
struct report_use {
	const char *place, *text, *reason; /* reason: NULL none */
	uint64_t met;			   /* findings that it is about */
	uint64_t findings, resources, max; /* that it let pass; UINT64_MAX: no bound */
	bool suppression;
	bool severity; /* a row of severities: it lets nothing pass */
};

/* Known by the baseline, and gone, or fewer. */
struct report_fixed {
	const char *fingerprint, *rule, *class_name, *culprit; /* culprit: NULL unknown */
	uint64_t allowed, found;
};

/* Sorted by start; a parent comes before its children. */
struct report_process {
	int64_t id, parent_id; /* 0: none known */
	size_t parent; /* index: who forked it, or the image before its exec; SIZE_MAX none */
	int32_t pid, ppid;
	uint32_t image;
	const char *origin, *exe, *command, *end;
	const char *packs; /* by spaces; NULL none */
	uint64_t findings; /* that it has a part in, whatever the filter */
	uint64_t lost;	   /* pieces of evidence */
	uint64_t start_ns, end_ns, realtime_ns;
	uint64_t held_ns; /* its end was held back for so long; 0: not at all */
	int32_t code;	  /* INT32_MIN unknown */
};

/* Where a thread stood at the last look at its process. */
struct report_thread {
	size_t process; /* index; SIZE_MAX unknown */
	uint32_t tid;
	bool first;	  /* the program's first thread */
	const char *name; /* NULL unknown */
	const char *wait; /* as in waits.def; NULL: it waits for nothing */
	const char *call; /* that waits; NULL unknown */
	uint64_t subject; /* address of what it waits for; descriptor; child's pid */
	bool has_subject;
	uint64_t since_ns, time_ns; /* it waits since; of the look */
	bool timed;		    /* the wait ends by itself */
	uint64_t held;		    /* so many locks */
	uint32_t other; /* the thread that holds the lock, or whose end it waits for; 0 unknown */
	const char *other_name; /* NULL unknown */
	bool other_ended;	/* and that thread is gone */
	uint64_t closed_ns;	/* the descriptor was closed then, while it waited; 0: not */
	const char *told_kind;	/* what it waits for, as the program says; NULL it does not say */
	const char *told;	/* that in words; NULL none */
	struct report_stack stack;	  /* may be empty */
	struct report_stack closed_stack; /* where that was; may be empty */
	struct report_stack held_stack;	  /* where it took the last of its locks; may be empty */
};

struct report_note {
	const char *name, *text;
	uint64_t count;
	bool lost;
};

/* Annotations of one op, about things of one kind whose birth nobody told. */
struct report_stray {
	const char *op, *kind;
	uint64_t count;
	uint64_t subject;	   /* of the first */
	struct report_stack stack; /* the same; may be empty */
};

struct report_rule {
	const char *name;
	uint64_t count; /* of findings */
};

/* Of one kind: how many lifetimes were seen. Inherited ones are left out. */
struct report_tally {
	const char *kind;
	uint64_t begun, ended, alive;
};

/* Of a soak: what was born at one place, counted after each session. */
struct report_trend {
	const char *verdict; /* growing, unclear, cache, steady, too few */
	const char *kind, *class_name;
	const char *culprit_function, *culprit_file, *culprit_module; /* NULL unknown */
	int culprit_line;					      /* 0 unknown */
	int64_t first, last; /* alive after the first session, and after the last */
	uint64_t warm_up;    /* sessions that the slope leaves out */
	bool has_slope;
	double slope, low, high; /* more per session; it lies between with 95 % */
	const char *supply;	 /* what is used up first; NULL: nothing that is known */
	uint64_t capacity, left; /* of that there are so many, for so many more sessions */
};

struct report_soak {
	const char *by, *what;	     /* marks, closes, repetitions; the same for people */
	uint64_t wanted, sessions;   /* asked for, and over */
	const char *no_verdict;	     /* why a gate cannot tell; NULL: it can */
	struct report_trend *trends; /* what grows first, what is steady last */
	size_t trend_count;
};

struct report {
	/* Of which it was merged (report/merge.h), and which own what it points to; 0: it is of
	 * one. */
	struct report *const *recordings;
	size_t recording_count;
	const char *command; /* NULL unknown */
	const char *trace_path;
	const char *timeout_s; /* it was ended after so many seconds; NULL: it was not */
	int exit_status;       /* -1 unknown */
	struct report_ending ending;
	bool finished;
	uint64_t lost;
	uint64_t duration_ns; /* from the first start to the last end seen */
	uint64_t end_ns;
	struct report_process *processes;
	size_t process_count; /* images: an exec makes another one */
	size_t pid_count;
	uint64_t mark_count;
	struct report_note *notes; /* LOST ones first */
	size_t note_count;
	struct report_stray *strays; /* in the order in which they began */
	size_t stray_count;
	struct report_tally *tallies;
	size_t tally_count;
	uint64_t folded; /* lifetimes in the tallies that the trace has as sums only */
	struct report_finding *findings; /* most severe first, minor ones last */
	size_t finding_count;
	size_t finding_others;	       /* that the filter leaves out */
	size_t finding_total;	       /* before the filter's top */
	size_t finding_ignored;	       /* that a policy leaves out */
	struct report_soak *soak;      /* NULL: it was none */
	struct report_thread *threads; /* of processes that did not end by themselves */
	size_t thread_count;
	bool hang_told;		   /* some finding, shown or not, tells why they stand */
	const char *absent_rule;   /* the filter's, of which there is no finding; NULL */
	struct report_rule *rules; /* then: those that there are findings of */
	size_t rule_count;
	const char *absent_scope; /* the filter's, which no scope of the trace is; NULL */
	const char **scopes;	  /* then: the classes of those that there are */
	size_t scope_count;
	const char *absent_mine; /* the filter's, which no frame of what is shown is in; NULL */
	/* Of a gate over all reports of a document: in the first of them. */
	const char *verdict; /* its line; NULL: there was no gate */
	int verdict_code;    /* exit code of check */
	const char *policy;  /* its file; NULL none */
	bool policy_found;   /* nobody named it: it lay in this folder */
	const struct report_use *uses;
	size_t use_count;
	const struct report_fixed *fixed;
	size_t fixed_count;
	/* The findings as a gate has them: all there are, whatever is shown, without evidence. The
	 * gate owns it; NULL: there was none. */
	struct report *judged;
	unsigned char *image; /* of the trace, where the filter asks for it; else NULL */
	size_t image_size;
	struct arena *arena;
	struct u64map *process_by_id; /* to index */
};

/* trace_path is only shown. 0 or -errno; -ESRCH: the filter's since is no mark of the trace. */
int report_read(struct trace *trace, const char *trace_path, const struct report_filter *filter,
		struct report **ret_report);
void report_destroy(struct report *report);

/*
 * The threads of the last image of that pid instead, however it ended: those of whom something is
 * known.
 */
int report_read_threads(struct report *report, struct trace *trace, int32_t pid);

/* Which marks a trace has, for the user: their number and the first texts. 0 or -errno. */
int report_marks(struct trace *trace, char *ret_line, size_t capacity);

/* Where a member of the finding began; all other evidence says more than that. */
bool report_is_birth(const struct report_evidence *evidence);

/* A gate lets it pass by a line that is about it. */
bool report_is_excused(const struct report_finding *finding);

/* It fails a gate: as that says, or where none has looked, as its state says. */
bool report_fails(const struct report_finding *finding);

/*
 * Which line of which file let it pass or failed it: "suppressed by leaks.supp:3: known upstream",
 * "5, and 2 are allowed (rtctrack.yaml:12)"; "" where its state alone did. Returns ret_text.
 */
const char *report_gate_says(const struct report_finding *finding, char *ret_text, size_t capacity);

/* Of the preloaded library, or of the header that tells it of annotations: nobody's own. */
bool report_is_ours(const struct report_frame *frame);

/* The last image of the first process: what the command became. NULL: nothing was recorded. */
const struct report_process *report_program(const struct report *report);

/* Nothing is missing: finished, and no evidence lost. */
bool report_complete(const struct report *report);

#endif
