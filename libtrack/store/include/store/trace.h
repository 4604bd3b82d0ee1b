/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A trace: one SQLite file, written by the collector's sink and the analysis,
 * read by reports. The only room that knows SQLite; schema.sql is the contract.
 * A trace is used by one thread at a time.
 *
 * Writers: rows are buffered in one transaction until trace_commit. Every
 * function returns 0 or -errno; -EIO with trace_error() for what SQLite said,
 * -ENOSPC full disk. Strings given are copied. NULL strings become NULL. Times
 * are CLOCK_MONOTONIC in nanoseconds, as on the wire.
 */
#ifndef STORE_TRACE_H
#define STORE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trace;

/*
 * path NULL: a private trace in a temporary file that vanishes on close. An old trace at path is
 * replaced; -EEXIST: something else is there (trace_open_error says). The caller closes it.
 */
int trace_create(const char *path, struct trace **ret_trace);

/* TRACE_COPY: a private copy that may be written and vanishes on close. */
enum trace_mode { TRACE_READ, TRACE_WRITE, TRACE_COPY };

/*
 * -ENOENT; -EBUSY: another one is about to close it, try again; -EBADMSG: not a trace, or one whose
 * tables are none; -EPROTO: of another schema version (trace_open_error). The caller closes it.
 */
int trace_open(const char *path, enum trace_mode mode, struct trace **ret_trace);
const char *
trace_open_error(void); /* why the last open or create of this thread failed: a sentence */

/*
 * Commits, folds the write-ahead log in, closes, whatever it returns. Waits two seconds for who
 * reads. -EBUSY: somebody goes on reading what was there before, and what was written last is only
 * in the log beside the file: trace_fold. NULL is fine.
 */
int trace_close(struct trace *trace);
/* A log stayed beside it, and who asks may write both. */
bool trace_has_log(const char *path);
/* Folds it in. -EBUSY: somebody reads what was there before; else as trace_open. */
int trace_fold(const char *path);
int trace_commit(struct trace *trace);
/* Bytes of the trace's file with what is not yet committed, without the log beside it. Cheap. */
int trace_size(struct trace *trace, uint64_t *ret_bytes);
/*
 * The bytes of a file that holds what the trace holds, what is only in the log beside it included:
 * what a reader in memory opens. Each page is at its place, so that what did not change is equal in
 * the next image. The caller frees it.
 */
int trace_image(struct trace *trace, unsigned char **ret_bytes, size_t *ret_size);
/*
 * What readers look by is indexed: as a trace's file is once it is closed. Nothing where the trace
 * may only be read.
 */
int trace_index(struct trace *trace);

/* What becomes of the texts of a column. beside: another one of the row, handed on; NULL none. */
struct trace_column {
	const char *table, *name;
	int how; /* 0: they stay */
	const char *beside;
};

/*
 * Gives what a text becomes, which lives until it is called again or longer; NULL: it goes. trace
 * has the rows that were before in the schema "original". 0 or -errno.
 */
typedef int (*trace_rewriter)(void *ctx, struct trace *trace, int how, const char *text,
			      const char *beside, const char **ret_text);

struct trace_rewriting {
	const struct trace_column *columns;
	size_t column_count;
	int misplaced; /* how, of what stands in a column of numbers or bytes and is neither */
	trace_rewriter rewrite;
	void *ctx;
};

/*
 * What an image holds, as a private trace of its own with other texts: no byte of those before is
 * in it. What schema.sql does not have is left out; rows that become equal where they must not be
 * are one. -ENOTSUP: a column of texts is none of the rewriting's (trace_open_error).
 */
int trace_rewrite(const unsigned char *bytes, size_t size, const struct trace_rewriting *rewriting,
		  struct trace **ret_trace);
/* What SQLite said of the last failure, "" if there was none; lives until the next one. */
const char *trace_error(const struct trace *trace);

int trace_set_meta(struct trace *trace, const char *key, const char *value);
/* NULL if absent; lives until trace_close. */
const char *trace_meta(struct trace *trace, const char *key);

/* Rows: what schema.sql calls the columns. id 0 in an insert: given by the store and returned. */
struct trace_process {
	int64_t id;
	int32_t pid, ppid;
	int64_t parent_id; /* 0: none */
	uint32_t image;
	const char *origin, *exe, *command;
	uint64_t start_ns, realtime_ns;
	uint64_t end_ns; /* 0: NULL */
	const char *end;
	int32_t code; /* INT32_MIN: NULL */
	bool census_fds, census_threads;
	uint32_t fd_limit;	/* 0: NULL */
	const char *packs;	/* NULL: NULL */
	uint64_t exit_begun_ns; /* 0: NULL */
	uint32_t exit_tid;	/* 0: NULL */
	uint64_t held_ns;	/* 0: NULL */
};

