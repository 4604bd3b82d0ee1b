/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <store/trace.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];
static char path[128];

static void make_folder(void)
{
	snprintf(folder, sizeof(folder), "/tmp/unit_store_XXXXXX");
	cr_assert_not_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/a.db", folder);
}

static void remove_folder(void)
{
	char command[128];

	chmod(folder, 0700);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	cr_assert_eq(system(command), 0);
}

TestSuite(trace, .init = make_folder, .fini = remove_folder);

static struct trace *create(void)
{
	struct trace *trace = NULL;

	cr_assert_eq(trace_create(path, &trace), 0, "%s", trace_open_error());
	return trace;
}

static struct trace *open_for(enum trace_mode mode)
{
	struct trace *trace = NULL;

	cr_assert_eq(trace_open(path, mode, &trace), 0, "%s", trace_open_error());
	return trace;
}

static int64_t number(struct trace *trace, const char *sql)
{
	struct trace_query *query;
	int64_t result = -1;

	cr_assert_eq(trace_query(trace, sql, &query), 0, "%s", trace_error(trace));
	if (trace_query_step(query) == 1)
		result = trace_query_int(query, 0);
	trace_query_destroy(query);
	return result;
}

static int64_t put_resource(struct trace *trace, int64_t id, uint64_t death_ns)
{
	struct trace_resource row = {
		.id = id,
		.process_id = 1,
		.kind = "fd",
		.class_name = "udp",
		.subject = 5,
		.generation = 1,
		.birth_ns = 10,
		.birth_call = "socket",
		.death_ns = death_ns,
		.from_subject = -1,
	};

	cr_assert_eq(trace_put_resource(trace, &row), 0, "%s", trace_error(trace));
	return row.id;
}

static void write_text(const char *text)
{
	FILE *file = fopen(path, "w");

	cr_assert_not_null(file);
	fputs(text, file);
	fclose(file);
}

static bool exists(const char *suffix)
{
	char name[160];

	snprintf(name, sizeof(name), "%s%s", path, suffix);
	return access(name, F_OK) == 0;
}

Test(trace, a_closed_trace_is_one_file)
{
	struct trace *trace = create();

	put_resource(trace, 0, 0);
	trace_close(trace);
	cr_expect(exists(""));
	cr_expect_not(exists("-wal"));
	cr_expect_not(exists("-shm"));
	trace = open_for(TRACE_READ);
	cr_expect_eq(number(trace, "SELECT count(*) FROM resource"), 1);
	trace_close(trace);
}

Test(trace, a_row_with_an_id_replaces_the_one_before)
{
	struct trace *trace = create();
	int64_t id = put_resource(trace, 0, 0);
	int64_t second = put_resource(trace, 0, 0);

	cr_expect_neq(id, second);
	cr_expect_eq(put_resource(trace, id, 99), id);
	cr_expect_eq(number(trace, "SELECT count(*) FROM resource"), 2);
	cr_expect_eq(number(trace, "SELECT death_ns FROM resource WHERE id = 1"), 99);
	trace_close(trace);
}

Test(trace, an_old_trace_is_replaced)
{
	struct trace *trace = create();

	put_resource(trace, 0, 0);
	trace_close(trace);
	trace = create();
	cr_expect_eq(number(trace, "SELECT count(*) FROM resource"), 0);
	trace_close(trace);
}

Test(trace, a_file_of_someone_else_is_not_overwritten)
{
	struct trace *trace = NULL;
	char text[32] = "";
	FILE *file;

	write_text("my thesis");
	cr_expect_eq(trace_create(path, &trace), -EEXIST);
	cr_expect_null(trace);
	cr_expect_not_null(strstr(trace_open_error(), "is not an rtctrack trace"));
	file = fopen(path, "r");
	cr_assert_not_null(fgets(text, sizeof(text), file));
	fclose(file);
	cr_expect_str_eq(text, "my thesis");
}

