/* SPDX-License-Identifier: Apache-2.0 */
/* Each value in its own column: rows are written with a different one in each. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <store/trace.h>
#include <string.h>

static struct trace *trace;
static char text[1024];

static void begin(void)
{
	cr_assert_eq(trace_create(NULL, &trace), 0, "%s", trace_open_error());
}

static void end(void)
{
	trace_close(trace);
}

TestSuite(row, .init = begin, .fini = end);

/* The columns of the last row of a table, by commas; NULL is "-". */
static const char *last(const char *columns, const char *table)
{
	char sql[1024];
	struct trace_query *query;
	size_t length = 0;
	int count = 1;

	for (const char *at = columns; *at != '\0'; at++)
		count += *at == ',';
	snprintf(sql, sizeof(sql), "SELECT %s FROM %s ORDER BY rowid DESC", columns, table);
	cr_assert_eq(trace_query(trace, sql, &query), 0, "%s", trace_error(trace));
	cr_assert_eq(trace_query_step(query), 1);
	text[0] = '\0';
	for (int i = 0; i < count; i++) {
		const char *value = trace_query_text(query, i);

		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s",
					   i > 0 ? "," : "", value != NULL ? value : "-");
	}
	trace_query_destroy(query);
	return text;
}

static const char process_columns[] = "pid,ppid,parent_id,image,origin,exe,command,start_ns,"
				      "realtime_ns,end_ns,end,code,census_fds,census_threads,"
				      "fd_limit,exit_begun_ns,exit_tid,held_ns";

Test(row, of_a_process)
{
	struct trace_process row = {
		.pid = 1,
		.ppid = 2,
		.parent_id = 3,
		.image = 4,
		.origin = "fork",
		.exe = "/bin/a",
		.command = "a b",
		.start_ns = 5,
		.realtime_ns = 6,
		.end_ns = 7,
		.end = "exit",
		.code = 0,
		.census_threads = true,
		.fd_limit = 8,
		.exit_begun_ns = 9,
		.exit_tid = 10,
		.held_ns = 11,
	};

	cr_assert_eq(trace_put_process(trace, &row), 0);
	cr_expect_str_eq(last(process_columns, "process"),
			 "1,2,3,4,fork,/bin/a,a b,5,6,7,exit,0,0,1,8,9,10,11");
	row.parent_id = 0;
	row.end_ns = 0;
	row.code = INT32_MIN;
	row.fd_limit = 0;
	row.exit_begun_ns = 0;
	row.exit_tid = 0;
	row.held_ns = 0;
	cr_assert_eq(trace_put_process(trace, &row), 0);
	cr_expect_str_eq(last(process_columns, "process"),
			 "1,2,-,4,fork,/bin/a,a b,5,6,-,exit,-,0,1,-,-,-,-");
	cr_expect_str_eq(last("count(*)", "process"), "1");
}

Test(row, of_a_module)
{
	struct trace_module row = {.process_id = 1,
				   .bias = 2,
				   .start = 3,
				   .end = 4,
				   .path = "/lib/a",
				   .build_id = "ab",
				   .loaded_ns = 5,
				   .unloaded_ns = 6,
				   .symbols = "dwarf"};

	cr_assert_eq(trace_put_module(trace, &row), 0);
	cr_expect_str_eq(
		last("process_id,bias,start,end,path,build_id,loaded_ns,unloaded_ns,symbols",
		     "module"),
		"1,2,3,4,/lib/a,ab,5,6,dwarf");
}

static const char life_columns[] = "process_id,kind,class,subject,generation,birth_ns,birth_tid,"
				   "birth_stack,birth_call,death_ns,death_tid,death_stack,"
				   "death_call,ending,inherited";
static const char more_columns[] = "from_subject,name,local_address,remote_address,out_count,"
				   "in_count,out_bytes,in_bytes,last_use_ns,start_location,tid,"
				   "owner_id,hint_id";
static const char told_columns[] = "traits,refs,fires,cancelled,woken,close_ns,closed_ns,close_tid,"
				   "close_stack,earlier";

static const struct trace_annotation annotation = {.traits = "quiet",
						   .refs = 0,
						   .fires = 1,
						   .cancelled = 2,
						   .woken = 3,
						   .close_ns = 4,
						   .closed_ns = 5,
						   .close_tid = 6,
						   .close_stack = 7};