struct trace_module {
	int64_t id, process_id;
	uint64_t bias, start, end, loaded_ns, unloaded_ns; /* 0: NULL */
	const char *path, *build_id, *symbols;
};

/* What only the annotated kinds have. */
struct trace_annotation {
	const char *traits;
	int64_t refs, fires;	      /* -1: NULL */
	int64_t cancelled, woken;     /* -1: NULL */
	uint64_t close_ns, closed_ns; /* 0: NULL */
	uint32_t close_tid;
	int64_t close_stack;
};

struct trace_resource {
	int64_t id, process_id;
	const char *kind, *class_name;
	uint64_t subject;
	uint32_t generation;
	uint64_t birth_ns;
	uint32_t birth_tid;
	int64_t birth_stack; /* 0: NULL, as for every id below */
	const char *birth_call;
	uint64_t death_ns; /* 0: NULL, alive */
	uint32_t death_tid;
	int64_t death_stack;
	const char *death_call, *ending;
	bool inherited;
	bool earlier;	      /* there before the recording began */
	int64_t from_subject; /* -1: NULL */
	const char *name, *local_address, *remote_address;
	bool has_traffic;
	uint64_t out_count, in_count, out_bytes, in_bytes, last_use_ns;
	int64_t start_location;
	uint32_t tid; /* 0: NULL */
	int64_t owner_id, hint_id;
	const struct trace_annotation *annotation; /* NULL: all its columns are */
};

/* References of one holder, for one purpose, taken at one place. */
struct trace_reference {
	int64_t id, resource_id;
	int64_t holder_id;	 /* 0: NULL, as for every id */
	const char *holder_kind; /* NULL: nobody in particular */
	uint64_t holder_subject;
	const char *tag;
	bool waker;
	int64_t stack_id;
	uint64_t retained, released;
	uint64_t first_ns, last_ns;
	int64_t released_stack;
};

/* Lifetimes that have all this in common, as sums. */
struct trace_statistics {
	int64_t id, process_id;
	const char *kind, *class_name;
	int64_t birth_stack, death_stack; /* 0: NULL */
	const char *birth_call, *death_call, *ending;
	uint64_t count;
	uint64_t total_ns, min_ns, max_ns; /* of their lengths */
	uint64_t first_birth_ns, last_death_ns;
	uint64_t traffic_count; /* of how many the traffic is known */
	uint64_t out_count, in_count, out_bytes, in_bytes;
};

struct trace_act {
	int64_t id, process_id, resource_id;
	const char *kind;
	uint64_t subject;
	const char *what;
	uint64_t time_ns;
	uint32_t tid;
	int64_t stack_id;
	const char *call;
	int error;
	int64_t other_id;
};

/* Annotations of one op, about things of one kind that are not known. */
struct trace_stray {
	int64_t process_id;
	const char *op, *kind;
	uint64_t count;
	uint64_t subject, time_ns; /* of the first */
	int64_t stack_id;
};

/* Where a thread stood. */
struct trace_standing {
	int64_t process_id;
	uint32_t tid;
	int64_t thread_id;
	uint64_t time_ns;
	const char *wait; /* as in waits.def; NULL: for nothing, and there is no subject */
	bool timed;
	const char *call; /* NULL: not known */
	uint64_t subject;
	uint64_t other; /* 0: NULL */
	int64_t target_id;
	uint64_t since_ns; /* 0: NULL */
	int64_t stack_id;
	const char *told_kind; /* NULL: it says nothing, and there is no told_subject */
	uint64_t told_subject;
	int64_t told_id;
	const char *told_text;
	uint64_t told_ns;
	int64_t told_stack;
	bool ended; /* it is no thread of the process any more */
};

struct trace_held {
	int64_t standing_id;
	int position;
	uint64_t lock;
	const char *mode; /* as in waits.def */
	uint32_t depth;
	uint64_t since_ns; /* 0: NULL */
	int64_t stack_id;
};

struct trace_inside {
	int64_t standing_id;
	int position;
	int64_t resource_id;
	bool closing;
};

struct trace_waker {
	int64_t process_id;
	uint64_t subject;
	uint32_t tid;
	uint64_t time_ns; /* 0: NULL */
	uint32_t count;
	int64_t stack_id;
};

