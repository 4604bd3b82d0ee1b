/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of where threads stand, as row.c writes others. */
#include <stdint.h>

#include "database.h"
#include "store/trace.h"

int trace_clear_standings(struct trace *trace, int64_t process_id)
{
	static const enum statement statements[] = {
		STATEMENT_DELETE_HELD,	 STATEMENT_DELETE_INSIDE,      STATEMENT_DELETE_STANDINGS,
		STATEMENT_DELETE_WAKERS, STATEMENT_DELETE_LOCK_ORDERS,
	};
	int error = 0;

	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]) && error == 0; i++) {
		struct binding binding;

		error = statement_begin(trace, statements[i], true, &binding);
		if (error != 0)
			return error;
		bind_int(&binding, process_id);
		error = statement_run(trace, &binding);
	}
	return error;
}

static void bind_wait(struct binding *binding, const struct trace_standing *standing)
{
	bind_text(binding, standing->wait);
	bind_int(binding, standing->timed);
	bind_text(binding, standing->call);
	/* 0 is a descriptor as well. */
	if (standing->wait != NULL)
		bind_int(binding, (int64_t)standing->subject);
	else
		bind_id(binding, 0);
	bind_id(binding, (int64_t)standing->other);
	bind_id(binding, standing->target_id);
	bind_id(binding, (int64_t)standing->since_ns);
	bind_id(binding, standing->stack_id);
}

static void bind_told(struct binding *binding, const struct trace_standing *standing)
{
	bind_text(binding, standing->told_kind);
	if (standing->told_kind != NULL)
		bind_int(binding, (int64_t)standing->told_subject);
	else
		bind_id(binding, 0);
	bind_id(binding, standing->told_id);
	bind_text(binding, standing->told_text);
	bind_id(binding, (int64_t)standing->told_ns);
	bind_id(binding, standing->told_stack);
}

int trace_add_standing(struct trace *trace, const struct trace_standing *standing, int64_t *ret_id)
{
	struct binding binding;
	int error = statement_begin(trace, STATEMENT_INSERT_STANDING, true, &binding);

	if (error != 0)
		return error;
	bind_int(&binding, standing->process_id);
	bind_int(&binding, standing->tid);
	bind_id(&binding, standing->thread_id);
	bind_int(&binding, (int64_t)standing->time_ns);
	bind_wait(&binding, standing);
	bind_told(&binding, standing);
	bind_int(&binding, standing->ended);
	error = statement_run(trace, &binding);
	if (error == 0)
		*ret_id = sqlite3_last_insert_rowid(trace->db);
	return error;
}

int trace_add_held(struct trace *trace, const struct trace_held *held)
{
	struct binding binding;
	int error = statement_begin(trace, STATEMENT_INSERT_HELD, true, &binding);

	if (error != 0)
		return error;
	bind_int(&binding, held->standing_id);
	bind_int(&binding, held->position);
	bind_int(&binding, (int64_t)held->lock);
	bind_text(&binding, held->mode);
	bind_int(&binding, held->depth);
	bind_id(&binding, (int64_t)held->since_ns);
	bind_id(&binding, held->stack_id);
	return statement_run(trace, &binding);
}

int trace_add_inside(struct trace *trace, const struct trace_inside *inside)
{
	struct binding binding;
	int error = statement_begin(trace, STATEMENT_INSERT_INSIDE, true, &binding);

	if (error != 0)
		return error;
	bind_int(&binding, inside->standing_id);
	bind_int(&binding, inside->position);
	bind_int(&binding, inside->resource_id);
	bind_int(&binding, inside->closing);
	return statement_run(trace, &binding);
}

int trace_add_waker(struct trace *trace, const struct trace_waker *waker)
{
	struct binding binding;
	int error = statement_begin(trace, STATEMENT_INSERT_WAKER, true, &binding);

	if (error != 0)
		return error;
	bind_int(&binding, waker->process_id);
	bind_int(&binding, (int64_t)waker->subject);
	bind_int(&binding, waker->tid);
	bind_id(&binding, (int64_t)waker->time_ns);
	bind_int(&binding, waker->count);
	bind_id(&binding, waker->stack_id);
	return statement_run(trace, &binding);
}

int trace_add_lock_order(struct trace *trace, const struct trace_lock_order *order)
{
	struct binding binding;
	int error = statement_begin(trace, STATEMENT_INSERT_LOCK_ORDER, true, &binding);

	if (error != 0)
		return error;
	bind_int(&binding, order->process_id);
	bind_int(&binding, (int64_t)order->first);
	bind_int(&binding, (int64_t)order->second);
	bind_int(&binding, order->first_birth);
	bind_int(&binding, order->second_birth);
	bind_id(&binding, order->first_stack);
	bind_id(&binding, order->second_stack);
	bind_id(&binding, (int64_t)order->guard);
	bind_int(&binding, order->tid);
	bind_int(&binding, order->many);
	return statement_run(trace, &binding);
}