static const struct trace_resource whole = {
	.process_id = 1,
	.kind = "fd",
	.class_name = "udp",
	.subject = 2,
	.generation = 3,
	.birth_ns = 4,
	.birth_tid = 5,
	.birth_stack = 6,
	.birth_call = "socket",
	.death_ns = 7,
	.death_tid = 8,
	.death_stack = 9,
	.death_call = "close",
	.ending = "closed",
	.inherited = true,
	.from_subject = 0,
	.name = "n",
	.local_address = "l",
	.remote_address = "r",
	.has_traffic = true,
	.out_count = 11,
	.in_count = 12,
	.out_bytes = 13,
	.in_bytes = 14,
	.last_use_ns = 15,
	.start_location = 16,
	.tid = 17,
	.owner_id = 18,
	.hint_id = 19,
	.annotation = &annotation,
	.earlier = true,
};

Test(row, of_a_resource)
{
	struct trace_resource row = whole;

	cr_assert_eq(trace_put_resource(trace, &row), 0);
	cr_expect_str_eq(last(life_columns, "resource"),
			 "1,fd,udp,2,3,4,5,6,socket,7,8,9,close,closed,1");
	cr_expect_str_eq(last(more_columns, "resource"), "0,n,l,r,11,12,13,14,15,16,17,18,19");
	cr_expect_str_eq(last(told_columns, "resource"), "quiet,0,1,2,3,4,5,6,7,1");
}

/* And what a row before it had is not in it. */
Test(row, of_a_resource_of_which_little_is_known)
{
	struct trace_resource row = whole;
	struct trace_resource little = {.process_id = 1,
					.kind = "fd",
					.class_name = "udp",
					.birth_call = "",
					.from_subject = -1};

	cr_assert_eq(trace_put_resource(trace, &row), 0);
	cr_assert_eq(trace_put_resource(trace, &little), 0);
	cr_expect_str_eq(last(life_columns, "resource"), "1,fd,udp,0,0,0,0,-,,-,-,-,-,-,0");
	cr_expect_str_eq(last(more_columns, "resource"), "-,-,-,-,-,-,-,-,-,-,-,-,-");
	cr_expect_str_eq(last(told_columns, "resource"), "-,-,-,-,-,-,-,-,-,0");
	cr_assert_eq(trace_delete_resource(trace, row.id), 0);
	cr_expect_str_eq(last("count(*),max(id)", "resource"), "1,2");
}

Test(row, of_a_reference)
{
	static const char columns[] = "resource_id,holder_id,holder_kind,holder_subject,tag,waker,"
				      "stack_id,retained,released,first_ns,last_ns,released_stack";
	struct trace_reference row = {
		.resource_id = 1,
		.holder_id = 2,
		.holder_kind = "object",
		.holder_subject = 0,
		.tag = "t",
		.waker = true,
		.stack_id = 4,
		.retained = 5,
		.released = 6,
		.first_ns = 7,
		.last_ns = 8,
		.released_stack = 9,
	};
	struct trace_reference nobodys = {.resource_id = 2, .holder_subject = 3};

	cr_assert_eq(trace_put_reference(trace, &row), 0);
	cr_expect_str_eq(last(columns, "reference"), "1,2,object,0,t,1,4,5,6,7,8,9");
	cr_assert_eq(trace_put_reference(trace, &nobodys), 0);
	cr_expect_str_eq(last(columns, "reference"), "2,-,-,-,-,0,-,0,0,0,0,-");
	cr_assert_eq(trace_delete_references(trace, 1), 0);
	cr_expect_str_eq(last("count(*),max(resource_id)", "reference"), "1,2");
}

Test(row, of_statistics)
{
	struct trace_statistics row = {
		.process_id = 1,
		.kind = "fd",
		.class_name = "udp",
		.birth_stack = 2,
		.death_stack = 3,
		.birth_call = "socket",
		.death_call = "close",
		.ending = "closed",
		.count = 4,
		.total_ns = 5,
		.min_ns = 6,
		.max_ns = 7,
		.first_birth_ns = 8,
		.last_death_ns = 9,
		.traffic_count = 10,
		.out_count = 11,
		.in_count = 12,
		.out_bytes = 13,
		.in_bytes = 14,
	};

	cr_assert_eq(trace_put_statistics(trace, &row), 0);
	cr_expect_str_eq(last("process_id,kind,class,birth_stack,death_stack,birth_call,death_call,"
			      "ending,count,total_ns,min_ns,max_ns,first_birth_ns,last_death_ns,"
			      "traffic_count,out_count,in_count,out_bytes,in_bytes",
			      "lifetime_statistics"),
			 "1,fd,udp,2,3,socket,close,closed,4,5,6,7,8,9,10,11,12,13,14");
}

