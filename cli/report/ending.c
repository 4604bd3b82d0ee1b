/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <report/ending.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The last image of the first process: what the command became. */
static const char program_sql[] =
	"SELECT p.end, p.code, coalesce(p.end_ns, (SELECT CAST(value AS INTEGER) FROM meta WHERE "
	"key = 'ended_ns'), f.start_ns) - f.start_ns, p.exit_begun_ns IS NOT NULL "
	"FROM process p JOIN (SELECT pid, start_ns FROM process WHERE origin <> 'import' "
	"ORDER BY start_ns, id LIMIT 1) f ON f.pid = p.pid WHERE p.origin <> 'import' "
	"ORDER BY p.image DESC, p.id DESC LIMIT 1";
static const char others_sql[] =
	"SELECT count(*) FROM process WHERE end IN ('signal', 'unknown') AND pid <> "
	"(SELECT pid FROM process WHERE origin <> 'import' ORDER BY start_ns, id LIMIT 1)";

static const struct {
	const char *name;
	enum report_end end;
} ends[] = {
	{"signal", REPORT_END_SIGNAL},
	{"unknown", REPORT_END_UNKNOWN},
	{"running", REPORT_END_RUNNING},
};

/* Only the preloaded library tells whether main returned, or exit was called. */
static bool is_at_once(struct trace *trace, const char *end, bool exit_seen)
{
	const char *engine = trace_meta(trace, "engine");

	return strcmp(end, "exit") == 0 && !exit_seen && engine && strcmp(engine, "shim") == 0;
}

static void take_program(struct trace *trace, struct trace_query *row, struct report_ending *ending)
{
	const char *end = trace_query_text(row, 0);
	int64_t lasted_ns = trace_query_int(row, 2);

	for (size_t i = 0; end && i < sizeof(ends) / sizeof(*ends); i++)
		if (strcmp(end, ends[i].name) == 0)
			ending->end = ends[i].end;
	if (end && is_at_once(trace, end, trace_query_int(row, 3) != 0))
		ending->end = REPORT_END_AT_ONCE;
	if (ending->end == REPORT_END_SIGNAL)
		ending->signal = (int)trace_query_int(row, 1);
	ending->lasted_ns = lasted_ns > 0 ? (uint64_t)lasted_ns : 0;
	ending->no_memory = ending->signal == SIGKILL && trace_meta(trace, "oom_kills");
}

static void take_others(struct trace *trace, struct trace_query *row, struct report_ending *ending)
{
	(void)trace;
	ending->others = (uint64_t)trace_query_int(row, 0);
}

static int ask(struct trace *trace, const char *sql, struct report_ending *ending,
	       void (*take)(struct trace *trace, struct trace_query *row,
			    struct report_ending *ending))
{
	struct trace_query *query;
	int r = trace_query(trace, sql, &query);

	if (r < 0)
		return r;
	r = trace_query_step(query);
	if (r > 0)
		take(trace, query, ending);
	trace_query_destroy(query);
	return r < 0 ? r : 0;
}

int report_ending_read(struct trace *trace, struct report_ending *ret_ending)
{
	struct report_ending ending = {0};
	const char *timeout = trace_meta(trace, "timeout_s");
	int r = ask(trace, program_sql, &ending, take_program);

	if (r == 0)
		r = ask(trace, others_sql, &ending, take_others);
	if (r < 0)
		return r;
	ending.timeout_s = timeout ? strtod(timeout, NULL) : 0;
	*ret_ending = ending;
	return 0;
}

bool report_ending_cuts(const struct report_ending *ending)
{
	return ending->timeout_s > 0 || ending->end >= REPORT_END_SIGNAL;
}

/* What a signal that ends a program says of it: killed, unless there is a row. */
static const char *word_of(int signal)
{
	static const struct {
		int signal;
		const char *word;
	} words[] = {
		{SIGSEGV, "crashed by"},  {SIGBUS, "crashed by"},    {SIGABRT, "crashed by"},
		{SIGFPE, "crashed by"},	  {SIGILL, "crashed by"},    {SIGTRAP, "crashed by"},
		{SIGSYS, "crashed by"},	  {SIGTERM, "was ended by"}, {SIGINT, "was ended by"},
		{SIGHUP, "was ended by"},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (words[i].signal == signal)
			return words[i].word;
	return "was killed by";
}

static int say_signal(const struct report_ending *ending, char *ret_text, size_t capacity)
{
	const char *name = sigabbrev_np(ending->signal);
	char number[24];

	snprintf(number, sizeof(number), "signal %d", ending->signal);
	return snprintf(ret_text, capacity, "the program %s %s%s after %.1f s%s",
			word_of(ending->signal), name ? "SIG" : "", name ? name : number,
			(double)ending->lasted_ns / 1e9,
			ending->no_memory ? ", when the kernel had no memory left" : "");
}

static int say_cut(const struct report_ending *ending, char *ret_text, size_t capacity)
{
	double lasted_s = (double)ending->lasted_ns / 1e9;

	if (ending->timeout_s > 0)
		return snprintf(ret_text, capacity, "--timeout ended the program after %.1f s",
				ending->timeout_s);
	if (ending->end == REPORT_END_SIGNAL)
		return say_signal(ending, ret_text, capacity);
	return snprintf(ret_text, capacity, "the program %s after %.1f s",
			ending->end == REPORT_END_RUNNING ? "was still running"
							  : "was killed or crashed",
			lasted_s);
}

void report_ending_say(const struct report_ending *ending, bool failed,
		       char ret_text[REPORT_ENDING_BYTES])
{
	char own[160] = "", others[128] = "";

	if (report_ending_cuts(ending))
		say_cut(ending, own, sizeof(own));
	else if (ending->end == REPORT_END_AT_ONCE && failed)
		snprintf(own, sizeof(own),
			 "the program ended by _exit or with its last thread, so that none of its "
			 "exit functions ran");
	if (ending->others)
		snprintf(others, sizeof(others),
			 "%s%" PRIu64 " process%s that it had started %s killed or crashed",
			 own[0] ? ", and " : "", ending->others, ending->others == 1 ? "" : "es",
			 ending->others == 1 ? "was" : "were");
	snprintf(ret_text, REPORT_ENDING_BYTES, "%s%s%s", own, others,
		 report_ending_cuts(ending) ? ": only what it did until then is judged"
		 : ending->others	    ? ": of them only what they did until then is judged"
					    : "");
}
