/* SPDX-License-Identifier: Apache-2.0 */
/* Rows written: one function per table, columns bound in the order of statements.def. */
#include <stdint.h>

#include "database.h"
#include "store/trace.h"

/* Run with the id last if the row has one, else take the one SQLite gives. */
static int put(struct trace *trace, struct binding *binding, int64_t *id)
{
	int error;

	if (*id != 0) {
		bind_int(binding, *id);
		return statement_run(trace, binding);
	}
	error = statement_run(trace, binding);
	if (error == 0)
		*id = sqlite3_last_insert_rowid(trace->db);
	return error;
}

int trace_put_process(struct trace *trace, struct trace_process *process)
{
	struct binding binding;
	int error = statement_begin(
		trace, process->id == 0 ? STATEMENT_INSERT_PROCESS : STATEMENT_REPLACE_PROCESS,
		true, &binding);

	if (error != 0)
		return error;
	bind_int(&binding, process->pid);
	bind_int(&binding, process->ppid);
	bind_id(&binding, process->parent_id);
	bind_int(&binding, process->image);
	bind_text(&binding, process->origin);
	bind_text(&binding, process->exe);
	bind_text(&binding, process->command);
	bind_int(&binding, (int64_t)process->start_ns);
	bind_int(&binding, (int64_t)process->realtime_ns);
	bind_id(&binding, (int64_t)process->end_ns);
	bind_text(&binding, process->end);
	bind_int_unless(&binding, process->code, INT32_MIN);
	bind_int(&binding, process->census_fds);
	bind_int(&binding, process->census_threads);
	bind_id(&binding, process->fd_limit);
	bind_text(&binding, process->packs);
	bind_id(&binding, (int64_t)process->exit_begun_ns);
	bind_id(&binding, process->exit_tid);
	bind_id(&binding, (int64_t)process->held_ns);
	return put(trace, &binding, &process->id);
}

int trace_put_module(struct trace *trace, struct trace_module *module)
{
	struct binding binding;
	int error = statement_begin(
		trace, module->id == 0 ? STATEMENT_INSERT_MODULE : STATEMENT_REPLACE_MODULE, true,
		&binding);

	if (error != 0)
		return error;
	bind_int(&binding, module->process_id);
	bind_int(&binding, (int64_t)module->bias);
	bind_int(&binding, (int64_t)module->start);
	bind_int(&binding, (int64_t)module->end);
	bind_text(&binding, module->path);
	bind_text(&binding, module->build_id);
	bind_int(&binding, (int64_t)module->loaded_ns);
	bind_id(&binding, (int64_t)module->unloaded_ns);
	bind_text(&binding, module->symbols);
	return put(trace, &binding, &module->id);
}

static void bind_death(struct binding *binding, const struct trace_resource *resource)
{
	bind_id(binding, (int64_t)resource->death_ns);
	bind_id(binding, resource->death_tid);
	bind_id(binding, resource->death_stack);
	bind_text(binding, resource->death_call);
	bind_text(binding, resource->ending);
}

static void bind_traffic(struct binding *binding, const struct trace_resource *resource)
{
	const uint64_t values[] = {
		resource->out_count, resource->in_count,    resource->out_bytes,
		resource->in_bytes,  resource->last_use_ns,
	};
	const size_t count = sizeof(values) / sizeof(values[0]);

	for (size_t i = 0; i < count; i++)
		bind_int_unless(binding, resource->has_traffic ? (int64_t)values[i] : INT64_MIN,
				INT64_MIN);
}

/* What only the annotated kinds have. */
static void bind_annotation(struct binding *binding, const struct trace_annotation *annotation)
{
	static const struct trace_annotation none = {
		.refs = -1, .fires = -1, .cancelled = -1, .woken = -1};

	if (annotation == NULL)
		annotation = &none;
	bind_text(binding, annotation->traits);
	bind_int_unless(binding, annotation->refs, -1);
	bind_int_unless(binding, annotation->fires, -1);
	bind_int_unless(binding, annotation->cancelled, -1);
	bind_int_unless(binding, annotation->woken, -1);
	bind_id(binding, (int64_t)annotation->close_ns);
	bind_id(binding, (int64_t)annotation->closed_ns);
	bind_id(binding, annotation->close_tid);
	bind_id(binding, annotation->close_stack);
}