Test(row, of_an_act)
{
	struct trace_act row = {.process_id = 1,
				.resource_id = 2,
				.kind = "fd",
				.subject = 3,
				.what = "bad-close",
				.time_ns = 4,
				.tid = 5,
				.stack_id = 6,
				.call = "close",
				.error = EBADF,
				.other_id = 7};

	cr_assert_eq(trace_put_act(trace, &row), 0);
	cr_expect_str_eq(last("process_id,resource_id,kind,subject,what,time_ns,tid,stack_id,call,"
			      "error,other_id",
			      "act"),
			 "1,2,fd,3,bad-close,4,5,6,close,9,7");
	cr_assert_eq(trace_add_act_more(trace, row.id, 8), 0);
	cr_assert_eq(trace_add_act_more(trace, row.id, 9), 0);
	cr_expect_str_eq(last("act_id,count", "act_more"), "1,9");
}

Test(row, of_what_is_told_once)
{
	const struct trace_stray stray = {.process_id = 1,
					  .op = "release",
					  .kind = "object",
					  .count = 2,
					  .subject = 3,
					  .time_ns = 4,
					  .stack_id = 5};

	cr_assert_eq(trace_add_stray(trace, &stray), 0);
	cr_expect_str_eq(last("process_id,op,kind,count,subject,stack_id,time_ns",
			      "(SELECT 1 AS rowid, * FROM stray)"),
			 "1,release,object,2,3,5,4");
	cr_assert_eq(trace_add_need(trace, 1, 2, 3), 0);
	cr_expect_str_eq(last("user_id,used_id,time_ns", "need"), "1,2,3");
	cr_assert_eq(trace_add_mark(trace, 1, 2, "session"), 0);
	cr_expect_str_eq(last("pid,time_ns,text", "mark"), "1,2,session");
	cr_assert_eq(trace_put_note(trace, 1, "name", "INFO", 2, "a sentence"), 0);
	cr_expect_str_eq(last("process_id,name,weight,count,text", "note"),
			 "1,name,INFO,2,a sentence");
}

Test(row, of_a_place_and_what_is_there)
{
	const uint64_t addresses[] = {0x10, 0x20};
	int64_t place, stack = 0, empty = 0;

	cr_assert_eq(trace_location(trace, "/bin/a", "ab", 16, &place), 0);
	cr_expect_str_eq(last("path,build_id,address", "location"), "/bin/a,ab,16");
	cr_assert_eq(trace_add_frame(trace, place, 2, "f", "f.c", 3), 0);
	cr_expect_str_eq(last("location_id,position,function,file,line",
			      "(SELECT 1 AS rowid, * FROM frame)"),
			 "1,2,f,f.c,3");
	cr_assert_eq(trace_add_stack(trace, 4, 5, 6, addresses, 2, &stack), 0);
	cr_expect_str_eq(last("process_id,hash,time_ns,hex(addresses)", "stack"),
			 "4,5,6,10000000000000002000000000000000");
	cr_assert_eq(trace_add_stack_frame(trace, stack, 7, place), 0);
	cr_expect_str_eq(
		last("stack_id,position,location_id", "(SELECT 1 AS rowid, * FROM stack_frame)"),
		"1,7,1");
	cr_assert_eq(trace_add_stack(trace, 4, 6, 6, NULL, 0, &empty), 0, "%s", trace_error(trace));
	cr_expect_str_eq(last("hash,length(addresses)", "stack"), "6,0");
}

static const char standing_columns[] =
	"process_id,tid,thread_id,time_ns,wait,timed,call,subject,other,target_id,since_ns,"
	"stack_id,told_kind,told_subject,told_id,told_text,told_ns,told_stack";

Test(row, of_where_a_thread_stands)
{
	struct trace_standing row = {
		.process_id = 1,
		.tid = 2,
		.thread_id = 3,
		.time_ns = 4,
		.wait = "mutex",
		.timed = true,
		.call = "call",
		.subject = 5,
		.other = 6,
		.target_id = 7,
		.since_ns = 8,
		.stack_id = 9,
		.told_kind = "timer",
		.told_subject = 10,
		.told_id = 11,
		.told_text = "to be quiet",
		.told_ns = 12,
		.told_stack = 13,
	};
	int64_t id = 0;

	cr_assert_eq(trace_add_standing(trace, &row, &id), 0);
	cr_expect_eq(id, 1);
	cr_expect_str_eq(last(standing_columns, "standing"),
			 "1,2,3,4,mutex,1,call,5,6,7,8,9,timer,10,11,to be quiet,12,13");
	row = (struct trace_standing){.process_id = 1, .tid = 2, .time_ns = 4};
	cr_assert_eq(trace_add_standing(trace, &row, &id), 0);
	cr_expect_eq(id, 2);
	cr_expect_str_eq(last(standing_columns, "standing"), "1,2,-,4,-,0,-,-,-,-,-,-,-,-,-,-,-,-");
	row.wait = "descriptor";
	row.told_kind = "fd";
	cr_assert_eq(trace_add_standing(trace, &row, &id), 0);
	cr_expect_str_eq(last("subject,told_subject", "standing"), "0,0", "descriptor 0 is one");
}