Test(trace, another_sqlite_database_is_not_overwritten)
{
	struct trace *trace = create();

	cr_assert_eq(trace_execute(trace, "PRAGMA application_id = 7"), 0);
	trace_close(trace);
	trace = NULL;
	cr_expect_eq(trace_create(path, &trace), -EEXIST);
	cr_expect_eq(trace_open(path, TRACE_READ, &trace), -EBADMSG);
}

Test(trace, another_schema_version_is_refused_in_words)
{
	struct trace *trace = create();

	cr_assert_eq(trace_execute(trace, "PRAGMA user_version = 99"), 0);
	trace_close(trace);
	cr_expect_eq(trace_open(path, TRACE_READ, &trace), -EPROTO);
	cr_expect_not_null(strstr(trace_open_error(), "schema version 99; this rtctrack reads "
						      "version 8: read it with the version"),
			   "%s", trace_open_error());
}

Test(trace, one_of_the_first_schema_is_refused_in_the_same_words)
{
	struct trace *trace = create();

	cr_assert_eq(trace_execute(trace, "PRAGMA user_version = 1"), 0);
	trace_close(trace);
	cr_expect_eq(trace_open(path, TRACE_READ, &trace), -EPROTO);
	cr_expect_not_null(strstr(trace_open_error(), "record the program again with this version"),
			   "%s", trace_open_error());
}

Test(trace, statistics_are_replaced_and_go_when_they_count_nothing)
{
	struct trace *trace = create();
	struct trace_process process = {.origin = "start", .exe = "", .command = "", .end = ""};
	struct trace_statistics row = {.kind = "fd",
				       .class_name = "udp",
				       .birth_call = "socket",
				       .death_call = "close",
				       .ending = "closed",
				       .count = 2,
				       .max_ns = 7};

	cr_assert_eq(trace_put_process(trace, &process), 0);
	row.process_id = process.id;
	cr_assert_eq(trace_put_statistics(trace, &row), 0);
	row.count = 3;
	cr_assert_eq(trace_put_statistics(trace, &row), 0);
	cr_expect_eq(number(trace, "SELECT sum(count) + sum(max_ns) FROM lifetime_statistics"), 10);
	row.count = 0;
	cr_assert_eq(trace_put_statistics(trace, &row), 0);
	cr_expect_eq(row.id, 0);
	cr_expect_eq(number(trace, "SELECT count(*) FROM lifetime_statistics"), 0);
	trace_close(trace);
}