int trace_put_resource(struct trace *trace, struct trace_resource *resource)
{
	struct binding binding;
	int error = statement_begin(
		trace, resource->id == 0 ? STATEMENT_INSERT_RESOURCE : STATEMENT_REPLACE_RESOURCE,
		true, &binding);

	if (error != 0)
		return error;
	bind_int(&binding, resource->process_id);
	bind_text(&binding, resource->kind);
	bind_text(&binding, resource->class_name);
	bind_int(&binding, (int64_t)resource->subject);
	bind_int(&binding, resource->generation);
	bind_int(&binding, (int64_t)resource->birth_ns);
	bind_int(&binding, resource->birth_tid);
	bind_id(&binding, resource->birth_stack);
	bind_text(&binding, resource->birth_call);
	bind_death(&binding, resource);
	bind_int(&binding, resource->inherited);
	bind_int_unless(&binding, resource->from_subject, -1);
	bind_text(&binding, resource->name);
	bind_text(&binding, resource->local_address);
	bind_text(&binding, resource->remote_address);
	bind_traffic(&binding, resource);
	bind_id(&binding, resource->start_location);
	bind_id(&binding, resource->tid);
	bind_id(&binding, resource->owner_id);
	bind_id(&binding, resource->hint_id);
	bind_annotation(&binding, resource->annotation);
	bind_int(&binding, resource->earlier);
	return put(trace, &binding, &resource->id);
}

/* Run a statement that takes an id and gives no row. */
static int run_by_id(struct trace *trace, enum statement which, int64_t id)
{
	struct binding binding;
	int error = statement_begin(trace, which, true, &binding);

	if (error != 0)
		return error;
	bind_int(&binding, id);
	return statement_run(trace, &binding);
}

int trace_delete_resource(struct trace *trace, int64_t id)
{
	return run_by_id(trace, STATEMENT_DELETE_RESOURCE, id);
}

int trace_put_reference(struct trace *trace, struct trace_reference *reference)
{
	struct binding binding;
	int error = statement_begin(trace,
				    reference->id == 0 ? STATEMENT_INSERT_REFERENCE
						       : STATEMENT_REPLACE_REFERENCE,
				    true, &binding);

	if (error != 0)
		return error;
	bind_int(&binding, reference->resource_id);
	bind_id(&binding, reference->holder_id);
	bind_text(&binding, reference->holder_kind);
	if (reference->holder_kind != NULL)
		bind_int(&binding, (int64_t)reference->holder_subject);
	else
		bind_id(&binding, 0);
	bind_text(&binding, reference->tag);
	bind_int(&binding, reference->waker);
	bind_id(&binding, reference->stack_id);
	bind_int(&binding, (int64_t)reference->retained);
	bind_int(&binding, (int64_t)reference->released);
	bind_int(&binding, (int64_t)reference->first_ns);
	bind_int(&binding, (int64_t)reference->last_ns);
	bind_id(&binding, reference->released_stack);
	return put(trace, &binding, &reference->id);
}

int trace_delete_references(struct trace *trace, int64_t resource_id)
{
	return run_by_id(trace, STATEMENT_DELETE_REFERENCES, resource_id);
}

static int add_texts(struct trace *trace, enum statement statement, const char *const *texts,
		     size_t count)
{
	struct binding binding;
	int error = statement_begin(trace, statement, true, &binding);

	if (error != 0)
		return error;
	for (size_t i = 0; i < count; i++)
		bind_text(&binding, texts[i]);
	return statement_run(trace, &binding);
}

int trace_add_plumbing(struct trace *trace, const char *file)
{
	return add_texts(trace, STATEMENT_INSERT_PLUMBING, &file, 1);
}

int trace_add_packed(struct trace *trace, const char *library)
{
	return add_texts(trace, STATEMENT_INSERT_PACKED, &library, 1);
}

int trace_add_lifelong(struct trace *trace, const struct trace_lifelong *lifelong)
{
	return add_texts(trace, STATEMENT_INSERT_LIFELONG,
			 (const char *const[]){lifelong->library, lifelong->function,
					       lifelong->caller, lifelong->what},
			 4);
}

int trace_add_need(struct trace *trace, int64_t user_id, int64_t used_id, uint64_t time_ns)
{
	struct binding binding;
	int error = statement_begin(trace, STATEMENT_INSERT_NEED, true, &binding);

	if (error != 0)
		return error;
	bind_int(&binding, user_id);
	bind_int(&binding, used_id);
	bind_int(&binding, (int64_t)time_ns);
	return statement_run(trace, &binding);
}

static int delete_statistics(struct trace *trace, struct trace_statistics *statistics)
{
	int error = statistics->id != 0
			    ? run_by_id(trace, STATEMENT_DELETE_STATISTICS, statistics->id)
			    : 0;

	if (error == 0)
		statistics->id = 0;
	return error;
}