struct trace_lock_order {
	int64_t process_id;
	uint64_t first, second;
	uint32_t first_birth, second_birth;
	int64_t first_stack, second_stack;
	uint64_t guard; /* a bit for each lock; 0: NULL */
	uint32_t tid;
	bool many;
};

/*
 * put: inserted, or replaced where there is an id, which stays. add: inserted. Where a row is of
 * something by its key (a note, a stray, a frame), the one before is replaced.
 */
int trace_put_process(struct trace *trace, struct trace_process *process);
int trace_put_module(struct trace *trace, struct trace_module *module);
int trace_put_resource(struct trace *trace, struct trace_resource *resource);
int trace_delete_resource(struct trace *trace, int64_t id);
/* count 0: the row goes, and its id becomes 0. */
int trace_put_statistics(struct trace *trace, struct trace_statistics *statistics);
int trace_put_act(struct trace *trace, struct trace_act *act);
int trace_put_reference(struct trace *trace, struct trace_reference *reference);
int trace_delete_references(struct trace *trace, int64_t resource_id);
/* addresses: as the process had them; the id is the stack's row. */
int trace_add_stack(struct trace *trace, int64_t process_id, uint64_t hash, uint64_t time_ns,
		    const uint64_t *addresses, size_t depth, int64_t *ret_id);
/* So many more acts like this one have no row. */
int trace_add_act_more(struct trace *trace, int64_t act_id, uint64_t count);
/* A source file whose callers are to blame; once is enough. */
int trace_add_plumbing(struct trace *trace, const char *file);
/* What packs say of the libraries they are for, by patterns; see schema.sql. Once is enough. */
int trace_add_packed(struct trace *trace, const char *library);
struct trace_lifelong {
	const char *library, *function, *caller, *what; /* patterns of modules, functions; text */
};
int trace_add_lifelong(struct trace *trace, const struct trace_lifelong *lifelong);
/* The user needs the used one until its own end. */
int trace_add_need(struct trace *trace, int64_t user_id, int64_t used_id, uint64_t time_ns);
int trace_add_stray(struct trace *trace, const struct trace_stray *stray);
/* The process is looked at anew: what was said of where its threads stood goes. */
int trace_clear_standings(struct trace *trace, int64_t process_id);
int trace_add_standing(struct trace *trace, const struct trace_standing *standing, int64_t *ret_id);
int trace_add_held(struct trace *trace, const struct trace_held *held);
int trace_add_inside(struct trace *trace, const struct trace_inside *inside);
int trace_add_waker(struct trace *trace, const struct trace_waker *waker);
int trace_add_lock_order(struct trace *trace, const struct trace_lock_order *order);
int trace_add_mark(struct trace *trace, int32_t pid, uint64_t time_ns, const char *text);
/* process_id 0: the run as a whole. name, weight and text from notes.def. */
int trace_put_note(struct trace *trace, int64_t process_id, const char *name, const char *weight,
		   uint64_t count, const char *text);
/* The id of a place in a module file; made if new. */
int trace_location(struct trace *trace, const char *path, const char *build_id, uint64_t address,
		   int64_t *ret_id);
int trace_add_stack_frame(struct trace *trace, int64_t stack_id, int position, int64_t location_id);
int trace_add_frame(struct trace *trace, int64_t location_id, int position, const char *function,
		    const char *file, int line);

/* The last frame of the place is in a piece of its function: ".part.0". */
int trace_add_clone(struct trace *trace, int64_t location_id, const char *suffix);

/*
 * Queries. A cursor steps over the rows of a named query; columns are read by
 * position. Strings live until the next step. Queries are SQL text with ?1, ?2
 * parameters, but only files of the rooms store and analyze and the views of
 * reports hold any, each as one constant.
 */
struct trace_query;
int trace_query(struct trace *trace, const char *sql, struct trace_query **ret_query);
void trace_query_bind_int(struct trace_query *query, int parameter, int64_t value);
void trace_query_bind_text(struct trace_query *query, int parameter, const char *value);
/* 1: a row, 0: no more, -errno. */
int trace_query_step(struct trace_query *query);
void trace_query_reset(struct trace_query *query);
int64_t trace_query_int(struct trace_query *query, int column); /* 0 for NULL */
double trace_query_real(struct trace_query *query, int column);
const char *trace_query_text(struct trace_query *query, int column); /* NULL for NULL */
const void *trace_query_blob(struct trace_query *query, int column, size_t *ret_bytes);
bool trace_query_null(struct trace_query *query, int column);
void trace_query_destroy(struct trace_query *query);
/* Run one statement without result, e.g. the DELETE before findings are judged anew. */
int trace_execute(struct trace *trace, const char *sql);

#endif