static const struct trace_held a_held = {.standing_id = 1,
					 .position = 2,
					 .lock = 3,
					 .mode = "mutex",
					 .depth = 4,
					 .since_ns = 5,
					 .stack_id = 6};
static const struct trace_inside an_inside = {
	.standing_id = 1, .position = 2, .resource_id = 3, .closing = true};
static const struct trace_waker a_waker = {
	.process_id = 1, .subject = 2, .tid = 3, .time_ns = 4, .count = 5, .stack_id = 6};
static const struct trace_lock_order an_order = {.process_id = 1,
						 .first = 2,
						 .second = 3,
						 .first_birth = 4,
						 .second_birth = 5,
						 .first_stack = 6,
						 .second_stack = 7,
						 .guard = 8,
						 .tid = 9,
						 .many = true};

Test(row, of_what_a_thread_holds_and_is_inside_of)
{
	cr_assert_eq(trace_add_held(trace, &a_held), 0);
	cr_expect_str_eq(last("standing_id,position,lock,mode,depth,since_ns,stack_id",
			      "(SELECT 1 AS rowid, * FROM held)"),
			 "1,2,3,mutex,4,5,6");
	cr_assert_eq(trace_add_inside(trace, &an_inside), 0);
	cr_expect_str_eq(last("standing_id,position,resource_id,closing",
			      "(SELECT 1 AS rowid, * FROM inside)"),
			 "1,2,3,1");
}

Test(row, of_wakers_and_the_order_of_locks)
{
	cr_assert_eq(trace_add_waker(trace, &a_waker), 0);
	cr_expect_str_eq(last("process_id,subject,tid,time_ns,count,stack_id", "waker"),
			 "1,2,3,4,5,6");
	cr_assert_eq(trace_add_lock_order(trace, &an_order), 0);
	cr_expect_str_eq(last("process_id,first,second,first_birth,second_birth,first_stack,"
			      "second_stack,guard,tid,many",
			      "lock_order"),
			 "1,2,3,4,5,6,7,8,9,1");
}

Test(row, of_an_earlier_look_at_a_process_goes)
{
	int64_t ids[2];

	for (int i = 0; i < 2; i++) {
		struct trace_standing row = {.process_id = i + 1, .tid = 2, .time_ns = 4};
		struct trace_held held = a_held;
		struct trace_inside inside = an_inside;
		struct trace_waker waker = a_waker;
		struct trace_lock_order order = an_order;

		cr_assert_eq(trace_add_standing(trace, &row, &ids[i]), 0);
		held.standing_id = inside.standing_id = ids[i];
		waker.process_id = order.process_id = i + 1;
		cr_assert_eq(trace_add_held(trace, &held), 0);
		cr_assert_eq(trace_add_inside(trace, &inside), 0);
		cr_assert_eq(trace_add_waker(trace, &waker), 0);
		cr_assert_eq(trace_add_lock_order(trace, &order), 0);
	}
	cr_assert_eq(trace_clear_standings(trace, 1), 0);
	cr_expect_str_eq(last("(SELECT group_concat(process_id) FROM standing),"
			      "(SELECT group_concat(standing_id) FROM held),"
			      "(SELECT group_concat(standing_id) FROM inside),"
			      "(SELECT group_concat(process_id) FROM waker),"
			      "(SELECT group_concat(process_id) FROM lock_order)",
			      "standing"),
			 "2,2,2,2,2");
}

Test(row, that_breaks_the_schema_is_an_error)
{
	struct trace_process row = {.origin = "start", .command = "", .end = ""};

	cr_expect_eq(trace_put_process(trace, &row), -EIO);
	cr_expect_not_null(strstr(trace_error(trace), "process.exe"), "%s", trace_error(trace));
	cr_expect_eq(row.id, 0);
}