static void bind_sums(struct binding *binding, const struct trace_statistics *statistics)
{
	const uint64_t values[] = {
		statistics->count,	   statistics->total_ns,       statistics->min_ns,
		statistics->max_ns,	   statistics->first_birth_ns, statistics->last_death_ns,
		statistics->traffic_count, statistics->out_count,      statistics->in_count,
		statistics->out_bytes,	   statistics->in_bytes,
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		bind_int(binding, (int64_t)values[i]);
}

int trace_put_statistics(struct trace *trace, struct trace_statistics *statistics)
{
	struct binding binding;
	int error;

	if (statistics->count == 0)
		return delete_statistics(trace, statistics);
	error = statement_begin(trace,
				statistics->id == 0 ? STATEMENT_INSERT_STATISTICS
						    : STATEMENT_REPLACE_STATISTICS,
				true, &binding);
	if (error != 0)
		return error;
	bind_int(&binding, statistics->process_id);
	bind_text(&binding, statistics->kind);
	bind_text(&binding, statistics->class_name);
	bind_id(&binding, statistics->birth_stack);
	bind_id(&binding, statistics->death_stack);
	bind_text(&binding, statistics->birth_call);
	bind_text(&binding, statistics->death_call);
	bind_text(&binding, statistics->ending);
	bind_sums(&binding, statistics);
	return put(trace, &binding, &statistics->id);
}

int trace_put_act(struct trace *trace, struct trace_act *act)
{
	struct binding binding;
	int error = statement_begin(
		trace, act->id == 0 ? STATEMENT_INSERT_ACT : STATEMENT_REPLACE_ACT, true, &binding);

	if (error != 0)
		return error;
	bind_int(&binding, act->process_id);
	bind_id(&binding, act->resource_id);
	bind_text(&binding, act->kind);
	bind_int(&binding, (int64_t)act->subject);
	bind_text(&binding, act->what);
	bind_int(&binding, (int64_t)act->time_ns);
	bind_int(&binding, act->tid);
	bind_id(&binding, act->stack_id);
	bind_text(&binding, act->call);
	bind_id(&binding, act->error);
	bind_id(&binding, act->other_id);
	return put(trace, &binding, &act->id);
}

int trace_add_act_more(struct trace *trace, int64_t act_id, uint64_t count)
{
	struct binding binding;
	int error = statement_begin(trace, STATEMENT_INSERT_ACT_MORE, true, &binding);

	if (error != 0)
		return error;
	bind_int(&binding, act_id);
	bind_int(&binding, (int64_t)count);
	return statement_run(trace, &binding);
}

int trace_add_stack(struct trace *trace, int64_t process_id, uint64_t hash, uint64_t time_ns,
		    const uint64_t *addresses, size_t depth, int64_t *ret_id)
{
	struct binding binding;
	int64_t id = 0;
	int error = statement_begin(trace, STATEMENT_INSERT_STACK, true, &binding);

	if (error != 0)
		return error;
	bind_int(&binding, process_id);
	bind_int(&binding, (int64_t)hash);
	bind_int(&binding, (int64_t)time_ns);
	bind_blob(&binding, addresses, depth * sizeof(*addresses));
	error = put(trace, &binding, &id);
	if (error == 0)
		*ret_id = id;
	return error;
}

int trace_add_stray(struct trace *trace, const struct trace_stray *stray)
{
	struct binding binding;
	int error = statement_begin(trace, STATEMENT_INSERT_STRAY, true, &binding);

	if (error != 0)
		return error;
	bind_int(&binding, stray->process_id);
	bind_text(&binding, stray->op);
	bind_text(&binding, stray->kind);
	bind_int(&binding, (int64_t)stray->count);
	bind_int(&binding, (int64_t)stray->subject);
	bind_id(&binding, stray->stack_id);
	bind_int(&binding, (int64_t)stray->time_ns);
	return statement_run(trace, &binding);
}

int trace_add_mark(struct trace *trace, int32_t pid, uint64_t time_ns, const char *text)
{
	struct binding binding;
	int error = statement_begin(trace, STATEMENT_INSERT_MARK, true, &binding);

	if (error != 0)
		return error;
	bind_int(&binding, pid);
	bind_int(&binding, (int64_t)time_ns);
	bind_text(&binding, text);
	return statement_run(trace, &binding);
}

/* Deletes first: a UNIQUE constraint takes NULL process ids for different ones. */
int trace_put_note(struct trace *trace, int64_t process_id, const char *name, const char *weight,
		   uint64_t count, const char *text)
{
	struct binding binding;
	int error = statement_begin(trace, STATEMENT_DELETE_NOTE, true, &binding);

	if (error != 0)
		return error;
	bind_id(&binding, process_id);
	bind_text(&binding, name);
	error = statement_run(trace, &binding);
	if (error == 0)
		error = statement_begin(trace, STATEMENT_INSERT_NOTE, true, &binding);
	if (error != 0)
		return error;
	bind_id(&binding, process_id);
	bind_text(&binding, name);
	bind_text(&binding, weight);
	bind_int(&binding, (int64_t)count);
	bind_text(&binding, text);
	return statement_run(trace, &binding);
}