Test(trace, its_size_grows_before_it_is_committed)
{
	struct trace *trace = create();
	uint64_t before, after;
	char text[20000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	cr_assert_eq(trace_size(trace, &before), 0);
	cr_assert_eq(trace_set_meta(trace, "host", text), 0);
	cr_assert_eq(trace_size(trace, &after), 0);
	cr_expect_geq(after, before + sizeof(text) - 8192);
	trace_close(trace);
}

Test(trace, a_folder_is_no_trace_and_nothing_is_no_trace)
{
	struct trace *trace = NULL;

	cr_expect_eq(trace_open(path, TRACE_READ, &trace), -ENOENT);
	cr_expect_not_null(strstr(trace_open_error(), path));
	cr_expect_eq(trace_open(folder, TRACE_READ, &trace), -EBADMSG);
	cr_expect_eq(trace_create(folder, &trace), -EEXIST);
}

Test(trace, a_folder_that_takes_no_file_is_named)
{
	struct trace *trace = NULL;
	char missing[160];

	snprintf(missing, sizeof(missing), "%s/no/a.db", folder);
	cr_expect_eq(trace_create(missing, &trace), -ENOENT);
	cr_expect_not_null(strstr(trace_open_error(), "cannot write a trace in folder"));
	chmod(folder, 0555);
	if (geteuid() == 0)
		cr_assert_eq(setresuid(65534, 65534, 0), 0);
	cr_expect_eq(trace_create(path, &trace), -EACCES);
	cr_expect_not_null(strstr(trace_open_error(), folder));
	cr_expect_not_null(strstr(trace_open_error(), "Permission denied"));
	if (getuid() == 65534)
		cr_assert_eq(setresuid(0, 0, 0), 0);
}

/* What a writer that never closes leaves behind. */
static void write_and_die(void)
{
	pid_t child = fork();
	struct trace *trace = NULL;
	int status;

	if (child == 0) {
		if (trace_create(path, &trace) != 0)
			_exit(1);
		for (int i = 0; i < 10000; i++) {
			struct trace_resource row = {.process_id = 1,
						     .kind = "fd",
						     .class_name = "udp",
						     .birth_call = ""};

			if (trace_put_resource(trace, &row) != 0)
				_exit(2);
			if (i == 7999 && trace_commit(trace) != 0)
				_exit(3);
		}
		_exit(0);
	}
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert_eq(status, 0);
}

Test(trace, a_killed_writer_leaves_what_it_committed)
{
	struct trace *trace;

	write_and_die();
	trace = open_for(TRACE_READ);
	cr_expect_eq(number(trace, "SELECT count(*) FROM resource"), 8000);
	trace_close(trace);
	trace = open_for(TRACE_WRITE);
	put_resource(trace, 0, 0);
	trace_close(trace);
	cr_expect_not(exists("-wal"));
	trace = open_for(TRACE_READ);
	cr_expect_eq(number(trace, "SELECT count(*) FROM resource"), 8001);
	trace_close(trace);
}

Test(trace, it_is_read_while_it_is_written)
{
	struct trace *writer = create();
	struct trace *reader;

	put_resource(writer, 0, 0);
	cr_assert_eq(trace_commit(writer), 0);
	put_resource(writer, 0, 0);
	reader = open_for(TRACE_READ);
	cr_expect_eq(number(reader, "SELECT count(*) FROM resource"), 1);
	cr_assert_eq(trace_commit(writer), 0);
	cr_expect_eq(number(reader, "SELECT count(*) FROM resource"), 2);
	trace_close(reader);
	trace_close(writer);
}

Test(trace, it_is_read_in_a_folder_that_cannot_be_written)
{
	struct trace *trace = create();

	put_resource(trace, 0, 0);
	trace_close(trace);
	chmod(path, 0444);
	chmod(folder, 0555);
	if (geteuid() == 0)
		cr_assert_eq(setresuid(65534, 65534, 0), 0);
	trace = open_for(TRACE_READ);
	cr_expect_eq(number(trace, "SELECT count(*) FROM resource"), 1);
	cr_expect_neq(trace_execute(trace, "DELETE FROM resource"), 0);
	trace_close(trace);
	if (getuid() == 65534)
		cr_assert_eq(setresuid(0, 0, 0), 0);
}

Test(trace, a_log_without_its_index_in_such_a_folder_still_gives_what_was_folded_in)
{
	struct trace *trace;
	char index[160];

	write_and_die();
	snprintf(index, sizeof(index), "%s-shm", path);
	cr_assert_eq(unlink(index), 0);
	chmod(path, 0444);
	chmod(folder, 0555);
	if (geteuid() == 0)
		cr_assert_eq(setresuid(65534, 65534, 0), 0);
	trace = open_for(TRACE_READ);
	cr_expect_geq(number(trace, "SELECT count(*) FROM resource"), 0);
	trace_close(trace);
	if (getuid() == 65534)
		cr_assert_eq(setresuid(0, 0, 0), 0);
}

Test(trace, a_private_trace_needs_no_path)
{
	struct trace *trace = NULL;

	cr_assert_eq(trace_create(NULL, &trace), 0);
	put_resource(trace, 0, 0);
	cr_assert_eq(trace_commit(trace), 0);
	cr_expect_eq(number(trace, "SELECT count(*) FROM resource"), 1);
	trace_close(trace);
}

Test(trace, a_meta_value_lives_until_the_trace_is_closed)
{
	struct trace *trace = create();
	const char *first;

	cr_expect_null(trace_meta(trace, "engine"));
	cr_assert_eq(trace_set_meta(trace, "engine", "shim"), 0);
	first = trace_meta(trace, "engine");
	cr_assert_eq(trace_set_meta(trace, "engine", "probes"), 0);
	cr_expect_str_eq(trace_meta(trace, "engine"), "probes");
	cr_expect_str_eq(first, "shim");
	cr_expect_str_eq(trace_meta(trace, "schema_version"), "8");
	trace_close(trace);
}

Test(trace, a_note_of_the_whole_run_is_stored_once)
{
	struct trace *trace = create();

	cr_assert_eq(trace_put_note(trace, 0, "lost", "LOST", 1, "events lost"), 0);
	cr_assert_eq(trace_put_note(trace, 0, "lost", "LOST", 2, "events lost"), 0);
	cr_assert_eq(trace_put_note(trace, 1, "lost", "LOST", 3, "events lost"), 0);
	cr_expect_eq(number(trace, "SELECT count(*) FROM note"), 2);
	cr_expect_eq(number(trace, "SELECT count FROM note WHERE process_id IS NULL"), 2);
	trace_close(trace);
}

Test(trace, a_place_has_one_id_also_after_reopening)
{
	struct trace *trace = create();
	int64_t first, again, other;

	cr_assert_eq(trace_location(trace, "/bin/a", "ab", 16, &first), 0);
	cr_assert_eq(trace_location(trace, "/bin/a", "ab", 16, &again), 0);
	cr_assert_eq(trace_location(trace, "/bin/a", "ab", 17, &other), 0);
	cr_expect_eq(first, again);
	cr_expect_neq(first, other);
	trace_close(trace);
	trace = open_for(TRACE_WRITE);
	cr_assert_eq(trace_location(trace, "/bin/a", "ab", 16, &again), 0);
	cr_expect_eq(first, again);
	trace_close(trace);
}

Test(trace, a_statement_that_is_wrong_says_why)
{
	struct trace *trace = create();
	struct trace_query *query;

	cr_expect_eq(trace_query(trace, "SELECT 1 FROM nowhere", &query), -EIO);
	cr_expect_not_null(strstr(trace_error(trace), "nowhere"), "%s", trace_error(trace));
	trace_close(trace);
}

Test(trace, a_query_takes_parameters_and_gives_columns)
{
	struct trace *trace = create();
	struct trace_query *query;
	size_t bytes = 0;

	cr_assert_eq(trace_query(trace, "SELECT ?1 + 1, ?2 || 'b', NULL, 2.5, x'0102'", &query), 0);
	for (int round = 0; round < 2; round++) {
		trace_query_bind_int(query, 1, round);
		trace_query_bind_text(query, 2, "a");
		cr_assert_eq(trace_query_step(query), 1);
		cr_expect_eq(trace_query_int(query, 0), round + 1);
		cr_expect_str_eq(trace_query_text(query, 1), "ab");
		cr_expect(trace_query_null(query, 2));
		cr_expect_null(trace_query_text(query, 2));
		cr_expect_eq(trace_query_real(query, 3), 2.5);
		cr_expect_eq(memcmp(trace_query_blob(query, 4, &bytes), "\1\2", 2), 0);
		cr_expect_eq(bytes, 2);
		cr_expect_eq(trace_query_step(query), 0);
	}
	trace_query_destroy(query);
	trace_close(trace);
}

Test(trace, what_a_query_changes_is_not_seen_before_it_is_committed)
{
	struct trace *writer = create();
	struct trace *reader;
	struct trace_query *query;

	put_resource(writer, 0, 0);
	put_resource(writer, 0, 0);
	cr_assert_eq(trace_commit(writer), 0);
	reader = open_for(TRACE_READ);
	cr_assert_eq(trace_query(writer, "DELETE FROM resource WHERE id = 1", &query), 0);
	cr_assert_eq(trace_query_step(query), 0);
	trace_query_destroy(query);
	cr_expect_eq(number(reader, "SELECT count(*) FROM resource"), 2);
	cr_assert_eq(trace_commit(writer), 0);
	cr_expect_eq(number(reader, "SELECT count(*) FROM resource"), 1);
	cr_assert_eq(trace_execute(writer, "DELETE FROM resource"), 0);
	cr_expect_eq(number(reader, "SELECT count(*) FROM resource"), 1);
	cr_assert_eq(trace_commit(writer), 0);
	cr_expect_eq(number(reader, "SELECT count(*) FROM resource"), 0);
	trace_close(reader);
	trace_close(writer);
}

Test(trace, closing_it_commits)
{
	struct trace *trace = create();

	put_resource(trace, 0, 0);
	trace_close(trace);
	trace = open_for(TRACE_READ);
	cr_expect_eq(number(trace, "SELECT count(*) FROM resource"), 1);
	cr_expect_eq(number(trace, "SELECT count(*) FROM sqlite_master WHERE type = 'index' AND "
				   "name IN ('resource_by_process', 'resource_by_birth_stack', "
				   "'evidence_by_resource')"),
		     3, "the indexes that reports ask for");
	cr_expect_eq(number(trace, "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = "
				   "'delete'"),
		     1, "it needs no log beside it to be read");
	trace_close(trace);
}

Test(trace, a_copy_can_be_written_and_its_file_stays_as_it_was)
{
	struct trace *trace = create();

	put_resource(trace, 0, 0);
	trace_close(trace);
	trace = open_for(TRACE_COPY);
	cr_expect_eq(number(trace, "SELECT count(*) FROM resource"), 1);
	put_resource(trace, 0, 0);
	cr_assert_eq(trace_commit(trace), 0);
	cr_expect_eq(number(trace, "SELECT count(*) FROM resource"), 2);
	trace_close(trace);
	trace = open_for(TRACE_READ);
	cr_expect_eq(number(trace, "SELECT count(*) FROM resource"), 1);
	trace_close(trace);
}

Test(trace, a_log_that_lost_its_trace_is_not_taken_for_the_new_ones)
{
	struct trace *trace;

	write_and_die();
	cr_assert(exists("-wal"));
	cr_assert_eq(unlink(path), 0);
	trace = create();
	cr_expect_eq(number(trace, "SELECT count(*) FROM resource"), 0);
	put_resource(trace, 0, 0);
	trace_close(trace);
	trace = open_for(TRACE_READ);
	cr_expect_eq(number(trace, "SELECT count(*) FROM resource"), 1);
	trace_close(trace);
}

Test(trace, an_empty_file_may_be_replaced)
{
	write_text("");
	trace_close(create());
	trace_close(open_for(TRACE_READ));
}

Test(trace, a_path_of_odd_letters_is_read_where_it_cannot_be_written)
{
	struct trace *trace;
	char index[160];

	snprintf(path, sizeof(path), "%s/a?b#c%%d.db", folder);
	write_and_die();
	snprintf(index, sizeof(index), "%s-shm", path);
	cr_assert_eq(unlink(index), 0);
	chmod(path, 0444);
	chmod(folder, 0555);
	if (geteuid() == 0)
		cr_assert_eq(setresuid(65534, 65534, 0), 0);
	trace = open_for(TRACE_READ);
	trace_close(trace);
	if (getuid() == 65534)
		cr_assert_eq(setresuid(0, 0, 0), 0);
}

Test(trace, a_full_disk_is_told_from_other_errors)
{
	struct trace *trace = create();
	char text[20000];
	int error = 0;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	cr_assert_eq(trace_execute(trace, "PRAGMA max_page_count = 60"), 0);
	for (int i = 0; i < 100 && error == 0; i++) {
		text[i] = 'y'; /* another key */
		error = trace_set_meta(trace, text, text);
	}
	cr_expect_eq(error, -ENOSPC);
	cr_expect_not_null(strstr(trace_error(trace), "full"), "%s", trace_error(trace));
	trace_close(trace);
}

Test(trace, of_two_writers_the_second_is_told_that_it_is_busy)
{
	struct trace *first = create();
	struct trace *second;

	put_resource(first, 0, 0);
	cr_assert_eq(trace_commit(first), 0);
	second = open_for(TRACE_WRITE);
	put_resource(first, 0, 0);
	cr_expect_eq(trace_execute(second, "DELETE FROM resource"), -EBUSY);
	trace_close(second);
	trace_close(first);
}
